"""Pure tests of a person, from which conditions are built."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from domain.record import Subscriber
from language.conditions.clock_changes import (
    A_TICK,
    WEEK,
    find_change,
    list_clock_moments,
    list_distances,
    list_field_days,
    list_midnights,
    list_named_days,
    list_opening_moments,
)
from language.conditions.comparisons import Comparison
from language.conditions.event_tests import EventTest, Happened, SinceStart
from language.conditions.place import hours_here
from language.conditions.sequence_tests import ClickedLink
from language.conditions.values import ComparisonScope
from language.opening_hours import LOOK_AHEAD, OpeningHours
from language.zones import zone_of_person

PersonTest = Callable[[Subscriber, datetime], bool]
"""A pure predicate over a record and the time."""

ChangeFinder = Callable[[Subscriber, datetime], datetime | None]
"""Returns up to when the result of a test stays if nothing happens; None if for good."""


@dataclass(frozen=True, slots=True)
class LastingTest:
    """A test with results on which a mail can rest: it is asked again before the mail goes.

    That a person opened the app is a thing of the past, and stays so.  That they did not, that they have a tag, or that
    a field has a value, can stop being so.
    """

    holds: PersonTest
    lasting: tuple[bool, ...]
    """The results that can stop being so."""

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return self.holds(record, now)


@dataclass(frozen=True, slots=True)
class ClockTest:
    """A test whose result time alone can change."""

    holds: PersonTest
    find_change: ChangeFinder

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return self.holds(record, now)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return up to when the result stays if nothing happens; None if for good."""
        return self.find_change(record, now)


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a test."""

    test: PersonTest

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return not self.test(record, now)


@dataclass(frozen=True, slots=True)
class Joined:
    """Tests joined by ``and`` (all must hold) or ``or``."""

    tests: Sequence[PersonTest]
    all_must_hold: bool

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        results = (test(record, now) for test in self.tests)
        return all(results) if self.all_must_hold else any(results)


def is_still(test: PersonTest, result: bool, record: Subscriber, now: datetime) -> bool:  # noqa: FBT001  a test's result
    """Tell whether a test that once had this result still has it, as far as it can stop having it.

    ``weekday is Monday and tag is trial`` held on a Monday: on Tuesday it is still so while the tag is there.
    """
    match test:
        case LastingTest(lasting=lasting) | EventTest(lasting=lasting):
            return result not in lasting or test(record, now) is result
        case Negation(test=inner):
            return is_still(inner, not result, record, now)
        case Joined(tests=tests, all_must_hold=all_must_hold):
            # All of “a and b” held, so all must still.  Of “a and b” that failed, at least one was false.
            each = (is_still(inner, result, record, now) for inner in tests)
            return all(each) if all_must_hold is result else any(each)
    return True  # clock and weekday: they only chose the moment


def changes_at(test: PersonTest, record: Subscriber, now: datetime) -> datetime | None:
    """Return up to when the result of a test stays if nothing happens; None if for good.

    In [now, changes_at) the result is the same, so whoever waits for it need not look before.
    """
    match test:
        case EventTest() | ClockTest():
            return test.changes_at(record, now)
        case LastingTest(holds=inner) | Negation(test=inner):
            return changes_at(inner, record, now)
        case Joined(tests=tests, all_must_hold=all_must_hold):
            return _joint_change(tests, record, now, all_must_hold=all_must_hold)
    return None  # tags, consents, languages: only an event changes them


def can_turn_false(test: PersonTest, *, result: bool = True) -> bool:
    """Return True unless a test that once had this result keeps it for good: an event happened, ever."""
    match test:
        case Happened() | SinceStart() | ClickedLink(window=None):
            return not result
        case Negation(test=inner):
            return can_turn_false(inner, result=not result)
        case Joined(tests=tests, all_must_hold=all_must_hold):
            each = (can_turn_false(inner, result=result) for inner in tests)
            return any(each) if all_must_hold is result else all(each)
    return True


def _joint_change(
    tests: Sequence[PersonTest], record: Subscriber, now: datetime, *, all_must_hold: bool
) -> datetime | None:
    deciding = [test for test in tests if test(record, now) is not all_must_hold]
    changes = [changes_at(test, record, now) for test in deciding or tests]
    known = [moment for moment in changes if moment is not None]
    # “a and b” stays false as long as one of them does: with two false ones until the later change.
    if deciding:
        return max(known) if len(known) == len(changes) else None
    return min(known, default=None)


def negate_test(test: PersonTest) -> PersonTest:
    """Return the opposite of a test."""
    return Negation(test)


def all_of(tests: Sequence[PersonTest]) -> PersonTest:
    """Return the test that all of these hold."""
    return tests[0] if len(tests) == 1 else Joined(tests, all_must_hold=True)


def any_of(tests: Sequence[PersonTest]) -> PersonTest:
    """Return the test that at least one of these holds."""
    return tests[0] if len(tests) == 1 else Joined(tests, all_must_hold=False)


def has_tag(tag: str) -> PersonTest:
    """Return the test that the person has a tag."""
    return lambda record, _: tag in record.tags


def speaks_language(code: str, default: str) -> PersonTest:
    """Return the test that the person's language is this one."""
    return lambda record, _: (record.language or default).casefold() == code  # people without one read the default


