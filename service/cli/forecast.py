"""``doorstep forecast``: the mails of the next days if nobody does anything, from everybody who waits in a sequence."""

import asyncio
import heapq
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.decision import Context
from domain.ports import Store
from domain.record import Subscriber
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import mails_ahead
from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.runtime.base_parts import load_clock
from service.workspace.publishing.editions import load_live_edition

MOST_PEOPLE = 5_000
"""Of more people so many are walked through, drawn by lot, and the numbers are scaled up."""

MailCounts = Counter[tuple[date, str]]
"""Mails by day of the workspace and ``SEQUENCE/STEP``."""


def forecast_mails(
    *,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days ahead, today included.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say how many mails of sequences go out in the next days if nobody does anything."""
    counts, waiting, first = asyncio.run(_read_from_store(days))
    names = [first + timedelta(days=number) for number in range(days)]
    if json:
        rows = [{"day": day, "step": step, "mails": number} for (day, step), number in sorted(counts.items())]
        output.print_json({"waiting": waiting, "sampled": waiting > MOST_PEOPLE, "mails": rows})
        return
    about = f", reckoned from {MOST_PEOPLE:,} of them" if waiting > MOST_PEOPLE else ""
    output.out.print(f"{waiting:,} people wait in sequences{about}. If nobody does anything:")
    table = Table("day", box=None, pad_edge=False)
    table.add_column("mails", justify="right")
    table.add_column("of")
    for day in names:
        steps = Counter({step: number for (when, step), number in counts.items() if when == day})
        told = ", ".join(f"{number:,} {step}" for step, number in steps.most_common())
        table.add_row(f"{day:%a} {day.day} {day:%b}", f"{steps.total():,}", escape(told))
    output.print_whole_table(table)


async def _read_from_store(days: int) -> tuple[MailCounts, int, date]:
    async with open_existing_store() as (store, keys):
        edition = await load_live_edition(store)
        now = (await load_clock(store)).now()
        context = Context(
            now=now, entropy=fresh_entropy(), keys=keys, config=edition.config, house=await load_house(store)
        )
        people, waiting = await draw_waiting(store, context, MOST_PEOPLE)
        zone = ZoneInfo(edition.config.timezone)
        counts = count_mails(edition.rules.sequences, people, context, last_moment(now, zone, days))
        scaled = {key: round(number * waiting / len(people)) for key, number in counts.items()}
        return Counter(scaled), waiting, now.astimezone(zone).date()


async def draw_waiting(store: Store, context: Context, most: int) -> tuple[list[Subscriber], int]:
    """Return people who wait in a sequence, at most so many, drawn by lot; and how many there are."""
    drawn: list[tuple[float, str, Subscriber]] = []
    waiting = 0
    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        if record.trying_until is not None or not any(run.status == "running" for run in record.runs.values()):
            continue
        waiting += 1
        # The same lot at each look, so that two forecasts differ by what happened and not by who was drawn.
        lot = (-context.keys.stable_fraction(record.id, "forecast"), record.id, record)
        if len(drawn) < most:
            heapq.heappush(drawn, lot)
        else:
            heapq.heappushpop(drawn, lot)
    return [record for _, _, record in drawn], waiting


def last_moment(now: datetime, zone: ZoneInfo, days: int) -> datetime:
    """Return the end of the last day, where the workspace is."""
    start = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (start + timedelta(days=days)).astimezone(now.tzinfo)


def count_mails(catalog: SequenceCatalog, people: list[Subscriber], context: Context, until: datetime) -> MailCounts:
    """Return the mails that these people get up to a moment if nothing happens; all their sequences together."""
    zone = ZoneInfo(context.config.timezone)
    counts: MailCounts = Counter()
    for record in people:
        for mail in mails_ahead(catalog, record, context, until):
            counts[mail.queued_at.astimezone(zone).date(), f"{mail.sequence}/{mail.step}"] += 1
    return counts
