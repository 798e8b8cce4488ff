"""Questions about what happens to an address or a number that was just asked for: “what for? who sees it?”.

There “it” is what the bot asked for, so the table's answer about data is meant, whatever words the question has.
"""

import re

ASKED_DATA = {"en": "what do you do with my address", "de": "was macht ihr mit meiner adresse"}
"""By language, the question by which a table's answer about data is found."""
DATA_KINDS = ("email", "phone")
"""Kinds of questions that ask for such data."""
MOST_CHARACTERS = 200
_SENTENCE = re.compile(r"[?!.;\n]+|,? (?:and|und|or|oder) (?=w|d|is|gibt|verk)")
_PURPOSE = re.compile(
    r"\b(?:why|what|wozu|wofür|warum|wieso|weshalb|was)\b.*\b(?:for|need|want|ask|asking|require|it|my|that|braucht"
    r"|brauchst|brauchen|wollt|willst|die|das|meine)\b|^(?:what for|why|wozu|wofür|warum|wieso)$"
)
_DISCLOSURE = re.compile(
    r"\b(?:who|whom|anyone|anybody|others|third part(?:y|ies)|else)\b.*\b(?:sees?|gets?|reads?|access|has|have|know)\b"
    r"|\b(?:sell|share|pass|give|hand|leak|forward|abuse|misuse|store|save|keep|delete)\w*\b.*"
    r"\b(?:it|that|them|my|anyone|anybody|others|on|data)\b"
    r"|\b(?:happens?|do|did|going to do|end up)\b.*\b(?:with (?:it|that|this|my)|to (?:it|my))\b"
    r"|\bend up (?:on|in) \w+\b|\bget (?:any )?spam\b|\bspam me\b"
    r"|\b(?:wer|wem)\b.*\b(?:sieht|bekommt|kriegt|liest|hat|sehen|lesen|zugriff|zeigt|gebt)\b"
    r"|\b(?:verkauf|weitergeb|weitergib|speicher|teilt|lösch|missbrauch)\w*\b|\bgebt\b.*\bweiter\b"
    r"|\b(?:passiert|macht|machst|geschieht|habt ihr)\b.*\b(?:damit|mit (?:der|meiner?|meinen)|vor)\b"
)
_SAFETY = re.compile(r"\b(?:safe|secure|private|protected|sicher|geschützt|vertraulich)\b")
MANY = 2
"""Questions in one message that together ask of data, though each alone may be a mere why."""


def asks_of_data(text: str) -> bool:
    """Tell whether a question asks what happens to what the bot wants to know, or who sees it."""
    sentences = [part.strip() for part in _SENTENCE.split(text[:MOST_CHARACTERS].casefold()) if part.strip()]
    if any(_DISCLOSURE.search(sentence) for sentence in sentences):
        return True
    telling = [part for part in sentences if _PURPOSE.search(part) or _SAFETY.search(part)]
    return len(telling) >= MANY
