"""What phones and people put below a message: “Sent from my iPhone”, “Mit freundlichen Grüßen, Mia Müller”."""

import re

from flows.understanding.answer_words import DENIALS, KINDS

_SIGNATURE = re.compile(
    r" (?:sent from my|gesendet von mein\w*|von mein\w* \w+ gesendet|get outlook for|mit freundlichen grüßen|"
    r"mit freundlichen grüssen|(?:kind|best|warm|many) regards|(?:viele|liebe|beste|schöne|freundliche) grü(?:ß|ss)e|"
    r"sincerely|yours|lg|vg|mfg|br)(?: .*)?$"
)
_SAYS_MORE = frozenset("NZdUucq")
"""Kinds of words that deny, doubt, set a condition or ask (:mod:`flows.understanding.agreement`)."""


def strip_signature(typed: str) -> str:
    """Return a normalised text without what stands below it.

    “yes lg but not the newsletter” goes on behind its greeting, so nothing of it is taken away.
    """
    found = _SIGNATURE.search(typed)
    if found is None or any(word in DENIALS or KINDS.get(word) in _SAYS_MORE for word in found[0].split()):
        return typed
    return typed[: found.start()]
