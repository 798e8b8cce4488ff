"""What a question asks of a matter: its price, how long it takes, when it is.

“How much is the tour book?” has a word of the answer on the tour book, and that answer tells no price; so an answer
must tell what is asked of it.
"""

import re

_PRICE = (
    r"how much|wie ?viel|costs?|costing|prices?|pricing|pricey|expensive|charges?|rates?|fees?|tariffs?|kosten|kostets?"
    r"|preis\w*|teuer|gebühr(?:en)?|tarife?|verlangt ihr|nehmt ihr für"
)
_ASPECTS = (
    ("price", re.compile(rf"\b(?:{_PRICE})\b")),
    ("long", re.compile(
        r"\b(?:how (?:long|many (?:days|weeks|hours|years|months)|fast|quick|quickly|soon)"
        r"|wie (?:lange?|schnell|viele (?:tage|wochen|stunden|jahre|monate))|dauert|duration)\b|dauer\b"
    )),
    ("when", re.compile(r"\b(?:how (?:late|early)|when|what time|wann|times?|zeiten|uhrzeit)\b")),
    ("where", re.compile(r"\b(?:wheres?|wo|wohin)\b")),
)  # fmt: skip
"""By the words that ask it."""
ASPECTS = ("", *(name for name, _ in _ASPECTS))
"""Their names; empty where none is asked."""
_TOLD = {
    "price": re.compile(
        r"[€$£]|\b(?:euros?|dollars?|francs?|cents?|usd|eur|chf|free|gratis|kostenlos|umsonst|price|prices|cost|costs"
        r"|preis|preise|kostet|kosten)\b|%",
        re.IGNORECASE,
    ),
    "time": re.compile(
        r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|today|tomorrow|daily|always|noon|night"
        r"|morning|evening|mon|tues?|wed(?:nes)?|thurs?|fri|sat(?:ur)?|sun)(?:days?)?\b"
        r"|\b(?:minuten?|stunden?|tage?n?|werktage?n?|wochen?|monate?n?|jahre?n?|uhr"
        r"|heute|morgen|täglich|immer|mittags?|abends?|\w+tags?)\b|\b\d{1,2}[:.]\d\d\b|\d ?[ap]m\b"
        r"|\{\{|\b(?:at once|immediately|sofort|soon|bald)\b",
        re.IGNORECASE,
    ),
}
"""What an answer holds that tells it; a variable may be opening hours."""


def find_aspect(typed: str) -> str:
    """Return what a normalised text asks of a matter: “price”, “long”, “when” or “where”; empty if none of them."""
    return next((name for name, pattern in _ASPECTS if pattern.search(typed)), "")


def strip_aspects(typed: str) -> str:
    """Return a normalised text without the words that ask an aspect."""
    for _, pattern in _ASPECTS:
        typed = pattern.sub(" ", typed)
    return typed


def begins_with_aspect(typed: str) -> bool:
    """Tell whether a text asks by its first word, without a verb: “price of a small service”."""
    return any(pattern.match(typed) for _, pattern in _ASPECTS)


def tells_aspect(answer: str, aspect: str) -> bool:
    """Tell whether an answer can be one to a question for this aspect; true where none is asked."""
    pattern = _TOLD.get("time" if aspect in ("long", "when") else aspect)
    return pattern is None or pattern.search(answer) is not None
