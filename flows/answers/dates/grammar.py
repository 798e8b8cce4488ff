"""Reads the day and the time in a text, with the lexicon of its language.

English and German have their own (:mod:`flows.answers.dates.vocabulary`); those of all other languages are built from
CLDR (:mod:`flows.answers.dates.other_languages`).

Nothing is guessed and nothing is ignored.  Each phrase gives all the days or times that it can mean, and a word that
is left over makes the answer unclear.  :mod:`flows.answers.dates.compile_date_question`, which knows the range, then
chooses among them.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from flows.answers.dates.meanings import MEANINGS, read_hour, spoken_times
from flows.answers.dates.ordinals import write_ordinals
from flows.answers.dates.other_languages import build_lexicon
from flows.answers.dates.plain_words import write_plainly
from flows.answers.dates.result import DateAnswer
from flows.answers.dates.surroundings import is_ornament
from flows.answers.dates.vocabulary import LEXICONS, Lexicon, PatternMatch, normalize_answer
from flows.answers.number_words import number_words

MOST_CHARACTERS = 120

_BESIDE = re.compile(
    r"\b(?:guten tag|schönen tag(?: noch)?|(?:good|nice|great) day"
    r"|what about|any chance|shall (?:i|we)|may i|are you free|was ist mit|darf ich|sollen wir|in ordnung"
    r"|(?:drop|come|stop|pop|swing) (?:by|in|round)|if (?:thats|its|that is|it is) (?:ok|okay|fine|alright|possible"
    r"|good)|wenn (?:das|es|euch das) (?:geht|passt|ok ist|möglich ist|in ordnung ist)"
    r"|(?:habt|hättet) ihr|(?:noch )?(?:et)?was frei|noch ein(?:en)? termin)\b"
)
"""Greetings that hold a word of time, and openers of a proposal with words that mean something else elsewhere."""

Grammar = tuple[tuple[re.Pattern[str], str], ...]


def read_date_answer(text: str, language: str, today: date) -> DateAnswer:
    """Return the day and time in a text; ``language`` is an ISO 639 code without a region.  Never raises."""
    lexicon, grammar = _load_grammar(language)
    # The form that the patterns are written for.  What is behind the first characters is not read at all.
    plain = write_plainly(normalize_answer(text[:MOST_CHARACTERS]), language)
    rest = write_ordinals(_BESIDE.sub(" ", plain), language)
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
    leftover = [word for word in words if word not in lexicon.fillers and not is_ornament(word)]
    answer, leftover = _complete_answer(answer, leftover, language)
    return replace(answer, clear=answer.clear and not leftover)


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


@functools.lru_cache(maxsize=16)
def _load_grammar(language: str) -> tuple[Lexicon, Grammar]:
    """Return the lexicon of a language with its compiled patterns.  The first time takes a few milliseconds."""
    lexicon = LEXICONS.get(language) or build_lexicon(language)
    return lexicon, _compile_grammar(lexicon, language)


def _compile_grammar(lexicon: Lexicon, language: str) -> Grammar:
    """Return the compiled patterns of a lexicon, each with the name of its meaning."""
    numbers = [word for word, number in number_words(language).items() if 0 < number <= 31]  # noqa: PLR2004  a month's days
    hours = [word for word, number in number_words(language).items() if 0 < number <= 24]  # noqa: PLR2004  a day's hours
    words = {
        "WEEKDAY": _escape_all(lexicon.weekdays), "MONTH": _escape_all(lexicon.months),
        "FEAST": _escape_all(lexicon.feasts), "DAYWORD": _escape_all(lexicon.days),
        "PART": _escape_all(lexicon.parts), "UNIT": _escape_all(lexicon.units),
        "NUM": [r"\d{1,3}", *lexicon.counts, *numbers], "HOUR": [r"\d{1,2}(?![.:]?\d)", *hours],
    }  # fmt: skip
    compiled: list[tuple[re.Pattern[str], str]] = []
    for pattern, meaning in lexicon.patterns:
        # A rare language has no words for days: its pattern would match the empty text everywhere.
        if any(name in pattern and not alternatives for name, alternatives in words.items()):
            continue
        expression = pattern
        for name, alternatives in words.items():
            # Longest first, because `|` takes the first that matches: “thursday” before “thu”.
            expression = expression.replace(name, f"(?:{'|'.join(sorted(alternatives, key=len, reverse=True))})")
        # Whole words only, and not within “19.12.2026” or “10:30”.
        compiled.append((re.compile(rf"(?<![\w.:]){expression}(?!\w)"), meaning))
    return tuple(compiled)


def _escape_all(words: Iterable[str]) -> list[str]:
    """Return words as patterns: “segunda-feira” and “i morgon” have signs that mean something there."""
    return [re.escape(word) for word in words]
