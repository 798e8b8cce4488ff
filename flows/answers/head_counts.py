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


_NUMBER = r"(?:\d+|an?|one|two|three|four|five|six|seven|eight|eine?r?|zwei|drei|vier|fünf|sechs|sieben|acht)"
_THINGS = (
    "dogs? hunde? bikes? bicycles? räder rädern fahrräder helmets? helme? cars? autos? stars? sterne? bags? taschen? "
    "phones? handys?"
)
_OTHER_COUNTS = re.compile(
    # Some of them, added to somebody, or fewer than all: how many come is not said.
    rf"\b{_NUMBER} (?:others?|andere|more|mehr)\b|\b{_NUMBER} (?:of my|friends of mine)\b|\bnoch {_NUMBER}\b|^\s*\+"
    rf"|\b{_NUMBER}\b.*\b(?:and|und) (?:me|myself|ich)$|\bas many as\b|\balle {_NUMBER} nicht\b"
    rf"|\b{_NUMBER}\b.*\b(?:cant|can't|cannot|wont|won't|ill|sick|krank|(?:kann|können|kommen) nicht)\b"
    # A number that names something, an age, a thing.
    r"|\b(?:room|zimmer|flat|wohnung|gate|level|stufe|chapter|kapitel|top|bus|linie|line|route|stage)"
    rf" (?:\d+|{_NUMBER})\b|\bnumber {_NUMBER} bus\b|\bseit {_NUMBER}|\b(?:costs?|kostet)\b|\d ?x ?\d"
    rf"|\b(?:son|daughter|child|sohn|tochter|kind) (?:is|ist) {_NUMBER}\b|\bacht auf\b"
    rf"|\b(?!an?\b){_NUMBER} (?:{'|'.join(_THINGS.split())})\b",
    re.IGNORECASE,
)


def names_other_count(text: str) -> bool:
    """Tell whether the number of a text is not how many come: “one more”, “two of us can't”, “room 4”, “2 dogs”."""
    return _OTHER_COUNTS.search(text[:200].replace("’", "'").rstrip(" .!")) is not None


def names_measure(text: str) -> bool:
    """Tell whether a text holds an amount of time, money, weight or length: “2 h”, “two hours”, “20 km”."""
    return _MEASURE.search(text[:200]) is not None


def asks_for_people(question: str) -> bool:
    """Tell whether a question asks how many people there are."""
    return _PEOPLE.search(question) is not None
