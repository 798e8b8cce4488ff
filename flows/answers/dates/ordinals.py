"""Writes ordinals in words as figures: “the fifth of December”, “am siebenundzwanzigsten”.

Only beside a month, or behind a word that a day of the month follows: “in a second” is no day.
"""

import re
from collections.abc import Callable, Mapping

from flows.answers.number_words import number_words

_MONTHS = {
    "en": r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?",
    "de": r"jan(?:uar)?|jänner|feb(?:ruar)?|märz|apr(?:il)?|mai|juni?|juli?|aug(?:ust)?|sept?(?:ember)?|okt(?:ober)?|"
    r"nov(?:ember)?|dez(?:ember)?",
}
_IRREGULAR = {
    "first": 1, "second": 2, "third": 3, "fifth": 5, "eighth": 8, "ninth": 9, "twelfth": 12,
}  # fmt: skip
_LAST_DAY, _FIRST_TENS = 31, 20
_LEAST_ALONE = 4
"""From here on “the fourth” is a day; “the first” and “the second” may be one of two things."""


def _list_english() -> dict[str, int]:
    words = {word: number for word, number in number_words("en").items() if number <= _LAST_DAY}
    ordinals = {word: number for word, number in _IRREGULAR.items() if word.endswith(("st", "nd", "rd", "th"))}
    used = set(ordinals.values())
    ordinals |= {f"{word.removesuffix('y')}{'ie' if word.endswith('y') else ''}th": number
                 for word, number in words.items() if 0 < number <= _FIRST_TENS and number not in used}  # fmt: skip
    ordinals["thirtieth"] = 30
    units = {word: number for word, number in ordinals.items() if number < 10}  # noqa: PLR2004  digits
    tens = {"twenty": 20, "thirty": 30}
    return ordinals | {f"{ten}{gap}{unit}": more + number for ten, more in tens.items() for gap in (" ", "-", "")
                       for unit, number in units.items() if more + number <= _LAST_DAY}  # fmt: skip


def _list_german() -> dict[str, int]:
    ordinals = {"erst": 1, "dritt": 3, "siebt": 7, "acht": 8}
    for word, number in number_words("de").items():
        if 0 < number <= _LAST_DAY and number not in (1, 3, 8):
            ordinals[f"{word}{'t' if number < _FIRST_TENS else 'st'}"] = number
    return ordinals


def _compile(words: Mapping[str, int]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_EN, _DE = _list_english(), _list_german()
_HINT = {"en": re.compile(r"(?:st|nd|rd|th)\b"), "de": re.compile(r"(?:ste|te)[nr]?\b")}
"""What a text with an ordinal holds; most have none."""
_ENGLISH = re.compile(
    rf"\b(?:(?P<before>{_compile(_EN)})(?=(?: of)? (?:{_MONTHS['en']})\b)"
    rf"|(?P<month>{_MONTHS['en']}) (?:the )?(?P<behind>{_compile(_EN)})\b"
    rf"|(?:on )?the (?P<alone>{_compile({word: day for word, day in _EN.items() if day >= _LEAST_ALONE})})\b)"
)
_GERMAN = re.compile(
    rf"\b(?:(?:am |den |der )?(?P<before>{_compile(_DE)})e[nr]?(?= (?:{_MONTHS['de']})\b)"
    rf"|(?:am|den) (?P<alone>{_compile(_DE)})en\b(?! weihnacht| advent| feiertag))"
)


def _write_english(found: re.Match[str]) -> str:
    day = _EN[found["before"] or found["behind"] or found["alone"]]
    if found["before"]:
        return f"{day}th"
    return f"{found['month']} {day}th" if found["month"] else f"the {day}th"


def _write_german(found: re.Match[str]) -> str:
    return f"{_DE[found['before']]}." if found["before"] else f"am {_DE[found['alone']]}."


_WRITERS: Mapping[str, tuple[re.Pattern[str], Callable[[re.Match[str]], str]]] = {
    "en": (_ENGLISH, _write_english),
    "de": (_GERMAN, _write_german),
}


def write_ordinals(text: str, language: str) -> str:
    """Return a text in the form of :func:`normalize_answer` with its ordinals in figures."""
    if language not in _WRITERS or not _HINT[language].search(text):
        return text
    pattern, write = _WRITERS[language]
    return pattern.sub(write, text)
