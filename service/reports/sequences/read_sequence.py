"""Reads the numbers of a sequence: one scan over all records; history and send ledger only of who is in it."""

import asyncio
from datetime import timedelta

from domain import record as records
from domain.decision import Context
from domain.ports import Store
from domain.record import Subscriber
from onboarding.engine.passes import put_latest_in_front
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
        record = put_latest_in_front(records.decode(raw), sequence.name)
        # Whoever tried a draft belongs to the team, and to no report.
        if sequence.name not in record.runs or record.trying_until is not None:
            continue
        waiting.append(record)
        if len(waiting) == TOGETHER:
            await _add_people(store, waiting, tally, context)
            waiting.clear()
    await _add_people(store, waiting, tally, context)
    return tally


async def _add_people(store: Store, people: list[Subscriber], tally: SequenceTally, context: Context) -> None:
    for person in await asyncio.gather(*(_read_person(store, record) for record in people)):
        tally.add(follow_pass(tally.sequence, person, context))


async def _read_person(store: Store, record: Subscriber) -> PersonData:
    lines, sends = await asyncio.gather(store.history(record.id, last=HISTORY_LINES), store.sends_of(record.id))
    return PersonData(record=record, history=[decode_line(raw) for raw in lines], sends=sends)
