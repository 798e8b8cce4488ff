"""Mends what keyboards and voice input make of an address; what comes of it is asked about, never taken."""

import re

from flows.answers.addresses.vocabulary import FILLERS

_DOT_WORD = re.compile(r"\s*[(\[{]?\s*\b(?:dot|punkt|point)\b\s*[)\]}]?\s*", re.IGNORECASE)
_AT_WORD = re.compile(
    r"\s*(?:[(\[{]\s*(?:at|ät|@|aet)\s*[)\]}]"
    r"|\b(?:at sign|at-zeichen|at|ätt?|klammeraffen?|affenschwanz)\b)\s*",
    re.IGNORECASE,
)
_SIGN_WORDS = (
    (re.compile(r"\s+(?:underscore|unterstrich)\s+", re.IGNORECASE), "_"),
    (re.compile(r"\s+(?:dash|hyphen|minus|bindestrich|minuszeichen)\s+", re.IGNORECASE), "-"),
    (re.compile(r"\s+(?:plus|pluszeichen)\s+", re.IGNORECASE), "+"),
)
_AT = re.compile(r"(\S*[^\W_])?([ \t\u00a0]*)@([ \t\u00a0]*)(?=[^\W_])")
_SPACED_ENDING = re.compile(
    r"(@[\w-]+(?:\.[\w-]+)*?)(?:[ ]*[.,][ ]*|…)"
    r"((?:[\w-]+\.)*(?:com|net|org|info|example|test|[a-z]{2})(?![\w.]))",
    re.IGNORECASE,
)
_MISSING_DOT = re.compile(r"(@[\w-]+)[ ]+(com|net|org|de)\b(?!\.)", re.IGNORECASE)


def mend_spaces(text: str) -> str:
    """Return a text without spaces around its @, and with dots for the commas and spaces in its domain."""
    mended = _AT.sub(_close_at, text)
    mended = _SPACED_ENDING.sub(r"\1.\2", mended)
    return _MISSING_DOT.sub(r"\1.\2", mended)


def _close_at(match: re.Match[str]) -> str:
    word, before, after = match[1] or "", match[2], match[3]
    # “Meet me @ example.com” names a place, no mailbox.
    if not word or (before and word.casefold() in FILLERS):
        return match[0]
    return f"{word}@" if before or after else match[0]


def mend_spoken(text: str) -> str:
    """Return a text with signs for the words that stand for them: “mia at example dot com”."""
    mended = _DOT_WORD.sub(".", text)
    if "@" not in mended:
        mended = _AT_WORD.sub(" @ ", mended)
    if "@" not in mended:
        return text
    for words, sign in _SIGN_WORDS:
        mended = words.sub(sign, mended)
    return mend_spaces(mended)
