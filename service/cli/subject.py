"""``doorstep subject export`` and ``erase``: the data of one person and its erasure (GDPR, articles 15, 17, 20)."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct

from domain import record as records
from domain.consent import ledger
from domain.deeds import Deed
from domain.events import AnyEvent
from domain.ports import Store, Transacted
from domain.record import Identity
from email_out.feedback.name_address import name_address
from service.cli import output
from service.cli.find_subscriber import SubjectArgument, SubjectNotFoundError, find_subscriber, normalize_subject
from service.cli.open_store import open_existing_store, read_store_settings
from service.contact_lists.open_contacts import open_contacts
from service.engine.address_registry import AddressRegistry
from service.engine.build_commit import decode_line
from service.engine.clock import system_now
from service.engine.stop_notes import StopNotes
from service.privacy.erasure import Erasure
from service.privacy.provider_erasure import OUTCOMES, ErasureLine, OpenErasure, ProviderErasures
from service.runtime.base_parts import list_mailjet_texts, load_clock, open_archive, open_stop_file
from service.workspace.publishing.editions import load_live_edition
from store.layout import HISTORY_MOST
from store.line_archive import LineArchive

STILL_TRIED = "the provider has not answered yet, and is asked again for 30 days"
"""Of a contact that is still to be deleted."""
NOT_ASKED = "the provider was not asked yet: the running service does that, within two minutes"
"""The same, where nobody who has the key has tried."""
LEFT_TO_SERVICE = "This shell has no key of Mailjet, so the contact there is noted, and the running service deletes it."

subject = typer.Typer(help="What is kept of a person, and its end.", no_args_is_help=True)


@subject.command("export")
def export_subject(subject_name: SubjectArgument) -> None:
    """Print everything that is kept of a person, as JSON."""
    try:
        output.print_json(asyncio.run(_export_from_store(normalize_subject(subject_name))))
    except SubjectNotFoundError as error:
        raise output.print_error(str(error)) from None


@subject.command("erase")
def erase_subject(
    subject_name: SubjectArgument, *, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False
) -> None:
    """Erase everything that is kept of a person, for good; only the consent ledger and suppressions stay, hashed."""
    subject_name = normalize_subject(subject_name)
    if not yes and not typer.confirm("Erase everything that is kept of this person, for good?"):
        raise typer.Exit(output.WRONG)
    try:
        erased, waiting = asyncio.run(_erase_from_store(subject_name))
    except SubjectNotFoundError as error:
        raise output.print_error(str(error)) from None
    output.out.print(
        f"[green]✓[/] {erased} is erased, also from the archive of history lines. "
        "The consent ledger and suppressions stay, as keyed hashes.",
        soft_wrap=True,
    )
    if waiting:
        says = f"At Mailjet: {STILL_TRIED}." if any(one.tries for one in waiting) else LEFT_TO_SERVICE
        output.out.print(f"{says} Follow it: doorstep subject certificate ADDRESS", soft_wrap=True)


@subject.command("certificate")
def print_certificate(
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The address of somebody who was erased.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print what became of an erased person's contacts at the mail provider: where, when, and how it ended."""
    lines, waiting = asyncio.run(_read_certificate(address))
    if json:
        tried = [_to_plain(one) | {"outcome": "still tried", "means": _tell_waiting(one)} for one in waiting]
        for one in tried:  # whom it is about stays unsaid in a file that may be handed on
            del one["email"]
        output.print_json([_to_plain(line) | {"means": OUTCOMES[line.outcome]} for line in lines] + tried)
        return
    for line in lines:
        _print_line(line.at, line.key, OUTCOMES[line.outcome])
    for one in waiting:
        for key in one.keys:
            asked = f" (asked {output.count_noun(one.tries, 'time')})" if one.tries else ""
            _print_line(one.asked_at, key, f"{_tell_waiting(one)}{asked}")
    if not lines:
        if not waiting:
            output.out.print("No contact of this address was deleted at a mail provider.")
        raise typer.Exit(output.WRONG)


def _tell_waiting(erasure: OpenErasure) -> str:
    return STILL_TRIED if erasure.tries else NOT_ASKED


def _print_line(at: datetime, key: str, says: str) -> None:
    output.out.print(f"{at:%Y-%m-%d %H:%M} UTC  {key}: {says}", markup=False, soft_wrap=True)


