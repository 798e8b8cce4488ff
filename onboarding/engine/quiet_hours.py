"""Quiet hours: when a marketing mail may go out where the person is."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.workspace_config import Limits
from language.durations import LocalTime

SPREAD = timedelta(minutes=15)
"""Mails that waited for the morning leave spread over this time, so that they come as no herd."""

HOURS = 24


def is_quiet(now: datetime, zone: ZoneInfo, limits: Limits) -> bool:
    """Tell whether it is a quiet hour there; the same hour twice in the limits means there are none."""
    hour, start, end = now.astimezone(zone).hour, limits.quiet_from % HOURS, limits.quiet_until % HOURS
    return start <= hour < end if start <= end else hour >= start or hour < end


def allowed_from(now: datetime, zone: ZoneInfo, limits: Limits, fraction: float) -> datetime:
    """Return ``now`` if mail may go, else the end of the quiet hours and this person's part of the spread."""
    if not is_quiet(now, zone, limits):
        return now
    morning = LocalTime(at=time(limits.quiet_until % HOURS)).next_after(now, zone)
    return morning + timedelta(seconds=int(fraction * SPREAD.total_seconds()))
