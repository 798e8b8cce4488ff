"""A choice by its size, said in another word than the label's: “the big one” is “Large”, “die mittlere” is “Mittel”.

It is read only where at least two choices of a question are sizes, and only if the text names one size and nothing
that could be meant otherwise: “big family”, “too big” and “two larges and a small” choose nothing.
"""

import re
from collections.abc import Mapping

from flows.language.remember import remember_short_texts

_SIZES = tuple(
    frozenset(words.split())
    for words in (
        "xs mini tiny winzig winzige winziges",
        "s small klein kleine kleiner kleines kleinen little",
        "m medium middle mid mittel mittlere mittlerer mittleres mittleren mittelgross mittelgrosse mittelgrosses",
        "l large big gross grosse grosser grosses grossen",
        "xl huge riesig riesige riesiges",
    )
)
"""Words by size, ascending; normalised, so that “ß” is “ss”."""
_LETTERS = frozenset(("xs", "s", "m", "l", "xl"))
"""They are sizes in a label of their own only: the “s” of “Rock s Roll” is none."""
_SMALLEST_WORDS = "smallest smaller kleinste kleinster kleinstes kleinsten kleinere kleineres kleineren"
_SMALLEST = frozenset(_SMALLEST_WORDS.split())
_LARGEST_WORDS = "largest larger biggest bigger grösste grösster grösstes grössten grössere grösseres grösseren"
_LARGEST = frozenset(_LARGEST_WORDS.split())
_AROUND_WORDS = (
    "a an the one ones size sized for me i id ill im will would like want take have get go with think say guess that "
    "thats please pls plz thanks thank you ok okay yes yeah so then just maybe probably enough is fine good its it "
    "in pizza cup box pack bag tin portion glass plate pot you got have there u available possible "
    "ein eine einen ne nen n der die das den ich mir mich nehm nehme nimm nehmen will hätte möchte bitte danke gern "
    "gerne reicht ja jo dann mal wäre wär gut passt also doch lieber in grösse glaub glaube denke für es uns "
    "becher tasse packung beutel dose schachtel glas teller kanne portion"
)
_AROUND = frozenset(_AROUND_WORDS.split())
"""Words around a size that change nothing."""
_EXTRA = re.compile(r"\b(?:extra|x) (large|big|gro(?:ss)\w*|small|klein\w*)\b")
_JOINED = re.compile(r"\b(\w+)(?: \w+)? (?:or|oder|and|und) (?:(?:a|the|ne|eine?n?|der|die|das) )?(\w+)\b")


def _write_extra(found: re.Match[str]) -> str:
    return "xs" if found[1].startswith(("small", "klein")) else "xl"


@remember_short_texts
def _size_of(label: str) -> int | None:
    """Return the size that a normalised label or text names; None if it names none, or several."""
    words = frozenset(label.split())
    told = words if words <= _LETTERS else words - _LETTERS
    sizes = {size for size, names in enumerate(_SIZES) if told & names}
    return sizes.pop() if len(sizes) == 1 else None


def _index_sizes(labels: Mapping[str, int]) -> dict[int, int]:
    """Return the choice by size; empty if the labels are no series of sizes."""
    numbers: dict[int, set[int]] = {}
    for label, number in labels.items():
        if number >= 0 and (size := _size_of(label)) is not None:
            numbers.setdefault(size, set()).add(number)
    # One size is no series, and of two labels of a size neither is meant.
    if len(numbers) < 2 or any(len(found) > 1 for found in numbers.values()):  # noqa: PLR2004  two make a series
        return {}
    return {size: next(iter(found)) for size, found in numbers.items()}


def find_size(typed: str, labels: Mapping[str, int]) -> int | None:
    """Return the choice whose size a normalised text names, and nothing else; None if there is none."""
    told = [word for word in _EXTRA.sub(_write_extra, typed).split() if word not in _AROUND]
    if len(told) != 1 or not (numbers := _index_sizes(labels)):
        return None
    word = told[0]
    size = min(numbers) if word in _SMALLEST else max(numbers) if word in _LARGEST else _size_of(word)
    return None if size is None else numbers.get(size)


def find_several(typed: str, labels: Mapping[str, int]) -> tuple[int, ...]:
    """Return the choices of two sizes that a normalised text joins: “small or big”; empty if it does not."""
    found = _JOINED.search(typed)
    if found is None or not (numbers := _index_sizes(labels)):
        return ()
    named = {numbers[size] for word in found.groups() if (size := _size_of(word)) in numbers}
    return tuple(sorted(named)) if len(named) > 1 else ()
