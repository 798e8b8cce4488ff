"""``doorstep waiting``: people who wait for an answer of the team."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.ports import RecordStore
from domain.record import Subscriber
from language.personal_values import clean_lines
from service.cli import output
from service.cli.open_store import open_existing_store

INBOX = "https://business.facebook.com/latest/inbox/all?asset_id={page}"
"""Where the team answers for a Page; the platform has no lasting link to a single conversation."""

HANDOVER_REASONS = {
    "person": "asked for a human", "flow": "handed over by a flow", "team": "somebody of the team wrote",
    "app": "another app has it",
}  # fmt: skip


class WaitingPerson(Struct, frozen=True, kw_only=True):
    """One person whose conversation was handed over to the team."""

    subscriber: str
    """Name of their record, for ``doorstep resume``."""
    name: str
    """First name in their Messenger profile; empty if unknown."""
    page: str
    since: datetime | None
    """None if it was before this was recorded."""
    why: str
    answered_at: datetime | None
    """When the team last wrote; None if it has not."""
    inbox: str
    """Address of the Page's inbox."""


def list_waiting(*, json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List who was handed over to a person, since when and why; the longest without an answer first."""
    people = asyncio.run(_read_from_store())
    if json:
        output.print_json(people)
        return
    if not people:
        output.out.print("Nobody waits for a person.")
        return
    table = Table("person", "name", "since (UTC)", "why", "last answer (UTC)", "inbox", box=None, pad_edge=False)
    for person in people:
        since, answered_at = _format_moment(person.since), _format_moment(person.answered_at)
        name, why = escape(clean_lines(person.name) or "–"), escape(clean_lines(person.why))
        table.add_row(person.subscriber, name, since, why, answered_at, person.inbox)
    output.print_whole_table(table)


def _format_moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


async def _read_from_store() -> list[WaitingPerson]:
    async with open_existing_store() as (store, _):
        return await find_waiting(store)


async def find_waiting(store: RecordStore) -> list[WaitingPerson]:
    """Return the people whose conversation is handed over, those without an answer first, each by time."""
    people = [
        _describe_waiting(record) async for _, raw in store.all_subscribers() if (record := records.decode(raw)).paused
    ]
    # False sorts before True: people without an answer come first.
    return sorted(
        people, key=lambda person: (person.answered_at is not None, person.since.timestamp() if person.since else 0.0)
    )


def _describe_waiting(record: Subscriber) -> WaitingPerson:
    handover, page = record.handover, record.identity.page
    # Records from before handovers were recorded are paused without one.
    why = HANDOVER_REASONS[handover.by] + (f": {handover.reason}" if handover.reason else "") if handover else ""
    return WaitingPerson(
        subscriber=record.id,
        name=record.profile.first_name,
        page=page,
        since=handover.since if handover else None,
        why=why,
        answered_at=handover.last_at if handover else None,
        inbox=INBOX.format(page=page),
    )
