"""Who stands where: one scan over all records."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain import record as records
from domain.ports import Store
from domain.record import Subscriber

Place = tuple[str, str, str]
"""Flow, hash of its version, step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """How many people stand in each step; nobody is named."""

    people: int
    conversations: Mapping[Place, int]
    needed: frozenset[tuple[str, str]]
    """Flow and hash of every version that anybody stands in, returns to, is told from, or is handed back to."""
    runs: Mapping[tuple[str, str], int]
    """Running passes, by sequence and step."""


async def take(store: Store) -> Census:
    """Count; costs one scan of the whole store."""
    people = 0
    talks: Counter[Place] = Counter()
    runs: Counter[tuple[str, str]] = Counter()
    needed: set[tuple[str, str]] = set()
    async for _, raw in store.everybody():
        record = records.decode(raw)
        people += 1
        if talk := record.conversation:
            talks[talk.flow, talk.flow_hash, talk.step] += 1
        needed.update(_pinned(record))
        runs.update((name, run.step) for name, run in record.runs.items() if run.status == "running")
    return Census(people=people, conversations=talks, needed=frozenset(needed), runs=runs)


def _pinned(record: Subscriber) -> Iterator[tuple[str, str]]:
    """Yield every version that this person needs."""
    if talk := record.conversation:
        yield talk.flow, talk.flow_hash
        for frame in talk.stack:
            yield frame.flow, frame.flow_hash
    for relay in record.relays:
        yield relay.flow, relay.flow_hash
    if record.handover and record.handover.flow:
        yield record.handover.flow, record.handover.flow_hash
