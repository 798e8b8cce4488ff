"""Several choices that are named by their places: “the first two”, “die letzten beiden”, “2 to 4”, “the last”."""

import re
from collections.abc import Iterable

from flows.understanding.choosing.places import ORDINALS

_AMOUNTS = {
    "two": 2, "zwei": 2, "couple": 2, "beiden": 2, "pair": 2, "three": 3, "drei": 3, "four": 4, "vier": 4, "five": 5,
    "fünf": 5, "six": 6, "sechs": 6,
}  # fmt: skip
_AMOUNT = rf"(?:{'|'.join(_AMOUNTS)}|\d)"
_FIRST = "(?:first|top|ersten|obersten|vordersten)"
_LAST = "(?:last|bottom|final|letzten|untersten|hintersten)"
_RUN = re.compile(
    rf"\b(?:(?P<first>{_FIRST})|(?P<last>{_LAST})) (?P<amount>{_AMOUNT})\b(?! uhr)"
    rf"(?: of (?:them|these|those|the list))?"
    rf"|\b(?P<before>{_AMOUNT}) (?:(?P<first_behind>ersten|obersten)|(?P<last_behind>letzten|untersten))\b"
)
_ONE = r"(?:\d{1,2}|one|two|three|four|five|six|eins|zwei|drei|vier|fünf|sechs)"
_RANGE = re.compile(
    rf"(?<![\w.])(?P<low>{_ONE})(?: ?[-–—] ?| (?:to|through|thru|till|until|bis) )(?P<high>{_ONE})(?![\w.])"
)
_END = re.compile(
    r"\b(?:the )?(?:very )?last(?: one)?(?=\s*(?:$|[,;.!+&/]|(?:and|und|too|please|pls|thanks)\b))"
    r"|\b(?:der|die|das|den|dem) letzte[nrs]?(?=\s*(?:$|[,;.!+&/]|(?:und|and|bitte|auch)\b))"
)
_FIGURE = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")


def mark_runs(folded: str, count: int) -> str:
    """Return a text in small letters with such places replaced by the numbers of their choices, from 0, as “⟦0⟧ ⟦1⟧”.

    A run that reaches past the ``count`` choices stays as it is.
    """
    folded = _FIGURE.sub(lambda found: _mark(_span(int(found[1]), int(found[1]), count)) or found[0], folded)
    folded = _RUN.sub(lambda found: _mark(_read_run(found, count)) or found[0], folded)
    folded = _RANGE.sub(lambda found: _mark(_read_range(found, count)) or found[0], folded)
    return _END.sub(_mark([count - 1]), folded)


def _read_run(found: re.Match[str], count: int) -> range:
    said = found["amount"] or found["before"]
    amount = int(said) if said.isdecimal() else _AMOUNTS[said]
    is_from_start = found["first"] or found["first_behind"]
    return _span(1, amount, count) if is_from_start else _span(count - amount + 1, count, count)


def _read_range(found: re.Match[str], count: int) -> range:
    low, high = (int(said) if said.isdecimal() else ORDINALS[said] + 1 for said in (found["low"], found["high"]))
    return _span(low, high, count) if low < high else range(0)


def _span(low: int, high: int, count: int) -> range:
    return range(low - 1, high) if 1 <= low <= high <= count else range(0)


def _mark(numbers: Iterable[int]) -> str:
    return " ".join(f" ⟦{number}⟧ " for number in numbers)
