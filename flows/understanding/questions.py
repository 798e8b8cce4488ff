"""Tells whether a text asks something."""

import re

from flows.language.matching import normalize_text

_LEAD_INS = frozenset({
    "and", "but", "so", "well", "first", "wait", "depends", "ok", "okay", "hm", "hmm", "oh", "hi", "hello", "hey",
    "sorry", "just", "also", "then", "und", "aber", "na", "erst", "warte", "ach", "hallo", "kurze", "frage",
    "noch", "mal", "vorher", "nur", "question", "quick", "by", "the", "way", "moment", "übrigens", "eine", "zuerst",
})  # fmt: skip
"""Words that stand before a question and say nothing."""
_OPENERS = frozenset({
    "what", "whats", "when", "where", "wheres", "who", "why", "which", "how", "hows", "whose", "is", "are", "do",
    "does",
    "did", "can", "could", "may", "will", "would", "should", "have", "has", "isnt", "arent", "dont", "doesnt", "cant",
    "wie", "was", "wann", "wo", "wer", "warum", "wieso", "weshalb", "welche", "welcher", "welches", "welchen", "wem",
    "wen", "woher", "wohin", "womit", "wozu", "wieviel", "wofür", "gibt", "gibts", "kann", "können", "könnt", "kannst",
    "habt", "hat", "hast", "haben", "ist", "sind", "seid", "bin", "darf", "dürfen", "muss", "müssen", "soll", "macht",
    "kostet", "nehmt", "verkauft", "bietet", "repariert", "liefert", "verschickt", "geht", "bekomme", "braucht",
    "brauche",
    "kommt", "werden", "wird", "vermietet", "akzeptiert", "holt",
})  # fmt: skip
"""Words that begin a question."""
_ASKED_PERSONS = frozenset(("ihr", "du", "sie", "man"))
_BORDER = re.compile(r"[.,;:!–—]+\s+(?:(?:and|und|but|aber)\s+)?|\s+-\s+|\s+(?:and|und|but|aber)\s+", re.IGNORECASE)
"""Where an answer may end and a question begin."""
LEAST_WORDS = 2
"""Words of a question without a question mark; “what” alone may be anything."""


def is_question(text: str) -> bool:
    """Return True if a text asks something: by its question mark, or by the word it begins with."""
    if "?" in text or "？" in text or "¿" in text:
        return any(sign.isalpha() for sign in text)
    return begins_as_question(text)


def split_question(text: str, *, ends_with_answer: bool = False) -> tuple[str, str]:
    """Return what a text says before it asks something, and the question; both are empty if it does not do both.

    “4, and is there parking?” gives “4” and “is there parking?”; with ``ends_with_answer`` so does “is there parking?
    4 of us”.
    """
    for border in _BORDER.finditer(text):
        before, after = text[: border.start()].strip(), text[border.end() :].strip()
        # “First, when do you open?” is no answer with a question behind it: such words only lead up to the question.
        is_said = not _LEAD_INS.issuperset(normalize_text(before).split())
        if is_said and is_question(after) and not begins_as_question(before):
            return before, after
    before, mark, after = text.rpartition("?")
    if ends_with_answer and mark and after.strip() and is_question(f"{before}?") and not is_question(after):
        return after.strip(), f"{before}?"
    return "", ""


def begins_as_question(text: str) -> bool:
    """Return True if the first word of a text that says anything asks."""
    words = normalize_text(text).split()
    while words and words[0] in _LEAD_INS and words[0] not in _OPENERS:
        words = words[1:]
    if len(words) < LEAST_WORDS:
        return False
    # “Bringt ihr mein Rad?”: a German verb before the person it is asked of.
    return words[0] in _OPENERS or (words[1] in _ASKED_PERSONS and words[0].endswith(("t", "en")))