def field_is(name: str, compare: Comparison, workspace_zone: str, words: Sequence[str] = ()) -> PersonTest:
    """Return the test that a field passes a comparison; ``words`` are those of the comparison."""

    def holds_for(record: Subscriber, now: datetime) -> bool:
        scope = ComparisonScope(now=now, zone=zone_of_person(record, workspace_zone, now))
        return compare(record.fields.get(name), scope)

    def find_field_change(record: Subscriber, now: datetime) -> datetime | None:
        zone = zone_of_person(record, workspace_zone, now)
        moments = list_field_days(record.fields.get(name), words, zone)
        return find_change(lambda at: holds_for(record, at), now, zone, moments)

    # What a field says does not change by the clock; “today” and “now” do.
    return ClockTest(holds_for, find_field_change) if list_distances(words) or "now" in words else holds_for


def local_clock_is(
    part: Literal["date", "time"], compare: Comparison, workspace_zone: str, words: Sequence[str] = ()
) -> PersonTest:
    """Return the test that the date or the time of day where the person lives passes a comparison."""

    def holds_for(record: Subscriber, now: datetime) -> bool:
        scope = ComparisonScope(now=now, zone=zone_of_person(record, workspace_zone, now))
        local = now.astimezone(scope.zone)
        return compare((local.date() if part == "date" else local.time()).isoformat(), scope)

    def find_clock_change(record: Subscriber, now: datetime) -> datetime | None:
        zone = zone_of_person(record, workspace_zone, now)
        moments = list_named_days(words, zone) if part == "date" else list_clock_moments(words, now, zone)
        return find_change(lambda at: holds_for(record, at), now, zone, moments)

    return ClockTest(holds_for, find_clock_change)


def weekday_in(days: Collection[int], workspace_zone: str) -> PersonTest:
    """Return the test that it is one of these weekdays where the person lives; 0 is Monday."""

    def holds_for(record: Subscriber, now: datetime) -> bool:
        return now.astimezone(zone_of_person(record, workspace_zone, now)).weekday() in days

    def find_weekday_change(record: Subscriber, now: datetime) -> datetime | None:
        zone = zone_of_person(record, workspace_zone, now)
        return find_change(lambda at: holds_for(record, at), now, zone, list_midnights(now, zone, WEEK))

    return ClockTest(holds_for, find_weekday_change)


def is_open_now(opening: OpeningHours | None, workspace_zone: str) -> PersonTest:
    """Return the test that the place is open now, by its own clock."""

    def holds_for(record: Subscriber, now: datetime) -> bool:
        hours, zone = hours_here(record, opening, workspace_zone)
        return hours is not None and hours.is_open(now.astimezone(zone))

    def find_opening_change(record: Subscriber, now: datetime) -> datetime | None:
        hours, zone = hours_here(record, opening, workspace_zone)
        if hours is None:
            return None
        moments = list_opening_moments(hours, now, zone)
        # A place that does not change within a year is looked at again then.
        return find_change(lambda at: holds_for(record, at), now, zone, moments) or now + timedelta(days=LOOK_AHEAD - 2)

    return ClockTest(holds_for, find_opening_change)


def field_is_open(name: str, opening: OpeningHours | None, workspace_zone: str) -> PersonTest:
    """Return the test that the moment in a field lies in the opening hours."""

    def holds_for(record: Subscriber, _: datetime) -> bool:
        try:
            at = datetime.fromisoformat(str(record.fields.get(name)))
        except ValueError:
            return False
        hours, zone = hours_here(record, opening, workspace_zone)
        return hours is not None and hours.is_open(at.astimezone(zone) if at.tzinfo else at)

    return holds_for


def consent_is(topic: str, statuses: Collection[str]) -> PersonTest:
    """Return the test that the consent to a topic has one of these statuses."""

    def holds_for(record: Subscriber, _: datetime) -> bool:
        consent = record.consents.get(topic)
        return consent is not None and consent.status in statuses

    return holds_for


def channel_is(topic: str, channel: str) -> PersonTest:
    """Return the test that the person chose a channel, for a topic or for all; the default is the chat."""
    return lambda record, _: (record.channels.get(topic) or record.channels.get("") or "chat") == channel


def _holds_window_open(record: Subscriber, now: datetime) -> bool:
    until = record.window_expires_at
    # An unavailable person blocked the bot or left Messenger: the platform refuses every message.
    return until is not None and now < until and not record.unavailable


is_window_open = ClockTest(
    _holds_window_open, lambda record, now: record.window_expires_at if _holds_window_open(record, now) else None
)
"""The platform lets the bot write to this person now (within 24 hours of their last message)."""


def has_answered(step: str, within: timedelta | None) -> PersonTest:
    """Return the test that a question was answered in this conversation: that of ``step``, or any if it is empty.

    ``within`` counts from when the latest question was asked.
    """

    def holds_for(record: Subscriber, now: datetime) -> bool:
        conversation = record.conversation
        if conversation is None or (within is not None and now - conversation.entered_at > within):
            return False
        return any(step in ("", answer.step) for answer in conversation.answered)

    def find_end(record: Subscriber, now: datetime) -> datetime | None:
        if within is None or record.conversation is None or not holds_for(record, now):
            return None
        return record.conversation.entered_at + within + A_TICK

    return ClockTest(holds_for, find_end)
