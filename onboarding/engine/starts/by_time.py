"""Begins sequences when a condition comes to hold, or a date comes.  Pure.

Theory.  A person is looked at with everything that is decided of them, and at the moment that ``looks_at`` names: the
earliest at which time alone can change one of the starts.  So nothing is polled, and a changed field moves its starts
in the commit that changes it.

* A condition begins a pass when it turns true: it must have been false when it was looked at before.  When that can not
  begin (the pass runs, or was too short a while ago), the moment is over, and it must turn false first.
* A date begins a pass when its moment comes.  Of a field that is told later than that, only while the date is ahead.
* The first look at a person begins nothing, so that nobody begins because a file was applied.  Who confirms the topic
  begins at once, if it holds then.

Kept is one number for each start (:attr:`domain.record.Subscriber.starts`): of a condition, whether it was false; of a
date, which occasion was last waited for, or begun.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from zlib import crc32

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome
from domain.record import Subscriber
from language.mail_times.occasions import Occasion
from onboarding.language.catalog import MailSequence
from onboarding.language.parts.timed_starts import TimedStart

HELD, WAITS_TO_HOLD = 0, 1
"""Of a condition at the last look: it held, or it did not and begins a pass when it comes to."""
_NONE = 0

BeginPass = Callable[[Subscriber, MailSequence, str], Outcome]
"""Begins a pass for a reason, unless the rules of its start are against it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What one look at one start says."""

    state: int
    why: str = ""
    """What begins a pass now, as half a sentence; empty if nothing does."""
    next_look: datetime | None = None


def begin_by_time(
    sequences: Iterable[MailSequence],
    record: Subscriber,
    facts: Iterable[Fact],
    context: Context,
    begin: BeginPass,
    *,
    allowed: str = "",
) -> Outcome:
    """Begin the sequences whose condition has come to hold, or whose date has come, and note when to look again.

    ``sequences`` are those that the person agreed to; nothing is kept of others, so that at a later consent the person
    is looked at for the first time.  ``allowed`` names the sequence that who fits already begins now; empty if none.
    """
    confirmed = {fact.topic for fact in facts if fact.name == "confirmed"}
    outcome, states, looks = Outcome(record=record), dict[int, int](), list[datetime]()
    for sequence in sequences:
        for start in sequence.start.timed:
            looked = _look(start, record, context.now, is_newcomer=sequence.topic in confirmed)
            states[start.key] = looked.state
            looks += [looked.next_look] if looked.next_look else []
            run = outcome.record.runs.get(sequence.name)
            why = looked.why
            if not why and allowed == sequence.name and is_open(start, record, context.now):
                why = f"who fits “{start.text}” already is let begin"
            if why and not (run and run.status == "running"):
                outcome = outcome.followed_by(begin(outcome.record, sequence, why))
    looks_at = min(looks, default=None)
    if states == record.starts and looks_at == record.looks_at:
        return outcome
    return replace(outcome, record=replace(outcome.record, starts=states, looks_at=looks_at))


def _look(start: TimedStart, record: Subscriber, now: datetime, *, is_newcomer: bool) -> _Look:
    before = record.starts.get(start.key)
    if start.condition:
        holds, next_look = start.condition.holds(record, now), start.condition.changes_at(record, now)
        if not holds:
            return _Look(state=WAITS_TO_HOLD, next_look=next_look)
        begins = before == WAITS_TO_HOLD or (before is None and is_newcomer)
        return _Look(state=HELD, why=f"“{start.condition.text}” holds" if begins else "", next_look=next_look)
    last, following = start.occasions.find_around(record, now) if start.occasions else (None, None)
    told_late = last is not None and last.date_at > now and (before is not None or is_newcomer)
    unknown = before not in {_mark(last, done=True), _mark(following) if following else None}
    begins = last is not None and (before == _mark(last) or (told_late and unknown))
    return _Look(
        state=_mark(following) if following else _mark(last, done=True),
        why=f"it is {start.text}" if begins else "",
        next_look=following.at if following else None,
    )


def is_open(start: TimedStart, record: Subscriber, now: datetime) -> bool:
    """Return True if a condition holds, or a start before a date has passed and the date itself is still ahead."""
    if start.condition:
        return start.condition.holds(record, now)
    last, _ = start.occasions.find_around(record, now) if start.occasions else (None, None)
    return last is not None and last.date_at > now


def _mark(occasion: Occasion | None, *, done: bool = False) -> int:
    """Return a number for an occasion, odd if it is over; 0 for none."""
    if occasion is None:
        return _NONE
    # 31 bits and the one for “over” fit a number of five bytes in the record.
    return (crc32(occasion.name.encode()) >> 1) << 1 | done


def find_lost_date(sequence: MailSequence, record: Subscriber) -> str:
    """Return why a pass that a date began makes no sense any more, as half a sentence; empty if it does."""
    if not sequence.start.by_dates:
        return ""
    fields = [start.occasions.field for start in sequence.start.timed if start.occasions]
    if any(record.fields.get(field) not in (None, "") for field in fields):
        return ""
    return f"{fields[0]} is empty"
