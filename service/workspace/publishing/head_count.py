"""How many people stand at each step: one scan over all records."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from domain import record as records
from domain.ports import RecordStore
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of

StepOfVersion = tuple[str, str, str]
"""Flow, hash of the version, step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadCount:
    """Number of people at each step; no identities."""

    people: int
    conversations: Mapping[StepOfVersion, int]
    needed: frozenset[tuple[str, str]]
    """Flow and hash of every version that a record refers to: conversation, calls, scheduled messages, handover."""
    runs: Mapping[tuple[str, str], int]
    """Number of running runs, by sequence and step."""


async def count_heads(store: RecordStore) -> HeadCount:
    """Count everybody; costs one scan of the whole store."""
    people = 0
    conversations: Counter[StepOfVersion] = Counter()
    runs: Counter[tuple[str, str]] = Counter()
    needed: set[tuple[str, str]] = set()
    # Records change while the scan runs, so the figures are a picture of some seconds.  That is good enough for a plan,
    # because the swap itself keeps every version, whether people were counted in it or not.
    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        people += 1
        if conversation := record.conversation:
            conversations[conversation.flow, conversation.flow_hash, conversation.step] += 1
        needed.update(_pinned_versions(record))
        runs.update((sequence_of(name), run.step) for name, run in record.runs.items() if run.status == "running")
    return HeadCount(people=people, conversations=conversations, needed=frozenset(needed), runs=runs)


def _pinned_versions(record: Subscriber) -> Iterator[tuple[str, str]]:
    """Yield every flow version that a record refers to."""
    # All four are places to which a person can return: the present flow, the flows that called it, a message that is
    # scheduled from a flow, and the flow that a handover interrupted.
    if conversation := record.conversation:
        yield conversation.flow, conversation.flow_hash
        for frame in conversation.stack:
            yield frame.flow, frame.flow_hash
    for relay in record.relays:
        yield relay.flow, relay.flow_hash
    if record.handover and record.handover.flow:
        yield record.handover.flow, record.handover.flow_hash
