"""What is said about a code that is waited for.

Asking for another one (“please send me a new code”, “nochmal schicken”), and questions about its mail (“where is it?”,
“wie lange dauert das?”), as apart from questions about something else.
"""

from flows.understanding.content_words import NEUTRAL_WORDS, is_function_word

_ANEW = frozenset({
    "new", "another", "again", "resend", "fresh", "neu", "neuen", "neuer", "neues", "nochmal", "nochmals", "erneut",
    "anderen", "noch", "more",
})  # fmt: skip
"""Words that ask for a further one."""
_WHAT = frozenset({
    "code", "mail", "email", "send", "resend", "schick", "schicke", "schicken", "sende", "senden", "zuschicken",
    "zusenden",
})  # fmt: skip
"""What is asked for."""
_AROUND = frozenset({
    "please", "pls", "me", "a", "an", "the", "i", "need", "want", "would", "like", "can", "could", "you", "get", "one",
    "it", "my", "request", "give", "once", "thanks", "thank", "to", "us", "bitte", "mir", "einen", "ein", "eine", "den",
    "die", "ich", "brauche", "möchte", "will", "kann", "kannst", "könnt", "könntest", "du", "ihr", "hätte", "gern",
    "gerne", "mal", "es", "ihn", "sie", "bekommen", "haben", "danke", "einmal", "lass", "gib",
})  # fmt: skip
"""Words of such a request that change nothing."""


def asks_new_code(typed: str) -> bool:
    """Tell whether a normalised text asks for another code, and for nothing else."""
    words = set(typed.split())
    return bool(words & _ANEW) and bool(words & _WHAT) and words <= _ANEW | _WHAT | _AROUND


_ABOUT_MAIL = frozenset({
    "mail", "mails", "email", "emails", "e-mail", "code", "codes", "digits", "digit", "address", "spam", "junk",
    "promotions", "inbox", "mailbox", "button", "link", "pin", "ziffern",
    "adresse", "postfach", "posteingang", "werbung", "knopf", "spamordner", "ordner", "folder", "bestätigung",
    "bestätigungsmail", "bestätigungscode", "confirmation", "sent", "send", "received", "receive", "geschickt",
    "gesendet", "angekommen", "verschickt", "erhalten",
})  # fmt: skip
_OF_WAITING = frozenset({
    "take", "takes", "long", "dauert", "dauern", "lang", "late", "spät", "going", "wrong", "nichts",
    # A number alone is the one of the mail; a phone number is not.
    "number", "numbers", "zahl", "zahlen", "nummer", "find", "see", "enter", "type", "put", "finde", "sehe", "steht",
    "stehen", "eingeben", "tippen",
})  # fmt: skip
"""Words that say nothing else where a code is waited for."""
_OF_TIME = frozenset({"am", "pm", "oclock", "h"})


def matter_words(typed: str) -> list[str]:
    """Return the words of a normalised text that name a matter."""
    words = (word for word in typed.split() if not any(sign.isdecimal() for sign in word))
    return [word for word in words if not is_function_word(word) and word not in NEUTRAL_WORDS | _OF_TIME]


def asks_only_of_waiting(typed: str) -> bool:
    """Tell whether a normalised question names no matter at all, so that it is about what is waited for."""
    return _OF_WAITING.issuperset(matter_words(typed))


def asks_about_mail(typed: str) -> bool:
    """Tell whether a normalised question is about the code, its mail or the address."""
    return not _ABOUT_MAIL.isdisjoint(typed.split()) or asks_only_of_waiting(typed)
