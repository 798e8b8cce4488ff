"""How many people a sentence with other answers speaks of: “a table for 4 on Friday at 7”, “4 am Freitag um 7”.

A number that is put right counts as it was put (“for 4, no, 5”).  One beside another that may count people too (“4 or 5
people”, “2 adults and 2 kids”) is found, and says nothing.
"""

import re
from dataclasses import dataclass

from flows.answers.counted_people import COUNTED_PEOPLE, MONTHS
from flows.answers.numbers import find_numbers

_LANGUAGES = ("en", "de")
_ARTICLE = re.compile(r"an?|eine?[nmrs]?", re.IGNORECASE)
_MONTH_BEHIND = re.compile(rf"\s*(?:of )?{MONTHS}", re.IGNORECASE)
_PEOPLE = r"(?:people|persons?|guests?|of us|personen|person|leuten?|gästen?)"
_NO_HOUR = r"(?!\s*(?:am|pm|uhr|o.?clock|h)\b|[:.]\d)"
_PUT_RIGHT = re.compile(
    r"[\s,.;…-]*(?:\b(?:no|nope|nein|nee|ne|nö|wait|sorry|actually|make (?:it|that)|i mean|i meant|äh|ähm|ach|doch"
    rf"|lieber|quatsch|moment|halt|warte|oh|oops|ups)\b[\s,.;…-]*)+(?P<number>\w+)\b(?:\s+{_PEOPLE}\b)?{_NO_HOUR}",
    re.IGNORECASE,
)
_OTHER_BEHIND = re.compile(
    rf"\s*(?:or|oder|to|bis|-|–)\s*(?P<number>\w+)\b(?:\s+{_PEOPLE}\b)?"
    r"|\s*(?:,|and|und|plus|\+|&|mit|with)\s*(?P<more>\w+)\s+(?:kids?|child(?:ren)?|bab(?:y|ies)|kind(?:ern?)?|babys?"
    r"|toddlers?|adults?|erwachsenen?|others?|more)\b",
    re.IGNORECASE,
)
_OTHER_BEFORE = re.compile(r"\b(?P<number>\w+)\s*(?:or|oder|to|bis|-|–)\s*$", re.IGNORECASE)
_BEFORE_GERMAN_DAY = re.compile(
    r"(?<!um )(?<!gegen )(?<!ab )\b(?P<number>\d{1,2}|zwei|drei|vier|fünf|sechs|sieben|acht)\s+(?=am (?:montag|dienstag"
    r"|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|\d{1,2}\.).*(?:\b(?:um|gegen|ab|uhr)\b|\d:\d\d))",
    re.IGNORECASE,
)
"""“4 am Freitag um 7”: the hour stands behind, so the first number is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFound:
    """Where a sentence says how many people come."""

    start: int
    end: int
    said: str
    """The number, as it was said; empty if it is not clear."""


def find_people(sentence: str) -> PeopleFound | None:
    """Return the number of people in a sentence; None if no number says that it counts them."""
    for counted in COUNTED_PEOPLE.finditer(sentence):
        said = counted["after"] or counted["before"] or counted["together"]
        # “For an hour” and “for 4 December” count nobody.
        if _ARTICLE.fullmatch(counted["after"] or "") or _MONTH_BEHIND.match(sentence, counted.end()):
            continue
        if _is_number(said):
            return _look_around(sentence, counted.start(), counted.end(), said)
    early = _BEFORE_GERMAN_DAY.search(sentence)
    return PeopleFound(start=early.start(), end=early.end(), said=early["number"]) if early else None


def _look_around(sentence: str, start: int, end: int, said: str) -> PeopleFound:
    right = _PUT_RIGHT.match(sentence, end)
    if right and _is_number(right["number"]):
        return PeopleFound(start=start, end=right.end(), said=right["number"])
    behind = _OTHER_BEHIND.match(sentence, end)
    if behind and _is_number(behind["number"] or behind["more"]):
        return PeopleFound(start=start, end=behind.end(), said="")
    before = _OTHER_BEFORE.search(sentence[:start])
    if before and _is_number(before["number"]):
        return PeopleFound(start=before.start(), end=end, said="")
    return PeopleFound(start=start, end=end, said=said)


def _is_number(word: str) -> bool:
    return any(find_numbers(word, language) for language in _LANGUAGES)
