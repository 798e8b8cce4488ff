"""Meanings of distances from now: “in two weeks”, “dans 3 jours”."""

from calendar import monthrange
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Literal

from flows.answers.dates.result import DateAnswer, DayOptions
from flows.answers.dates.vocabulary import PatternMatch
from flows.answers.number_words import number_words

Unit = Literal["minute", "hour", "day", "week", "month"]

_MOST_AHEAD = 3_700
"""Most days, weeks, months, hours or minutes ahead."""


def read_ahead(match: PatternMatch) -> DateAnswer | None:
    """Read “in two weeks”, “in half an hour”: a number, and a unit of the lexicon."""
    word, unit = str(match.groups[0]), match.lexicon.units[str(match.groups[1])]
    # “half an hour”, “in einer halben Stunde”; “half a week” is left unclear.
    if word.startswith("hal"):
        return DateAnswer(ahead=timedelta(minutes=30)) if unit == "hour" else None
    # “Give me a minute” and “in einer Minute” ask for patience.
    if unit == "minute" and _read_count(word, match) == 1:
        return None
    double = 2 if match.groups[1] == "fortnight" else 1  # the lexicon lists “fortnight” as a week
    return _answer_ahead(_read_count(word, match) * double, unit, match.today)


def _read_units_ahead(unit: Unit, match: PatternMatch) -> DateAnswer | None:
    """Read “dans 3 jours”, whose pattern is of one unit and has the number only."""
    return _answer_ahead(_read_count(match.first_group, match), unit, match.today)


def _read_hour_and_half(_: PatternMatch) -> DateAnswer:
    """Read “in an hour and a half”, “in anderthalb Stunden”."""
    return DateAnswer(ahead=timedelta(minutes=90))


def _read_past(_: PatternMatch) -> DateAnswer:
    """Read “il y a 3 jours” as unclear: questions ask for days to come, or for dates."""
    return DateAnswer(clear=False)


def _read_count(word: str, match: PatternMatch) -> int:
    # No number is one: Polish “za tydzień” is in a week.
    if not word:
        return 1
    if word.isdecimal():
        return int(word)
    return match.lexicon.counts.get(word) or number_words(match.language)[word]


def _answer_ahead(count: int, unit: str, today: date) -> DateAnswer | None:
    if count > _MOST_AHEAD:
        return None
    if unit in ("minute", "hour"):
        return DateAnswer(ahead=timedelta(minutes=count * (60 if unit == "hour" else 1)))
    # Months have no fixed length, so they are counted on the calendar.
    day = _add_months(today, count) if unit == "month" else today + timedelta(days=count * (7 if unit == "week" else 1))
    return DateAnswer(days=DayOptions(options=(day,)))


def _add_months(today: date, count: int) -> date:
    # A month after 31 January is 28 February: the day is cut to the length of the month.
    year, month = divmod(today.year * 12 + today.month - 1 + count, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


DISTANCE_MEANINGS: Mapping[str, Callable[[PatternMatch], DateAnswer | None]] = {
    "minutes_ahead": partial(_read_units_ahead, "minute"), "hours_ahead": partial(_read_units_ahead, "hour"),
    "days_ahead": partial(_read_units_ahead, "day"), "weeks_ahead": partial(_read_units_ahead, "week"),
    "months_ahead": partial(_read_units_ahead, "month"), "past": _read_past,
    "hour_and_half": _read_hour_and_half,
}  # fmt: skip
"""By the name beside a pattern of :mod:`flows.answers.dates.other_languages`."""
