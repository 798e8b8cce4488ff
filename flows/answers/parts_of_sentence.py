"""Reads the answers to several questions from one sentence: “a table for 4 on Friday at 7, Hamburg please”.

Each part is read by the reader of its own question, and what it took is cut out, so that no two parts take the same
digits.  A number that says what it counts (“for 4”, “4 people”, “zu viert”) is taken first: else “4 on Friday” would be
a time.  Then come days and times, phone numbers, choices, and last whatever number is left.

What is two things (“for 4 or 5”, “at 7 or 8”, “inside or outside”) or more than fits answers nothing, and no other part
takes its words.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flows.answers.people_in_sentence import find_people
from flows.answers.question import AcceptedAnswer, Verdict
from flows.answers.several_choices import read_choice_word
from flows.language.matching import normalize_text
from flows.understanding.answer_words import DENIALS

MOST_WORDS = 40
"""Words of a sentence that are read."""
MOST_WINDOW = 9
"""Words of one day and time: “on Friday, the 4th of December at 7 pm”."""
TIMED_KINDS = ("moment", "date", "time")
PART_KINDS = (*TIMED_KINDS, "phone", "choice", "number")
"""Kinds of questions that one sentence may answer, in the order in which they take their words."""

Judge = Callable[[str], Verdict]
_CUT = "|"
"""Stands in place of words that a part has taken: no part reaches across it."""
_ARTICLES = re.compile(r"\b(?:an?|eine?[nmrs]?)\b", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_CLOCK_MARK = re.compile(r"(?:[ap]\.?m\.?|uhr|o['’]?clock)[,.!?]*", re.IGNORECASE)
_GERMAN_DAY = re.compile(
    r"(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonnabend|sonntag|\d{1,2}\.)", re.IGNORECASE
)
_ALTERNATIVES = frozenset({"or", "oder"})
_TURNING = frozenset({"but", "aber", "sondern"})
REACH_OF_DENIAL = 3
"""Words in front of a choice among which a denial counts: “not on the terrace”."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartQuestion:
    """A question whose answer may stand in the sentence."""

    name: str
    """Step that asks it."""
    kind: str
    judge: Judge
    labels: Mapping[str, int]
    """Labels of its choices, by normalised text; empty if it has none."""
    choice_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswer:
    """What the sentence says to one question: an answer, half of one, or the number of a choice."""

    name: str
    verdict: Verdict | None = None
    choice: int | None = None


def read_parts(text: str, questions: Sequence[PartQuestion]) -> list[PartAnswer]:
    """Return what a sentence says to these questions, in their order; what it does not say is left out."""
    sentence = " ".join(_WORD.findall(text)[:MOST_WORDS])
    found: dict[str, PartAnswer] = {}
    numbers = [question for question in questions if question.kind == "number"]
    # Only one number can be told from another by what it counts; with two of them each is asked.
    if len(numbers) == 1:
        sentence = _take_counted(sentence, numbers[0], found)
    for kind in PART_KINDS:
        for question in (one for one in questions if one.kind == kind and one.name not in found):
            sentence = _take_part(sentence, question, found, is_only=kind != "number" or len(numbers) == 1)
    answers = (found[question.name] for question in questions if question.name in found)
    return [answer for answer in answers if answer.verdict is not None or answer.choice is not None]


def _take_counted(sentence: str, question: PartQuestion, found: dict[str, PartAnswer]) -> str:
    people = find_people(sentence)
    if people is None:
        return sentence
    verdict = question.judge(people.said) if people.said else None
    # What does not fit (“for 12” of 10) is no hour either: the question has its answer, and is asked again.
    answer = verdict if isinstance(verdict, AcceptedAnswer) else None
    found[question.name] = PartAnswer(name=question.name, verdict=answer)
    return f"{sentence[: people.start]} {_CUT} {sentence[people.end :]}"


def _take_part(sentence: str, question: PartQuestion, found: dict[str, PartAnswer], *, is_only: bool) -> str:
    """Take one answer out of a sentence; return what is left of it."""
    if question.kind == "choice":
        return _take_choice(sentence, question, found)
    if question.kind == "number":
        # “A table” is no one, though “a coffee” alone is.
        verdict = question.judge(_ARTICLES.sub(" ", sentence.replace(_CUT, " ")))
        if is_only and isinstance(verdict, AcceptedAnswer):
            found[question.name] = PartAnswer(name=question.name, verdict=verdict)
        return sentence
    words = sentence.split()
    window = _find_window(words, question.judge)
    if window is None:
        return sentence
    start, end, verdict = window
    found[question.name] = PartAnswer(name=question.name, verdict=verdict)
    return " ".join((*words[:start], _CUT, *words[end:]))


