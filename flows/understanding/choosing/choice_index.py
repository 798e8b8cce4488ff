"""The labels and words of the choices of a question, compiled once for :mod:`flows.understanding.choosing.choices`."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from flows.language.matching import normalize_text
from flows.understanding.agreement import is_unsure, read_yes_no
from flows.understanding.answer_words import DENIALS, KINDS
from flows.understanding.choosing.extremes import index_extremes
from flows.understanding.choosing.meanings import Meanings, index_meanings
from flows.understanding.choosing.sayings import is_at_loss
from flows.understanding.choosing.slots import Slots, index_slots
from flows.understanding.content_words import is_function_word, list_content_words, stem_word

_NOTHING = frozenset(
    ("none", "nothing", "neither", "keins", "keine", "keiner", "keines", "nichts", "nix", "never", "nie")
)
_BEGINS = re.compile(r"(\w+) ?[,.!;:–-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceIndex:
    """The labels and words of the choices of a question, as they are compared; compiled once."""

    labels: Mapping[str, int] = field(default_factory=dict)
    """Number by normalised label or word."""
    count: int = 0
    """Choices that can be meant by their number; 0 if a label holds a digit."""
    words: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Numbers by content word, sign or stem."""
    denying: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The same of labels that deny: “No mail yet”.  :attr:`words` has those of the others only."""
    heads: frozenset[str] = frozenset()
    """Words with a content word of their label directly before them: the “crumble” of “Apple crumble”."""
    yes: int | None = None
    """Number of the choice that says yes, if only one does and another says no."""
    no: int | None = None
    """Number of the choice that says no, if only one does and another says yes."""
    unsure: int | None = None
    """Number of the choice that says “not sure”, if there is one."""
    extremes: Mapping[str, int] = field(default_factory=dict)
    """Number of the cheapest, dearest, shortest and longest choice, where labels say prices or times."""
    slots: Slots = ()
    """Hours of the choices that are slots of a day."""
    meanings: Meanings = field(default_factory=dict)
    """What the choices mean, by the matter of the question."""


_EXONYM_PAIRS = (
    "münchen munich", "köln cologne", "wien vienna", "nürnberg nuremberg", "genf geneva", "braunschweig brunswick",
    "hannover hanover", "mailand milan", "rom rome", "prag prague", "kopenhagen copenhagen", "brüssel brussels",
)  # fmt: skip
_EXONYMS = {
    word: other
    for pair in _EXONYM_PAIRS
    for native, foreign in [pair.split()]
    for word, other in ((native, foreign), (foreign, native))
}
"""Cities by the name that they have in the other language."""
_SHORT_DAYS = {
    "monday": "mon", "tuesday": "tue tues", "wednesday": "wed weds", "thursday": "thu thur thurs", "friday": "fri",
    "saturday": "sat", "sunday": "sun", "montag": "mo", "freitag": "fr", "samstag": "sa",
}  # fmt: skip
_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def compile_choices(labels: Mapping[str, int], count: int, written: Iterable[tuple[str, int]] = ()) -> ChoiceIndex:
    """Return the index of a question with this many choices.

    ``labels`` are the numbers by normalised label or word; ``written`` are the labels as they are written, for
    the signs on them.
    """
    words: dict[str, set[int]] = {}
    denying: dict[str, set[int]] = {}
    signed = tuple(written)
    for label, number in labels.items():
        index = words if DENIALS.isdisjoint(label.split()) else denying
        for word in _telling_words(label):
            for stem in {stem for spelled in _spellings(word) for stem in stem_word(spelled)}:
                index.setdefault(stem, set()).add(number)
        # “citybike” for “City bike”.
        if " " in label:
            index.setdefault(label.replace(" ", ""), set()).add(number)
    for label, number in signed:
        for sign in label:
            if unicodedata.category(sign) == "So":
                words.setdefault(sign, set()).add(number)
    unsure = next((number for label, number in labels.items() if is_unsure(label) or is_at_loss(label)), None)
    has_digits = any(sign.isdecimal() for label, number in labels.items() if number < count for sign in label)
    slots = index_slots(signed)
    # “20 minutes” are not the evening of “17–20”.
    for word in [word for word in words if slots and word.strip("~").isdecimal()]:
        del words[word]
    yes, no = _find_yes_no(labels, signed)
    return ChoiceIndex(
        labels=labels,
        count=0 if has_digits else count,
        words={word: frozenset(numbers) for word, numbers in words.items()},
        denying={word: frozenset(numbers) for word, numbers in denying.items()},
        heads=frozenset(
            second
            for label in labels
            for first, second in pairwise(label.split())
            if not is_function_word(first) and not is_function_word(second)
        ),
        yes=yes,
        no=no,
        unsure=unsure,
        extremes=index_extremes((label, number) for label, number in signed if number != unsure),
        slots=slots,
        meanings=index_meanings(labels),
    )


def _spellings(word: str) -> set[str]:
    """Return a word as it is written, and as others write it: “cafe”, “Muenchen”, “Munchen”, “Munich”, “sat”."""
    if word.isascii():
        return {word, _EXONYMS.get(word, word), *_SHORT_DAYS.get(word, "").split()}
    bare = "".join(sign for sign in unicodedata.normalize("NFD", word) if not unicodedata.combining(sign))
    return {word, bare, word.translate(_TWO_LETTERS), _EXONYMS.get(word, word)}


def _telling_words(label: str) -> list[str]:
    """Return the words of a label that can stand for it; all of them where each stands in any sentence."""
    words = label.split()
    content = list_content_words(word for word in words if word not in DENIALS)
    if content:
        return content
    # “None of them” is told by its “none”; “not” and “no” stand anywhere, and yes and no are read as such.
    return [word for word in words if word in _NOTHING or (len(words) == 1 and KINDS.get(word, "f") == "f")]


def _find_yes_no(labels: Mapping[str, int], written: Iterable[tuple[str, int]]) -> tuple[int | None, int | None]:
    verdicts = {
        number: verdict
        for label, number in labels.items()
        if all(word in KINDS for word in label.split()) and (verdict := read_yes_no(label)) is not None
    }
    # “Yes, delete it all” and “No, keep it” say yes and no before the comma; “No mail yet” says no “no”.
    for label, number in written:
        if (begins := _BEGINS.match(label)) and (verdict := read_yes_no(normalize_text(begins[1]))) is not None:
            verdicts.setdefault(number, verdict)
    yes, no = ([number for number, verdict in verdicts.items() if verdict is side] for side in (True, False))
    if not yes or not no:
        return None, None
    # Of “Yes”, “Another time” and “Leave it” two say no: “yup” is clear, “nah” may be either.
    return (yes[0] if len(yes) == 1 else None, no[0] if len(no) == 1 else None)
