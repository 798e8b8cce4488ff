"""Tests of where a person stands in sequences, which mails they got, and when they did anything at all.  Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from domain.deeds import moment_of, second_of
from domain.record import Subscriber
from language.conditions.event_tests import EventTest


@dataclass(frozen=True, slots=True)
class InSequence(EventTest):
    """The person is in a pass of the sequence."""

    sequence: str

    def __call__(self, record: Subscriber, now: datetime) -> bool:  # noqa: ARG002  every test is asked with the time
        """Return the result for this person."""
        return any(run.status == "running" and sequence_of(name) == self.sequence for name, run in record.runs.items())

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:  # noqa: ARG002  as above
        """Return None: a pass ends in a decision, and the decision asks again."""
        return None


@dataclass(frozen=True, slots=True)
class ReachedGoal(EventTest):
    """The last pass of the sequence reached its goal."""

    sequence: str

    def __call__(self, record: Subscriber, now: datetime) -> bool:  # noqa: ARG002  every test is asked with the time
        """Return the result for this person."""
        passes = [run for name, run in record.runs.items() if sequence_of(name) == self.sequence]
        return bool(passes) and max(passes, key=lambda run: run.number).status == "goal"

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:  # noqa: ARG002  as above
        """Return None: only an event changes it."""
        return None


@dataclass(frozen=True, slots=True)
class GotMail(EventTest):
    """A mail of this template was decided for the person, within a time before now if one is given."""

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    template: str
    window: timedelta | None

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        got = record.got.get(self.template)
        return got is not None and (self.window is None or now < moment_of(got) + self.window)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when the mail is no longer within the time."""
        return moment_of(record.got[self.template]) + self.window if self.window and self(record, now) else None


@dataclass(frozen=True, slots=True)
class ClickedLink(EventTest):
    """A person followed a link of a mail, within a time before now if one is given.

    In the file of a sequence, of a mail of the present pass; a mail that the sequence did not send counts whenever.
    """

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    template: str
    window: timedelta | None
    sequence: str
    """The sequence in whose file it stands; empty if it stands elsewhere."""

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        at = self._find_last(record)
        return at is not None and (self.window is None or now < at + self.window)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when the click is no longer within the time."""
        at = self._find_last(record)
        return at + self.window if at and self.window and now < at + self.window else None

    def _find_last(self, record: Subscriber) -> datetime | None:
        """Return when the last click was that counts here; None if there is none."""
        if record.links is None:  # nearly everybody
            return None
        run = record.runs.get(self.sequence)
        last = max(
            (
                one.at
                for one in record.links.mails
                if one.mail == self.template
                # What an earlier pass, or one of another order, was clicked says nothing of this one.
                and (run is None or one.sequence != self.sequence or one.run == run.number)
            ),
            default=None,
        )
        return None if last is None else moment_of(last)


@dataclass(frozen=True, slots=True)
class Engaged(EventTest):
    """The person did anything within a time before now: an event, an answer, a chat message, a click."""

    lasting: ClassVar[tuple[bool, ...]] = (False,)
    window: timedelta

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return now < self.over_at(record)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when it is longer ago."""
        over = self.over_at(record)
        return over if now < over else None

    def over_at(self, record: Subscriber) -> datetime:
        """Return when it is longer ago than the time."""
        # Before this was kept, only that something happened was known: erring to the side of silence.
        return (record.engaged_at or record.last_event_at) + self.window


@dataclass(frozen=True, slots=True)
class NotEngaged(EventTest):
    """We know the person for a time, and within it they did nothing at all."""

    lasting: ClassVar[tuple[bool, ...]] = (True,)
    engaged: Engaged

    def __call__(self, record: Subscriber, now: datetime) -> bool:
        """Return the result for this person now."""
        return now >= self._holds_from(record)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return when it comes to hold."""
        return None if self(record, now) else self._holds_from(record)

    def _holds_from(self, record: Subscriber) -> datetime:
        return max(self.engaged.over_at(record), record.created_at + self.engaged.window)


def sequence_of(name: str) -> str:
    """Return the sequence of a run, by the name under which a record keeps it: ``after_order/4711`` is one of many."""
    return name.partition("/")[0]


def is_engaged_since(record: Subscriber, at: datetime) -> bool:
    """Return True if the person did anything after a moment."""
    return record.engaged_at is not None and second_of(record.engaged_at) > second_of(at)
