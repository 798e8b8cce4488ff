"""Days and times in languages that we have no tables for.

Figures, weekdays, months and clock times are read by our own grammar with the names that CLDR gives; only words that
are left over then (“demain”, “dans 3 jours”) are read by dateparser, and believed only where each number in them is the
distance to the day.  Left alone, that library passes over what it does not understand: of “tomorrow at 7” it keeps the
day and gives the hour it is now.  It takes 9 MB and 0.1 s at its first use (docs/decisions/0012-dates-in-words.md),
so it is loaded when such words are met and not before.
"""

import functools
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from flows.answers.dates.grammar import Grammar, compile_grammar, read_by
from flows.answers.dates.result import DateAnswer, Days
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
_SMALL = frozenset({
    "à", "au", "le", "la", "les", "l", "el", "a", "las", "los", "il", "lo", "alle", "ore", "om", "op", "de", "den",
    "del", "di", "du", "o", "w", "na", "em", "às", "os", "kl", "klo", "saat", "y", "e", "et", "i", "och", "og", "en",
})  # fmt: skip
"""Words before a day or a time that add nothing, in the languages that many people speak."""
_MOST_WORDS = 4
"""Words that are handed to the library at most."""


def read(text: str, language: str, now: datetime) -> DateAnswer:
    """Return what a text says of a day and a time; ``now`` is the person's wall clock, without a zone.

    Never raises; in a language that nobody knows, only figures are understood.
    """
    code = language.split("-", maxsplit=1)[0]
    lexicon, grammar = _lexicon(code)
    said, left = read_by(lexicon, grammar, text, code, now.date())
    if not left:
        return said
    reader = _reader(code) if len(left) <= _MOST_WORDS else None
    words = " ".join(left)
    at = reader(words, now) if reader else None
    if at is None or not _exact(words, at - now):
        return said.adding(DateAnswer(clear=False))
    if at.date() == now.date() and at != now:
        return said.adding(DateAnswer(ahead=at - now))
    return said.adding(DateAnswer(days=Days(options=(at.date(),))))


def _exact(text: str, ahead: timedelta) -> bool:
    """Tell whether each number of a text is the distance from now, in one unit or another."""
    lengths = {round(ahead / timedelta(**{unit: 1})) for unit in ("minutes", "hours", "days", "weeks")}
    return all(int(number) in lengths for number in _NUMBER.findall(text))


@functools.lru_cache(maxsize=16)
def _lexicon(language: str) -> tuple[Lexicon, Grammar]:
    """Return the names of weekdays and months in a language (CLDR), as a lexicon."""
    locale = locale_of(language)
    lexicon = Lexicon(
        patterns=_PATTERNS,
        days={},
        weekdays=_names(locale.days["format"]["wide"], locale.days["stand-alone"]["wide"]),
        months=_names(locale.months["format"]["wide"], locale.months["stand-alone"]["wide"]),
        feasts={}, parts={}, units={}, articles=(), fillers=_SMALL,
    )  # fmt: skip
    return lexicon, compile_grammar(lexicon, language)


def _names(*tables: Mapping[int, str]) -> dict[str, int]:
    rows: Iterable[tuple[int, str]] = (row for table in tables for row in table.items())
    return {re.escape(name.casefold()): number for number, name in rows}


@functools.lru_cache(maxsize=16)
def _reader(language: str) -> Callable[[str, datetime], datetime | None] | None:
    """Return what reads this language; None if the library does not know it."""
    from dateparser.date import DateDataParser  # noqa: PLC0415  9 MB that most workspaces never need

    try:
        DateDataParser(languages=[language])
    except ValueError:
        return None

    def read_one(text: str, now: datetime) -> datetime | None:
        settings = {"RELATIVE_BASE": now, "PREFER_DATES_FROM": "future", "PARSERS": ["relative-time"]}
        try:
            return DateDataParser(languages=[language], settings=settings).get_date_data(text).date_obj
        except (ValueError, OverflowError, TypeError, AttributeError, KeyError, IndexError):
            return None

    return read_one
