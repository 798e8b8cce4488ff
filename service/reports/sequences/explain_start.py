"""Explains why a sequence that begins by a condition or a date has not begun for one person.  Pure."""

from datetime import datetime

from domain.decision import Context
from domain.record import Subscriber
from language.durations import format_short_moment
from language.zones import zone_of_person
from onboarding.engine.starts.by_time import HELD
from onboarding.language.catalog import MailSequence
from onboarding.language.parts.timed_starts import TimedStart


def explain_timed_starts(sequence: MailSequence, record: Subscriber, context: Context) -> str:
    """Return what each of its conditions and dates waits for, as half sentences; empty if it has none."""
    return "; ".join(_explain_start(start, record, context) for start in sequence.start.timed)


def _explain_start(start: TimedStart, record: Subscriber, context: Context) -> str:
    if start.condition is None:
        return _explain_date(start, record, context)
    text = f"“{start.condition.text}”"
    changes_at = start.condition.changes_at(record, context.now)
    when = f", by time alone {_say(changes_at, record, context)} at the earliest" if changes_at else ""
    if not start.condition.holds(record, context.now):
        return f"it begins when {text} comes to hold{when}"
    if record.starts.get(start.key) == HELD:
        return f"{text} held at the last look as well; it must turn false first{when}"
    return f"{text} holds, and the person was not looked at for it yet"


def _explain_date(start: TimedStart, record: Subscriber, context: Context) -> str:
    occasions = start.occasions
    if occasions is None or record.fields.get(occasions.field) in (None, ""):
        return f"it begins {start.text}, which is empty"
    _, following = occasions.find_around(record, context.now)
    begins = f"it begins {start.text}"
    return f"{begins}: {_say(following.at, record, context)}" if following else f"{begins}, which is over"


def _say(at: datetime, record: Subscriber, context: Context) -> str:
    zone = zone_of_person(record, context.config.timezone, context.now)
    return format_short_moment(at, context.now, zone, "en")
