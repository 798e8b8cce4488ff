"""Quiet hours: when a marketing mail may go out where the person is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.workspace_config import SafetyLimits
from language.durations import LocalTime

SPREAD = timedelta(minutes=15)
"""Mails that waited for the morning leave spread over this time, so that they do not all go at once."""

HOURS = 24


def is_quiet(now: datetime, zone: ZoneInfo, limits: SafetyLimits) -> bool:
    """Return True if it is a quiet hour in this zone; there are none if both limits are the same hour."""
    # From 21 until 8 the quiet hours pass midnight: 22 >= 21 is quiet, and so is 7 < 8.  24 is the hour 0.
    hour, start, end = now.astimezone(zone).hour, limits.quiet_from % HOURS, limits.quiet_until % HOURS
    return start <= hour < end if start <= end else hour >= start or hour < end


def allowed_from(now: datetime, zone: ZoneInfo, limits: SafetyLimits, fraction: float) -> datetime:
    """Return ``now`` if mail may go, else the end of the quiet hours plus this person's fraction of the spread."""
    if not is_quiet(now, zone, limits):
        return now
    morning = LocalTime(at=time(limits.quiet_until % HOURS)).next_after(now, zone)
    return morning + timedelta(seconds=int(fraction * SPREAD.total_seconds()))
