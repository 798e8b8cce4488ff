"""Tells whether a text asks something."""

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
LEAST_WORDS = 2
"""Words of a question without a question mark; “what” alone may be anything."""


def is_question(text: str) -> bool:
    """Return True if a text asks something: by its question mark, or by the word it begins with."""
    if "?" in text or "？" in text or "¿" in text:
        return any(sign.isalpha() for sign in text)
    words = normalize_text(text).split()
    while words and words[0] in _LEAD_INS and words[0] not in _OPENERS:
        words = words[1:]
    return len(words) >= LEAST_WORDS and words[0] in _OPENERS
