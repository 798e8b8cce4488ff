"""Decides which events the product has stopped telling.  Pure, over small values that all processes share.

The times of an event are kept like those of a Page's webhooks (:mod:`service.messenger.webhook_gap`): it is silent
after three times its usual longest gap of a day, and half an hour at least.  An event of which less than a fifth is
told of what is usual (:mod:`service.engine.house.event_counts`) counts as silent too, until that is over.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.house_values import HouseValues, SilentEvent
from service.messenger.webhook_gap import WebhookTimes, is_deaf, note_webhook

FORGOTTEN = timedelta(hours=8)
"""An event that is heard again holds the last person back for so long: six hours, and two for the spread."""

EventTimes = Mapping[str, WebhookTimes]
"""By event."""


def add_heard(times: EventTimes, heard: Mapping[str, tuple[datetime, datetime]]) -> dict[str, WebhookTimes]:
    """Return the times with what one process heard: the first and the last moment of each event."""
    merged = dict(times)
    for event, (first, last) in heard.items():
        merged[event] = note_webhook(note_webhook(merged.get(event), first), last)
    return merged


def find_new_silences(
    times: EventTimes, house: HouseValues, declared: Iterable[str], now: datetime
) -> dict[str, datetime]:
    """Return the events that have gone silent, and when each was heard last."""
    return {
        event: times[event].last
        for event in declared
        if event in times and not is_silent(house, event) and is_deaf(times[event], now)
    }


def is_silent(house: HouseValues, event: str) -> bool:
    """Return True if an event is known to be silent now."""
    return event in house.silent and house.silent[event].heard_at is None


def note_silences(
    house: HouseValues,
    times: EventTimes,
    new: Mapping[str, datetime],
    now: datetime,
    rare: Mapping[str, datetime] | None = None,
) -> HouseValues:
    """Return the values with new silences, and with what has been heard again.

    ``rare`` are the events of which far less is told than usual, and since when.
    """
    rare = rare or {}
    silent: dict[str, SilentEvent] = {}
    for event, silence in house.silent.items():
        heard_at = silence.heard_at
        if heard_at is None:
            heard_at = _find_heard(event, silence, times, rare, now)
        if heard_at is None or now < heard_at + FORGOTTEN:
            silent[event] = replace(silence, heard_at=heard_at)
    silent |= {event: SilentEvent(since=since) for event, since in new.items()}
    # What was heard again and is rare now is silent once more, from its first silence on.
    for event, since in rare.items():
        if event not in new and (event not in silent or silent[event].heard_at is not None):
            silent[event] = SilentEvent(since=silent[event].since if event in silent else since, rare=True)
    return replace(house, silent=silent)


def _find_heard(
    event: str, silence: SilentEvent, times: EventTimes, rare: Collection[str], now: datetime
) -> datetime | None:
    if silence.rare:
        return None if event in rare else now
    return times[event].last if event in times and times[event].last > silence.since else None


def note_alarms(times: EventTimes, new: Mapping[str, datetime], now: datetime) -> dict[str, WebhookTimes]:
    """Return the times in which the present silences are known, so that none of them counts as a usual gap."""
    return {event: replace(each, alarmed=now) if event in new else each for event, each in times.items()}
