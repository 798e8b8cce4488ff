"""Reads answers that leave a choice: “Monday or Tuesday at 5”, “um 5 oder um 6 am Freitag”.

Each half is read by itself.  Both have to name a day, or both a time; what only one of them names counts for both.
Then the judge asks which is meant.  A slip of the finger in the name of a day or month is mended first (“frietag”).
"""

import functools
import re
from dataclasses import replace
from datetime import date, time

from rapidfuzz.distance import DamerauLevenshtein

from flows.answers.dates.grammar import MOST_CHARACTERS, read_date_answer
from flows.answers.dates.result import DateAnswer, DayOptions, TimeOptions
from flows.answers.dates.surroundings import cut_signature
from flows.answers.dates.vocabulary import LEXICONS, normalize_answer

_OR = re.compile(r"\s+(?:or|oder)\s+", re.IGNORECASE)
_NOON = time(12)
SHORTEST_MENDED = 5
"""Letters of the shortest word in which a slip is mended; the name is longer: “leute” is not “heute”."""

LONG_MENDED = 7
"""Letters from which two slips are mended, such as those of “tommorow”."""


def read_date_or_alternatives(text: str, language: str, today: date) -> DateAnswer:
    """Return the days and times in a text, as :func:`flows.answers.dates.grammar.read_date_answer` does."""
    answer = read_date_answer(text, language, today)
    if not answer.clear:
        text = cut_signature(text, _list_names(language))
        corrected = correct_slips(text[:MOST_CHARACTERS], language)
        text = corrected or text
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


def settle_by_question(answer: DateAnswer, wanted: str) -> DateAnswer:
    """Return an answer with what only the question settles: “5.12” is a day where one is asked for, “midday” 12:00."""
    if answer.either and wanted != "moment":
        days, times = answer.either
        return replace(answer, either=None, days=days if wanted == "date" else None,
                       times=times if wanted == "time" else None)  # fmt: skip
    if wanted == "time" and answer.part == "noon" and not answer.times and not answer.days:
        return replace(answer, times=TimeOptions(options=(_NOON,)))
    return answer


def correct_slips(text: str, language: str) -> str:
    """Return a text with the slips in names of days and months mended; empty if there are none."""
    names = _list_names(language)
    words = normalize_answer(text).split()
    mended = [_mend_word(word, names) for word in words]
    return " ".join(mended) if mended != words else ""


def _mend_word(word: str, names: frozenset[str]) -> str:
    # Short words are left alone, and so are words that could be either of two: “sontag” is near two days.
    if len(word) < SHORTEST_MENDED or word in names or not word.isalpha():
        return word
    most = 1 if len(word) < LONG_MENDED else 2
    slips = {name: DamerauLevenshtein.distance(word, name, score_cutoff=most) for name in names}
    # One slip before two, and two only behind the right first letter, which a slip seldom hits.
    for count in range(1, most + 1):
        near = [name for name in names if slips[name] == count and (count == 1 or name[0] == word[0])]
        if near:
            return near[0] if len(near) == 1 else word
    return word


@functools.lru_cache(maxsize=16)
def _list_names(language: str) -> frozenset[str]:
    lexicon = LEXICONS.get(language)
    names = (*lexicon.weekdays, *lexicon.months, *lexicon.days) if lexicon else ()
    return frozenset(name for name in names if len(name) > SHORTEST_MENDED and name.isalpha())


def _join_days(first: DayOptions, second: DayOptions, today: date) -> DayOptions:
    # The coming day of each half first: asking back names the first two that fit.
    coming = [next((day for day in half.options if day >= today), half.options[0]) for half in (first, second)]
    later = sorted(day for half in (first, second) for day in half.options if day > today and not half.by_year)
    return DayOptions(options=tuple(dict.fromkeys([*coming, *later])), alternatives=tuple(coming))


def _join_times(first: TimeOptions, second: TimeOptions) -> TimeOptions:
    # “at 5 or 6” are 17:00 and 18:00: of four times the later two are asked about.
    options = [half.options[-1:] if half.options[-1] >= _NOON else half.options for half in (first, second)]
    halves = (first.options, second.options)
    return TimeOptions(options=tuple(dict.fromkeys(at for half in options for at in half)), halves=halves)
