"""Explains why a sequence that begins by a condition or a date has not begun for one person.  Pure."""

from collections.abc import Iterable
from datetime import datetime
from statistics import median

from domain.decision import Context
from domain.deeds import Deed, second_of
from domain.record import Subscriber
from language.durations import format_short_moment
from language.zones import zone_of_person
from onboarding.engine.starts.by_time import HELD
from onboarding.language.catalog import MailSequence
from onboarding.language.parts.timed_starts import TimedStart

DAY = 86_400
WEEK = 7
USUAL_WEEKS = 4
"""Weeks before the last one of which the middle is called usual."""


def explain_timed_starts(sequence: MailSequence, record: Subscriber, context: Context) -> str:
    """Return what each of its conditions and dates waits for, as half sentences; empty if it has none."""
    return "; ".join(_explain_start(start, record, context) for start in sequence.start.timed)


def _explain_start(start: TimedStart, record: Subscriber, context: Context) -> str:
    if start.condition is None:
        return _explain_date(start, record, context)
    text, known = f"“{start.condition.text}”", _tell_deeds(start.condition.events, record, context)
    changes_at = start.condition.changes_at(record, context.now)
    when = f", by time alone {_say(changes_at, record, context)} at the earliest" if changes_at else ""
    if not start.condition.holds(record, context.now):
        return f"it begins when {text} comes to hold{when}{known}"
    if record.starts.get(start.key) == HELD:
        return f"{text} held at the last look as well; it must turn false first{when}{known}"
    return f"{text} holds, and the person was not looked at for it yet"


def _tell_deeds(events: Iterable[str], record: Subscriber, context: Context) -> str:
    """Return in brackets what is known of the events that a condition asks about; empty if it asks about none."""
    told = [_tell_deed(name, record.behaviour.get(name), record, context) for name in sorted(events)]
    return f" ({'; '.join(told)})" if told else ""


def _tell_deed(name: str, deed: Deed | None, record: Subscriber, context: Context) -> str:
    if deed is None:
        return f"no {name} yet"
    today = second_of(context.now) // DAY
    # Weeks as “falls” counts them: whole days up to yesterday, and today with the last one.
    lately = deed.count_days(today, 0, 1 + WEEK)
    usual = median(deed.count_days(today, 1 + WEEK * back, WEEK) for back in range(1, 1 + USUAL_WEEKS))
    parts = [f"{name} {lately} {'time' if lately == 1 else 'times'} in 7 days"]
    parts += [f"usual {usual:g} a week"] if usual else []
    return ", ".join([*parts, f"last {_say(deed.last, record, context)}"])


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
