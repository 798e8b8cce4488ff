"""Which choice of a question a typed text means.

In this order: the whole label; a number or an ordinal, unless a label holds a digit (“18 to 24”); the first words of
one label; a yes or no, where only one choice says so and another the opposite; one slip in a label; what a label
means in other words; content words.  A content word that one label or its declared words alone have is enough (“berlin
please”).  If several choices are meant, the person is asked which.  What a text denies is never chosen.
"""

import re
from collections.abc import Mapping, Sequence

from flows.language.matching import find_near_match, is_harmless_slip
from flows.understanding.agreement import is_unsure, read_yes_no
from flows.understanding.answer_words import DENIALS
from flows.understanding.choosing.choice_index import ChoiceIndex
from flows.understanding.choosing.content import Ambiguous, names_another, read_content
from flows.understanding.choosing.degrees import choose_degree, choose_stronger, find_turned
from flows.understanding.choosing.extremes import find_extreme
from flows.understanding.choosing.meanings import find_meaning, names_several
from flows.understanding.choosing.places import ORDINALS, read_place
from flows.understanding.choosing.sayings import LEAST_TAIL, drop_remark, find_only, find_saying
from flows.understanding.choosing.sizes import find_several, find_size
from flows.understanding.choosing.slots import find_slot
from flows.understanding.choosing.units import part_units
from flows.understanding.content_words import NEUTRAL_WORDS, is_function_word, list_content_words, stem_word
from flows.understanding.declines import is_decline
from flows.understanding.rejections import OWN_WORDS
from flows.understanding.requests.person_requests import asks_for_person
from flows.understanding.synonyms import SYNONYMS

__all__ = ["DENIALS", "Ambiguous", "asks_about", "choose_label", "names_another", "read_choice"]

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
_DRAWN = re.compile(r"([^\W\d_])\1{2,}")
_MOST_TOLD = 2
"""Content words of a text that names a choice by a synonym."""
_NO_BUT = re.compile(
    r"^(?:(?:h+m+|oh|um|uh|äh|ähm|ach|well|sorry) )*(?:no|nope|nah|nein|nee|nö) (?=(?:i|id|we|can|could|may|rather"
    r"|let|lets|make|ich|wir|lieber|dann|kann|können|könnten|mach|machen|nehmen|eher|then) )"
)
_OR = frozenset(("or", "oder", "and", "und"))
_BOTH = frozenset(("both", "beide", "beides", "beiden"))
_TIMES = frozenset(("this", "next", "last", "diese", "dieser", "dieses", "nächste", "nächster", "nächstes", "letzte"))
_SUGGESTING = ("what about ", "how about ", "wie wäre es mit ", "wie wärs mit ", "was ist mit ")


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
    typed = part_units(drop_remark(_shorten_drawn(typed, index)), labels)
    words = typed.split()
    number = _read_without_label(typed, words, index)
    if number is not None:
        return number
    if (part := _find_part(typed, words, labels)) is not None:
        return part
    if typed not in index.denying and len(index.words.get(typed, ())) == 1:
        return next(iter(index.words[typed]))
    if (attitude := _read_attitude(typed, index)) is not None:
        return attitude
    # “Hamburger” alone is none of the places.
    if asks_about(typed) or not OWN_WORDS.isdisjoint(list_content_words(words)[-1:]):
        return None
    return _read_words(typed, words, index)


def _shorten_drawn(typed: str, index: ChoiceIndex) -> str:
    """Return a text with the letters of drawn words as often as a label has them: “käääse”."""
    if not _DRAWN.search(typed):
        return typed
    forms = ([_DRAWN.sub(repeated, word) for repeated in (r"\1", r"\1\1")] for word in typed.split())
    return " ".join(next((form for form in each if form in index.words), each[0]) for each in forms)


def _read_words(typed: str, words: list[str], index: ChoiceIndex) -> int | Ambiguous | None:
    """Return the choice that is meant by a slip in its label, by its meaning, or by its content words."""
    # “Hm no, can we do Wednesday instead” takes nothing back but what was before.
    rest = _NO_BUT.sub("", typed)
    if rest != typed and DENIALS.isdisjoint(rest.split()):
        typed, words = rest, rest.split()
    near_label = "" if any(word in index.words for word in words) else find_near_match(typed, index.labels)
    if near_label and is_harmless_slip(typed, near_label) and not _denials_differ(words, near_label):
        return index.labels[near_label]
    if (turned := find_turned(words, index.words)) is not None:
        return turned
    # “Ruf mich an” has no word of “By phone”, and means it; “mit meiner Freundin” is no slip of “mit Freunden”.
    # “Nah, only browsing” begins with a denial.
    is_open = not _names_any(words, index) or words[0] in DENIALS
    if is_open and (meant := _find_meant(typed, words, index)) is not None:
        return meant
    # “Both” are not one of them, and “this week” is not the “Next week”.
    if any(word in _BOTH and word not in index.words for word in words) or _tells_other_time(words, index.labels):
        return None
    chosen = read_content(words, typed, index)
    # “English or German” names two, though “Deutsch” has another word.
    if isinstance(chosen, int) and not _OR.isdisjoint(words) and names_several(typed, index.meanings):
        return None
    if isinstance(chosen, Ambiguous) and (degree := choose_degree(typed, chosen.numbers, index.labels)) is not None:
        return degree
    return chosen


