"""Which choice the content words of a text mean, with what it denies and rejects.

A content word that one label or its declared words alone have is enough (“berlin please”).  If several choices are
meant, the person is asked which.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.understanding.answer_words import DENIALS
from flows.understanding.choosing.choice_index import ChoiceIndex
from flows.understanding.choosing.sayings import LEAST_TAIL
from flows.understanding.content_words import LONG_WORD, find_slip, is_function_word, stem_word
from flows.understanding.rejections import chooses_behind, find_rejection

_JOINING = frozenset(("or", "oder", "and", "und", "nor", "noch", "than", "als", "from", "von"))
_PREFERRED = re.compile(
    r"\b(?:rather|nearer|closer|better|sooner|instead|lieber|eher|näher|besser)\b.* ?\b(?:than|of|als)\b"
)
"""“Hamburg rather than Berlin”: what stands before is preferred."""
_TAKING_BACK = frozenset(("no", "nope", "nein", "nee", "nö"))
_EXCEPT = (
    "anywhere but ",
    "everywhere but ",
    "any but ",
    "überall ausser ",
    "anything but ",
    "everything but ",
    "all but ",
    "alles ausser ",
    "ausser ",
    "except ",
)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several choices that a text may mean."""

    numbers: tuple[int, ...]
    """From 0, ascending."""


def read_content(words: list[str], typed: str, index: ChoiceIndex) -> int | Ambiguous | None:
    """Read the content words of a text; a denial in it must be a denial of the label, or stand behind the choice."""
    at = next((at for at, word in enumerate(words) if word in DENIALS), None)
    if at is None and (preferred := _PREFERRED.search(typed)) and not typed.startswith(_EXCEPT):
        before = settle_hits(find_hits(typed[: preferred.end()].split(), index.words))
        return before if isinstance(before, int) else None
    if at is None and not typed.startswith(_EXCEPT):
        rejected = find_rejection(typed)
        # A label may hold such a word itself: “Very sweet”.
        if rejected and not any(_find_word(word, index.words) for word in rejected[0].split()):
            return _read_other(typed, rejected, index)
        plain = find_hits(words, index.words)
        # “cake” may also be the “Carrot cake, not sweet”; alone it never means what denies.
        return settle_hits(find_hits(words, index.words, index.denying)) if plain else None
    own = settle_hits(find_hits(words, index.denying))
    if own is not None or at is None:
        return own
    if (instead := _read_instead(words[at + 1 :], index)) is not None and not find_hits(words[:at], index.words):
        return instead
    # “Hannover, not Berlin”: what stands behind the denial is another choice.
    chosen, denied = (
        settle_hits(find_hits(words[:at], index.words)),
        settle_hits(find_hits(words[at + 1 :], index.words)),
    )
    if not isinstance(chosen, int) or denied is None or chosen == denied:
        return None
    # “Berlin … no, Hamburg” may take the first back: the person is asked which.
    return (
        Ambiguous(tuple(sorted((chosen, denied)))) if isinstance(denied, int) and words[at] in _TAKING_BACK else chosen
    )


def _read_instead(behind: list[str], index: ChoiceIndex) -> int | None:
    """Return the choice that is named instead of the denied one: “nicht Berlin sondern Hamburg”."""
    hits = [(word, numbers) for word in behind if (numbers := _find_word(word, index.words))]
    # “Neither Hamburg nor Berlin” and “not Hamburg or Berlin” deny both.
    if len(hits) != 2 or not _JOINING.isdisjoint(behind) or behind[:1] != [hits[0][0]]:  # noqa: PLR2004  one and the other
        return None
    rest = hits[1][1] - hits[0][1]
    return next(iter(rest)) if len(rest) == 1 else None


def _read_other(typed: str, rejected: re.Match[str], index: ChoiceIndex) -> int | None:
    """Return the one choice that is named besides the rejected one: “Hamburg, Berlin is too far”."""
    before = find_hits(typed[: rejected.start()].split(), index.words)
    after = find_hits(typed[rejected.end() :].split(), index.words)
    # “I hate Berlin” names it behind; “Hamburg is too far from Berlin” chooses neither.
    if not before or (after and not chooses_behind(typed[rejected.end() :])):
        return None
    rest = settle_hits([numbers for numbers in (*before[:-1], *after) if numbers != before[-1]])
    return rest if isinstance(rest, int) else None


def names_another(typed: str, index: ChoiceIndex) -> bool:
    """Tell whether a text names something like a choice: “cheese crumble” is no “Apple crumble”."""
    return any(
        second in index.heads
        and not is_function_word(first)
        and first not in DENIALS
        and not _find_word(first, index.words)
        and not _find_word(first, index.denying)
        for first, second in pairwise(typed.split())
    )


def settle_hits(found: Sequence[frozenset[int]]) -> int | Ambiguous | None:
    """Return what several content words mean together."""
    if not found:
        return None
    telling = {next(iter(numbers)) for numbers in found if len(numbers) == 1}
    common = frozenset[int].intersection(*found)
    # “Monday afternoon, I work in the mornings”: a word of one choice, and another that this one does not have.
    against = [numbers for numbers in found if len(telling) == 1 and numbers.isdisjoint(telling)]
    meant = telling.union(*against) or common or frozenset[int]().union(*found)
    return next(iter(meant)) if len(meant) == 1 else Ambiguous(tuple(sorted(meant)))


def find_hits(words: list[str], *indexes: Mapping[str, frozenset[int]]) -> list[frozenset[int]]:
    """Return the choices that each content word of a text belongs to."""
    found = [frozenset[int]().union(*(_find_word(word, index) or () for index in indexes)) for word in words]
    # “e bike” for a declared “ebike”, and “city bike” as a whole.
    joined = (first + second for first, second in pairwise(words))
    found += [frozenset[int]().union(*(_find_known(word, index) or () for index in indexes)) for word in joined]
    return [numbers for numbers in found if numbers]


def _find_word(word: str, index: Mapping[str, frozenset[int]]) -> frozenset[int] | None:
    numbers = _find_known(word, index)
    if numbers is not None or is_function_word(word):
        return numbers
    if swapped := _find_swapped(word, index):
        return index[swapped]
    if word in DENIALS:
        return None
    parts = frozenset[int]().union(*(index[known] for known in index if _is_part(word, known)))
    return parts if len(parts) == 1 else None


def _find_known(word: str, index: Mapping[str, frozenset[int]]) -> frozenset[int] | None:
    numbers = index.get(word)
    if numbers is not None or is_function_word(word):
        return numbers
    numbers = next((index[stem] for stem in stem_word(word) if stem in index), None)
    slip = "" if numbers else find_slip(word, index)
    return index[slip] if slip else numbers


def _find_swapped(word: str, index: Mapping[str, frozenset[int]]) -> str:
    """Return the short word of which two letters were swapped: “plsu” for “plus”; empty if none, or several."""
    if len(word) != LONG_WORD - 1 or not word.isalpha():
        return ""
    found = [known for known in index if known[:1] == word[0] and known != word and sorted(known) == sorted(word)]
    return found[0] if len(found) == 1 else ""


def _is_part(word: str, known: str) -> bool:
    """Tell whether a word is the beginning or the end of a longer one: “familien” of “familienzimmer”."""
    return (
        len(word) >= LONG_WORD
        and len(known) >= len(word) + LEAST_TAIL
        and (known.startswith(word) or known.endswith(word))
    )
