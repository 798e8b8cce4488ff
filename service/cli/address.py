"""``doorstep address unblock``: mail may go again to an address that was blocked by mistake."""

import asyncio
import getpass
from typing import Annotated

import typer
from email_validator import EmailNotValidError, validate_email
from msgspec import Struct

from domain.consent import address_registry
from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.engine.address_registry import AddressRegistry

address = typer.Typer(help="Addresses that get no mail.", no_args_is_help=True)

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
            store=store, transact=engine.transact, clock=engine.clock, config=engine.editions.current_config
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
