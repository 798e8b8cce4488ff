"""Decides when a Page has been silent for too long.  Pure, over a small value that all processes share.

A Page has busy hours and quiet nights, so its usual silence is the longest gap between two webhooks of a day: the
median over the last fourteen days.  Three times that, and at least half an hour, counts as *deaf*.  The platform stops
delivering to a webhook that failed for an hour, without a notice, and does not resume by itself (docs/messenger.md).
Example: with a usual gap of 7 hours at night, a Page counts as deaf after 21 hours; with 5 minutes, after half an hour.
"""

from datetime import datetime, timedelta
from statistics import median

import msgspec
from msgspec import Struct
from msgspec.structs import replace

DEAF_FACTOR = 3
"""A silence counts as deaf from this many times the usual gap."""
LEAST_GAP = timedelta(minutes=30)
MOST_DAYS = 14
FEWEST_DAYS = 2
"""Days that must be known before a silence can count as unusual."""


class WebhookTimes(Struct, frozen=True, kw_only=True, array_like=True):
    """When the webhooks of a Page arrived."""

    last: datetime
    """The latest webhook."""
    day: str
    """The day that :attr:`longest` belongs to."""
    longest: float = 0.0
    """The longest gap of that day so far, in seconds."""
    days: tuple[float, ...] = ()
    """The longest gaps of the days before, in seconds, latest last."""
    alarmed: datetime | None = None
    """When the present silence was reported; None if it was not reported."""


def decode_times(raw: bytes | None) -> WebhookTimes | None:
    """Read the stored form.  None if there is none, or if this version cannot read it."""
    if raw is None:
        return None
    # Written by another release during an upgrade: the times start anew, which costs two days without this alarm.
    try:
        return msgspec.msgpack.decode(raw, type=WebhookTimes)
    except msgspec.DecodeError:
        return None


def encode_times(times: WebhookTimes) -> bytes:
    """Return the stored form."""
    return msgspec.msgpack.encode(times)


def note_webhook(times: WebhookTimes | None, now: datetime) -> WebhookTimes:
    """Return the times after a webhook that arrives now."""
    today = now.date().isoformat()
    if times is None:
        return WebhookTimes(last=now, day=today)
    # Another process may have written a later time already; its clock may be some seconds ahead.
    gap = max(0.0, (now - times.last).total_seconds())
    if times.alarmed:  # an outage must not raise what counts as usual
        gap = 0.0
    if times.day == today:
        return replace(times, last=max(now, times.last), longest=max(times.longest, gap), alarmed=None)
    # The gap over midnight counts for the day that it began on.  The median makes one odd day harmless.
    days = (*times.days, max(times.longest, gap))[-MOST_DAYS:]
    return WebhookTimes(last=now, day=today, days=days)


def usual_gap(times: WebhookTimes) -> timedelta | None:
    """Return the usual longest gap of a day; None while too few days are known."""
    return timedelta(seconds=median(times.days)) if len(times.days) >= FEWEST_DAYS else None


def is_deaf(times: WebhookTimes, now: datetime) -> bool:
    """Return True if no webhook arrived for much longer than usual."""
    expected = usual_gap(times)
    return expected is not None and now - times.last > max(LEAST_GAP, DEAF_FACTOR * expected)
