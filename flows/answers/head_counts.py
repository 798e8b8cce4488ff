"""Amounts that are no people: “two hours” does not answer “How many of you come along?”."""

import re

_MEASURES = (
    "hours? hrs? h std stunden? min mins minutes? minuten? days? tage? tagen nights? nacht nächte weeks? wochen? "
    "months? monate? years? jahre? kg kilos? g grams? gramm pounds? lbs? km kilomet(?:er|re)s? m met(?:er|re)s? cm "
    "miles? meilen euros? eur € dollars? usd cents? chf franken gbp £ % percent prozent liters? litres? l "
    "ml degrees? grad"
)
_MEASURE = re.compile(rf"(?:\d|[^\W\d_])\s?(?<![^\W\d_])(?:{'|'.join(_MEASURES.split())})(?!\w)", re.IGNORECASE)
"""A number, in figures or in words, with what it measures."""
_PEOPLE = re.compile(
    r"how many (?:of you|people|persons|guests|friends|are you|are coming|will (?:you be|come|be coming))"
    r"|how big is your (?:party|group)|number of (?:people|guests|persons)|for how many(?! (?:hours|days|nights|weeks))"
    r"|wie viele? (?:von euch|seid|sind|leute|personen|gäste|freunde|kommen|kommt|werdet|wollt)|zu wie ?viel|wievielt"
    r"|für wie viele?(?: personen| leute)?(?! (?:stunden|tage|nächte|wochen))"
    r"|wie groß ist (?:eure|die) (?:gruppe|runde)",
    re.IGNORECASE,
)


def names_measure(text: str) -> bool:
    """Tell whether a text holds an amount of time, money, weight or length: “2 h”, “two hours”, “20 km”."""
    return _MEASURE.search(text[:200]) is not None


def asks_for_people(question: str) -> bool:
    """Tell whether a question asks how many people there are."""
    return _PEOPLE.search(question) is not None
