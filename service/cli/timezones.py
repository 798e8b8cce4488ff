"""Time zones as people name them: by their IANA name, or by the city."""

from zoneinfo import available_timezones

from language.findings import nearest


class NoZoneError(ValueError):
    """This is no IANA time zone.  The message names the nearest one."""


def checked(name: str) -> str:
    """Return an IANA time zone's name; raises :class:`NoZoneError`."""
    zones = available_timezones()
    if name in zones:
        return name
    close = _meant(name, sorted(zones))
    hint = f"Did you mean {close}?" if close else "Write it such as Europe/Berlin."
    message = f"“{name}” is no IANA time zone. {hint}"
    raise NoZoneError(message)


def _meant(name: str, zones: list[str]) -> str:
    folded = {zone.casefold(): zone for zone in zones}
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones if "/" in zone}
    word = name.strip().replace(" ", "_").casefold()
    city = word.rpartition("/")[2]
    near = folded.get(nearest(word, folded)) or cities.get(nearest(city, cities), "")
    return folded.get(word) or cities.get(city) or near
