"""Requests for a break from mails in the chat: “pause for two weeks”, “mach einen Monat Pause”.

A pause is less than a stop and takes nothing back, so it is only read where the words leave no doubt: a word of
pausing, none that denies it, and a word for the mails, or a length in a sentence that begins by asking.  After “Shall I
stop all mails?” the word of pausing is enough; without a length the break lasts :data:`USUAL`.
"""

import re
from datetime import timedelta

from flows.answers.number_words import number_words
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
_ONE = frozenset(("a", "an", "one", "ein", "eine", "einen", "einem", "einer"))


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
    if word.isdecimal():
        count = int(word[:3])
    else:
        counts = (number_words(language).get(word) for language in ("en", "de"))
        count = 1 if word in _ONE else next(filter(None, counts), 0)
    return timedelta(days=int(count) * _DAYS_BY_UNIT[match[2]]) if count else None
