"""Which choice of a question a typed text means.

In this order: the whole label; a number or an ordinal, unless a label holds a digit (“18 to 24”); the first words of
one label; one slip in a label; a yes or no, where one choice says yes and one says no; content words.  A content word
that one label or its declared words alone have is enough (“berlin please”).  If several choices are meant, the person
is asked which.  What a text denies is never chosen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flows.language.matching import find_near_match, is_harmless_slip
from flows.understanding.agreement import is_unsure, read_yes_no
from flows.understanding.answer_words import DENIALS
from flows.understanding.choice_extremes import find_extreme
from flows.understanding.choice_index import ChoiceIndex
from flows.understanding.choice_meanings import find_meaning
from flows.understanding.choosing.places import ORDINALS, read_place
from flows.understanding.choosing.sayings import drop_remark, find_saying
from flows.understanding.choosing.sizes import find_several, find_size
from flows.understanding.choosing.units import part_units
from flows.understanding.content_words import find_slip, is_function_word, list_content_words, stem_word
from flows.understanding.rejections import OWN_WORDS, chooses_behind, find_rejection

__all__ = ["DENIALS", "Ambiguous", "choose_label", "names_another", "read_choice"]

MOST_CHOICES = 13
"""Most choices of a question (Messenger shows no more)."""
_LAST = frozenset(["last", "letzte", "letzter", "letztes", "letzten", "bottom", "unterste", "unterstes", "untersten"])
_MIDDLE = frozenset(["middle", "mittlere", "mittlerer", "mittleres", "mittleren", "mitte"])
_TOP = frozenset(["top", "oberste", "oberstes", "obersten"])
_QUESTION_WORDS = frozenset({
    "who", "whose", "wer", "wem", "how", "what", "when", "why", "where", "which", "whats", "wheres", "hows", "wie",
    "was", "wann", "warum", "wieso", "weshalb", "wo", "welche", "welcher", "welches", "wieviel",
})  # fmt: skip
_ASKS_ABOUT = re.compile(
    r"(?:is|are|isnt|arent|was|were|does|doesnt|do (?:you|they|we)|has|ist|sind|war|waren|hat|haben sie|habt|gibts?"
    r"|schmeckt|schmecken|passt das|passen)\b(?!.* (?:ok|okay|fine|alright|possible|möglich|recht|in ordnung)$)"
)
"""“Are the large ones spicy”: a question that begins with its verb; “can I have green” and “is green ok” choose."""
_NO_PLACE = re.compile(
    r"\b(?:a|one|ne|eine) (?:second|sec)\b|\bfirst (?:of all|time)\b|\b(?:at|for) first\b|\bsecond (?:thoughts?|time)\b"
    r"|\b(?:erste|ersten|erstes|zweite|zweiten|letzte|letzten|letztes) mal\b|\blast (?:time|week|year)\b"
    r"|\b(?:at|um|gegen|in|within|after|before|nach|vor|ab|bis|since|seit) (?:about |around |etwa |ca )?\d"
    r"|\b(?:all|alle|both|beide) (?:the |die )?(?:\d|two|three|four|five|zwei|drei|vier|fünf)"
    r"|\b(?:\d+|two|three|four|five|zwei|drei|vier|fünf) (?:of (?:them|these|those)|davon|von denen)\b"
)
"""Ordinals that are no place in a list: a time, an amount, several of them."""
_SUGGESTING = ("what about ", "how about ", "wie wäre es mit ", "wie wärs mit ", "was ist mit ")
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
    "überall außer ",
    "anything but ",
    "everything but ",
    "all but ",
    "alles außer ",
    "alles ausser ",
    "außer ",
    "except ",
)


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several choices that a text may mean."""

    numbers: tuple[int, ...]
    """From 0, ascending."""


def choose_label(typed: str, labels: Mapping[str, int], count: int) -> int | None:
    """Return the number of the label (from 0) that a normalised text is, with a slip or in part; None if none is."""
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


def read_choice(typed: str, index: ChoiceIndex) -> int | Ambiguous | None:
    """Return the number of the choice (from 0) that a normalised text means, or those it may mean; None if none."""
    labels = index.labels
    if typed in labels:
        return labels[typed]
    typed = part_units(drop_remark(typed), labels)
    words = typed.split()
    number = _read_without_label(typed, words, index)
    if number is not None:
        return number
    if typed not in index.denying and len(index.words.get(typed, ())) == 1:
        return next(iter(index.words[typed]))
    if index.yes_no and (verdict := read_yes_no(typed)) is not None:
        return index.yes_no[not verdict]
    if index.unsure is not None and is_unsure(typed):
        return index.unsure
    # “Hamburger” alone is none of the places.
    if _asks(typed, words) or not OWN_WORDS.isdisjoint(list_content_words(words)[-1:]):
        return None
    return _read_words(typed, words, index)


def _read_words(typed: str, words: list[str], index: ChoiceIndex) -> int | Ambiguous | None:
    """Return the choice that is meant by a slip in its label, by its meaning, or by its content words."""
    near_label = "" if any(word in index.words for word in words) else find_near_match(typed, index.labels)
    if near_label and is_harmless_slip(typed, near_label) and not _denials_differ(words, near_label):
        return index.labels[near_label]
    # “Ruf mich an” has no word of “By phone”, and means it; “mit meiner Freundin” is no slip of “mit Freunden”.
    if not _names_any(words, index) and (meant := find_meaning(typed, index.labels)) is not None:
        return meant
    return _read_content(words, typed, index)


def _names_any(words: list[str], index: ChoiceIndex) -> bool:
    return any(stem in index.words for word in words if not is_function_word(word) for stem in stem_word(word))


