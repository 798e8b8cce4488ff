"""Questions and their answers, as the team keeps them in a table: ``question``, ``words``, ``answer``.

A question that a person writes is compared by its words: those listed under ``words`` count for certain, those of
``question`` together; a slip of the finger counts too, and so does a word within a longer one (“Versand” in
“Versandkosten”).  Of two answers that fit alike none is given: a wrong answer is worse than a person who helps.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.language.matching import normal
from flows.language.tables import Row, Table
from flows.language.text_template import Text, TextError, compile_text

QUESTION, WORDS, ANSWER = "question", "words", "answer"
"""Columns of the table; ``question`` and ``words`` may each be missing, not both."""

FITS = 0.6
"""Least share of a question's words, by weight, that must be found in what was written."""
SURE = 1.0
"""Counts for each listed word that was found."""
SHORT = 4
"""A word of fewer letters is compared exactly."""
STEM = 5
"""A word of at least so many letters may stand within a longer one."""
MOST_WORDS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One answer, and what it is found by."""

    id: str
    answer: Text
    asked: Mapping[str, float]
    """The words of the question and what each weighs; a word that many questions have weighs little."""
    listed: tuple[frozenset[str], ...]
    """Words, and groups of words that must stand together."""

    def score(self, found: frozenset[str]) -> float:
        """Return how well these words of the table fit; 0: not at all."""
        sure = sum(SURE + 0.1 * (len(group) - 1) for group in self.listed if group <= found)
        whole = sum(self.asked.values())
        share = sum(weight for word, weight in self.asked.items() if word in found) / whole if whole else 0.0
        return sure + share if sure or share >= FITS else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """A table of questions in one language."""

    entries: tuple[Entry, ...]
    places: Mapping[str, tuple[int, ...]]
    """Known word → the entries that have it."""
    stems: tuple[str, ...] = field(default=())
    """Known words that may stand within longer ones."""

    def find(self, text: str) -> Entry | None:
        """Return the entry that answers a text; None if there is none for certain."""
        found = frozenset(known for word in set(normal(text).split()[:MOST_WORDS]) for known in self._known(word))
        near = {place for word in found for place in self.places[word]}
        scored = sorted(((self.entries[place].score(found), -place) for place in near), reverse=True)
        if not scored or not scored[0][0] or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return None
        return self.entries[-scored[0][1]]

    def _known(self, word: str) -> Iterable[str]:
        """Return the words of the table that a written one stands for."""
        if word in self.places:
            return (word,)
        if len(word) < SHORT:
            return ()
        limit = 1 if len(word) < 2 * SHORT else 2
        close = process.extract(word, list(self.places), scorer=OSA.distance, score_cutoff=limit, limit=3)
        slips = [str(known) for known, distance, _ in close if distance == close[0][1] and len(known) >= SHORT]
        return slips or [stem for stem in self.stems if stem in word]


def compile_faqs(tables: Mapping[str, Table], languages: Iterable[str]) -> dict[str, dict[str, Faq]]:
    """Return every table that holds questions and answers, by name and language."""
    return {
        name: {language: _faq(table.rows(language)) for language in languages}
        for name, table in tables.items()
        if is_faq(table)
    }


def is_faq(table: Table) -> bool:
    """Tell whether a table has the columns that answer questions."""
    return ANSWER in table.columns and bool({QUESTION, WORDS} & table.columns)


def _faq(rows: Iterable[Row]) -> Faq:
    answered = [row for row in rows if row.get(ANSWER)]
    asked = [normal(str(row.get(QUESTION) or "")).split() for row in answered]
    times = Counter(word for words in asked for word in set(words))
    entries = tuple(
        Entry(
            id=str(row["id"]), answer=_text(str(row[ANSWER])), listed=_listed(row),
            asked={word: math.log(1 + len(answered) / times[word]) for word in words},
        )
        for row, words in zip(answered, asked, strict=True)
    )  # fmt: skip
    places: dict[str, list[int]] = {}
    for place, entry in enumerate(entries):
        for word in {*entry.asked, *(word for group in entry.listed for word in group)}:
            places.setdefault(word, []).append(place)
    stems = {word for entry in entries for group in entry.listed for word in group if len(word) >= STEM}
    return Faq(entries=entries, places={word: tuple(many) for word, many in places.items()}, stems=tuple(sorted(stems)))


def _listed(row: Row) -> tuple[frozenset[str], ...]:
    words = row.get(WORDS)
    groups = (frozenset(normal(str(one)).split()) for one in (words if isinstance(words, tuple) else ()))
    return tuple(group for group in groups if group)


def _text(answer: str) -> Text:
    """Compile an answer; one that does not compile is said as it stands (the checks report it)."""
    try:
        return compile_text(answer)
    except TextError:
        return Text(answer)
