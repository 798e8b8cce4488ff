"""Reads the day and the time in a text, in a language that has a lexicon (:mod:`flows.answers.dates.vocabulary`).

Nothing is guessed and nothing is ignored.  Each phrase gives all the days or times that it can mean, and a word that
is left over makes the answer unclear.  :mod:`flows.answers.dates.compile_date_question`, which knows the range, then
chooses among them.
"""

import functools
import re
from dataclasses import replace
from datetime import date

from flows.answers.dates.meanings import MEANINGS, PatternMatch, read_hour, spoken_times
from flows.answers.dates.result import DateAnswer
from flows.answers.dates.vocabulary import LEXICONS, Lexicon
from flows.answers.numbers import number_words

MOST_CHARACTERS = 120
_SPACE = re.compile(r"\s+")
# “o'clock” becomes “oclock”, “Friday, 7pm!” becomes “friday 7pm”; a dash of any kind is a hyphen.
_DROPPED = str.maketrans({"’": "", "'": "", ",": " ", "!": " ", "?": " ", ";": " ", "(": " ", ")": " ", "–": "-"})

Grammar = tuple[tuple[re.Pattern[str], str], ...]


def read_date_answer(text: str, language: str, today: date) -> DateAnswer:
    """Return the day and time in a text; ``language`` must have a lexicon.  Never raises."""
    answer, left = read_with_grammar(LEXICONS[language], _compiled_grammar(language), text, language, today)
    return replace(answer, clear=answer.clear and not left)


def read_with_grammar(
    lexicon: Lexicon, grammar: Grammar, text: str, language: str, today: date
) -> tuple[DateAnswer, list[str]]:
    """Return the day and time in a text, and the words that are left over."""
    # Small letters, single spaces: the form that the patterns of the lexicon are written for.
    rest = _SPACE.sub(" ", text[:MOST_CHARACTERS].casefold().translate(_DROPPED)).strip()
    answer = DateAnswer(clear=len(text) <= MOST_CHARACTERS)
    # Order matters: “24.12.2026” is tried before “24.12” (a day or a time), “7:30 pm” before “7:30”.
    for pattern, meaning in grammar:
        # `list`: `rest` changes within the loop, and the matches are those of the text before.
        for match in list(pattern.finditer(rest)):
            part_answer = MEANINGS[meaning](PatternMatch(lexicon, language, today, match))
            if part_answer is not None:
                answer = answer.merge_with(part_answer)
                # A bar instead of the phrase: without it “5 | 30” would become “5 30” and be read as a time.
                rest = rest.replace(match[0], " | ", 1)
    words = (word.strip(".:-/") for word in rest.replace("|", " ").split())
    return _complete_answer(answer, [word for word in words if word not in ("", *lexicon.fillers)], language)


def _complete_answer(answer: DateAnswer, leftover: list[str], language: str) -> tuple[DateAnswer, list[str]]:
    """Return the answer with a bare hour as its time if that is missing, and with “19.12” as the missing part."""
    if len(leftover) == 1 and answer.times is None and answer.either is None and answer.ahead is None:
        # “tomorrow 7”: a lone number beside a day can only be the hour.
        hour = read_hour(leftover[0], language)
        if hour is not None:
            return answer.merge_with(DateAnswer(times=spoken_times(hour, 0))), []
    # “19.12 um 18 Uhr” has a time, so 19.12 is the day; “Friday 19.12” has a day, so it is the time.
    if answer.either and (answer.days is None) is not (answer.times is None):
        days, times = answer.either
        answer = replace(answer, days=answer.days or days, times=answer.times or times, either=None)
    return answer, leftover


@functools.cache
def _compiled_grammar(language: str) -> Grammar:
    return compile_grammar(LEXICONS[language], language)


def compile_grammar(lexicon: Lexicon, language: str) -> Grammar:
    """Return the compiled patterns of a lexicon, each with the name of its meaning."""
    numbers = [word for word, number in number_words(language).items() if 0 < number <= 31]  # noqa: PLR2004  a month's days
    hours = [word for word, number in number_words(language).items() if 0 < number <= 24]  # noqa: PLR2004  a day's hours
    words = {
        "WEEKDAY": list(lexicon.weekdays), "MONTH": list(lexicon.months), "FEAST": list(lexicon.feasts),
        "DAYWORD": list(lexicon.days), "PART": list(lexicon.parts), "UNIT": list(lexicon.units),
        "NUM": [r"\d{1,3}", *lexicon.articles, *numbers], "HOUR": [r"\d{1,2}(?![.:]?\d)", *hours],
    }  # fmt: skip
    compiled: list[tuple[re.Pattern[str], str]] = []
    for pattern, meaning in lexicon.patterns:
        expression = pattern
        for name, alternatives in words.items():
            # Longest first, because `|` takes the first that matches: “thursday” before “thu”.
            expression = expression.replace(name, f"(?:{'|'.join(sorted(alternatives, key=len, reverse=True))})")
        # Whole words only, and not within “19.12.2026” or “10:30”.
        compiled.append((re.compile(rf"(?<![\w.:]){expression}(?!\w)"), meaning))
    return tuple(compiled)
