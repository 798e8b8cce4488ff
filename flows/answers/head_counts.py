"""Amounts that are no people: “two hours” does not answer “How many of you come along?”."""

import re

from flows.understanding.content_words import is_function_word

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


_FEW = "one|two|three|four|five|six|seven|eight|nine|ten|eine?r?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn"
_NUMBER = rf"(?:\d+|an?|{_FEW})"
_THINGS = (
    "dogs? hunde? bikes? bicycles? räder rädern fahrräder helmets? helme? cars? autos? stars? sterne? bags? taschen? "
    "phones? handys? famil(?:y|ies) familien? groups? gruppen? teams? bab(?:y|ies) babys toddlers? kleinkind(?:er)?"
)
_LABELLED = (
    "room zimmer flat wohnung gate level stufe chapter kapitel top bus linie line route stage page seite mal times "
    "platz season staffel episode folge version part teil haus house tour nummer number nr floor etage stock class "
    "klasse step"
)
_KIN = "wife|husband|partner|girlfriend|boyfriend|brothers?|sisters?|kids|children|frau|mann|brüder|schwestern|kinder"
_OTHER_COUNTS = re.compile(
    # Some of them, added to somebody, or fewer than all: how many come is not said.
    rf"\b{_NUMBER} (?:others?|andere|more|mehr)\b|\b{_NUMBER} (?:of my|friends of mine)\b|\bnoch {_NUMBER}\b|^\s*\+"
    # “3 of us: my mom, my sister and me” names all of them; “2 friends and me” does not.
    rf"|(?<!wir sind )(?<!we are )(?<!we're )\b{_NUMBER}\b(?! (?:of us|von uns)\b).*\b(?:and|und) (?:me|myself|ich)$"
    rf"|\b{_NUMBER}(?: of us| von uns)?,? (?:and|und) (?:me|myself|ich)$|\bas many as\b|\balle {_NUMBER} nicht\b"
    rf"|\b{_NUMBER}\b.*\b(?:cant|can't|cannot|wont|won't|ill|sick|krank|(?:kann|können|kommen) nicht)\b"
    rf"|\b{_NUMBER}\b.*\b(?:plus|minus|without|ohne|davon|darunter)\b|\b(?:our|my|meine|unsere) {_NUMBER}\b"
    rf"|\b(?:me|myself|i|ich|{_KIN})(?:,| and| und| plus| &).*\b{_NUMBER} (?:{_KIN})\b"
    rf"|\b(?:have|haben) {_NUMBER} (?:{_KIN})\b"
    rf"|(?<!just )(?<!only )(?<!nur )\b(?:1|one|eine?r?) (?:of us|von uns)\b"
    # What was, and what is one of many.
    r"|\blast time\b|\bletztes mal\b|\bused to be\b|\bfrüher\b|\bone (?:at a time|by one|way)\b"
    # A number that names something, an age, a thing.
    rf"|\b(?:{'|'.join(_LABELLED.split())})"
    rf" (?:\d+|{_NUMBER})\b|\bnumber {_NUMBER} bus\b|\bseit {_NUMBER}|\b(?:costs?|kostet)\b|\d ?x\b|\d ?x ?\d"
    r"|\b(?:one|1|an?|eine?n?) (?:thing|sec|day|tag|sache|table|tisch|room|zimmer)\b(?! (?:for|für))"
    rf"|\b(?:son|daughter|child|sohn|tochter|kind) (?:is|ist) {_NUMBER}\b|\bacht auf\b"
    rf"|\b(?!an?\b){_NUMBER} (?:{'|'.join(_THINGS.split())})\b"
    rf"|\b(?:an?|eine?) (?:\w+ )?(?:bab(?:y|ies)|toddler|kleinkind|dog|hund|kid|child|kind)\b"
    r"|^\W*(?:(?:an?|our|my|one|the|eine|unsere) )?famil(?:y|ie)\W*$",
    re.IGNORECASE,
)


SHORTEST_PLURAL = 4
"""Letters of the shortest plural: “cars”."""
_WORD = re.compile(r"[^\W_]+")
_SMALL_NUMBERS = frozenset(("two", "three", "four", "five", "six", "seven", "eight", "zwei", "drei", "vier", "fünf"))
_DOERS = ("ers", "ists", "ians", "mates", "ants", "ents")
"""Endings of people who do something: “cyclists”."""
_PLURALS_OF_PEOPLE = (
    "persons guests adults heads seats places friends guys girls boys ladies colleagues humans souls spots tickets "
    "pers thanks cheers tops plus regards minus kids us people personen leute jungs mädels teens kumpels always "
    "perhaps besides insgesamt alles was bis kisses this gives makes counts does"
)
_OF_PEOPLE = frozenset(_PLURALS_OF_PEOPLE.split())
"""Words on “s” behind a number that are of people, or no plural at all."""


def names_other_count(text: str) -> bool:
    """Tell whether the number of a text is not how many come: “one more”, “two of us can't”, “room 4”, “2 dogs”."""
    return _OTHER_COUNTS.search(text[:200].replace("’", "'").rstrip(" .!")) is not None or _names_things(text)


def _names_things(text: str) -> bool:
    """Tell whether a number stands before a word for things, a plural that is not known to be of people."""
    words = _WORD.findall(text[:200].casefold())
    for number, noun, behind in zip(words, words[1:], [*words[2:], ""], strict=False):
        is_counted = number.isdecimal() or number in _SMALL_NUMBERS
        if is_counted and noun.endswith("s") and len(noun) >= SHORTEST_PLURAL and not {noun, behind} & _OF_PEOPLE:
            return not noun.endswith(_DOERS) and not is_function_word(noun)
    return False


def names_measure(text: str) -> bool:
    """Tell whether a text holds an amount of time, money, weight or length: “2 h”, “two hours”, “20 km”."""
    return _MEASURE.search(text[:200]) is not None


def asks_for_people(question: str) -> bool:
    """Tell whether a question asks how many people there are."""
    return _PEOPLE.search(question) is not None
