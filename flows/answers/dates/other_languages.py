"""Days and times in languages without a lexicon of ours.

Our own grammar reads figures, weekdays, months and clock times with the names of CLDR.  Only the words that are left
over (“demain”, “dans 3 jours”) go to dateparser, and its answer counts only if each number in them is the distance to
the day.  Alone, the library passes over words that it does not understand: of “tomorrow at 7” it keeps the day and
gives the current hour.  It takes 9 MB and 0.1 s at its first use (docs/decisions/0012-dates-in-words.md), so it is
loaded when the first such words arrive.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from flows.answers.dates.grammar import Grammar, compile_grammar, read_with_grammar
from flows.answers.dates.result import DateAnswer, DayOptions
from flows.answers.dates.vocabulary import ISO, Lexicon
from language.cldr import locale_of

_NUMBER = re.compile(r"\d+")
_PATTERNS = (
    *ISO,
    (r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}(?![\d:]))|\.)(?![\d:])", "day_month"),
    (r"(\d{1,2})/(\d{1,2})()", "day_month"),
    (r"(\d{1,2})\.?(?:er|º|°)? (?:de )?(MONTH)\b\.?(?: (?:de )?(\d{4}))?", "named_month"),
    (r"(\d{1,2})[:h](\d{2})", "clock"),
    (r"(\d{1,2}) ?h(?:eures|oras)?\b", "o_clock"),
    (r"()(WEEKDAY)", "weekday"),
)
_FILLERS = frozenset({
    "à", "au", "le", "la", "les", "l", "el", "a", "las", "los", "il", "lo", "alle", "ore", "om", "op", "de", "den",
    "del", "di", "du", "o", "w", "na", "em", "às", "os", "kl", "klo", "saat", "y", "e", "et", "i", "och", "og", "en",
})  # fmt: skip
"""Words before a day or a time that add nothing, in widely spoken languages."""
_MOST_WORDS = 4
"""Most words that are handed to dateparser."""


def read_other_language(text: str, language: str, now: datetime) -> DateAnswer:
    """Return the day and time in a text; ``now`` is the person's wall clock, without a zone.

    Never raises.  In a language that dateparser does not know, only figures and CLDR's names are understood.
    """
    code = language.split("-", maxsplit=1)[0]
    lexicon, grammar = _load_lexicon(code)
    answer, leftover = read_with_grammar(lexicon, grammar, text, code, now.date())
    if not leftover:
        return answer
    reader = _load_reader(code) if len(leftover) <= _MOST_WORDS else None
    words = " ".join(leftover)
    moment = reader(words, now) if reader else None
    if moment is None or not _has_exact_numbers(words, moment - now):
        return answer.merge_with(DateAnswer(clear=False))
    # “dans 2 heures”: a distance in hours, not a day.
    if moment.date() == now.date() and moment != now:
        return answer.merge_with(DateAnswer(ahead=moment - now))
    return answer.merge_with(DateAnswer(days=DayOptions(options=(moment.date(),))))


def _has_exact_numbers(text: str, ahead: timedelta) -> bool:
    """Tell whether each number of a text is the distance from now, in minutes, hours, days or weeks."""
    # “dans 3 jours” with an answer in 3 days is right; “le 3 demain” with an answer in 1 day has lost its 3.
    distances = {round(ahead / timedelta(**{unit: 1})) for unit in ("minutes", "hours", "days", "weeks")}
    return all(int(number) in distances for number in _NUMBER.findall(text))


@functools.lru_cache(maxsize=16)
def _load_lexicon(language: str) -> tuple[Lexicon, Grammar]:
    """Return a lexicon with the names of weekdays and months in a language (CLDR), and its grammar."""
    locale = locale_of(language)
    lexicon = Lexicon(
        patterns=_PATTERNS,
        days={},
        weekdays=_number_names(locale.days["format"]["wide"], locale.days["stand-alone"]["wide"]),
        months=_number_names(locale.months["format"]["wide"], locale.months["stand-alone"]["wide"]),
        feasts={}, parts={}, units={}, articles=(), fillers=_FILLERS,
    )  # fmt: skip
    return lexicon, compile_grammar(lexicon, language)


def _number_names(*tables: Mapping[int, str]) -> dict[str, int]:
    # Both forms of a name: Polish has “stycznia” in a date and “styczeń” alone.
    rows: Iterable[tuple[int, str]] = (row for table in tables for row in table.items())
    return {re.escape(name.casefold()): number for number, name in rows}


@functools.lru_cache(maxsize=16)
def _load_reader(language: str) -> Callable[[str, datetime], datetime | None] | None:
    """Return the function that reads relative days in this language; None if dateparser does not know it."""
    from dateparser.date import DateDataParser  # noqa: PLC0415  9 MB that most workspaces never need

    try:
        DateDataParser(languages=[language])
    except ValueError:
        return None

    def read_relative(text: str, now: datetime) -> datetime | None:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "PARSERS": ["relative-time"]}
        try:
            return DateDataParser(languages=[language], settings=settings).get_date_data(text).date_obj
        # Free text reaches many corners of the library; a text that breaks it is a text that was not understood.
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
            return None

    return read_relative
