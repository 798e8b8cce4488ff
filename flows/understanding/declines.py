"""Texts by which a person declines what is asked: “no thanks”, “I changed my mind”, “lieber nicht”."""

from flows.understanding.agreement import says_only_no
from flows.understanding.answer_words import NO_WORDS

_DECLINES = (NO_WORDS - {"später"}) | {
    "rather not", "id rather not", "i would rather not", "changed my mind", "i changed my mind", "never mind",
    "nevermind", "forget it", "no i changed my mind", "not anymore", "not interested", "i dont want to", "no way",
    "doch nicht", "lieber doch nicht", "ich habs mir anders überlegt", "ich habe es mir anders überlegt",
    "vergiss es", "kein interesse", "möchte ich nicht", "das möchte ich nicht", "will ich nicht", "nein lieber nicht",
}  # fmt: skip


def is_decline(typed: str) -> bool:
    """Return True if a normalised text declines and says nothing else."""
    # “Later” may be a time; “no sugar” and “no, Berlin” say more than no.
    return typed in _DECLINES or says_only_no(typed)
