"""``doorstep consent prove`` and ``verify``: the evidence for one address, and whether the ledger is whole."""

import asyncio
from typing import Annotated, Any

import msgspec
import typer
from email_validator import EmailNotValidError, validate_email
from rich.markup import escape

from domain import record as records
from domain.consent import address_registry, ledger
from domain.effects import LedgerEntry
from domain.ports import Store
from service.cli import output
from service.cli.open_store import reached

consent = typer.Typer(help="The consent ledger: evidence, and proof that nothing was changed.", no_args_is_help=True)


@consent.command()
def prove(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="The address in question.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the bundle as JSON.")] = False,
) -> None:
    """Print everything that proves (or disproves) consent for an address."""
    try:
        checked = validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error)) from None
    bundle = asyncio.run(_prove(checked))
    if json:
        output.as_json(bundle)
    else:
        _print_bundle(bundle)
    if not bundle["holders"]:
        raise typer.Exit(output.WRONG)


async def _prove(email: str) -> dict[str, Any]:
    async with reached() as (store, keys):
        name = keys.address_hash(email)
        raw, _ = await store.address(name)
        state = address_registry.decode(raw)
        holders = [await _holder(store, one, name) for one in state.holders]
    return {
        "address": email,
        "owner": state.owner,
        "suppressions": [msgspec.structs.asdict(one) for one in state.suppressions],
        "holders": [one for one in holders if one],
    }


async def _holder(store: Store, subscriber: str, name: str) -> dict[str, Any] | None:
    loaded = await store.load(subscriber)
    if loaded.record is None:
        return None
    record = records.decode(loaded.record)
    lines = await store.ledger(subscriber)
    try:
        entries = ledger.verify(lines, record.ledger_size, record.ledger_head)
        verdict = "whole"
    except ledger.BrokenChainError as error:
        entries, verdict = tuple(ledger.decode_entry(line) for line in lines), f"BROKEN: {error}"
    about = [one for one in entries if one.address in ("", name)]
    return {
        "subscriber": subscriber,
        "messenger": {"page": record.identity.page, "psid": record.identity.psid},
        "chain": verdict,
        "consents": {topic: _now(one) for topic, one in record.consents.items() if one.address in ("", name)},
        "entries": [await _line(store, subscriber, one) for one in about],
    }


def _now(consent_now: records.Consent) -> dict[str, Any]:
    return {name: value for name, value in msgspec.structs.asdict(consent_now).items() if value}


async def _line(store: Store, subscriber: str, entry: LedgerEntry) -> dict[str, Any]:
    line = {name: value for name, value in msgspec.structs.asdict(entry).items() if value}
    if entry.wording:
        line["text"] = await store.wording(subscriber, entry.wording)
    return line


def _print_bundle(bundle: dict[str, Any]) -> None:
    out = output.out
    if not bundle["holders"]:
        out.print("Nobody gave this address.")
        return
    out.print(f"[bold]Consent evidence for {escape(bundle['address'])}[/]")
    for one in bundle["suppressions"]:
        out.print(f"suppressed: {one['reason']} since {one['at']:%Y-%m-%d %H:%M:%S} UTC {one['topic']}".rstrip())
    for holder in bundle["holders"]:
        owner = ", owner of the address" if holder["subscriber"] == bundle["owner"] else ""
        out.print(f"\n[bold]Subscriber {holder['subscriber']}[/]{owner}; ledger {holder['chain']}")
        for entry in holder["entries"]:
            _print_entry(entry)


def _print_entry(entry: dict[str, Any]) -> None:
    left_out = ("number", "previous", "at", "act", "text", "address")
    rest = ", ".join(f"{name} {value}" for name, value in entry.items() if name not in left_out)
    when = f"{entry['at']:%Y-%m-%d %H:%M:%S} UTC"
    output.out.print(f"{entry['number']:>3}  {when}  [bold]{entry['act']}[/]  {escape(rest)}", soft_wrap=True)
    if entry.get("text"):
        output.out.print(f"     [dim]“{escape(entry['text'])}”[/]", soft_wrap=True)


@consent.command()
def verify(*, json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Check the hash chain of every ledger."""
    counts, broken = asyncio.run(_verify())
    if json:
        output.as_json({**counts, "broken": broken})
    else:
        output.out.print(f"{counts['subscribers']} ledgers with {counts['entries']} entries; {len(broken)} broken.")
        for subscriber, why in broken.items():
            output.out.print(f"[red]{subscriber}[/]: {why}")
    raise typer.Exit(output.WRONG if broken else output.GOOD)


async def _verify() -> tuple[dict[str, int], dict[str, str]]:
    counts, broken = {"subscribers": 0, "entries": 0}, {}
    async with reached() as (store, _):
        for partition in range(store.partitions):
            for subscriber in await store.subscribers(partition):
                loaded = await store.load(subscriber)
                if loaded.record is None:
                    continue
                record = records.decode(loaded.record)
                try:
                    entries = ledger.verify(await store.ledger(subscriber), record.ledger_size, record.ledger_head)
                    counts["entries"] += len(entries)
                except ledger.BrokenChainError as error:
                    broken[subscriber] = str(error)
                counts["subscribers"] += 1
    return counts, broken
