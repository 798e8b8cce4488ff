"""Says opening hours in a person's language: “Tuesday to Saturday, 11:00 to 18:00”."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import time

from babel.dates import format_time

from language.cldr import locale_of
from language.opening_hours import OpeningHours, Span

_DAYS = {"en": "{} to {}", "de": "{} bis {}"}
_TIMES = {"en": "{} to {}", "de": "{} bis {} Uhr"}
"""By language: from one to another; all others have a dash."""


def say_week(hours: OpeningHours, language: str) -> str:
    """Return the hours of a week; days in a row with the same hours are one."""
    return "; ".join(f"{days}, {say_spans(spans, language)}" for days, spans in _grouped_days(hours, language))


def say_spans(spans: Sequence[Span], language: str) -> str:
    """Return spans such as “10:00 to 13:00, 14:00 to 16:00”."""
    return ", ".join(
        _form(_TIMES, language).format(_say_minute(opens, language), _say_minute(closes, language))
        for opens, closes in spans
    )


def _grouped_days(hours: OpeningHours, language: str) -> Iterator[tuple[str, tuple[Span, ...]]]:
    names = locale_of(language).days["stand-alone"]["wide"]
    first = 0
    for day in range(7):
        spans = hours.week[day]
        if day < 6 and hours.week[day + 1] == spans:  # noqa: PLR2004  Sunday ends the week
            continue
        if spans:
            yield names[first] if first == day else _form(_DAYS, language).format(names[first], names[day]), spans
        first = day + 1


def _say_minute(minute: int, language: str) -> str:
    return format_time(time(minute // 60 % 24, minute % 60), "short", locale=locale_of(language))


def _form(forms: Mapping[str, str], language: str) -> str:
    return forms.get(language.split("-", maxsplit=1)[0], "{} – {}")
