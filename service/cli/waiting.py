"""``doorstep waiting``: who waits for a person of the team."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.ports import Store
from domain.record import Subscriber
from service.cli import output
from service.cli.open_store import reached

INBOX = "https://business.facebook.com/latest/inbox/all?asset_id={page}"
"""Where the team answers for a Page; the platform has no lasting link to a single conversation."""

BY = {
    "person": "asked for a human", "flow": "handed over by a flow", "team": "somebody of the team wrote",
    "app": "another app has it",
}  # fmt: skip


class Waiting(Struct, frozen=True, kw_only=True):
    """One person who was handed over."""

    subscriber: str
    """Name of their record, for doorstep resume."""
    name: str
    """First name as the platform tells it; empty if it does not."""
    page: str
    since: datetime | None
    """None: before this was noted."""
    why: str
    answered_at: datetime | None
    """When somebody of the team last wrote; None: nobody has."""
    inbox: str
    """Address of the Page's inbox."""


def waiting(*, json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False) -> None:
    """List who was handed over to a person, since when and why; the longest without an answer first."""
    found = asyncio.run(_waiting())
    if json:
        output.as_json(found)
        return
    if not found:
        output.out.print("Nobody waits for a person.")
        return
    table = Table("person", "name", "since (UTC)", "why", "last answer (UTC)", "inbox", box=None, pad_edge=False)
    for one in found:
        since, answered = _at(one.since), _at(one.answered_at)
        table.add_row(one.subscriber, escape(one.name or "–"), since, escape(one.why), answered, one.inbox)
    output.whole(table)


def _at(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "–"


async def _waiting() -> list[Waiting]:
    async with reached() as (store, _):
        return await handed_over(store)


async def handed_over(store: Store) -> list[Waiting]:
    """Return who is handed over: the unanswered first, each by time."""
    found = [_read(record) async for _, raw in store.everybody() if (record := records.decode(raw)).paused]
    return sorted(found, key=lambda one: (one.answered_at is not None, one.since.timestamp() if one.since else 0.0))


def _read(record: Subscriber) -> Waiting:
    over, page = record.handover, record.identity.page
    why = BY[over.by] + (f": {over.reason}" if over.reason else "") if over else ""
    return Waiting(
        subscriber=record.id,
        name=record.profile.first_name,
        page=page,
        since=over.since if over else None,
        why=why,
        answered_at=over.last_at if over else None,
        inbox=INBOX.format(page=page),
    )
