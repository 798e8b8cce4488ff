"""Who of all readers gives no sign any more: silent and not asked yet, asked, resting."""

from datetime import datetime

import msgspec
import structlog
from msgspec import Struct

from domain import record as records
from domain.consent.resting import is_resting
from domain.ports import RecordStore
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.start_and_exit import fits_already
from onboarding.language.acts import LetRest
from onboarding.language.catalog import MailSequence, SequenceCatalog

log = structlog.get_logger("doorstep.reports")


class SilentReaders(Struct, kw_only=True):
    """What a sequence finds that lets people rest; people by the names of their records."""

    sequence: str
    start: str
    """What makes it begin, as its file says."""
    topics: tuple[str, ...]
    """What rests."""
    silent: list[str] = []
    """Who fits it and is not asked yet: they were silent before the sequence was there."""
    asked: list[str] = []
    resting: list[str] = []
    kept: dict[str, str] = {}
    """Topics whose silent readers are kept, and why."""


def list_rested_topics(sequence: MailSequence) -> tuple[str, ...]:
    """Return the topics that a sequence lets rest; empty if it is no such sequence."""
    acts = (step.action for step in sequence.steps.values())
    return tuple(dict.fromkeys(act.topic for act in acts if isinstance(act, LetRest)))


def find_resting_sequences(catalog: SequenceCatalog) -> list[str]:
    """Return the sequences that let people rest."""
    return [name for name, sequence in catalog.sequences.items() if list_rested_topics(sequence)]


async def read_silent_readers(
    store: RecordStore, catalog: SequenceCatalog, config: WorkspaceConfig, now: datetime
) -> list[SilentReaders]:
    """Read every record once, and return what each such sequence finds."""
    kept = {name: topic.hygiene.off for name, topic in config.topics.items() if topic.hygiene}
    sequences = [catalog.sequences[name] for name in find_resting_sequences(catalog)]
    found = [
        SilentReaders(
            sequence=sequence.name, topics=list_rested_topics(sequence), kept=kept,
            start=", or ".join(start.text for start in sequence.start.timed) or "with an event",
        )
        for sequence in sequences
    ]  # fmt: skip
    async for name, raw in store.all_subscribers():
        try:
            record = records.decode(raw)
        except msgspec.MsgspecError:
            log.error("unreadable", subscriber=name)
            continue
        for sequence, one in zip(sequences, found, strict=True):
            _sort_in(sequence, one, record, now)
    return found


def _sort_in(sequence: MailSequence, one: SilentReaders, record: Subscriber, now: datetime) -> None:
    run = record.runs.get(sequence.name)
    # Who rests fits the start as well, and was asked already.
    if any(is_resting(record, topic) for topic in one.topics):
        one.resting.append(record.id)
    elif run and run.status == "running":
        one.asked.append(record.id)
    elif fits_already(sequence, record, now):
        one.silent.append(record.id)
