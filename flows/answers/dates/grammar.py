"""Reads a day and a time out of what a person wrote, in a language that ``vocabulary`` has tables for.

Nothing is guessed and nothing is passed over: each meaning gives all the days or times that it can stand for, and a
word that is left over is a sign that something else was said.  What fits the question is chosen later, in
:mod:`flows.answers.dates.compile_date_question`, where the range is known.
"""

import functools
import re
from dataclasses import replace
from datetime import date

from flows.answers.dates.meanings import MEANINGS, Reading, hour_of, spoken
from flows.answers.dates.result import DateAnswer
from flows.answers.dates.vocabulary import LEXICONS, Lexicon
from flows.answers.numbers import spelled

MOST_CHARACTERS = 120
_SPACE = re.compile(r"\s+")
_DROPPED = str.maketrans({"’": "", "'": "", ",": " ", "!": " ", "?": " ", ";": " ", "(": " ", ")": " ", "–": "-"})


Grammar = tuple[tuple[re.Pattern[str], str], ...]


def read(text: str, language: str, today: date) -> DateAnswer:
    """Return what a text says of a day and a time; ``language`` has a lexicon.  Never raises."""
    said, left = read_by(LEXICONS[language], _compiled(language), text, language, today)
    return replace(said, clear=said.clear and not left)


def read_by(lexicon: Lexicon, grammar: Grammar, text: str, language: str, today: date) -> tuple[DateAnswer, list[str]]:
    """Return what a text says of a day and a time, and the words that are left over."""
    rest = _SPACE.sub(" ", text[:MOST_CHARACTERS].casefold().translate(_DROPPED)).strip()
    said = DateAnswer(clear=len(text) <= MOST_CHARACTERS)
    for pattern, meaning in grammar:
        for found in list(pattern.finditer(rest)):
            meant = MEANINGS[meaning](Reading(lexicon, language, today, found))
            if meant is not None:
                said = said.adding(meant)
                rest = rest.replace(found[0], " | ", 1)
    words = (word.strip(".:-/") for word in rest.replace("|", " ").split())
    return _whole(said, [word for word in words if word not in ("", *lexicon.fillers)], language)


def _whole(said: DateAnswer, left: list[str], language: str) -> tuple[DateAnswer, list[str]]:
    """Take a bare hour as the time where it is missing, and “19.12” as what is missing."""
    if len(left) == 1 and said.times is None and said.either is None and said.ahead is None:
        hour = hour_of(left[0], language)
        if hour is not None:
            return said.adding(DateAnswer(times=spoken(hour, 0))), []
    if said.either and (said.days is None) is not (said.times is None):
        days, times = said.either
        said = replace(said, days=said.days or days, times=said.times or times, either=None)
    return said, left


@functools.cache
def _compiled(language: str) -> Grammar:
    return compile_grammar(LEXICONS[language], language)


def compile_grammar(lexicon: Lexicon, language: str) -> Grammar:
    """Return the patterns of a lexicon, ready to be looked for."""
    numbers = [word for word, number in spelled(language).items() if 0 < number <= 31]  # noqa: PLR2004  a month's days
    hours = [word for word, number in spelled(language).items() if 0 < number <= 24]  # noqa: PLR2004  a day's hours
    words = {
        "WEEKDAY": list(lexicon.weekdays), "MONTH": list(lexicon.months), "FEAST": list(lexicon.feasts),
        "DAYWORD": list(lexicon.days), "PART": list(lexicon.parts), "UNIT": list(lexicon.units),
        "NUM": [r"\d{1,3}", *lexicon.articles, *numbers], "HOUR": [r"\d{1,2}(?![.:]?\d)", *hours],
    }  # fmt: skip
    made: list[tuple[re.Pattern[str], str]] = []
    for pattern, meaning in lexicon.patterns:
        written = pattern
        for name, known in words.items():
            written = written.replace(name, f"(?:{'|'.join(sorted(known, key=len, reverse=True))})")
        made.append((re.compile(rf"(?<![\w.:]){written}(?!\w)"), meaning))
    return tuple(made)
