"""``doorstep explain``: where one person stands in each sequence, which mail is next, and why another is not."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from msgspec.structs import replace
from rich.markup import escape

from domain import record as records
from domain.decision import Context
from domain.keyring import Keyring
from domain.ports import Store
from language.durations import format_short_moment
from language.findings import suggest_name
from language.zones import zone_of_person
from service.cli import output
from service.cli.find_subscriber import SubjectArgument, SubjectNotFoundError, find_subscriber, normalize_subject
from service.cli.open_store import open_existing_store
from service.engine.build_commit import decode_line
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_chosen, load_house
from service.issues.states import load_states
from service.reports.held_mails import Pauses, read_held_mails
from service.reports.sequences.explain_person import HeldMail, PersonStory, SequenceStanding
from service.runtime.base_parts import load_clock
from service.runtime.store_watch.lane_pauses import load_pauses
from service.workspace.publishing.editions import load_live_edition
from store.layout import HISTORY_KEPT

ENDED = {"goal": "reached its goal", "finished": "came to its end", "left": "was left"}
"""How the state of an ended pass is told."""

QUEUED = "queued"
"""State of what is no sequence: mails of an issue or of a flow that have not left."""


def explain_person(
    subject_name: SubjectArgument,
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Only this one, such as tasting_book.")] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Explain one person's sequences: where they stand, which mail is next, and why another is not."""
    try:
        standings, now, zone = asyncio.run(_read_from_store(normalize_subject(subject_name), sequence))
    except SubjectNotFoundError as error:
        raise output.print_error(str(error)) from None
    if json:
        output.print_json(standings)
        return
    if not standings:
        output.out.print("No sequence is live.")
    names = [f"{standing.sequence}{f'/{standing.key}' if standing.key else ''}" for standing in standings]
    width = max(map(len, names), default=0) + 2
    for name, standing in zip(names, standings, strict=True):
        for number, line in enumerate(_describe(standing, now, zone)):
            begins = "" if number else name
            output.out.print(f"{escape(begins.ljust(width))}{escape(line)}", soft_wrap=True)


async def _read_from_store(subject_name: str, sequence: str) -> tuple[tuple[SequenceStanding, ...], datetime, ZoneInfo]:
    async with open_existing_store() as (store, keys):
        return await explain_stored(store, keys, await find_subscriber(store, keys, subject_name), sequence)


async def explain_stored(
    store: Store, keys: Keyring, subscriber: str, sequence: str = ""
) -> tuple[tuple[SequenceStanding, ...], datetime, ZoneInfo]:
    """Return where a person stands, the time, and their zone; raises :class:`SubjectNotFoundError` without a record."""
    edition = await load_live_edition(store)
    catalog = edition.rules.sequences
    if sequence and sequence not in catalog.sequences:
        message = f"there is no sequence “{sequence}”. {suggest_name(sequence, catalog.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    raw = (await store.load(subscriber)).record
    if raw is None:  # an address can outlive its record by a moment
        message = f"There is no record {subscriber[:80]}."
        raise SubjectNotFoundError(message)
    record, now = records.decode(raw), (await load_clock(store)).now()
    house = await load_chosen(store)
    story = PersonStory(
        record=record,
        history=[decode_line(line) for line in await store.history(subscriber, last=HISTORY_KEPT)],
        context=Context(now=now, entropy=fresh_entropy(), keys=keys, config=edition.config, house=house),
    )
    names = [sequence] if sequence else list(catalog.sequences)
    standings = story.explain(catalog, names)
    held = await read_held_mails(store, keys, record, story.history, catalog=catalog, pauses=await _read_pauses(store))
    return _add_held(standings, held, alone=not sequence), now, zone_of_person(record, edition.config.timezone, now)


async def _read_pauses(store: Store) -> Pauses:
    lanes, states, house = await load_pauses(store), await load_states(store), await load_house(store)
    return Pauses(
        lanes={
            lane: f"{lane.removeprefix('mail-')} mail is paused since {pause.since:%Y-%m-%d %H:%M} UTC: {pause.reason}"
            for lane, pause in lanes.items()
        },
        issues={
            name: f"the issue is paused{f': {state.why}' if state.why else ''}" if state.state == "paused" else ""
            for name, state in states.items()
        },
        halted=house.halted,
    )


def _add_held(
    standings: Sequence[SequenceStanding], held: Sequence[HeldMail], *, alone: bool
) -> tuple[SequenceStanding, ...]:
    """Return the standings with the mails of each that wait to leave, and at the end what no sequence sent."""
    by_name: dict[str, list[HeldMail]] = {}
    for mail in held:
        by_name.setdefault(mail.place.partition("/")[0], []).append(mail)
    told = [
        # The first of several passes tells them: the id of a mail does not say which of two it is of.
        replace(standing, held=tuple(by_name.pop(standing.sequence, ())))
        for standing in standings
    ]
    others = by_name.items() if alone else ()
    told += [SequenceStanding(sequence=name or "a mail", state=QUEUED, held=tuple(mails)) for name, mails in others]
    return tuple(told)


def _describe(standing: SequenceStanding, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    """Yield the lines about one sequence: where they stand, what they answered, what the team has to do."""
    if standing.state != QUEUED:
        yield from _describe_standing(standing, now, zone)
    for mail in standing.held:
        since = format_short_moment(mail.since, now, zone, "en")
        yield f"{mail.template} is decided since {since} and waits to leave{f': {mail.why}' if mail.why else ''}"
    for step, answer in standing.answers.items():
        yield f"{step} was answered: {answer}"
    for task in standing.tasks:
        late = "overdue since" if task.is_overdue else "due"
        yield f"{task.step} is a task for {task.team}, {late} {format_short_moment(task.due_at, now, zone, 'en')}"


def _describe_standing(standing: SequenceStanding, now: datetime, zone: ZoneInfo) -> Iterator[str]:
    def say(at: datetime | None) -> str:
        return format_short_moment(at, now, zone, "en") if at else ""

    because = f": {standing.began_because}" if standing.began_because else ""
    if standing.state == "not begun":
        yield f"not begun: {standing.not_begun_because}"
        return
    if standing.state != "running":
        ended = f": {standing.ended_because}" if standing.ended_because else ""
        yield f"began {say(standing.began_at)}{because}. It {ENDED[standing.state]} {say(standing.ended_at)}{ended}."
        if standing.not_begun_because:
            yield f"does not begin again: {standing.not_begun_because}"
        return
    until = f"until {say(standing.until)}" if standing.until else "until something happens"
    yield f"began {say(standing.began_at)}{because}. Stands at {standing.step} {until}."
    if standing.next_mail:
        still = f", if still: {'; '.join(standing.if_still)}" if standing.if_still else ""
        yield f"next: {standing.next_mail}, {say(standing.next_at)}{still}"
    else:
        yield "next: no mail if nothing happens"
    if standing.held_out:
        yield "held out: they walk through it to be compared with, and get none of its mails"
    if standing.waits_for:
        taken = ", ".join(f"{mail.template} {say(mail.at)}" for mail in standing.taken_by)
        yield f"waits: {standing.waits_for}{f' (after {taken})' if taken else ''}"
