"""What stands beside a day or time and is no part of it: signs, and a signature."""

import re
import unicodedata
from collections.abc import Collection

from flows.answers.dates.vocabulary import normalize_answer
from flows.understanding.answer_words import DENIALS, KINDS, NO_SIGNS

_SIGNED = re.compile(
    r"[\s,.!]+(?:many thanks|thanks|thank you|cheers|best|(?:kind|best|warm) (?:regards|wishes)|regards|sincerely|yours"
    r"|(?:besten |vielen )?dank|danke|(?:(?:mit )?(?:freundlichen?|viele|liebe|beste|schöne|herzliche) )?gr(?:ü|ue)"
    r"(?:ß|ss)en?|gruß|gruss|lg|vg|mfg|sent from my|von meinem)"
    r"(?:[\s,.!]+(?P<name>[^\W\d_]+(?:[ -][^\W\d_]+){0,2}))?[\s.!]*$",
    re.IGNORECASE,
)


def is_ornament(word: str) -> bool:
    """Tell whether a word is empty, or made of signs that deny nothing, such as “😊”."""
    return NO_SIGNS.isdisjoint(word) and all(
        (unicodedata.category(sign)[0] not in "LNM" and sign not in "<>~+=#%$€-") or sign == "\ufe0f" for sign in word
    )


def cut_signature(text: str, names: Collection[str]) -> str:
    """Return a text without its sign-off; as it is if that may tell more than a name.

    ``names`` are the names of days and months: “thanks, Monday” is no signature.
    """
    found = _SIGNED.search(text)
    if found is None:
        return text
    words = normalize_answer(found["name"] or "").split()
    known = any(word in names or word in DENIALS or KINDS.get(word, "x") != "x" for word in words)
    return text if known else text[: found.start()]
