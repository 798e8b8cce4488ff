"""Builds the lexicon of a language that has none of its own, from CLDR.

Babel has the names of weekdays and months and the phrases for distances (“dans 3 jours”); the words for days
(“demain”) stand in :mod:`flows.answers.dates.day_words`.  The rule of the grammar holds here too: a word that is
neither known nor a filler makes the answer unclear, so a lexicon that lacks a word asks back and does not guess
(docs/decisions/0016-dates-without-dateparser.md).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

from babel import Locale
from babel.dates import format_timedelta

from flows.answers.dates.day_words import list_day_words
from flows.answers.dates.distances import Unit
from flows.answers.dates.vocabulary import ISO, Lexicon, normalize_answer
from language.cldr import locale_of

_PATTERNS = (
    (r"(\d{1,2})[./-](\d{1,2})(?:[./-](\d{4}|\d{2}(?![\d:]))|\.)(?![\d:])", "day_month"),
    (r"(\d{1,2})/(\d{1,2})()", "day_month"),
    (r"(\d{1,2})\.?(?:er|º|°)? (?:de )?(MONTH)\b\.?(?: (?:de )?(\d{4}))?", "named_month"),
    (r"(\d{1,2})[:h](\d{2})", "clock"),
    (r"(\d{1,2}) ?h(?:eures|oras)?\b", "o_clock"),
    (r"()(WEEKDAY)", "weekday"),
    (r"(DAYWORD)", "day_word"),
)
_FILLERS = frozenset(map(normalize_answer, (
    "à", "au", "le", "la", "les", "l", "el", "a", "las", "los", "il", "lo", "alle", "ore", "om", "op", "de", "den",
    "del", "di", "du", "o", "w", "na", "em", "às", "os", "kl", "klo", "saat", "y", "e", "et", "i", "och", "og", "en",
    "v", "ve", "u", "ob", "kell", "ora", "jam", "pukul", "lúc", "στις", "στη", "την", "в", "во", "о", "об", "у",
    "الساعة", "בשעה",
)))  # fmt: skip
"""Words before a day or a time that add nothing, in widely spoken languages."""
_COUNTS = {
    word: count
    for count, words in enumerate((
        "un une una uno um uma een en et ett ein egy jeden jednu один одну",
        "deux dos due dois duas twee två to dwa dwie dva dvě два две дві",
        "trois tres tre três drie trzy tři tri три",
        "quatre cuatro quattro quatro vier fyra fire cztery čtyři štyri четыре чотири",
    ), start=1)
    for word in words.split()
}  # fmt: skip
"""Number words before a unit, which CLDR does not have: “dans deux semaines”."""
_UNITS: Mapping[Unit, timedelta] = {
    "minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1),
    "month": timedelta(days=30),
}  # fmt: skip
"""Length of a unit, as :func:`babel.dates.format_timedelta` counts it."""
_SAMPLES = (1, 2, 3, 5, 11, 20, 21, 100)
"""Numbers that together have all plural forms of any language: Russian has “1 день”, “2 дня”, “5 дней”, “21 день”."""
_VARIANTS = {
    "es": (("dentro de ", "en "),), "it": (("tra ", "fra "), ("tra ", "in ")), "pt": (("em ", "daqui a "),),
    "ro": (("peste ", "în "),), "nb": (("døgn", "dager"), ("døgn", "dag")), "no": (("døgn", "dager"), ("døgn", "dag")),
}  # fmt: skip
"""Words in the distances of CLDR, each with another one that people use as well."""
_WITHOUT_ARTICLES = frozenset({"be", "bs", "cs", "hr", "lt", "lv", "pl", "ru", "sk", "sl", "sr", "uk"})
"""Languages that leave out the number one: “za tydzień”, “через неделю”."""


def build_lexicon(language: str) -> Lexicon:
    """Return a lexicon with the names and phrases of CLDR for a language; those of English if CLDR has none."""
    locale = locale_of(language)
    days: dict[str, int] = {normalize_answer(word): ahead for word, ahead in list_day_words(language).items()}
    patterns: dict[str, str] = {}
    for unit, phrase, count in _list_distances(locale, language):
        if str(abs(count)) in phrase:
            can_omit = count == 1 and language in _WITHOUT_ARTICLES
            patterns[_write_pattern(phrase, count, can_omit=can_omit)] = f"{unit}s_ahead" if count > 0 else "past"
        elif unit in ("day", "week") and count > 0:
            # A phrase without a number: Arabic and Hebrew have a word for two days.
            days.setdefault(phrase, count * (7 if unit == "week" else 1))
    return Lexicon(
        # Distances come first: the “3 h” of “dans 3 heures” would be read as three o'clock.
        patterns=(*ISO, *patterns.items(), *_PATTERNS),
        days=days,
        # “format” is the form within a date, “stand-alone” the form by itself.
        weekdays=_number_names(locale.days["format"]["wide"], locale.days["stand-alone"]["wide"]),
        months=_number_names(locale.months["format"]["wide"], locale.months["stand-alone"]["wide"]),
        feasts={}, parts={}, units={}, counts=_COUNTS, fillers=_FILLERS,
    )  # fmt: skip


def _list_distances(locale: Locale, language: str) -> Iterator[tuple[Unit, str, int]]:
    """Yield unit, phrase and number of distances; the number is negative in the past."""
    for unit, length in _UNITS.items():
        for count in (*_SAMPLES, *(-sample for sample in _SAMPLES)):
            # The threshold is never reached, so that 11 days do not become “in 2 weeks”.
            phrase = normalize_answer(
                format_timedelta(length * count, granularity=unit, threshold=1e9, add_direction=True, locale=locale)
            )
            yield unit, phrase, count
            for word, variant in _VARIANTS.get(language, ()):
                if word in phrase:
                    yield unit, phrase.replace(word, variant, 1), count


def _write_pattern(phrase: str, count: int, *, can_omit: bool) -> str:
    """Return the pattern of a phrase with any number in the place of ``count``, or with none if it ``can_omit`` it."""
    before, after = phrase.split(str(abs(count)), maxsplit=1)
    # Spaces are optional: CLDR has “3 日後”, and people write “3日後”.
    return f"{re.escape(before)}(NUM){'?' * can_omit}{re.escape(after)}".replace(r"\ ", " ?")


def _number_names(*tables: Mapping[int, str]) -> dict[str, int]:
    # Both forms of a name: Polish has “stycznia” in a date and “styczeń” alone.
    rows: Iterable[tuple[int, str]] = (row for table in tables for row in table.items())
    return {normalize_answer(name): number for number, name in rows}
