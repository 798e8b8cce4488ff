"""Amounts in another unit, or for another time, than the question asks for.

“How many kilometres do you ride in a year?” is not answered by “20 km a day”, “500 miles” or “3 hours”.  Nothing is
converted: the person is asked again.  Where a question names no unit, any counts.
"""

import re

MOST_CHARACTERS = 200
_PERIODS = {
    "hour": (r"hours?|stunden?", "hourly|stündlich"),
    "day": (r"days?|tage?n?", "daily|everyday|täglich"),
    "week": (r"weeks?|wochen?|weekends?|wochenenden?", "weekly|wöchentlich"),
    "month": (r"months?|monate?n?", "monthly|monatlich"),
    "year": (r"years?|jahre?n?", "yearly|annual|annually|jährlich"),
}
"""Nouns and adverbs of a time for which an amount is told."""
_PER = r"(?:a|an|per|each|every|the|in a|pro|im|am|in der|je|jeden|jede|jedes|die)"
_ASKED_PERIODS = {
    name: re.compile(rf"\b(?:{nouns}|{adverbs})\b", re.IGNORECASE) for name, (nouns, adverbs) in _PERIODS.items()
}
_RATES = {
    name: re.compile(rf"\b(?:{_PER} (?:{nouns})|{adverbs})\b|/ ?(?:{nouns})\b", re.IGNORECASE)
    for name, (nouns, adverbs) in _PERIODS.items()
}
_UNITS = (
    r"km|kilomet(?:er|re)s?n?",
    r"miles?|mi|meilen?",
    r"met(?:er|re)s?n?",
    r"cm|centimet(?:er|re)s?|zentimeter",
    r"inch(?:es)?|zoll",
    r"feet|foot|ft|fuß",
    r"kg|kilos?|kilogramm?s?",
    r"pounds?|lbs?|pfund|gbp|£",
    r"grams?|gramm|g",
    r"euros?|eur|€",
    r"dollars?|usd|\$",
    r"francs?|franken|chf",
    r"lit(?:er|re)s?n?|l",
    r"gallons?",
    r"ml|millilit(?:er|re)s?",
    r"minutes?|mins?|minuten?",
    r"hours?|stunden?|h|hrs?|std",
    r"days?|tage?n?",
    r"weeks?|wochen?",
    r"months?|monate?n?",
)
"""Units, each by its words."""
_COUNT = (
    r"(?:\d ?|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|hundred|thousand|half|zwei|drei|vier|fünf|sechs"
    r"|sieben|acht|neun|zehn|\w*hundert|\w*tausend|halbe|eine?) )"
)
_NAMED = tuple(re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE) for words in _UNITS)
_AMOUNTS = tuple(re.compile(rf"{_COUNT}(?:{words})(?!\w)", re.IGNORECASE) for words in _UNITS)


def names_other_unit(text: str, asked: str) -> bool:
    """Tell whether a text tells an amount for another time, or in another unit, than the question names."""
    text = text[:MOST_CHARACTERS]
    if not any(sign.isalpha() or sign in "€$£" for sign in text):
        return False
    periods = {name for name, pattern in _ASKED_PERIODS.items() if pattern.search(asked)}
    told = {name for name, pattern in _RATES.items() if pattern.search(text)}
    if periods and told and periods.isdisjoint(told):
        return True
    # “How many litres a day?” asks for litres.
    for pattern in _RATES.values():
        asked = pattern.sub(" ", asked)
    wanted = {at for at, pattern in enumerate(_NAMED) if pattern.search(asked)}
    amounts = {at for at, pattern in enumerate(_AMOUNTS) if pattern.search(text)} if wanted else set()
    return bool(amounts) and wanted.isdisjoint(amounts)
