"""The pure tests of a person that conditions are made of."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Literal

from domain.record import Subscriber
from language.conditions.comparisons import Compare, Scope

Test = Callable[[Subscriber, datetime], bool]
"""A pure predicate over a record and the time."""

Zoned = Callable[[Subscriber, datetime], datetime]
"""Returns the time as it is for the person."""


def negated(test: Test) -> Test:
    """Return the opposite of a test."""
    return lambda record, now: not test(record, now)


def every(tests: Sequence[Test]) -> Test:
    """Return the test that all of these hold."""
    return lambda record, now: all(test(record, now) for test in tests)


def any_of(tests: Sequence[Test]) -> Test:
    """Return the test that one of these holds."""
    return lambda record, now: any(test(record, now) for test in tests)


def happened(event: str, times: int) -> Test:
    """Return the test that an event happened so often."""
    return lambda record, _: event in record.behaviour and record.behaviour[event].count >= times


def happened_within(event: str, times: int, window: timedelta) -> Test:
    """Return the test that an event happened so often within the time before now."""

    def test(record: Subscriber, now: datetime) -> bool:
        known = record.behaviour.get(event)
        return known is not None and sum(now - window < at <= now for at in known.recent) >= times

    return test


def tagged(tag: str) -> Test:
    """Return the test that the person has a tag."""
    return lambda record, _: tag in record.tags


def speaks(code: str, default: str) -> Test:
    """Return the test that the person is spoken to in a language."""
    return lambda record, _: (record.language or default).casefold() == code


def field_is(name: str, compare: Compare, house_zone: str) -> Test:
    """Return the test of one field."""

    def test(record: Subscriber, now: datetime) -> bool:
        scope = Scope(now=now, zones=(record.profile.timezone, house_zone))
        return compare(record.fields.get(name), scope)

    return test


def clock_is(part: Literal["date", "time"], compare: Compare, house_zone: str) -> Test:
    """Return the test of the day or the time of day, as it is for the person."""

    def test(record: Subscriber, now: datetime) -> bool:
        scope = Scope(now=now, zones=(record.profile.timezone, house_zone))
        local = now.astimezone(scope.zone)
        return compare((local.date() if part == "date" else local.time()).isoformat(), scope)

    return test


def weekday_in(days: Collection[int], house_zone: str) -> Test:
    """Return the test that it is one of these weekdays for the person; 0 is Monday."""

    def test(record: Subscriber, now: datetime) -> bool:
        zone = Scope(now=now, zones=(record.profile.timezone, house_zone)).zone
        return now.astimezone(zone).weekday() in days

    return test


def consent_is(topic: str, statuses: Collection[str]) -> Test:
    """Return the test that the decision on a topic is one of these."""

    def test(record: Subscriber, _: datetime) -> bool:
        known = record.consents.get(topic)
        return known is not None and known.status in statuses

    return test


def channel_is(topic: str, channel: str) -> Test:
    """Return the test that a channel is chosen, for a topic or for all; without a choice it is the chat."""
    return lambda record, _: (record.channels.get(topic) or record.channels.get("") or "chat") == channel


def window_open(record: Subscriber, now: datetime) -> bool:
    """Tell whether the platform lets us write to this person in chat now."""
    until = record.window_expires_at
    return until is not None and now < until and not record.unavailable


def answered(step: str, within: timedelta | None) -> Test:
    """Return the test that something, or the question of a step, was answered in this conversation, and how soon.

    How soon counts from when the question that was open last was asked.
    """

    def test(record: Subscriber, now: datetime) -> bool:
        talk = record.conversation
        if talk is None or (within is not None and now - talk.entered_at > within):
            return False
        return any(step in ("", one.step) for one in talk.answered)

    return test
