"""Labels that differ by a degree or by “un-”: “super happy” is “Very happy”, “bin zufrieden” is “Zufrieden”.

“Not happy” is “Unhappy”.
"""

from collections.abc import Iterable, Mapping, Sequence

from flows.understanding.answer_words import DENIALS
from flows.understanding.content_words import is_function_word

_STRONG = frozenset((
    "very", "extremely", "super", "really", "totally", "absolutely", "completely", "mega", "incredibly", "highly", "so",
    "sehr", "total", "absolut", "voll", "echt", "richtig", "äußerst", "äusserst", "höchst", "extrem", "überaus",
    "wahnsinnig", "strongly", "vollkommen", "rundum",
))  # fmt: skip
_WEAK = frozenset((
    "somewhat", "fairly", "slightly", "kinda", "rather", "mostly", "etwas", "eher", "einigermaßen", "einigermassen",
    "halbwegs", "ziemlich", "quite", "pretty", "weitgehend",
))  # fmt: skip
_TURNED = ("un", "dis", "in", "im")


def choose_degree(typed: str, numbers: Sequence[int], labels: Mapping[str, int]) -> int | None:
    """Return the one of several choices whose degree is that of a normalised text; None if there is no such one."""
    words = typed.split()
    by_degree: dict[str, set[int]] = {}
    for label, number in labels.items():
        if number in numbers:
            by_degree.setdefault(_degree_of(label.split()), set()).add(number)
    # Without a degree in the labels they differ by something else.
    if len(by_degree) < 2 or len(set().union(*by_degree.values())) != len(numbers):  # noqa: PLR2004  two degrees at least
        return None
    degree = _degree_of(words)
    chosen = by_degree.get(degree) or (by_degree.get("") if degree == "weak" else None)
    return next(iter(chosen)) if chosen and len(chosen) == 1 else None


def choose_stronger(typed: str, number: int, labels: Mapping[str, int]) -> int:
    """Return a choice, or the one that differs from it by the degree of a normalised text: “totally agree”."""
    if not _degree_of(typed.split()):
        return number
    # “Strongly agree” has all words of “Agree”.
    bare = [set(label.split()) for label, chosen in labels.items() if chosen == number]
    others = {other for label, other in labels.items() for words in bare if words < set(label.split())}
    degree = choose_degree(typed, sorted(others | {number}), labels)
    return number if degree is None else degree


def find_turned(words: Sequence[str], index: Mapping[str, frozenset[int]]) -> int | None:
    """Return the one choice that says in a word what a text denies: “not happy” is “Unhappy”."""
    at = next((at for at, word in enumerate(words) if word in DENIALS), None)
    behind = [] if at is None else [word for word in words[at + 1 :] if not _is_degree(word)]
    if len(behind) != 1 or not _are_plain(words[:at]):
        return None
    found = {number for start in _TURNED for number in index.get(start + behind[0], ())}
    return found.pop() if len(found) == 1 else None


def _degree_of(words: Iterable[str]) -> str:
    told = set(words)
    return "strong" if told & _STRONG else "weak" if told & _WEAK else ""


def _is_degree(word: str) -> bool:
    return word in _STRONG or word in _WEAK or is_function_word(word)


def _are_plain(words: Iterable[str]) -> bool:
    return all(is_function_word(word) for word in words)