async def _read_certificate(address: str) -> tuple[tuple[ErasureLine, ...], tuple[OpenErasure, ...]]:
    async with open_existing_store() as (store, keys):
        erasures = ProviderErasures(store=store, keys=keys, clock=system_now, contacts={})
        name = name_address(address, keys)
        return await erasures.list_lines(name), await erasures.list_open(name)


async def _export_from_store(subject_name: str) -> dict[str, Any]:
    async with open_existing_store() as (store, keys):
        subscriber = await find_subscriber(store, keys, subject_name)
        return await export_all(store, subscriber, open_archive(read_store_settings()))


async def export_all(store: Store, subscriber: str, archive: LineArchive | None = None) -> dict[str, Any]:
    """Return all stored data of a subscriber; raises :class:`SubjectNotFoundError` if there is no record."""
    raw = (await store.load(subscriber)).record
    if raw is None:
        message = f"There is no record {subscriber[:80]}."
        raise SubjectNotFoundError(message)
    entries = [ledger.decode_entry(line) for line in await store.consent_ledger(subscriber)]
    wordings = {
        entry.wording: await store.consent_wording(subscriber, entry.wording) for entry in entries if entry.wording
    }
    stored = await store.history(subscriber, last=HISTORY_MOST)
    # A crash between archiving and trimming leaves a line in both places.
    lines = dict.fromkeys([*(archive.lines_of(subscriber) if archive else ()), *stored])
    return {
        "subscriber": subscriber,
        "record": _to_plain(records.decode(raw)),
        "consent_ledger": _to_plain(entries),
        "wordings": wordings,
        "mails": _to_plain(await store.sends_of(subscriber)),
        "history": _to_plain([decode_line(line) for line in lines]),
    }


def _to_plain(value: object) -> Any:  # noqa: ANN401  what JSON can hold
    """Return structs as maps with field names, which the stored arrays do not have."""
    if isinstance(value, Deed):  # its times are packed; people read them as times
        times = {"first": value.first, "last": value.last, "recent": list(value.recent)}
        return {"count": value.count, **times, "days": value.by_day, "said": value.said}
    if isinstance(value, Struct):
        fields = {name: _to_plain(field) for name, field in msgspec.structs.asdict(value).items()}
        fields.pop("old_behaviour", None)  # folded into ``behaviour`` when the record was read
        return fields
    if isinstance(value, dict):
        return {str(name): _to_plain(item) for name, item in value.items()}
    # Times and numbers are JSON already, or msgspec makes them so.
    return [_to_plain(item) for item in value] if isinstance(value, list | tuple) else value


async def _erase_from_store(subject_name: str) -> tuple[str, list[OpenErasure]]:
    """Erase a person; return their name, and what is left to do at the mail provider."""
    async with AsyncExitStack() as stack:
        store, keys = await stack.enter_async_context(open_existing_store())
        subscriber = await find_subscriber(store, keys, subject_name)
        # Business time, which is ahead of the machine's if the demo's clock was moved.
        clock, live = await load_clock(store), await load_live_edition(store)
        settings = read_store_settings()
        stops = StopNotes(file=open_stop_file(settings), clock=clock.now)
        # Erasing frees the person's addresses, which needs no decision about anybody else.
        addresses = AddressRegistry(
            store=store, transact=_refuse_to_decide, clock=clock.now, config=lambda: live.config, stops=stops
        )
        # Asked here and now; what Mailjet does not answer, the running service asks again.
        contacts = open_contacts(list_mailjet_texts(settings), stack)
        providers = ProviderErasures(store=store, keys=keys, clock=clock.now, contacts=contacts)
        erase = Erasure(
            store=store, addresses=addresses, archive=open_archive(settings), stops=stops, providers=providers
        )
        raw = (await store.load(subscriber)).record
        if raw is None or not await erase(subscriber):
            message = f"There is no record {subscriber}."
            raise SubjectNotFoundError(message)
        held = records.decode(raw).addresses
        return subscriber, [one for address in held for one in await providers.list_open(address)]


async def _refuse_to_decide(
    subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
) -> Transacted:
    """Take the place of the transactor: freeing an address leads to no decision about another person."""
    del events, identity
    message = f"nothing is decided here, {subscriber}"
    raise NotImplementedError(message)
