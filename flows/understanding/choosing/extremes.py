"""The cheapest, dearest, shortest or longest choice, said as such: “the cheapest one”, “am liebsten das kürzeste”.

Read where all labels say a price, or all a length of time, and one alone is at that end.
"""

import re
from collections.abc import Callable, Iterable, Mapping

from flows.understanding.answer_words import DENIALS
from flows.understanding.content_words import is_function_word

_CURRENCY = r"(?:€|\$|£|(?:euros?|eur|usd|dollars?|gbp|pounds?|chf|franken)\b)"
_NUMBER = r"(?:\d{1,3}(?:[., ]\d{3})+(?!\d)|\d+)(?:[.,]\d{1,2}(?!\d))?"
_PRICE = re.compile(rf"{_CURRENCY}\s?(?P<before>{_NUMBER})|\b(?P<behind>{_NUMBER})\s?{_CURRENCY}", re.IGNORECASE)
_EACH = r"(?:a|per|pro|im|each|/)\s?(?:month|monat|year|jahr|week|woche|night|nacht|person|class|kurs)"
_BARE_PRICE = re.compile(rf"\b(\d+[.,]\d{{2}})(?!\d|\s?(?:km|m|h|kg|cm|l)\b)|\b({_NUMBER})\s?{_EACH}\b", re.IGNORECASE)
"""“9.90” and “9 a month”: a price without its currency."""
_FREE = re.compile(r"\b(?:free|kostenlos|kostenfrei|gratis|umsonst)\b", re.IGNORECASE)
_MINUTES = {
    "min": 1, "h": 60, "hour": 60, "std": 60, "stunde": 60, "day": 1_440, "tag": 1_440, "week": 10_080,
    "woche": 10_080, "month": 43_800, "monat": 43_800, "year": 525_600, "jahr": 525_600,
}  # fmt: skip
_TIME = re.compile(
    rf"\b(?P<number>\d+(?:[.,]\d)?)[ -]?(?P<unit>{'|'.join(_MINUTES)})(?:s|n|e|en|utes?|uten?)?\b", re.IGNORECASE
)
_SEPARATOR = re.compile(r"[., ](?=\d{3})")
_ENDS = {
    "cheapest": "cheapest cheap cheaper günstige günstigere günstigste billigste preiswerteste preisgünstigste",
    "dearest": "dearest priciest teuerste",
    "shortest": "shortest quickest kürzeste",
    "longest": "longest längste",
}
_END_BY_WORD = {
    word + ending: end for end, words in _ENDS.items() for word in words.split() for ending in ("", "n", "r", "s")
}
_SPELT_OUT = ((re.compile(r"\bleast expensive\b"), "cheapest"), (re.compile(r"\bmost expensive\b"), "dearest"))
_AROUND = frozenset(("plan", "tarif", "angebot", "deal", "offer", "package", "paket", "class", "kurs", "liebsten"))


def index_extremes(written: Iterable[tuple[str, int]]) -> Mapping[str, int]:
    """Return the number of the choice by its end (“cheapest”), of labels as they are written."""
    labels = tuple(written)
    prices = _find_ends(labels, _read_price, ("cheapest", "dearest"))
    return prices | _find_ends(labels, _read_minutes, ("shortest", "longest"))


def find_extreme(typed: str, ends: Mapping[str, int]) -> int | None:
    """Return the choice at the one end that a normalised text names, and nothing else; None if there is none."""
    if not ends:
        return None
    for pattern, word in _SPELT_OUT:
        typed = pattern.sub(word, typed)
    told = [word for word in typed.split() if word in DENIALS or not (is_function_word(word) or word in _AROUND)]
    return ends.get(_END_BY_WORD.get(told[0], "")) if len(told) == 1 else None


def _find_ends(
    labels: Iterable[tuple[str, int]], read: Callable[[str], float | None], names: tuple[str, str]
) -> dict[str, int]:
    amounts: dict[int, float] = {}
    for label, number in labels:
        if (amount := read(label)) is None:
            return {}
        amounts[number] = amount
    if len(amounts) < 2:  # noqa: PLR2004  one is at no end
        return {}
    ends = {names[0]: min(amounts.values()), names[1]: max(amounts.values())}
    at_end = {end: [number for number, amount in amounts.items() if amount == most] for end, most in ends.items()}
    return {end: numbers[0] for end, numbers in at_end.items() if len(numbers) == 1}


def _read_price(label: str) -> float | None:
    found = _PRICE.findall(label) or _BARE_PRICE.findall(label)
    if len(found) > 1:
        return None
    if found:
        return _value(found[0][0] or found[0][1])
    return 0.0 if _FREE.search(label) else None


def _read_minutes(label: str) -> float | None:
    found = list(_TIME.finditer(label))
    return _value(found[0]["number"]) * _MINUTES[found[0]["unit"].casefold()] if len(found) == 1 else None


def _value(written: str) -> float:
    # “1.000” and “1,000” are a thousand, “12,50” is not.
    return float(_SEPARATOR.sub("", written).replace(",", "."))
