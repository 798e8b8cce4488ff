"""Who has to be looked at for a start by a condition or a date, and who fits it already.  Pure."""

from collections.abc import Iterable
from datetime import datetime

from domain.record import Subscriber
from onboarding.engine.start_and_exit import has_basis, refuse_start
from onboarding.engine.starts.by_time import is_open
from onboarding.language.catalog import MailSequence


def needs_look(sequences: Iterable[MailSequence], record: Subscriber) -> bool:
    """Return True if a start is new for a person, so that nothing wakes them for it yet."""
    return any(
        start.key not in record.starts
        for sequence in sequences
        if has_basis(record, sequence)
        for start in sequence.start.timed
    )


def fits_already(sequence: MailSequence, record: Subscriber, now: datetime) -> bool:
    """Return True if a person who is let begin now would begin."""
    run = record.runs.get(sequence.name)
    if run and run.status == "running":
        return False
    # The cheap questions first: a plan asks this of everybody.
    if not has_basis(record, sequence) or not any(is_open(start, record, now) for start in sequence.start.timed):
        return False
    return not refuse_start(sequence, record, run, now)
