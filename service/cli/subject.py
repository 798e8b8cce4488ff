"""``doorstep subject export`` and ``erase``: what is kept of one person, and its end (GDPR, articles 15, 17, 20)."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import typer
from email_validator import EmailNotValidError, validate_email
from msgspec import Struct

from domain import record as records
from domain.consent import address_registry, ledger
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.ports import Store, Transacted
from domain.record import Identity
from service.cli import output
from service.cli.open_store import reached
from service.engine.address_registry import Addresses
from service.engine.build_commit import read_line
from service.privacy.erasure import Erasure
from service.runtime.app import stored_clock
from service.workspace.publishing.editions import running
from store.layout import LOG_KEPT

subject = typer.Typer(help="What is kept of a person, and its end.", no_args_is_help=True)

Who = Annotated[str, typer.Argument(metavar="EMAIL|SUBSCRIBER", help="Their address, or the name of their record.")]


class NobodyError(LookupError):
    """It is not clear who is meant, or there is nobody.  The message says what to do."""


@subject.command()
def export(who: Who) -> None:
    """Print everything that is kept of a person, as JSON."""
    try:
        output.as_json(asyncio.run(_export(_checked(who))))
    except NobodyError as error:
        raise output.fail(str(error)) from None


@subject.command()
def erase(who: Who, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Erase everything that is kept of a person, for good; only the consent ledger and suppressions stay, hashed."""
    known = _checked(who)
    if not yes and not typer.confirm("Erase everything that is kept of this person, for good?"):
        raise typer.Exit(output.WRONG)
    try:
        erased = asyncio.run(_erase(known))
    except NobodyError as error:
        raise output.fail(str(error)) from None
    output.out.print(f"[green]✓[/] {erased} is erased. The consent ledger and suppressions stay, as keyed hashes.")


def _checked(who: str) -> str:
    """Return an address as it is kept, else the name of a record as it is."""
    if "@" not in who:
        return who
    try:
        return validate_email(who, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as error:
        raise typer.BadParameter(str(error)) from None


async def _found(store: Store, keys: Keyring, who: str) -> str:
    """Return the subscriber that is meant; raises :class:`NobodyError`.

    An address belongs to who proved it: others may have typed it, and their data is none of its owner's.
    """
    if "@" not in who:
        if (await store.load(who)).record is None:
            message = f"There is no record {who[:80]}."
            raise NobodyError(message)
        return who
    state = address_registry.decode((await store.address(keys.address_hash(who)))[0])
    if state.owner:
        return state.owner
    if not state.holders:
        message = "Nobody gave this address."
        raise NobodyError(message)
    message = (
        f"Nobody has proven this address; it was typed by {', '.join(state.holders)}. "
        "If one of them is meant, give that name instead."
    )
    raise NobodyError(message)


async def _export(who: str) -> dict[str, Any]:
    async with reached() as (store, keys):
        return await exported(store, await _found(store, keys, who))


async def exported(store: Store, subscriber: str) -> dict[str, Any]:
    """Return all that is kept of a subscriber; raises :class:`NobodyError`."""
    raw = (await store.load(subscriber)).record
    if raw is None:
        message = f"There is no record {subscriber[:80]}."
        raise NobodyError(message)
    entries = [ledger.decode_entry(line) for line in await store.ledger(subscriber)]
    wordings = {one.wording: await store.wording(subscriber, one.wording) for one in entries if one.wording}
    return {
        "subscriber": subscriber,
        "record": _plain(records.decode(raw)),
        "consent_ledger": _plain(entries),
        "wordings": wordings,
        "mails": _plain(await store.sends(subscriber)),
        "history": _plain([read_line(line) for line in await store.log(subscriber, last=LOG_KEPT)]),
    }


def _plain(value: object) -> Any:  # noqa: ANN401  what JSON can hold
    """Return values with the names of their fields: records are kept without them."""
    if isinstance(value, Struct):
        return {name: _plain(one) for name, one in msgspec.structs.asdict(value).items()}
    if isinstance(value, dict):
        return {str(name): _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


async def _erase(who: str) -> str:
    async with reached() as (store, keys):
        subscriber = await _found(store, keys, who)
        clock, live = await stored_clock(store), await running(store)
        addresses = Addresses(store=store, transact=_tell, clock=clock.now, config=lambda: live.config)
        if not await Erasure(store=store, addresses=addresses)(subscriber):
            message = f"There is no record {subscriber}."
            raise NobodyError(message)
        return subscriber


async def _tell(subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None) -> Transacted:
    """Stand in for deciding: letting an address go tells nobody else."""
    del events, identity
    message = f"nothing is decided here, {subscriber}"
    raise NotImplementedError(message)
