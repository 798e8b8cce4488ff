"""Reads answers that leave a choice: “Monday or Tuesday at 5”, “um 5 oder um 6 am Freitag”.

Each half is read by itself.  Both have to name a day, or both a time; what only one of them names counts for both.
Then the judge asks which is meant.
"""

import re
from datetime import date, time

from flows.answers.dates.grammar import MOST_CHARACTERS, read_date_answer
from flows.answers.dates.result import DateAnswer, DayOptions, TimeOptions

_OR = re.compile(r"\s+(?:or|oder)\s+", re.IGNORECASE)
_NOON = time(12)


def read_date_or_alternatives(text: str, language: str, today: date) -> DateAnswer:
    """Return the days and times in a text, as :func:`flows.answers.dates.grammar.read_date_answer` does."""
    answer = read_date_answer(text, language, today)
    halves = _OR.split(text) if not answer.clear and len(text) <= MOST_CHARACTERS else []
    if len(halves) != 2:  # noqa: PLR2004  of three nobody could be asked “this or that”
        return answer
    first, second = (read_date_answer(half, language, today) for half in halves)
    simple = all(half.clear and half.ahead is None and half.either is None for half in (first, second))
    both_days, both_times = first.days and second.days, first.times and second.times
    if not simple or not (both_days or both_times) or (first.part and second.part and first.part != second.part):
        return answer
    return DateAnswer(
        days=_join_days(first.days, second.days, today) if first.days and second.days else first.days or second.days,
        times=_join_times(first.times, second.times) if first.times and second.times else first.times or second.times,
        part=first.part or second.part,
    )


def _join_days(first: DayOptions, second: DayOptions, today: date) -> DayOptions:
    # The coming day of each half, so that asking back names two days and not four.
    coming = (next((day for day in half.options if day >= today), half.options[0]) for half in (first, second))
    return DayOptions(options=tuple(dict.fromkeys(coming)))


def _join_times(first: TimeOptions, second: TimeOptions) -> TimeOptions:
    # “at 5 or 6” are 17:00 and 18:00: of four times the later two are asked about.
    options = [half.options[-1:] if half.options[-1] >= _NOON else half.options for half in (first, second)]
    return TimeOptions(options=tuple(dict.fromkeys(at for half in options for at in half)))
