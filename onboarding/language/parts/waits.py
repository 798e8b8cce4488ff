"""What a step of a sequence can wait for, compiled.  Pure."""

from dataclasses import dataclass
from datetime import timedelta

from language.conditions.parse import Condition, RowCondition
from language.durations import LocalTime
from language.mail_times.field_moments import FieldMoment
from language.mail_times.workdays import CountedWait


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitTime:
    """Wait for a length of time, counted from the moment the run entered the step."""

    length: timedelta
    text: str
    """As written, such as ``3 days``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitLocal:
    """Wait for a time of day in the person's time zone."""

    at: LocalTime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitCounted:
    """Wait for workdays, or for a length of time and then a time of day in the person's time zone."""

    wait: CountedWait
    text: str
    """As written, such as ``3 days, then 10:00 their time``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitDated:
    """Wait for a moment that is counted from a field, and moves with it; over on arrival, ``otherwise`` follows."""

    moment: FieldMoment
    text: str
    """As written, such as ``1 day before trial_ends``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitFor:
    """Wait until an event has happened a number of times, at most for a length of time after entering the step."""

    event: str
    times: int
    at_most: timedelta
    text: str
    """``at_most`` as written."""
    others: tuple[str, ...] = ()
    """Further events that count as well (``for: [invoice.sent, quote.sent]``)."""
    where: RowCondition | None = None
    """What the arriving event must say; None if any counts."""
    ever: bool = False
    """True if it counts all that ever happened (``since: ever``)."""

    @property
    def events(self) -> tuple[str, ...]:
        """All events that count."""
        return (self.event, *self.others)

    @property
    def name(self) -> str:
        """What is waited for, in words."""
        return f"{' or '.join(self.events)}{f' where {self.where.text}' if self.where else ''}"

    @property
    def heard_as(self) -> str:
        """The name under which a pass counts what its ``where`` lets through."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitWhen:
    """Wait until a condition holds, at most for a length of time after entering the step; then ``otherwise`` follows.

    The person is looked at when something happens to them, and when time alone can change the condition.
    """

    condition: Condition
    at_most: timedelta
    text: str
    """``at_most`` as written."""


Wait = WaitTime | WaitLocal | WaitCounted | WaitDated | WaitFor | WaitWhen
AWAITING = (WaitFor, WaitWhen)
"""Waits that something ends; if it does not come in time, ``otherwise`` follows."""
