"""Labels that are ranges of a number, and the one that a number lies in: “I'm 34” is “25 to 34”.

Labels of all languages count: “Under 18”, “18 to 24”, “35 oder älter”; “18–29”, “30+”.  A text names one number, and
nothing else that could make it another's, or another thing's.
"""

import functools
import math
import re
from collections.abc import Mapping

from flows.answers.counted_people import find_head_count, sum_people
from flows.answers.numbers import find_numbers
from flows.language.remember import remember_short_texts
from flows.understanding.content_words import is_function_word

MOST_CHARACTERS = 60
"""Characters of an answer that only tells a number."""
_NUMBER = r"(\d+(?:[.,]\d+)?)"
_BELOW = re.compile(rf"^(?:under|less than|fewer than|below|younger than|unter|weniger als|jünger als) {_NUMBER}")
_UP_TO = re.compile(
    rf"^(?:up to|at most|bis zu|bis|höchstens|maximal) {_NUMBER}"
    rf"|^{_NUMBER} (?:or|oder) (?:less|fewer|younger|under|weniger|jünger)"
)
_ABOVE = re.compile(rf"^(?:over|more than|above|older than|über|mehr als|älter als) {_NUMBER}")
_FROM = re.compile(
    rf"^(?:from|at least|ab|mindestens) {_NUMBER}(?: (?:on|up))?$"
    rf"|^{_NUMBER} (?:or|oder|and|und) (?:more|older|over|above|mehr|älter|drüber|up)|^{_NUMBER}(?: plus)?$"
)
_BETWEEN = re.compile(rf"^(?:between |zwischen |von |from )?{_NUMBER} (?:to |bis |and |und |till )?{_NUMBER}\b")
_OF_THINGS = re.compile(rf"^{_NUMBER} [^\W\d]+$")
_OF_AGE = re.compile(r"\b(?:older|younger|old|age|years|jahre|alt|älter|jünger)\b")
_ONE_YEAR = re.compile(r"\b(?:an?|one|eine?m?) (?:year|jahr)\b")
_OF_YEARS = re.compile(r"\b(?:years?|jahre?n?|yrs?)\b")
_SPOKEN_MONTHS = {
    "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "einem": 1, "zwei": 2, "drei": 3, "sechs": 6,
}  # fmt: skip
_MONTHS = re.compile(
    rf"\b(?:a |ein |paar )*(\d{{1,2}}|few|couple(?: of)?|paar|{'|'.join(_SPOKEN_MONTHS)}) (?:months?|monate?n?)\b"
)
_HALF_YEAR = re.compile(r"\b(?:half a year|a half year|ein halbes jahr|einem halben jahr|halbes jahr)\b")
OLDEST = 120
_TELLING = frozenset((
    "years", "year", "old", "yo", "yrs", "age", "aged", "turned", "turn", "turning", "last", "week", "soon", "young",
    "jahre", "jahr", "alt", "jung", "bald", "geworden", "werd", "werde", "grad", "erst", "scho", "schon", "about",
    "around", "ungefähr", "etwa", "circa", "ca", "knapp", "genau", "exactly", "only", "im", "am", "half", "halb", "why",
    "gerade", "just", "month", "yesterday", "gestern", "letzte", "woche", "lol", "haha", "frische", "stolze", "lenze",
    "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt", "summers", "proud",
    "been", "doing", "yrs", "months", "monate", "monaten", "now", "inzwischen", "mittlerweile", "since", "seit",
    "glatte", "glatter", "solid", "solide", "starke", "strong", "klare", "clear", "würd", "würde", "sagen",
    "be", "ill", "i",
))  # fmt: skip
_RELATIVE = frozenset((
    "under", "over", "above", "below", "than", "unter", "über", "älter", "jünger", "older", "younger", "bis", "ab",
    "or", "oder", "to", "between", "zwischen", "from", "not", "nicht", "kein", "almost", "fast", "nearly",
))  # fmt: skip
"""Words that make a number the border of a range."""
_JOINING = frozenset(("or", "oder", "to", "bis"))
_UNITS = frozenset((
    "euro", "euros", "eur", "dollars", "bucks", "pounds", "quid", "people", "persons", "leute", "leuten", "personen",
    "mann", "friends", "approx", "approximately", "something", "easy", "locker",
))  # fmt: skip
"""What a number may be of, though no label says so."""
_PEOPLE = frozenset(("people", "persons", "person", "guests", "personen", "leute", "gäste", "leuten"))


