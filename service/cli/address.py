"""``doorstep address``: who gets no mail, and an address that was blocked by mistake may be mailed again."""

import asyncio
import getpass
from csv import writer as csv_writer
from datetime import datetime
from io import StringIO
from typing import Annotated

import typer
from email_validator import EmailNotValidError, validate_email
from msgspec import Struct
from rich.table import Table

from domain.consent import address_registry
from domain.consent.address_registry import AddressState
from service.cli import output
from service.cli.address_import import import_suppressions
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.engine.address_registry import AddressRegistry

address = typer.Typer(help="Addresses that get no mail.", no_args_is_help=True)
address.command("import")(import_suppressions)

LONGEST_REASON = 200
"""Characters of a reason: it stands in the ledger for good."""


class Unblocked(Struct, frozen=True, kw_only=True):
    """What was lifted, for whom, and what stays."""

    address: str
    lifted: tuple[str, ...]
    left: tuple[str, ...]
    """Suppressions that stay; a confirmation ends them."""
    subscribers: tuple[str, ...]
    """Who gave the address; each has the line in their ledger."""
    by: str
    reason: str


class Suppressed(Struct, frozen=True, kw_only=True):
    """One reason why an address gets no mail."""

    address: str
    """Keyed hash."""
    reason: str
    topic: str
    """The one topic that it is about; empty for all mail."""
    since: datetime


class StaysBlockedError(Exception):
    """The address stays as it is.  The message says why, and what to do."""


@address.command("unblock")
def unblock_address(
    email: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address that gets no mail.")],
    *,
    reason: Annotated[str, typer.Option("--reason", help="Why; stands in the consent ledger for good.")],
    by: Annotated[str, typer.Option("--by", help="Who lifts it; else the user of this machine.")] = "",
    bounced: Annotated[bool, typer.Option("--bounced", help="Lift a bounce too: the mailbox exists again.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Lift “this was not me”, and a bounce if asked to; no consent comes back by it, the person confirms anew."""
    name = _normalise_email(email)
    why, who = _clean_line(reason), _clean_line(by) or _user_name()
    if not why:
        message = "--reason must say why the block is lifted."
        raise typer.BadParameter(message)
    try:
        done = asyncio.run(_lift_in_store(name, by=who, reason=why, bounced=bounced))
    except StaysBlockedError as error:
        raise output.print_error(str(error)) from None
    if json:
        output.print_json(done)
        return
    output.out.print(f"[green]✓[/] Mail may go to this address again ({_in_words(done.lifted)}).")
    output.out.print("The person gives it in the chat and confirms it, as for the first time.")


@address.command("suppressions")
def list_suppressions(
    *,
    csv: Annotated[bool, typer.Option("--csv", help="Print as CSV, one line a suppression.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """List the addresses that get no mail, why and since when; by their keyed hashes, without any address."""
    rows = asyncio.run(read_suppressions())
    if json:
        output.print_json(rows)
    elif csv:
        table = StringIO(newline="")
        writer = csv_writer(table, lineterminator="\n")
        writer.writerows([("address", "reason", "topic", "since"), *(_to_cells(row) for row in rows)])
        typer.echo(table.getvalue(), nl=False)
    elif rows:
        shown = Table("address (keyed hash)", "reason", "topic", "since (UTC)", box=None, pad_edge=False)
        for row in rows:
            shown.add_row(*_to_cells(row))
        output.print_whole_table(shown)
    else:
        output.out.print("No address is suppressed.")


async def read_suppressions() -> list[Suppressed]:
    """Return every suppression of the store, by address and time."""
    found: dict[str, AddressState] = {}
    async with open_existing_store() as (store, _):
        async for name, raw in store.all_addresses():
            state = address_registry.decode_state(raw)
            if state.suppressions:
                found[name] = state
    return [
        Suppressed(address=name, reason=one.reason, topic=one.topic, since=one.at)
        for name, state in sorted(found.items())
        for one in sorted(state.suppressions, key=lambda suppression: suppression.at)
    ]


def _to_cells(row: Suppressed) -> tuple[str, str, str, str]:
    return row.address, row.reason, row.topic, f"{row.since:%Y-%m-%dT%H:%M:%SZ}"


def _normalise_email(email: str) -> str:
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error)) from None


def _clean_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:LONGEST_REASON]


def _user_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container whose user has no name
        return "operator"


def _in_words(reasons: tuple[str, ...]) -> str:
    return ", ".join(reason.replace("_", " ") for reason in reasons)


async def _lift_in_store(email: str, *, by: str, reason: str, bounced: bool) -> Unblocked:
    async with open_existing_store() as (store, keys):
        name = keys.address_hash(email)
        state = address_registry.decode_state((await store.load_address(name))[0])
        refusal = address_registry.why_not_lifted(state, bounced=bounced)
        if refusal:
            raise StaysBlockedError(refusal)
        engine = await open_engine(store, keys)
        registry = AddressRegistry(
            store=store,
            transact=engine.transact,
            clock=engine.clock,
            config=engine.editions.current_config,
            stops=engine.stops,
        )
        after = await registry.unblock(name, by=f"{by}: {reason}", bounced=bounced)
        left = tuple(held.reason for held in after.suppressions)
        return Unblocked(
            address=email,
            lifted=tuple(dict.fromkeys(held.reason for held in state.suppressions if held.reason not in left)),
            left=tuple(dict.fromkeys(left)),
            subscribers=after.holders,
            by=by,
            reason=reason,
        )
