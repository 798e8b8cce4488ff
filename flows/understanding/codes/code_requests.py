"""What is said about a code that is waited for.

Asking for another one (“please send me a new code”, “nochmal schicken”), and questions about its mail (“where is it?”,
“wie lange dauert das?”), as apart from questions about something else.
"""

from flows.understanding.content_words import NEUTRAL_WORDS, is_function_word

_ANEW = frozenset({
    "new", "another", "again", "resend", "fresh", "neu", "neue", "neuen", "neuer", "neues", "nochmal", "nochmals",
    "erneut", "anderen", "nomal", "nochmoi", "neien", "neian", "wieder",
})  # fmt: skip
"""Words that ask for a further one."""
_WEAK = frozenset(("noch", "more", "extra", "weiteren"))
"""They do beside “one”: “noch einen”, “one more”."""
_ONE = frozenset(("one", "einen", "ein", "oan", "oanen", "nen"))
_WHAT = frozenset({
    "code", "mail", "email", "send", "resend", "schick", "schicke", "schicken", "schickt", "schickst", "sende",
    "senden",
    "sendet", "zuschicken", "zusenden", "one", "einen", "schickts",
})  # fmt: skip
"""What is asked for."""
_GONE = frozenset({
    "expired", "expire", "expires", "invalid", "outdated", "old", "late", "timed", "ran", "deleted", "lost",
    "abgelaufen",
    "ungültig", "veraltet", "verfallen", "gelöscht", "weggeworfen", "verloren", "spät", "gilt", "geht", "works", "work",
    "working", "funktioniert", "dead", "alt", "gültig", "valid",
})  # fmt: skip
"""What is said about the old one."""
_SURELY_GONE = frozenset(("expired", "abgelaufen", "verfallen", "timed"))
"""Beside a code these words are enough: a fresh one is what helps."""
_OF_GONE = frozenset({
    "it", "its", "is", "has", "have", "was", "that", "mine", "out", "too", "already", "by", "accident", "accidentally",
    "mistake", "not", "no", "longer", "doesnt", "dont", "isnt", "anymore", "any", "more", "so", "think", "says", "did",
    "just", "seems", "der", "die", "das", "ist", "zu", "schon", "scho", "nicht", "nimmer", "mehr", "ned", "net",
    "aus", "versehen", "versehentlich", "leider", "hab", "habe", "war", "wohl", "er", "es", "anscheinend", "sagt",
    "mein",
    "meiner", "eben", "grad", "dein", "euer", "now", "jetzt", "inzwischen", "bei", "mir", "hat", "this", "old", "alte",
    "alter", "time", "zeit",
})  # fmt: skip
_AROUND = frozenset({
    "please", "pls", "plz", "me", "a", "an", "the", "i", "need", "want", "would", "like", "can", "could", "you", "get",
    "one", "it", "my", "request", "give", "once", "thanks", "thank", "to", "us", "bitte", "mir", "einen", "ein", "eine",
    "den", "die", "ich", "brauche", "möchte", "will", "kann", "kannst", "könnt", "könntest", "du", "ihr", "hätte",
    "gern",
    "gerne", "mal", "es", "ihn", "sie", "bekommen", "haben", "danke", "einmal", "lass", "gib", "sorry", "hi", "hey",
    "hello", "hallo", "ok", "okay", "oh", "and", "und", "then", "dann", "just", "again", "brauch", "brauchat",
    "bräuchte",
    "id", "ill", "have", "may", "might", "possible", "is", "there", "anfordern", "also", "kriegen", "kriag", "mia",
    "no", "yet", "eben", "halt", "wohl", "könnten", "wir", "kurz", "schnell", "quickly", "ja", "yes", "deleted", "ups",
    "oops", "uns", "tun", "damit", "dear", "guys", "leute", "oder", "or", "did", "u", "gar", "doch", "am", "noch",
})  # fmt: skip
"""Words of such a request that change nothing."""
_REQUEST = _ANEW | _WHAT | _WEAK | _AROUND
_TOLD = _REQUEST | _GONE | _OF_GONE


def asks_new_code(typed: str) -> bool:
    """Tell whether a normalised text asks for another code, and for nothing else.

    “A new one”, “noch einen” are enough, as nothing else can be had anew where a code is waited for; so is “the code
    has expired”.
    """
    words = set(typed.split())
    if not words <= _TOLD:
        return False
    wants = _wants_anew(words) and (bool(words & _WHAT) or len(words) > 1)
    if words <= _REQUEST:
        return wants
    # “My code does not work” alone may be a slip of the hand; beside a wish it is its reason.
    return bool(words & _GONE) and (wants or bool(words & _SURELY_GONE))


def _wants_anew(words: set[str]) -> bool:
    return bool(words & _ANEW) or bool(words & _WEAK and words & _ONE) or words >= {"once", "more"}


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
