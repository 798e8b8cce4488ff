"""Requests for a break from mails in the chat: “pause for two weeks”, “mach einen Monat Pause”.

A pause is less than a stop and takes nothing back, so it is only read where the words leave no doubt: a word of
pausing, none that denies it, and a word for the mails, or a length in a sentence that begins by asking.  After “Shall I
stop all mails?” the word of pausing is enough; without a length the break lasts :data:`USUAL`.
"""

import re
from datetime import timedelta

from flows.understanding.answer_words import DENIALS

USUAL = timedelta(days=30)
"""Length of a break if none is said."""
LONGEST = timedelta(days=366)
"""A longer break is better asked for by stopping; see :mod:`domain.consent.mail_break`."""
_PAUSING = frozenset({
    "pause", "pausing", "break", "snooze", "pausieren", "pausiere", "pausier", "pausiert", "aussetzen", "unterbrechen",
    "unterbrich", "unterbreche",
})  # fmt: skip
_MAILS = frozenset({
    "mail", "mails", "email", "emails", "newsletter", "newsletters", "letter", "letters", "nachrichten", "post",
})  # fmt: skip
_ASKING = _PAUSING | {"please", "bitte", "mach", "macht", "make"}
"""Words that begin a sentence which asks for a pause: “I need a break for a week” does not."""
_DAYS_BY_UNIT = {"day": 1, "tag": 1, "week": 7, "woche": 7, "month": 30, "monat": 30}
_LENGTH = re.compile(r"\b(\w+) (day|week|month|tag|woche|monat)(?:s|e|en|n)?\b")
_COUNTS = {
    **dict.fromkeys(("a", "an", "one", "ein", "eine", "einen", "einem", "einer"), 1),
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12,
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "zwölf": 12,
}  # fmt: skip


def read_pause(typed: str, *, was_asked: bool) -> timedelta | None:
    """Return how long mails shall pause, from a normalised text; None if it asks for no pause.

    ``was_asked``: the bot has just asked whether to stop all mails.
    """
    words = set(typed.split())
    if words.isdisjoint(_PAUSING) or not words.isdisjoint(DENIALS):
        return None
    length = _read_length(typed)
    asks = length is not None and typed.split(maxsplit=1)[0] in _ASKING
    if not was_asked and not asks and words.isdisjoint(_MAILS):
        return None
    return min(length or USUAL, LONGEST)


def _read_length(typed: str) -> timedelta | None:
    match = _LENGTH.search(typed)
    if match is None:
        return None
    word = match[1]
    count = int(word[:3]) if word.isdecimal() else _COUNTS.get(word, 0)
    return timedelta(days=count * _DAYS_BY_UNIT[match[2]]) if count else None