def _find_part(typed: str, words: list[str], labels: Mapping[str, int]) -> int | None:
    """Return the one choice whose label ends with several words of any sentence: “for me” of “No, for me”."""
    if len(words) < 2:  # noqa: PLR2004  one word may stand anywhere
        return None
    numbers = {
        number
        for label, number in labels.items()
        if label.endswith(f" {typed}") and DENIALS.isdisjoint(label.split()[1:]) == DENIALS.isdisjoint(words)
    }
    return numbers.pop() if len(numbers) == 1 else None


def _tells_other_time(words: list[str], labels: Mapping[str, int]) -> bool:
    told = _TIMES.intersection(words)
    return (
        bool(told)
        and not any(not told.isdisjoint(label.split()) for label in labels)
        and any(not _TIMES.isdisjoint(label.split()) for label in labels)
    )


def _find_meant(typed: str, words: list[str], index: ChoiceIndex) -> int | None:
    meant = find_meaning(typed, index.meanings)
    if meant is not None or not DENIALS.isdisjoint(words):
        return meant
    # “A human please” is “Talk to a person”.
    if asks_for_person(typed):
        return find_only(index.labels, asks_for_person)
    # “Fix it” names the “Repair” of a label; “fahrrad” is in “Stadtrad” and “Elektrorad”, and chooses neither.
    groups = [(word, *SYNONYMS[word]) for word in words if word in SYNONYMS]
    # “The road was closed and I got lost” tells more than the hours.
    told = [word for word in list_content_words(words) if word not in NEUTRAL_WORDS]
    if len(told) > _MOST_TOLD or any(_is_shared(group, index.labels) for group in groups):
        return None
    return find_only(index.labels, lambda label: any(not set(group).isdisjoint(label.split()) for group in groups))


def _is_shared(group: Sequence[str], labels: Mapping[str, int]) -> bool:
    """Tell whether several choices have a word that ends with one of a group."""
    tails = tuple(word for word in group if len(word) >= LEAST_TAIL)
    return len({number for label, number in labels.items() if any(word.endswith(tails) for word in label.split())}) > 1


def _names_any(words: list[str], index: ChoiceIndex) -> bool:
    return any(stem in index.words for word in words if not is_function_word(word) for stem in stem_word(word))


def _read_without_label(typed: str, words: list[str], index: ChoiceIndex) -> int | Ambiguous | None:
    """Return the choice that is meant by a saying, by its price or size, or by its place in the list."""
    if (saying := find_saying(typed, index.labels, index.unsure)) is not None:
        return saying
    if asks_about(typed):
        return None
    if (extreme := find_extreme(typed, index.extremes)) is not None:
        return extreme
    if (slot := find_slot(typed, index.slots)) is not None:
        return slot
    # “The middle one” of sizes is the medium one, in whatever order they stand.
    if (size := find_size(typed, index.labels)) is not None:
        return size
    if named := find_several(typed, index.labels):
        return Ambiguous(named)
    # “The second one from the top” says more of the place than the ordinal does.
    is_place = index.count and _QUESTION_WORDS.isdisjoint(words) and not _NO_PLACE.search(typed)
    place = read_place(typed, index.count) if is_place else None
    return place if place is not None else read_ordinal(words, index)


def _read_attitude(typed: str, index: ChoiceIndex) -> int | None:
    """Return the choice that a yes, a no or a doubt means."""
    if index.yes is not None or index.no is not None:
        verdict = read_yes_no(typed)
        side = None if verdict is None else index.yes if verdict else index.no
        if side is not None:
            return choose_stronger(typed, side, index.labels)
    # “Lieber net” is “Gar nicht”, where one choice declines.
    if is_decline(typed) and (declining := find_only(index.labels, _only_declines)) is not None:
        return declining
    return index.unsure if index.unsure is not None and is_unsure(typed) else None


def _only_declines(label: str) -> bool:
    # “Never tried it” declines nothing.
    return is_decline(label) and DENIALS.issuperset(list_content_words(label.split()))


def asks_about(typed: str) -> bool:
    """Tell whether a normalised text asks about the choices, and chooses none: “what is halal”."""
    words = typed.split()
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
