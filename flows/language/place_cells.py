"""Checks the columns that make a row of a table a place: ``zone`` and ``open`` (:mod:`flows.conversation.places`)."""

import zoneinfo
from collections.abc import Iterator

from language.findings import Finding, find_nearest
from language.opening_hours import UnclearHoursError, read_hours_cell
from language.yaml_source import YamlPath, YamlSource, YamlValue

ZONE_COLUMN, OPEN_COLUMN = "zone", "open"


def check_place_cell(source: YamlSource, path: YamlPath, column: str, value: YamlValue) -> Iterator[Finding]:
    """Yield a warning for a zone or opening hours that cannot be read: else doorstep.yaml counts in silence."""
    written = str(value or "").strip()
    if not written:
        return
    if column == ZONE_COLUMN and written not in zoneinfo.available_timezones():
        message = f"“{written[:40]}” is no IANA time zone, so the one of doorstep.yaml counts for this row."
        yield source.finding_at(path, "unknown-timezone", message, _name_zone(written), severity="warning")
    if column == OPEN_COLUMN:
        try:
            read_hours_cell(written)
        except UnclearHoursError as error:
            message = f"{error} The hours of doorstep.yaml count for this row."
            yield source.finding_at(path, "bad-hours", message, error.hint, severity="warning")


def _name_zone(written: str) -> str:
    # Of zones with the same city the European one is meant: “Dublin” stands for Europe/Dublin.
    zones = sorted(zoneinfo.available_timezones(), key=lambda zone: (zone.startswith("Europe/"), zone))
    cities = {zone.rpartition("/")[2].casefold(): zone for zone in zones if "/" in zone}
    city = find_nearest(written.rpartition("/")[2].strip().replace(" ", "_"), cities)
    return f"Did you mean “{cities[city]}”?" if city else "Such as Europe/Berlin."
