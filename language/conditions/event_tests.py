"""Tests of what a person did: how often within a time, not at all, less than usual, what it said last.  Pure.

Each says two things: whether it holds, and when that could change if nothing happens (``changes_at``), so that waits
and starts on it need no polling.  Absence needs acquaintance: of somebody known for one day nobody can say that they
stayed away for 30.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import ClassVar

from domain.deeds import DAY, DAYS_BACK, Deed, moment_of, second_of
from domain.record import Subscriber
from language.conditions.comparisons import Comparison
from language.conditions.values import ComparisonScope
from language.zones import zone_of_person

BOTH = (True, False)
WEEK = 7
"""Days."""
LEAST_USUAL = 3
"""Occurrences of a usual week from which on it can fall; with fewer, a quiet week is chance."""


class EventTest:
    """A test of what a person did."""

    __slots__ = ()
    lasting: ClassVar[tuple[bool, ...]] = BOTH
    """The results on which a mail can rest, since they can stop being so; that something happened stays so."""

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        raise NotImplementedError

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when the result could change if nothing happens; None if it could not."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Happened(EventTest):
    """The event happened at least so many times."""

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    event: str
    times: int

    def __call__(self, record: Subscriber, now: datetime) -> bool:  # noqa: ARG002  every test is asked with the time
        """Return the result for this person."""
        deed = record.behaviour.get(self.event)
        return deed is not None and deed.count >= self.times

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:  # noqa: ARG002  as above
        """Return None: only an event changes it."""
        return None


@dataclass(frozen=True, slots=True)
class HappenedWithin(EventTest):
    """The event happened at least so many times within a time before now, at most 20."""

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    event: str
    times: int
    window: timedelta

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        over = self.over_at(record)
        return over is not None and second_of(now) < over

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when so many are no longer within the time."""
        over = self.over_at(record)
        return moment_of(over) if over is not None and second_of(now) < over else None

    def over_at(self, record: Subscriber) -> int | None:
        """Return the second from which on fewer lie within the time; None if it never happened so often."""
        deed = record.behaviour.get(self.event)
        recent = deed.recent_seconds if deed else ()
        # ``recent`` has the latest 20 only; the reader refuses conditions that would need more.
        return recent[-self.times] + int(self.window.total_seconds()) if len(recent) >= self.times else None


@dataclass(frozen=True, slots=True)
class HappenedOnDays(EventTest):
    """The event happened at least so many times on the last days, today included (UTC); for more than 20."""

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    event: str
    times: int
    days: int

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        deed = record.behaviour.get(self.event)
        return deed is not None and self._holds_on(deed, second_of(now) // DAY)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return the midnight (UTC) from which on it does not hold."""
        deed = record.behaviour.get(self.event)
        return find_changing_day(lambda today: self._holds_on(deed, today), now) if deed else None

    def _holds_on(self, deed: Deed, today: int) -> bool:
        return deed.count_days(today, 0, self.days) >= self.times


@dataclass(frozen=True, slots=True)
class AbsentWithin(EventTest):
    """We know the person for a time, and within it they did it less often than ``enough`` says."""

    lasting: ClassVar[tuple[bool, ...]] = (True,)
    enough: HappenedWithin | HappenedOnDays
    window: timedelta

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return now >= self._known_long_enough(record) and not self.enough(record, now)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when it comes to hold; None if it holds, since then only an event changes it."""
        if self(record, now):
            return None
        return max(self._known_long_enough(record), self.enough.changes_at(record, now) or now)

    def _known_long_enough(self, record: Subscriber) -> datetime:
        # Before the record began the product told nothing of this person, or only a part.
        return record.created_at + self.window


@dataclass(frozen=True, slots=True)
class Falls(EventTest):
    """In each of the last weeks the person did it at most a part as often as in their usual week before.

    Usual is the median week of the four before (of the three, if the last two are looked at), and at least 3.  Weeks
    are whole days (UTC) up to yesterday; what was done today counts too, so that the answer does not swing by the
    hour.
    """

    event: str
    weeks: int
    """1 or 2."""
    part: float

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        deed = record.behaviour.get(self.event)
        return deed is not None and self._holds_on(deed, second_of(now) // DAY)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return the midnight (UTC) at which the result changes; None if it stays."""
        deed = record.behaviour.get(self.event)
        return find_changing_day(lambda today: self._holds_on(deed, today), now) if deed else None

    def _holds_on(self, deed: Deed, today: int) -> bool:
        before = [deed.count_days(today, 1 + WEEK * back, WEEK) for back in range(self.weeks, DAYS_BACK // WEEK)]
        usual = median(before)
        if usual < LEAST_USUAL:
            return False
        lately = [deed.count_days(today, 0, 1 + WEEK)]
        lately += [deed.count_days(today, 1 + WEEK * back, WEEK) for back in range(1, self.weeks)]
        return max(lately) <= usual * self.part


@dataclass(frozen=True, slots=True)
class Said(EventTest):
    """The last value that a property of the event had passes a comparison."""

    event: str
    name: str
    compare: Comparison
    workspace_zone: str
    relative: bool
    """True if it is compared with a day counted from today; only then time alone can change the result."""

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        deed = record.behaviour.get(self.event)
        scope = ComparisonScope(now=now, zone=zone_of_person(record, self.workspace_zone, now))
        return self.compare(deed.said.get(self.name) if deed else None, scope)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return the next midnight where the person is, at which “today” is another day."""
        if not self.relative or self.event not in record.behaviour:
            return None
        local = now.astimezone(zone_of_person(record, self.workspace_zone, now))
        tomorrow = (local + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return tomorrow.astimezone(UTC)


@dataclass(frozen=True, slots=True)
class SinceStart(EventTest):
    """Since the present pass through a sequence began, the event happened at least so many times.

    The event that began it is left out.  In a pass of its own for one order, say, only events of this order count, or
    those that name none; with ``other``, all.
    """

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    sequence: str
    event: str
    times: int
    other: bool

    def __call__(self, record: Subscriber, now: datetime) -> bool:  # noqa: ARG002  every test is asked with the time
        """Return the result for this person; False outside of the sequence."""
        run, deed = record.runs.get(self.sequence), record.behaviour.get(self.event)
        if run is None or deed is None:
            return False
        if run.key and not self.other:
            return len(run.heard.get(self.event, ())) >= self.times
        began = second_of(run.counts_from or run.started_at)
        return sum(at > began for at in deed.recent_seconds) >= self.times

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:  # noqa: ARG002  as above
        """Return None: only an event changes it."""
        return None


def find_changing_day(holds_on: Callable[[int], bool], now: datetime) -> datetime | None:
    """Return the first midnight (UTC) at which a test of days changes if nothing happens; None if it does not."""
    today = second_of(now) // DAY
    holds = holds_on(today)
    # After so many days all counts are nothing.
    later = (day for day in range(today + 1, today + DAYS_BACK + 2) if holds_on(day) is not holds)
    return next((moment_of(day * DAY) for day in later), None)