def _find_window(words: Sequence[str], judge: Judge) -> tuple[int, int, Verdict] | None:
    """Return the words that answer a question, and the verdict; if none do, those that answer half of it."""
    windows = [
        (start, start + length)
        for length in range(1, MOST_WINDOW + 1)
        for start in range(len(words) - length + 1)
        if _CUT not in words[start : start + length]
    ]
    half: tuple[int, int, Verdict] | None = None
    for start, end in windows:
        verdict = judge(" ".join(words[start:end]))
        if isinstance(verdict, AcceptedAnswer):
            window = _widen(words, judge, start, end, verdict)
            if not _is_cut_off(words, window[1]) and not _has_alternative(words, window[0], window[1], judge):
                return window
            continue
        if half is None and verdict.partial_answer:
            half = (start, end, verdict)
    return half


def _is_cut_off(words: Sequence[str], end: int) -> bool:
    """Tell whether the word behind belongs to the time: “at 3” of “at 3 am”, but not of “um 3 am Freitag”."""
    if end >= len(words) or not _CLOCK_MARK.fullmatch(words[end]):
        return False
    is_german = words[end].casefold() == "am" and end + 1 < len(words) and _GERMAN_DAY.match(words[end + 1])
    return not is_german


def _has_alternative(words: Sequence[str], start: int, end: int, judge: Judge) -> bool:
    """Tell whether another day or time stands beside an “or”: “Friday at 7 or 8”."""
    behind = words[end + 1] if end + 1 < len(words) and words[end].casefold() in _ALTERNATIVES else ""
    before = words[start - 2] if start > 1 and words[start - 1].casefold() in _ALTERNATIVES else ""
    return any(_says_time(word, judge) for word in (behind, before) if word)


def _says_time(word: str, judge: Judge) -> bool:
    verdict = judge(word)
    return word[0].isdigit() or isinstance(verdict, AcceptedAnswer) or bool(verdict.partial_answer)


def _widen(words: Sequence[str], judge: Judge, start: int, end: int, verdict: Verdict) -> tuple[int, int, Verdict]:
    """Take in the words beside it that belong to the same answer: “at 7” and then “pm”."""
    while end < len(words) and words[end] != _CUT and end - start < MOST_WINDOW:
        wider = judge(" ".join(words[start : end + 1]))
        if not isinstance(wider, AcceptedAnswer):
            break
        end, verdict = end + 1, wider
    while start > 0 and words[start - 1] != _CUT and end - start < MOST_WINDOW:
        wider = judge(" ".join(words[start - 1 : end]))
        if not isinstance(wider, AcceptedAnswer):
            break
        start, verdict = start - 1, wider
    return start, end, verdict


def _take_choice(sentence: str, question: PartQuestion, found: dict[str, PartAnswer]) -> str:
    # By words only: a number in such a sentence is hardly the number of a choice.
    labels = {label: number for label, number in question.labels.items() if number < question.choice_count}
    words = sentence.split()
    named: dict[int, str] = {}
    for place, word in enumerate(words):
        meant = normalize_text(word) if any(map(str.isalpha, word)) and not _is_denied(words, place) else ""
        number = read_choice_word(meant, labels) if meant else None
        if number is not None:
            named.setdefault(number, word)
    # “Inside or outside, you choose” says none of them.
    if len(named) != 1:
        return sentence
    number, word = named.popitem()
    found[question.name] = PartAnswer(name=question.name, choice=number)
    return sentence.replace(word, _CUT, 1)


def _is_denied(words: Sequence[str], place: int) -> bool:
    """Tell whether a denial stands shortly before a word: “not on the terrace”, but not “no, on the terrace”."""
    for word in reversed(words[max(0, place - REACH_OF_DENIAL) : place]):
        if word[-1] in ",.;!?" or word.casefold() in _TURNING:
            return False
        if word.casefold() in DENIALS:
            return True
    return False
