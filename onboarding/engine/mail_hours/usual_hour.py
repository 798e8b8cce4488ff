"""The hour at which a person usually uses the product, learnt from events that are declared with ``use: true``.  Pure.

Kept are 24 hours and 7 weekdays of local time, one byte each; when one is full, all are halved, so the last weeks weigh
more than the year before.  A mail leaves in the hour before the usual one: it lies there when they come.
"""

import functools
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from domain.record import Subscriber
from domain.workspace_config import SafetyLimits
from language.opening_hours import OpeningHours
from onboarding.language.parts.send_hours import hour_of_day, share_no_minute

DAY_HOURS, WEEKDAYS = 24, 7
FULL = 255
FEWEST = 5
"""Uses that have to be known before one speaks of a usual hour."""


def learn_hour(record: Subscriber, at: datetime, zone: ZoneInfo) -> Subscriber:
    """Return the record with one more use of the product at a moment, in the person's local time."""
    local = at.astimezone(zone)
    counts = bytearray(record.use_hours or bytes(DAY_HOURS + WEEKDAYS))
    if FULL in (counts[local.hour], counts[DAY_HOURS + local.weekday()]):
        counts = bytearray(count // 2 for count in counts)
    counts[local.hour] += 1
    counts[DAY_HOURS + local.weekday()] += 1
    return replace(record, use_hours=bytes(counts))


def find_usual_hour(record: Subscriber) -> int | None:
    """Return the hour of the day, local, in which the person uses the product most; None if too little is known."""
    return _busiest_hour(record.use_hours) if record.use_hours else None


@functools.lru_cache(maxsize=1024)
def _busiest_hour(counts: bytes) -> int | None:
    hours = counts[:DAY_HOURS]
    if sum(hours) < FEWEST:
        return None
    # The neighbours count half: somebody who comes at 8:50 and at 9:10 comes around 9, not at noon.
    weights = [hours[at - 1] + 2 * hours[at] + hours[(at + 1) % DAY_HOURS] for at in range(DAY_HOURS)]
    return max(range(DAY_HOURS), key=lambda at: (weights[at], hours[at], -at))


def hour_for_mail(usual: int, limits: SafetyLimits, hours: OpeningHours | None = None) -> int:
    """Return the hour in which a mail for this usual hour leaves: the one before, or the nearest that may be.

    It may be if it is not quiet, and has a minute of the sequence's ``hours`` if there are any.
    """
    return _nearest_hour((usual - 1) % DAY_HOURS, limits.quiet_from % DAY_HOURS, limits.quiet_until % DAY_HOURS, hours)


@functools.lru_cache(maxsize=1024)
def _nearest_hour(wanted: int, quiet_from: int, quiet_until: int, hours: OpeningHours | None) -> int:
    def is_quiet(at: int) -> bool:
        return quiet_from <= at < quiet_until if quiet_from <= quiet_until else at >= quiet_from or at < quiet_until

    possible = [
        at for at in range(DAY_HOURS) if not is_quiet(at) and not (hours and share_no_minute(hours, hour_of_day(at)))
    ]
    return min(possible, key=lambda at: (min((at - wanted) % DAY_HOURS, (wanted - at) % DAY_HOURS), at), default=wanted)
