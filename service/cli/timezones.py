"""Checks time zones, and suggests the IANA name for a city or a misspelled name."""

from zoneinfo import available_timezones

from language.findings import find_nearest


class UnknownTimezoneError(ValueError):
    """A name is not an IANA time zone.  The message names the nearest one."""


def check_timezone(name: str) -> str:
    """Return the name of an IANA time zone; raises :class:`UnknownTimezoneError` if it is not one."""
    zones = available_timezones()
    if name in zones:
        return name
    suggestion = _guess_timezone(name, sorted(zones))
    hint = f"Did you mean {suggestion}?" if suggestion else "Write it such as Europe/Berlin."
    message = f"“{name}” is no IANA time zone. {hint}"
    raise UnknownTimezoneError(message)


def _guess_timezone(name: str, zones: list[str]) -> str:
    # “berlin”, “New York”, “europe/berlin”, “Europe/Brelin”: exact names and cities win over similar ones.
    folded = {zone.casefold(): zone for zone in zones}
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones if "/" in zone}
    word = name.strip().replace(" ", "_").casefold()
    city = word.rpartition("/")[2]
    near = folded.get(find_nearest(word, folded)) or cities.get(find_nearest(city, cities), "")
    return folded.get(word) or cities.get(city) or near
