"""The texts of an appointment among those that a translator gets: its title, its place and its description."""

from collections.abc import Iterator, Mapping

from flows.language.model import CalendarText
from flows.language.translation_model import TranslatedCalendar

_PARTS = {"title": "calendar", "where": "calendar where", "description": "calendar description"}
"""By key of the appointment, the name of the text."""


def calendar_parts(calendar: CalendarText | TranslatedCalendar | None) -> Iterator[tuple[str, str]]:
    """Yield the texts that are there, each with its name."""
    yield from ((name, text) for key, name in _PARTS.items() if (text := getattr(calendar, key, "")))


def write_calendar(texts: Mapping[str, str]) -> str | dict[str, str]:
    """Return a translated appointment for YAML: only its title if it holds nothing else, empty if nothing."""
    written = {key: texts[name] for key, name in _PARTS.items() if name in texts}
    return written["title"] if list(written) == ["title"] else written
