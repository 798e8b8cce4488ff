"""``doorstep mail keys``: the keys that sign mail (DKIM): made, shown as they belong into DNS, and changed in turn."""

import asyncio
import re
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from email_out.dkim.signing_keys import (
    EDWARDS,
    SELECTORS,
    SigningKey,
    SigningKeyError,
    all_keys,
    load_keys,
    make_keys,
    read_active,
    set_active,
    write_zone_line,
)
from email_out.message.mime import HeaderError, smtp_address
from service.cli import output
from service.deliverability.dns import Resolver
from service.runtime import settings

keys = typer.Typer(help="The keys that sign mail (DKIM).", no_args_is_help=True)

Domain = Annotated[str, typer.Argument(metavar="DOMAIN", help="Domain of the sender, such as leaf.amseltea.example.")]
_DOMAIN = re.compile(r"(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@keys.command("list")
def list_keys(*, json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """List the keys: domain, selector, algorithm, and which sign."""
    found = _read_all(_require_folder())
    if json:
        output.print_json([
            {"domain": key.domain, "selector": key.selector, "algorithm": key.algorithm, "signs": signs}
            for key, signs in found
        ])  # fmt: skip
        return
    if not found:
        output.out.print("There is no key. Make a pair: doorstep mail keys make DOMAIN")
        return
    table = Table("domain", "selector", "algorithm", "state", box=None, pad_edge=False)
    for key, signs in found:
        table.add_row(key.domain, key.selector, key.algorithm, "signs" if signs else "waits")
    output.print_whole_table(table)


@keys.command("make")
def make_pair(domain: Domain) -> None:
    """Make a pair of keys, RSA and Ed25519: the first one signs at once, a later one waits for “rotate”."""
    folder, name = _require_folder(), _read_domain(domain)
    selector = make_keys(folder, name)
    # Only the first pair of a domain signs at once: until then its mail was not signed at all.
    signs = read_active(folder, name) == selector
    _print_records(load_keys(folder, name, selector))
    following = (
        "They sign from now on, so put them into DNS at once."
        if signs
        else f"They wait. When DNS has them: doorstep mail keys rotate {name}"
    )
    output.out.print(following, soft_wrap=True)


@keys.command("show")
def show_records(domain: Domain) -> None:
    """Print what belongs into DNS, as lines of a zone file."""
    folder, name = _require_folder(), _read_domain(domain)
    found = [key for key, _ in _read_all(folder) if key.domain == name]
    if not found:
        message = f"There is no key of {name}. Make a pair: doorstep mail keys make {name}"
        raise output.print_error(message)
    _print_records(found)


@keys.command("rotate")
def rotate_keys(
    domain: Domain,
    *,
    unseen: Annotated[bool, typer.Option("--unseen", help="Although DNS was not asked or has not got them.")] = False,
) -> None:
    """Let the waiting pair sign from now on, if DNS has it."""
    folder, name = _require_folder(), _read_domain(domain)
    active = read_active(folder, name)
    other = next(one for one in SELECTORS if one != active)
    waiting = _load(folder, name, other)
    if not waiting:
        message = f"No key of {name} waits. Make a pair: doorstep mail keys make {name}"
        raise output.print_error(message)
    # A signature whose key nobody finds counts as none, so DNS comes first.
    missing = [] if unseen else asyncio.run(_find_missing(waiting))
    if missing:
        _print_records(missing)
        message = "DNS does not have these records, or did not answer. Try again later, or with --unseen."
        raise output.print_error(message)
    set_active(folder, name, other)
    output.out.print(
        f"{other} and {other}{EDWARDS} sign from now on. Leave the records of {active} in DNS for a week: letters that "
        "it signed are still under way.",
        soft_wrap=True,
    )


async def _find_missing(waiting: tuple[SigningKey, ...]) -> list[SigningKey]:
    """Return the keys of which DNS does not have the record."""
    resolver = Resolver()
    return [key for key in waiting if key.record not in (await resolver.find_texts(key.record_name)).values]


def _require_folder() -> Path:
    service_settings = settings.read_settings(needed=False)
    if not service_settings.dkim_keys:
        message = "DOORSTEP_DKIM_KEYS is missing: the folder of the keys, such as /etc/doorstep/dkim."
        raise output.print_error(message, output.USAGE)
    return Path(service_settings.dkim_keys)


def _read_domain(domain: str) -> str:
    """Return a domain in ASCII.  It becomes the name of a folder, so nothing else is taken."""
    try:
        name = smtp_address(f"a@{domain.strip().rstrip('.').lower()}").rpartition("@")[2]
    except HeaderError:
        name = ""
    if not _DOMAIN.fullmatch(name):
        message = f"“{domain}” is no domain, such as leaf.amseltea.example."
        raise typer.BadParameter(message, param_hint="DOMAIN")
    return name


def _read_all(folder: Path) -> list[tuple[SigningKey, bool]]:
    try:
        return list(all_keys(folder))
    except SigningKeyError as error:
        message = f"{error}."
        raise output.print_error(message) from None


def _load(folder: Path, domain: str, selector: str) -> tuple[SigningKey, ...]:
    try:
        return load_keys(folder, domain, selector)
    except SigningKeyError as error:
        message = f"{error}."
        raise output.print_error(message) from None


def _print_records(found: list[SigningKey] | tuple[SigningKey, ...]) -> None:
    for key in found:
        # Plain, on one line each, to be copied.
        typer.echo(write_zone_line(key.record_name, key.record))