def _read_without_label(typed: str, words: list[str], index: ChoiceIndex) -> int | Ambiguous | None:
    """Return the choice that is meant by a saying, by its price or size, or by its place in the list."""
    if (saying := find_saying(typed, index.labels, index.unsure)) is not None:
        return saying
    if _asks(typed, words):
        return None
    if (extreme := find_extreme(typed, index.extremes)) is not None:
        return extreme
    # “The middle one” of sizes is the medium one, in whatever order they stand.
    if (size := find_size(typed, index.labels)) is not None:
        return size
    if named := find_several(typed, index.labels):
        return Ambiguous(named)
    # “The second one from the top” says more of the place than the ordinal does.
    is_place = index.count and _QUESTION_WORDS.isdisjoint(words) and not _NO_PLACE.search(typed)
    place = read_place(typed, index.count) if is_place else None
    return place if place is not None else read_ordinal(words, index)


def _asks(typed: str, words: list[str]) -> bool:
    if _ASKS_ABOUT.match(typed):
        return len(words) > 2  # noqa: PLR2004  “is fine” and “passt Berlin” ask nothing
    return bool(words) and words[0] in _QUESTION_WORDS and not typed.startswith(_SUGGESTING)


def _denials_differ(words: list[str], label: str) -> bool:
    return DENIALS.isdisjoint(words) != DENIALS.isdisjoint(label.split())


def read_ordinal(words: list[str], index: ChoiceIndex) -> int | None:
    """Return the choice that is meant by its number or place: “2”, “the second one”, “nummer drei”, “der letzte”."""
    if not index.count or not _QUESTION_WORDS.isdisjoint(words):
        return None
    # “just a second” asks for patience, “the first time” counts no choice, “two of them” are two.
    if _NO_PLACE.search(" ".join(words)):
        return None
    telling = [word for word in words if not is_function_word(word) or (len(words) == 1 and word in ORDINALS)]
    # “the first one”: the ordinal counts, not the “one”.
    if len(telling) != 1 or telling[0] in index.words:
        return None
    word = telling[0]
    number = int(word) - 1 if word.isdecimal() and len(word) <= 2 else ORDINALS.get(word, -1)  # noqa: PLR2004  at most 13
    if word in _LAST:
        number = index.count - 1
    elif word in _TOP:
        number = 0
    elif word in _MIDDLE and index.count % 2:
        number = index.count // 2
    # “1 please” and “number 1” are numbers; “1 year” has another word.
    return number if 0 <= number < index.count else None


def _read_content(words: list[str], typed: str, index: ChoiceIndex) -> int | Ambiguous | None:
    """Read the content words of a text; a denial in it must be a denial of the label, or stand behind the choice."""
    at = next((at for at, word in enumerate(words) if word in DENIALS), None)
    if at is None and (preferred := _PREFERRED.search(typed)) and not typed.startswith(_EXCEPT):
        before = _settle(_find_hits(typed[: preferred.end()].split(), index.words))
        return before if isinstance(before, int) else None
    if at is None and not typed.startswith(_EXCEPT):
        rejected = find_rejection(typed)
        # A label may hold such a word itself: “Very sweet”.
        if rejected and not any(_find_word(word, index.words) for word in rejected[0].split()):
            return _read_other(typed, rejected, index)
        plain = _find_hits(words, index.words)
        # “cake” may also be the “Carrot cake, not sweet”; alone it never means what denies.
        return _settle(_find_hits(words, index.words, index.denying)) if plain else None
    own = _settle(_find_hits(words, index.denying))
    if own is not None or at is None:
        return own
    if (instead := _read_instead(words[at + 1 :], index)) is not None and not _find_hits(words[:at], index.words):
        return instead
    # “Hannover, not Berlin”: what stands behind the denial is another choice.
    chosen, denied = _settle(_find_hits(words[:at], index.words)), _settle(_find_hits(words[at + 1 :], index.words))
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
    before = _find_hits(typed[: rejected.start()].split(), index.words)
    after = _find_hits(typed[rejected.end() :].split(), index.words)
    # “I hate Berlin” names it behind; “Hamburg is too far from Berlin” chooses neither.
    if not before or (after and not chooses_behind(typed[rejected.end() :])):
        return None
    rest = _settle([numbers for numbers in (*before[:-1], *after) if numbers != before[-1]])
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


def _settle(found: Sequence[frozenset[int]]) -> int | Ambiguous | None:
    """Return what several content words mean together."""
    if not found:
        return None
    telling = {next(iter(numbers)) for numbers in found if len(numbers) == 1}
    common = frozenset[int].intersection(*found)
    meant = telling or common or frozenset[int]().union(*found)
    return next(iter(meant)) if len(meant) == 1 else Ambiguous(tuple(sorted(meant)))


def _find_hits(words: list[str], *indexes: Mapping[str, frozenset[int]]) -> list[frozenset[int]]:
    """Return the choices that each content word of a text belongs to."""
    # “e bike” for a declared “ebike”, and “city bike” as a whole.
    joined = [first + second for first, second in pairwise(words)]
    found = (
        frozenset[int]().union(*(_find_word(word, index) or () for index in indexes)) for word in (*words, *joined)
    )
    return [numbers for numbers in found if numbers]


def _find_word(word: str, index: Mapping[str, frozenset[int]]) -> frozenset[int] | None:
    numbers = index.get(word)
    if numbers is not None or is_function_word(word):
        return numbers
    numbers = next((index[stem] for stem in stem_word(word) if stem in index), None)
    slip = "" if numbers else find_slip(word, index)
    return index[slip] if slip else numbers
