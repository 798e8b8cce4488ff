"""Reads from the store who waits in sequences, and what people did there in the last weeks."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from random import Random  # noqa: TID251  dice of a statistic, no secret; see below
from zoneinfo import ZoneInfo

from domain import record as records
from domain.decision import Context
from domain.ports import Store
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.passes import list_passes, put_in_front
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import mails_ahead
from service.engine.build_commit import decode_line
from service.forecast.expect import DayForecast, PastFutures, Waiting, expect_mails
from service.forecast.past_passes import PastPass, read_pass

MOST_PEOPLE = 5_000
"""Of more people so many are read, drawn by lot, and the numbers are scaled up."""
LEARNT_PASS = timedelta(days=120)
"""Of passes that ended in the learnt days, those that began longer ago are not read."""
TOGETHER = 64
HISTORY_LINES = 200


@dataclass(slots=True, kw_only=True)
class PeopleDrawn:
    """People drawn by lot, at most so many, and how many there are."""

    most: int
    total: int = 0
    _drawn: list[tuple[float, str]] = field(default_factory=list)
    _names: set[str] = field(default_factory=set)

    async def read_people(self, store: Store) -> AsyncIterator[tuple[Subscriber, ...]]:
        """Yield those who were drawn and are not erased, a few at a time, as they are now."""
        names = (name for _, name in self._drawn)
        while some := tuple(islice(names, TOGETHER)):
            loaded = await asyncio.gather(*map(store.load, some))
            yield tuple(records.decode(each.record) for each in loaded if each.record is not None)

    @property
    def drawn(self) -> int:
        """How many were drawn."""
        return len(self._drawn)

    @property
    def scale(self) -> float:
        """People in all, for each drawn."""
        return self.total / len(self._drawn) if self._drawn else 1.0

    def add(self, name: str, context: Context) -> None:
        """Count somebody, who may be drawn."""
        # A walk that remembers nobody may meet somebody twice.
        if name in self._names:
            return
        self.total += 1
        # The same lot at each look, so that two forecasts differ by what happened and not by who was drawn.  Names
        # alone: the records of 5,000 people are megabytes, and are read again a few at a time.
        lot = (-context.keys.stable_fraction(name, "forecast"), name)
        self._names.add(name)
        if len(self._drawn) < self.most:
            heapq.heappush(self._drawn, lot)
        else:
            _, left_out = heapq.heappushpop(self._drawn, lot)
            self._names.discard(left_out)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailsAhead:
    """The forecast of the next days."""

    waiting: int
    """People who wait in a sequence now."""
    read: int
    """Those of them who were walked through."""
    learnt: int
    """Passes from which what is likely was learnt; 0 if none is old enough."""
    days: list[DayForecast]


async def forecast_mails_ahead(store: Store, catalog: SequenceCatalog, context: Context, days: int) -> MailsAhead:
    """Return the forecast of so many days, today included."""
    zone = ZoneInfo(context.config.timezone)
    waiting, known = await draw_people(store, catalog, context, MOST_PEOPLE)
    past = PastFutures(zone=zone, now=context.now, days=days, scale=known.scale)
    async for some in known.read_people(store):
        for passes in await asyncio.gather(*(_read_passes(store, catalog, record, context) for record in some)):
            for each in passes:
                past.add(each)
    standing = Waiting(scale=waiting.scale)
    until = last_moment(context.now, zone, days)
    async for some in waiting.read_people(store):
        for record in some:
            _add_waiting(standing, catalog, record, context, until)
            await asyncio.sleep(0)  # a chore beside the service must not hold the loop
    learnt = sum(map(len, past.begun.values())) + sum(map(len, past.stood.values()))
    # The same dice at each look, so that two forecasts differ by what happened.
    dice = Random(0)  # noqa: S311  nothing is kept secret by it
    return MailsAhead(
        waiting=waiting.total,
        read=waiting.drawn,
        learnt=learnt,
        # Half a second for 5,000 people; in a thread, so that the service goes on beside the chore.
        days=await asyncio.to_thread(expect_mails, past, standing, dice),
    )


async def draw_people(
    store: Store, catalog: SequenceCatalog, context: Context, most: int
) -> tuple[PeopleDrawn, PeopleDrawn]:
    """Return who waits in a sequence now, and who was in one lately."""
    waiting, known = PeopleDrawn(most=most), PeopleDrawn(most=most)
    # Nobody is remembered, which would be 12 MB for a million; who comes twice counts twice, unless they are drawn.
    async for name, raw in store.all_subscribers(once=False):
        record = records.decode(raw)
        if record.trying_until is not None:
            continue
        runs = [run for name, run in record.runs.items() if sequence_of(name) in catalog.sequences]
        if any(run.status == "running" for run in runs):
            waiting.add(name, context)
        if any(run.started_at > context.now - LEARNT_PASS for run in runs):
            known.add(name, context)
    return waiting, known


def last_moment(now: datetime, zone: ZoneInfo, days: int) -> datetime:
    """Return the end of the last day, where the workspace is."""
    start = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return (start + timedelta(days=days)).astimezone(now.tzinfo)


async def _read_passes(store: Store, catalog: SequenceCatalog, record: Subscriber, context: Context) -> list[PastPass]:
    lines = [decode_line(raw) for raw in await store.history(record.id, last=HISTORY_LINES)]
    names = dict.fromkeys(map(sequence_of, record.runs))
    known = (sequence for name in names if (sequence := catalog.sequences.get(name)))
    return [
        read_pass(sequence, put_in_front(record, name), lines, context.now)
        for sequence in known
        for name in list_passes(record, sequence)
    ]


def _add_waiting(
    standing: Waiting, catalog: SequenceCatalog, record: Subscriber, context: Context, until: datetime
) -> None:
    """Add what somebody gets if nothing happens, under each place where they stand."""
    zone = ZoneInfo(context.config.timezone)
    today = context.now.astimezone(zone).date()
    mails = [
        (
            (mail.sequence, mail.run),
            (mail.queued_at.astimezone(zone).date() - today).days,
            f"{mail.sequence}/{mail.step}",
        )
        for mail in mails_ahead(catalog, record, context, until)
    ]
    told: set[tuple[str, int]] = set()
    for name, run in sorted(record.runs.items()):
        sequence = catalog.sequences.get(sequence_of(name))
        if sequence is None or run.status != "running":
            continue
        place = (sequence.name, sequence.current_name(run.step), (today - run.entered_at.astimezone(zone).date()).days)
        # Of several orders each gets its own mails, and stands at its own step.
        told.add((sequence.name, run.number))
        own = [(ahead, step) for of, ahead, step in mails if of == (sequence.name, run.number)]
        standing.futures[place].append(tuple(own))
    # What begins only then has nobody to be compared with.
    if later := tuple((ahead, step) for of, ahead, step in mails if of not in told):
        standing.futures["", "", 0].append(later)
