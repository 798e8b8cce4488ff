"""Several choices in one typed answer: “tea and coffee, please”, “1 and 3”, “all but the cups”, “no, that's it”.

The answer is cut where people cut it (commas, “and”, “plus”); each part means one choice.  Whole labels are found
first, because a label may hold an “and” itself.  A part with a denial takes nothing: “tea, but no coffee” is tea.  What
was taken before is given back by it, as by “remove the tea” and “doch ohne Tee”.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flows.answers.runs_of_choices import mark_runs
from flows.language.matching import normalize_text
from flows.understanding.answer_words import DENIALS
from flows.understanding.choosing.choices import asks_about, choose_label
from flows.understanding.choosing.places import ORDINALS

_JOINS = "and|plus|und|sowie|also|auch|then|or|oder"
_EXCLUDING = "except|besides|without|instead of|rather than|außer|ausser|bis auf|ohne|statt|anstatt|anstelle von"
_CUT = re.compile(rf"([,;+&/\n.!]|\b(?:{_JOINS}|but|aber|{_EXCLUDING})\b)")
SHORTEST = 2
"""Letters up to which a word stands in too many labels: “to”."""
_BUT = ("but", "aber")
_EXCEPT = tuple(_EXCLUDING.split("|"))
_FOUND = re.compile(r"⟦(\d+)⟧")
"""Stands in a text for a label that was found."""
_ALL = frozenset({"all", "everything", "rest", "alle", "alles", "übrigen"})
_BOTH = frozenset({"both", "beide", "beides"})
"""All of them where there are two; else a word beside what is named: “both tea and cups”."""
_SETTLED = frozenset({
    "fine", "good", "ok", "okay", "right", "clear", "cool", "well", "set", "great", "same", "gut", "klar", "bestens",
    "egal", "roger", "ordnung", "paletti", "super",
})  # fmt: skip
"""“All good”, “alles klar”: everything is well, and nothing is chosen."""
_NONE = frozenset({
    "none", "nothing", "neither", "nichts", "keins", "keines", "keine", "nix", "no", "nein", "nope", "nö", "weder",
})  # fmt: skip
_DONE = frozenset({
    "done", "finished", "ready", "thats it", "thats all", "that is all", "that is it", "nothing else", "no more",
    "nothing more", "no thanks", "no thank you", "fertig", "das wars", "das war es", "das war alles", "das ist alles",
    "mehr nicht", "sonst nichts", "nichts mehr", "nichts weiter", "nein danke", "weiter", "continue", "next", "go on",
    "im done", "i am done", "all done", "im finished", "im good", "thats enough", "thats everything", "enough",
    "thatll do", "that will do", "thatd be all", "that would be all", "das reicht", "reicht", "passt so",
    "das passt so", "ich bin fertig", "bin fertig", "das wärs", "das wäre es", "das wäre alles", "genug",
    "das ist genug",
})  # fmt: skip
_POLITE = frozenset({
    "thanks", "thank", "you", "danke", "please", "bitte", "ok", "okay", "yes", "ja", "no", "nope", "nah", "nein", "nö",
    "for", "now", "then", "dann", "so", "from", "me", "schon", "erst", "mal", "erstmal", "vielen", "dank", "i", "think",
    "glaube", "ich", "actually", "really", "cheers", "auch", "schön",
})  # fmt: skip
"""Words around the end of a list that change nothing: “nope, that's all, thanks”."""
_REMOVING = frozenset({
    "remove", "delete", "drop", "scratch", "cancel", "unselect", "deselect", "minus", "entferne", "entfern",
    "entfernen", "streich", "streiche", "streichen", "lösch", "lösche", "löschen", "weg", "raus", "heraus", "abwählen",
})  # fmt: skip
_TAKEN_BACK = re.compile(
    r"^(?:please |actually |oh |no |and )*(?:take|put|leave|cross|strike|kick)\b.*\b(?:back|off|out|away)\b"
    r"|\b(?:off|out)(?: again)?(?: please| thanks)*$|\b(?:wähl|wähle|nimm|nehm|nehme|lass)\b"
    r".*\b(?:ab|zurück|weg|raus)\b"
)
_INSTEAD = re.compile(r"\binstead$|\bi (?:meant|mean)\b|\bmeinte\b|\bstattdessen\b")
_LACKS = frozenset({"free", "frei", "without", "ohne", "no", "non", "kein", "keine"})
"""A label with such a word names what is left out itself: “no nuts” is “Nut free”."""
_FILLERS = frozenset({
    "a", "an", "the", "i", "id", "im", "like", "love", "want", "would", "take", "please", "thanks", "into", "in", "of",
    "for", "me", "my", "some", "maybe", "both", "interested", "them", "these", "those", "too", "well", "as", "yes",
    "is", "it", "number", "option", "ones", "one", "ich", "mag", "möchte", "hätte", "gern", "gerne", "bitte", "danke",
    "der", "die", "das", "den", "ein", "eine", "einen", "für", "mich", "mir", "nehme", "will", "ja", "es", "nummer",
    "noch", "vielleicht", "sind", "ist", "oh", "um", "ähm", "nur", "just", "only", "mein", "meine", "davon", "doch",
    "pls", "plz", "actually", "then", "dann",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveralChoices:
    """What a typed answer takes."""

    numbers: tuple[int, ...] = ()
    """Numbers of the choices, from 0, ascending."""
    is_done: bool = False
    """True if it also says that nothing else follows."""
    is_none: bool = False
    """True if it says that nothing fits."""
    taken_back: tuple[int, ...] = ()
    """Numbers of the choices that it denies, ascending; they count if they were taken before."""
    is_instead: bool = False
    """True if it corrects what was said before: “sorry, I meant the cups”."""


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
    is_done = _ends(typed.split())
    if is_done or (is_none and typed not in of_choices):
        return SeveralChoices(is_done=is_done, is_none=not is_done)
    # “What is halal?” asks about it.
    if asks_about(typed):
        return NOTHING
    taken, left_out, is_done = _read_all_parts(text, of_choices, count)
    return SeveralChoices(
        numbers=tuple(sorted(taken)),
        is_done=is_done,
        taken_back=tuple(sorted(left_out)),
        is_instead=_INSTEAD.search(typed) is not None,
    )


def _read_all_parts(text: str, labels: Mapping[str, int], count: int) -> tuple[set[int], set[int], bool]:
    """Return the choices that are taken, those that are denied, and whether nothing else follows."""
    taken: set[int] = set()
    left_out: set[int] = set()
    is_all = is_done = is_left_out = False
    # Cut with the separators kept: “tea”, “and”, “cups”.
    separator = ""
    for place, part in enumerate(_CUT.split(_mark_labels(text, labels, count))):
        if place % 2:
            separator = part
            # “all but the cups” leaves out; “tea, but also coffee” does not.  A comma or an “and” changes nothing.
            is_left_out = separator in _EXCEPT or (is_all if separator in _BUT else is_left_out)
            continue
        words = normalize_text(_FOUND.sub(" ", part)).split()
        ends = _ends(words)  # “that's all” ends the question and takes nothing, whatever stands around it
        named, lacking = _read_part(part, words, labels, count)
        is_all = is_all or (not ends and not named and not lacking and _means_all(words, count))
        is_done = is_done or ends
        denied = is_left_out or not DENIALS.isdisjoint(words) or _removes(words)
        (left_out if denied else taken).update(named)
        taken |= lacking
    return (set(range(count)) if is_all else taken) - left_out, left_out, is_done


def _ends(words: list[str]) -> bool:
    """Tell whether words say that nothing else follows: “nope, that's all, thanks”."""
    words = list(words)
    while words:
        if " ".join(words) in _DONE:
            return True
        if words[-1] in _POLITE:
            words.pop()
        elif words[0] in _POLITE:
            words.pop(0)
        else:
            return False
    return False


def _means_all(words: list[str], count: int) -> bool:
    if not DENIALS.isdisjoint(words):
        return False
    if not _ALL.isdisjoint(words):
        return _SETTLED.isdisjoint(words) or not (_SETTLED | _FILLERS | _ALL).issuperset(words)
    return count == 2 and not _BOTH.isdisjoint(words)  # noqa: PLR2004  both are all of two


def _removes(words: list[str]) -> bool:
    return not _REMOVING.isdisjoint(words) or _TAKEN_BACK.search(" ".join(words)) is not None


def _mark_labels(text: str, labels: Mapping[str, int], count: int) -> str:
    """Return the text in small letters, with labels of several words and runs replaced by their numbers."""
    folded = text.replace("’", "").replace("'", "").casefold()
    for label in sorted((label for label in labels if " " in label), key=len, reverse=True):
        # “Tea & cake” is compared as “tea cake”, so any signs, or none, may stand between its words.
        pattern = r"\W*(?:and\W+|und\W+)?".join(map(re.escape, label.split()))
        folded = re.sub(rf"(?<!\w){pattern}(?!\w)", f" ⟦{labels[label]}⟧ ", folded)
    return mark_runs(folded, count) if _numbered(labels, count) else folded


def _read_part(part: str, words: list[str], labels: Mapping[str, int], count: int) -> tuple[set[int], set[int]]:
    """Return the choices that one part names, and those whose label says itself what it denies: “no nuts”."""
    found = {int(number) for number in _FOUND.findall(part)}
    meaning = [word for word in words if word not in _FILLERS | DENIALS | _ALL | _BOTH]
    if not meaning:
        # “number one”: a filler elsewhere, and all that there is here.
        meaning = [word for word in words if word in ORDINALS] if not found else []
    if not meaning:
        return found, set()
    number = choose_label(" ".join(meaning), labels, _numbered(labels, count))
    named = {number} if number is not None else _read_words(meaning, labels, count)
    lacking = set() if DENIALS.isdisjoint(words) else {one for one in named if _lacks(one, labels)}
    return found | (named - lacking), lacking


def _lacks(number: int, labels: Mapping[str, int]) -> bool:
    return any(of == number and not _LACKS.isdisjoint(label.split()) for label, of in labels.items())


def _read_words(words: list[str], labels: Mapping[str, int], count: int) -> set[int]:
    """Return the choices that single words mean; places count where all words are understood: not “can I pick two”."""
    read = {word: read_choice_word(word, labels) for word in words}
    named = {number for number in read.values() if number is not None}
    places = {word: _read_place(word, labels, count) for word, number in read.items() if number is None}
    placed = {number for number in places.values() if number is not None}
    return named | placed if None not in places.values() else named


def _read_place(word: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the choice whose number or ordinal a word is."""
    place = int(word) - 1 if word.isdecimal() and len(word) <= 2 else ORDINALS.get(word, -1)  # noqa: PLR2004  at most 13
    return place if 0 <= place < _numbered(labels, count) else None


def read_choice_word(word: str, labels: Mapping[str, int]) -> int | None:
    """Return the choice that one word means: a label, or a word that only one label has; None if it means none."""
    number = choose_label(word, labels, 0)
    holding = {of for label, of in labels.items() if len(word) > SHORTEST and word in label.split()}
    return number if number is not None else holding.pop() if len(holding) == 1 else None


def _numbered(labels: Mapping[str, int], count: int) -> int:
    """Return how many choices can be meant by their number; none where a label holds a digit: “18 to 24”."""
    return 0 if any(sign.isdecimal() for label in labels for sign in label) else count
