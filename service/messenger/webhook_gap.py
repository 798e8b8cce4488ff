"""When a Page has been silent for too long: pure, over a small value that all processes share.

A Page has busy hours and quiet nights, so its usual silence is the longest gap of a day.  The median of these over the
last fourteen days is what is usual; three times that, and half an hour at least, is *deaf*: Messenger stops delivering
to a webhook that failed for an hour, tells nobody in the chat, and does not begin again by itself
(docs/messenger.md).
"""

from datetime import datetime, timedelta
from statistics import median

import msgspec
from msgspec import Struct
from msgspec.structs import replace

TIMES = 3
"""How many times longer than usual a silence has to be."""
LEAST = timedelta(minutes=30)
MOST_DAYS = 14
FEWEST_DAYS = 2
"""Days that have to be known before anything is called unusual."""


class Heard(Struct, frozen=True, kw_only=True, array_like=True):
    """When a Page's webhooks came."""

    last: datetime
    """The latest webhook."""
    day: str
    """The day that :attr:`longest` belongs to."""
    longest: float = 0.0
    """The longest gap of that day so far, in seconds."""
    days: tuple[float, ...] = ()
    """The longest gaps of the days before, in seconds, latest last."""
    alarmed: datetime | None = None
    """When the present silence was reported; None: it was not."""


def decode(raw: bytes | None) -> Heard | None:
    """Read the stored form; None if nothing is known, or nothing that this version can read."""
    if raw is None:
        return None
    try:
        return msgspec.msgpack.decode(raw, type=Heard)
    except msgspec.DecodeError:
        return None


def encode(heard: Heard) -> bytes:
    """Return the stored form."""
    return msgspec.msgpack.encode(heard)


def hear(known: Heard | None, now: datetime) -> Heard:
    """Return what is known after a webhook that comes now."""
    today = now.date().isoformat()
    if known is None:
        return Heard(last=now, day=today)
    gap = max(0.0, (now - known.last).total_seconds())
    if known.alarmed:  # a silence that was an outage is no usual one
        gap = 0.0
    if known.day == today:
        return replace(known, last=max(now, known.last), longest=max(known.longest, gap), alarmed=None)
    days = (*known.days, max(known.longest, gap))[-MOST_DAYS:]
    return Heard(last=now, day=today, days=days)


def usual(known: Heard) -> timedelta | None:
    """Return the longest silence of a usual day; None while too few days are known."""
    return timedelta(seconds=median(known.days)) if len(known.days) >= FEWEST_DAYS else None


def is_deaf(known: Heard, now: datetime) -> bool:
    """Tell whether no webhook came for much longer than usual."""
    expected = usual(known)
    return expected is not None and now - known.last > max(LEAST, TIMES * expected)
