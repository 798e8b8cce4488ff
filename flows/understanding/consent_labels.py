"""What a text has of the labels of a consent: their telling words, or a label with a slip of the finger.

“sing me up” is “Sign me up”, and never “sign me out”.
"""

from collections.abc import Collection

from flows.language.matching import LONG_TEXT, SHORT_TEXT, VERY_LONG_TEXT, find_near_match, is_harmless_slip
from flows.understanding.answer_words import KINDS, POLITE_WORDS
from flows.understanding.stop_words import BUILT_IN_KINDS


def find_near_label(typed: str, labels: Collection[str]) -> str:
    """Return the long label that a text was meant to be, with a harmless slip or two; empty if it is none."""
    # “less” is two letters from “yes”: only long labels allow typing errors, and very long ones two.
    meant = find_near_match(typed, labels, most_slips=1 if len(typed) < VERY_LONG_TEXT else 2)
    return (
        meant
        if meant and is_harmless_slip(typed, meant) and _slips_within_words(typed, meant) and len(meant) >= LONG_TEXT
        else ""
    )


def list_telling_words(agreeing: set[str]) -> frozenset[str]:
    """Return those words of agreeing labels that say something by themselves: “send” of “Yes, send it”."""
    # “please” of “Yes, please” says nothing alone, and short words stand anywhere.
    return frozenset(
        word for word in agreeing - POLITE_WORDS if len(word) >= SHORT_TEXT and KINDS.get(word, "f") in "fx"
    )


def repeats_decline(said: set[str], declining: set[str], agreeing: set[str]) -> bool:
    """Tell whether a text only repeats a declining label; what else would be a maybe (“vielleicht später”) is a no."""
    own_no = {word for word in declining - agreeing if KINDS.get(word, "x") == "x"}
    return bool(own_no & said) and declining >= {word for word in said if KINDS.get(word) != "f"}


def holds_a_label(said: Collection[str], labels: Collection[str]) -> bool:
    """Tell whether a text holds each word of a label that says anything: “friday” is not “Yes, every Friday”."""
    contents = ([word for word in label.split() if KINDS.get(word, "x") == "x"] for label in labels)
    return any(content and set(content) <= set(said) for content in contents)


def _slips_within_words(typed: str, meant: str) -> bool:
    """Tell whether each word is the label's, or harmlessly near it: “sing me up” is “sign me up”, “sign me out” not."""
    words, others = typed.split(), meant.split()
    if len(words) != len(others):
        # A space too many or too few; the letters are those of the label.
        return typed.replace(" ", "") == meant.replace(" ", "")
    return all(
        word == other
        # “abmelden” is one letter from “anmelden”.
        or (
            BUILT_IN_KINDS.get(word, "x") not in "Sswp"
            and len(other) >= SHORT_TEXT
            and find_near_match(word, [other], most_slips=1) != ""
        )
        for word, other in zip(words, others, strict=True)
    )