def find_range(typed: str, labels: Mapping[str, int], language: str) -> int | None:
    """Return the choice whose range the one number of a normalised text lies in; None if none or several fit."""
    if len(typed) > MOST_CHARACTERS or not any(sign.isdecimal() for label in labels for sign in label):
        return None
    listed = tuple((label, number) for label, number in labels.items() if number >= 0)
    ranges = _list_ranges(listed)
    if len(ranges) < 2 or typed in labels:  # noqa: PLR2004  a list of ranges has at least two
        return None
    if _speaks_of_years(tuple(labels)):
        typed = _MONTHS.sub(_write_years, _HALF_YEAR.sub("0.5 ", typed))
    # “2” may be the second one.
    if typed.isdecimal() and int(typed) <= len(set(labels.values())):
        return None
    # “2 adults 2 kids” are in “3–4 people”.
    if _speaks_of_people(tuple(labels)):
        typed = sum_people(typed, language) or find_head_count(typed, language)
    words = typed.split()
    known = {word for label in labels for word in label.split()}
    told = [word for word in words if not any(sign.isdecimal() for sign in word)]
    numbers = find_numbers(typed, language) or []
    # “2 or 3” and “80-90” are a range of their own, and may lie in one of these.
    relative = _RELATIVE - _JOINING if len(numbers) > 1 else _RELATIVE
    is_plain = relative.isdisjoint(words) and all(
        word in _TELLING or word in known or word in _UNITS or is_function_word(word) or find_numbers(word, language)
        for word in told
    )
    if not 1 <= len(numbers) <= 2 or not is_plain:  # noqa: PLR2004  one, or from and to
        return None
    if _is_of_age(tuple(labels)) and max(numbers) > OLDEST:
        return None
    fitting = [{number for least, most, number in ranges if least <= value <= most} for value in numbers]
    common = set.intersection(*fitting)
    return common.pop() if len(common) == 1 and all(len(each) == 1 for each in fitting) else None


def _write_years(found: re.Match[str]) -> str:
    """Return months as years: “six months” lie in “less than a year”."""
    spoken = found[1]
    months = int(spoken) if spoken.isdecimal() else _SPOKEN_MONTHS.get(spoken, 3)
    return f"{months / 12:.2f} "


@remember_short_texts
def _read_range(label: str) -> tuple[float, float] | None:
    label = _ONE_YEAR.sub("1 year", label)
    if found := _BETWEEN.match(label):
        return _value(found[1]), _value(found[2]) + 1 - 1e-9
    if found := _BELOW.match(label):
        return -math.inf, _value(found[1]) - 1e-9
    if found := _UP_TO.match(label):
        return -math.inf, _value(found[1] or found[2])
    if found := _ABOVE.match(label):
        return _value(found[1]) + 1e-9, math.inf
    if found := _FROM.match(label):
        number = next(group for group in found.groups() if group)
        # “4” alone is four, “35+” is normalised to “35” and stands last.
        return _value(number), math.inf
    if found := _OF_THINGS.match(label):
        return _value(found[1]), _value(found[1])
    return None


@functools.lru_cache(maxsize=256)
def _list_ranges(labels: tuple[tuple[str, int], ...]) -> tuple[tuple[float, float, int], ...]:
    read = [(found[0], found[1], number) for label, number in labels if (found := _read_range(label))]
    bare = {number for _, most, number in read if most == math.inf}
    if len(bare) <= 1:
        return tuple(read)
    # Several numbers without a border (“2”, “4”, “6”) are themselves alone: “eight” of 0 to 10.
    alone = all(label.isdecimal() for label, _ in labels)
    return tuple((float(label), float(label), number) for label, number in labels) if alone else ()


@functools.lru_cache(maxsize=256)
def _speaks_of_people(labels: tuple[str, ...]) -> bool:
    return any(not _PEOPLE.isdisjoint(label.split()) for label in labels)


@functools.lru_cache(maxsize=256)
def _speaks_of_years(labels: tuple[str, ...]) -> bool:
    return any(_OF_YEARS.search(label) for label in labels)


@functools.lru_cache(maxsize=256)
def _is_of_age(labels: tuple[str, ...]) -> bool:
    return any(_OF_AGE.search(label) for label in labels)


def _value(written: str) -> float:
    return float(written.replace(",", "."))
