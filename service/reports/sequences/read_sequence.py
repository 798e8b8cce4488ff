"""Reads the numbers of a sequence: one scan over all records; history and send ledger only of who is in it."""

import asyncio
from datetime import timedelta

from domain import record as records
from domain.decision import Context
from domain.ports import Store
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.passes import latest_number, list_passes, put_in_front
from onboarding.language.catalog import MailSequence
from service.engine.build_commit import decode_line
from service.reports.sequences.follow_pass import PersonData, follow_pass
from service.reports.sequences.tally import SequenceTally

TOGETHER = 64
"""People whose history is read at once, and held in memory: the store answers many questions in one round."""
HISTORY_LINES = 200
"""Lines read of each; as many as are kept."""


async def count_sequence(store: Store, sequence: MailSequence, context: Context, days: int) -> SequenceTally:
    """Count everybody who is or was in the sequence; whose latest pass is older than ``days``, only in comparisons."""
    since = context.now - timedelta(days=days)
    tally = SequenceTally(sequence=sequence, now=context.now, house=context.house, since=since)
    waiting: list[Subscriber] = []
    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        passes = list_passes(record, sequence)
        # Whoever tried a draft belongs to the team, and to no report.
        if not passes or record.trying_until is not None:
            continue
        tally.forgotten += latest_number(record, sequence.name) - len(passes) if sequence.start.each else 0
        waiting += [put_in_front(record, name) for name in passes]
        if len(waiting) >= TOGETHER:
            await _add_people(store, waiting, tally, context)
            waiting.clear()
    await _add_people(store, waiting, tally, context)
    return tally


async def _add_people(store: Store, people: list[Subscriber], tally: SequenceTally, context: Context) -> None:
    name = tally.sequence.name
    for person in await asyncio.gather(*(_read_person(store, record, name) for record in people)):
        # Several passes of one person are not several people: in comparisons the latest stands for all of them.
        is_latest = person.record.runs[name].number == latest_number(person.record, name)
        tally.add(follow_pass(tally.sequence, person, context), compares=is_latest)


def is_mixed(record: Subscriber, sequence: str) -> bool:
    """Return True if another pass through the sequence ran at some time of the one in front."""
    this = record.runs[sequence]
    others = [run for name, run in record.runs.items() if sequence_of(name) == sequence and name != sequence]
    # A pass that began later and is not kept ended meanwhile.
    later = sum(run.number > this.number for run in others)
    return later < latest_number(record, sequence) - this.number or any(
        (this.ended_at is None or run.started_at <= this.ended_at)
        and (run.ended_at is None or run.ended_at >= this.started_at)
        for run in others
    )


async def _read_person(store: Store, record: Subscriber, sequence: str) -> PersonData:
    lines, sends = await asyncio.gather(store.history(record.id, last=HISTORY_LINES), store.sends_of(record.id))
    history = [decode_line(raw) for raw in lines]
    number = record.runs[sequence].number
    later = [
        run.started_at for name, run in record.runs.items() if sequence_of(name) == sequence and run.number > number
    ]
    return PersonData(
        record=record, history=history, sends=sends, is_mixed=is_mixed(record, sequence), until=min(later, default=None)
    )
