"""Which choice of a question a typed text means."""

from collections.abc import Mapping

from flows.language.matching import find_near_match
from flows.understanding.answer_words import DENIALS


def choose_label(typed: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the number of the choice (from 0) that a normalised text means; None if that is not certain.

    A text means a choice by its label, its number, the first words of one label only, or a typing error.
    """
    # Exact before the number: a choice may be labelled “2” and stand third.
    if typed in labels:
        return labels[typed]
    if typed.isdecimal() and len(typed) <= 2 and 1 <= int(typed) <= count:  # noqa: PLR2004  at most 13 choices
        return int(typed) - 1
    if len(typed) > 2:  # noqa: PLR2004  two letters begin too much
        # “green” means “green tea” if no other label begins with “green ”; the space keeps “greenish” out.
        beginning_labels = {number for label, number in labels.items() if label.startswith(f"{typed} ")}
        if len(beginning_labels) == 1:
            return beginning_labels.pop()
    near_label = find_near_match(typed, labels)
    return labels[near_label] if near_label else _choose_by_words(typed, labels)


def _choose_by_words(typed: str, labels: Mapping[str, int]) -> int | None:
    """Return the one choice that shares at least two words with the text; None if none or several do.

    All words of the text stand in the label, or all words of the label in the text.
    """
    typed_words = set(typed.split())
    numbers = {
        number
        for label, number in labels.items()
        if len(typed_words & (words := set(label.split()))) > 1
        and (typed_words <= words or words <= typed_words)
        # “not green tea” holds “green tea” and means the opposite: the denials of both must be the same.
        and DENIALS & typed_words == DENIALS & words
    }
    return numbers.pop() if len(numbers) == 1 else None
