"""Finds the label of a consent that a text was meant to be: “sing me up” for “Sign me up”, but never “sign me out”."""

from collections.abc import Collection

from flows.language.matching import LONG_TEXT, SHORT_TEXT, VERY_LONG_TEXT, find_near_match, is_harmless_slip
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
