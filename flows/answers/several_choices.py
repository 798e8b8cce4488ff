"""Several choices in one typed answer: “tea and coffee, please”, “1 and 3”, “all but the cups”, “no, that's it”.

The answer is cut where people cut it (commas, “and”, “plus”); each part means one choice.  Whole labels are found
first, because a label may hold an “and” itself.  A part with a denial takes nothing: “tea, but no coffee” is tea.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.language.matching import normalize_text
from flows.understanding.answer_words import DENIALS
from flows.understanding.choosing.choices import choose_label

_JOINS = "and|plus|und|sowie|also|auch|then|or|oder"
_EXCLUDING = "except|besides|without|außer|ausser|bis auf|ohne"
_CUT = re.compile(rf"([,;+&/\n.!]|\b(?:{_JOINS}|but|aber|{_EXCLUDING})\b)")
SHORTEST = 2
"""Letters up to which a word stands in too many labels: “to”."""
_BUT = ("but", "aber")
_EXCEPT = tuple(_EXCLUDING.split("|"))
_FOUND = re.compile(r"⟦(\d+)⟧")
"""Stands in a text for a label that was found."""
_ALL = frozenset({"all", "everything", "both", "alle", "alles", "beide", "beides"})
_NONE = frozenset(
    {"none", "nothing", "neither", "nichts", "keins", "keines", "keine", "nix", "no", "nein", "nope", "nö"}
)
_DONE = frozenset({
    "done", "finished", "ready", "thats it", "thats all", "that is all", "that is it", "nothing else", "no more",
    "nothing more", "no thanks", "no thank you", "fertig", "das wars", "das war es", "das war alles", "das ist alles",
    "mehr nicht", "sonst nichts", "nichts mehr", "nichts weiter", "nein danke", "weiter", "continue", "next", "go on",
})  # fmt: skip
_FILLERS = frozenset({
    "a", "an", "the", "i", "id", "im", "like", "love", "want", "would", "take", "please", "thanks", "into", "in", "of",
    "for", "me", "my", "some", "maybe", "both", "interested", "them", "these", "those", "too", "well", "as", "yes",
    "is", "it", "number", "option", "ones", "one", "ich", "mag", "möchte", "hätte", "gern", "gerne", "bitte", "danke",
    "der", "die", "das", "den", "ein", "eine", "einen", "für", "mich", "mir", "nehme", "will", "ja", "es", "nummer",
    "noch", "vielleicht", "sind", "ist", "oh", "um", "ähm", "nur", "just", "only", "mein", "meine",
})  # fmt: skip
_ORDINALS = {
    **{word: number for number, words in enumerate(
        (("one", "first", "eins", "erste", "ersten"), ("two", "second", "zwei", "zweite", "zweiten"),
         ("three", "third", "drei", "dritte", "dritten"), ("four", "fourth", "vier", "vierte", "vierten"),
         ("five", "fifth", "fünf", "fünfte", "fünften"), ("six", "sixth", "sechs", "sechste", "sechsten")), 1)
       for word in words},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralChoices:
    """What a typed answer takes."""

    numbers: tuple[int, ...] = ()
    """Numbers of the choices, from 0, ascending."""
    is_done: bool = False
    """True if it also says that nothing else follows."""
    is_none: bool = False
    """True if it says that nothing fits."""


NOTHING = SeveralChoices()
"""The answer names no choice, and does not end the question."""


def read_choices(text: str, labels: Mapping[str, int], count: int) -> SeveralChoices:
    """Return what a typed text takes of ``count`` choices; :data:`NOTHING` if it is not understood.

    ``labels`` are the numbers of the choices by normalised label or word; other numbers in it are no choices.
    """
    of_choices = {label: number for label, number in labels.items() if number < count}
    typed = normalize_text(text)
    said = set(typed.split())
    # “none of them, thanks” is “none” among fillers; “no, tea” is not.
    is_none = not said.isdisjoint(_NONE) and said <= _NONE | _FILLERS
    if typed in _DONE or (is_none and typed not in of_choices):
        return SeveralChoices(is_done=typed in _DONE, is_none=typed not in _DONE)
    taken: set[int] = set()
    left_out: set[int] = set()
    is_all = is_done = is_left_out = False
    # Cut with the separators kept: “tea”, “and”, “cups”.
    separator = ""
    for place, part in enumerate(_CUT.split(_mark_labels(text, of_choices))):
        if place % 2:
            separator = part
            # “all but the cups” leaves out; “tea, but also coffee” does not.  A comma or an “and” changes nothing.
            is_left_out = separator in _EXCEPT or (is_all if separator in _BUT else is_left_out)
            continue
        words = normalize_text(_FOUND.sub(" ", part)).split()
        ends = " ".join(words) in _DONE  # “that's all” ends the question and takes nothing, whatever stands around it
        is_all = is_all or (not ends and not _ALL.isdisjoint(words) and DENIALS.isdisjoint(words))
        is_done = is_done or ends
        denied = is_left_out or not DENIALS.isdisjoint(words)
        (left_out if denied else taken).update(_read_part(part, words, of_choices, count))
    numbers = (set(range(count)) if is_all else taken) - left_out
    return SeveralChoices(numbers=tuple(sorted(numbers)), is_done=is_done)


def _mark_labels(text: str, labels: Mapping[str, int]) -> str:
    """Return the text in small letters, with each label of several words in it replaced by its number."""
    folded = text.replace("’", "").replace("'", "").casefold()
    for label in sorted((label for label in labels if " " in label), key=len, reverse=True):
        # “Tea & cake” is compared as “tea cake”, so any signs may stand between its words.
        pattern = r"\W+(?:and\W+|und\W+)?".join(map(re.escape, label.split()))
        folded = re.sub(rf"(?<!\w){pattern}(?!\w)", f" ⟦{labels[label]}⟧ ", folded)
    return folded


def _read_part(part: str, words: list[str], labels: Mapping[str, int], count: int) -> set[int]:
    """Return the choices that one part names."""
    found = {int(number) for number in _FOUND.findall(part)}
    meaning = [word for word in words if word not in _FILLERS and word not in DENIALS and word not in _ALL]
    if not meaning:
        # “number one”: a filler elsewhere, and all that there is here.
        meaning = [word for word in words if word in _ORDINALS] if not found else []
    if not meaning:
        return found
    number = choose_label(" ".join(meaning), labels, _numbered(labels, count))
    if number is not None:
        return found | {number}
    return found | {number for word in meaning if (number := _read_word(word, labels, count)) is not None}


def _read_word(word: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the choice that one word means: its number, a label, or a word that only one label has."""
    ordinal = int(word) if word.isdecimal() and len(word) <= 2 else _ORDINALS.get(word, 0)  # noqa: PLR2004  at most 13
    if 1 <= ordinal <= _numbered(labels, count):
        return ordinal - 1
    number = choose_label(word, labels, 0)
    holding = {of for label, of in labels.items() if len(word) > SHORTEST and word in label.split()}
    return number if number is not None else holding.pop() if len(holding) == 1 else None


def _numbered(labels: Mapping[str, int], count: int) -> int:
    """Return how many choices can be meant by their number; none where a label holds a digit: “18 to 24”."""
    return 0 if any(sign.isdecimal() for label in labels for sign in label) else count
