"""Asking for another code: “please send me a new code”, “nochmal schicken”."""

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
