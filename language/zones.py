"""Time zones of people, whom the platform tells of by an offset only.

Messenger's profile says “1” for whoever is an hour ahead of UTC.  That is no time zone: it does not know when the
clocks change.  The offset belongs to the moment at which it was told, so it is compared with what the clocks of real
zones said then:

1. the workspace's zone, if it had this offset: most people live where the business is;
2. else a zone of the country in their locale that had it (CLDR), the most populous first;
3. else the offset itself, which at least is right until the clocks change.

A profile keeps the offset under the name of a zone that stands for it (``Etc/GMT-1``), and the rule is applied where a
zone is used.  So it holds for records that were written before it, and for a workspace that moves.
"""

import functools
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.core import get_global

from domain.record import Subscriber

_OFFSETS = range(-12, 15)
"""Hours for which there is an ``Etc/GMT`` zone."""
_ZONES_OF_PART_HOURS = {
    -9.5: "Pacific/Marquesas",
    -3.5: "America/St_Johns",
    -2.5: "America/St_Johns",
    3.5: "Asia/Tehran",
    4.5: "Asia/Kabul",
    5.5: "Asia/Kolkata",
    5.75: "Asia/Kathmandu",
    6.5: "Asia/Yangon",
    8.75: "Australia/Eucla",
    9.5: "Australia/Darwin",
    10.5: "Australia/Adelaide",
    12.75: "Pacific/Chatham",
    13.75: "Pacific/Chatham",
}
"""IANA zones for offsets with a part of an hour."""
_TOLD_ZONES = frozenset({"UTC", *_ZONES_OF_PART_HOURS.values()})
"""Names, besides ``Etc/GMT…``, that :func:`zone_of_offset` gives; they stand for an offset."""
_POPULOUS: Mapping[str, tuple[str, ...]] = {
    "AR": ("America/Argentina/Buenos_Aires",),
    "AU": ("Australia/Sydney", "Australia/Melbourne", "Australia/Brisbane", "Australia/Perth", "Australia/Adelaide"),
    "BR": ("America/Sao_Paulo", "America/Manaus", "America/Rio_Branco", "America/Noronha"),
    "CA": ("America/Toronto", "America/Vancouver", "America/Edmonton", "America/Winnipeg", "America/Halifax"),
    "CD": ("Africa/Kinshasa", "Africa/Lubumbashi"),
    "CL": ("America/Santiago",),
    "ES": ("Europe/Madrid", "Atlantic/Canary"),
    "ID": ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"),
    "KZ": ("Asia/Almaty",),
    "MX": ("America/Mexico_City", "America/Tijuana", "America/Mazatlan", "America/Cancun"),
    "MY": ("Asia/Kuala_Lumpur",),
    "NZ": ("Pacific/Auckland", "Pacific/Chatham"),
    "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "RU": ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Novosibirsk", "Europe/Samara", "Asia/Krasnoyarsk"),
    "US": (
        "America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver", "America/Phoenix",
        "America/Anchorage", "Pacific/Honolulu",
    ),
    "UZ": ("Asia/Tashkent",),
}  # fmt: skip
"""By country: where most people live, first; the other zones that CLDR lists follow in its order."""


def zone_of_offset(offset: object) -> str:
    """Return the IANA zone that stands for an offset in hours, as the platform tells it; empty if it tells none."""
    # The sign in "Etc/GMT" names is reversed (POSIX): UTC+2 is Etc/GMT-2.
    if not isinstance(offset, int | float) or isinstance(offset, bool):
        return ""
    if offset not in _OFFSETS:
        return _ZONES_OF_PART_HOURS.get(offset, "")
    return f"Etc/GMT{-int(offset):+d}" if offset else "UTC"


@functools.lru_cache(maxsize=1024)
def zone_or_default(name: str, default: str) -> ZoneInfo:
    """Return the time zone ``name``; if that is empty or unknown the zone ``default``, and if that is too, UTC."""
    # Names come from profiles, tables and files, so a name may be anything: “../etc” is a ValueError.
    for zone_name in (name, default):
        try:
            return ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return ZoneInfo("UTC")


def zone_of_person(record: Subscriber, workspace_zone: str, now: datetime) -> ZoneInfo:
    """Return the time zone in which a person lives; the workspace's if nothing is known."""
    profile = record.profile
    if not profile.timezone or not _is_told_offset(profile.timezone):
        return zone_or_default(profile.timezone, workspace_zone)
    # Rounded to the hour, so that one answer serves all people who were asked within it.
    told_at = (record.profiled_at or now).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return _zone_with_offset(profile.timezone, profile.locale, workspace_zone, told_at)


def _is_told_offset(name: str) -> bool:
    return name.startswith("Etc/GMT") or name in _TOLD_ZONES


@functools.lru_cache(maxsize=4096)
def _zone_with_offset(told: str, locale: str, workspace_zone: str, told_at: datetime) -> ZoneInfo:
    """Return the zone that a told offset most likely stands for; see the rule at the top."""
    fixed, home = zone_or_default(told, workspace_zone), zone_or_default(workspace_zone, "UTC")
    offset = told_at.astimezone(fixed).utcoffset()
    return next((zone for zone in (home, *_zones_of_country(locale)) if _offset_at(zone, told_at) == offset), fixed)


def _offset_at(zone: ZoneInfo, at: datetime) -> timedelta | None:
    return at.astimezone(zone).utcoffset()


def _zones_of_country(locale: str) -> Iterable[ZoneInfo]:
    """Return the zones of the country in a locale such as ``en_US``; none if it has no country."""
    country = locale.replace("-", "_").rpartition("_")[2].upper() if "_" in locale.replace("-", "_") else ""
    names = dict.fromkeys((*_POPULOUS.get(country, ()), *get_global("territory_zones").get(country, ())))
    return (zone_or_default(name, "UTC") for name in names)
