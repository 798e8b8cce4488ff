"""Questions and answers from a table of the team with the columns ``question``, ``words`` and ``answer``.

The words of a person's question are compared with the table.  Each entry of ``words`` (a keyword) is enough alone;
the words of ``question`` must be found in part (:data:`LEAST_SHARE`).  A typing error counts as the word, and so does
a keyword within a longer word (“Versand” in “Versandkosten”).  If two answers fit equally well, neither is given: a
wrong answer is worse than a person who helps.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from flows.language.matching import normalize_text
from flows.language.tables import Row, Table
from flows.language.text_template import TextError, TextTemplate, compile_text

QUESTION, WORDS, ANSWER = "question", "words", "answer"
"""Columns of the table; ``question`` and ``words`` may each be missing, not both."""

LEAST_SHARE = 0.6
"""Least share of a question's words, by weight, that must be found in what was written."""
KEYWORD_SCORE = 1.0
"""Points for each keyword that was found."""
SHORT_WORD = 4
"""A word of fewer letters must match exactly."""
LEAST_STEM = 5
"""A keyword of at least this many letters may stand within a longer word."""
MOST_WORDS = 40
"""Words of a message that are compared."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEntry:
    """One answer, and the words that find it."""

    id: str
    answer: TextTemplate
    question_weights: Mapping[str, float]
    """Weight of each word of the question; a word of many questions weighs little."""
    keyword_groups: tuple[frozenset[str], ...]
    """Keywords: single words, and groups of words that must all be found."""

    def score_words(self, words: frozenset[str]) -> float:
        """Return how well these words of the table fit; 0 if they do not fit."""
        # A group of two words beats a single word (1.1 to 1.0): “green tea” is closer than “tea”.
        keyword_score = sum(KEYWORD_SCORE + 0.1 * (len(group) - 1) for group in self.keyword_groups if group <= words)
        total_weight = sum(self.question_weights.values())
        share = (
            sum(weight for word, weight in self.question_weights.items() if word in words) / total_weight
            if total_weight
            else 0.0
        )
        # A keyword counts at once; the question alone has to be found to more than half.
        return keyword_score + share if keyword_score or share >= LEAST_SHARE else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    """A table of questions in one language."""

    entries: tuple[FaqEntry, ...]
    entries_by_word: Mapping[str, tuple[int, ...]]
    """Indices in ``entries``, by word of the table."""
    stems: tuple[str, ...] = field(default=())
    """Keywords that may stand within longer words."""

    def find_entry(self, text: str) -> FaqEntry | None:
        """Return the entry that answers a text; None if no entry fits or two fit equally well."""
        words = frozenset(
            known for word in set(normalize_text(text).split()[:MOST_WORDS]) for known in self._match_word(word)
        )
        candidates = {index for word in words for index in self.entries_by_word[word]}
        # Negative indices: in this descending order the earlier row of two equals comes first.
        scored = sorted(((self.entries[index].score_words(words), -index) for index in candidates), reverse=True)
        # The two best are equal: “How much is it?” may be the price or the postage.
        if not scored or not scored[0][0] or (len(scored) > 1 and scored[0][0] == scored[1][0]):
            return None
        return self.entries[-scored[0][1]]

    def _match_word(self, word: str) -> Iterable[str]:
        """Return the words of the table that a typed word stands for."""
        if word in self.entries_by_word:
            return (word,)
        if len(word) < SHORT_WORD:
            return ()
        # Up to 7 letters one typing error is allowed, from 8 letters two: “versandt” is “versand”.
        limit = 1 if len(word) < 2 * SHORT_WORD else 2
        close = process.extract(word, list(self.entries_by_word), scorer=OSA.distance, score_cutoff=limit, limit=3)
        # All words at the smallest distance count; “post” is too short to be corrected to.
        near_words = [
            str(known) for known, distance, _ in close if distance == close[0][1] and len(known) >= SHORT_WORD
        ]
        # “versandkosten” is no word of the table and near none, but holds the keyword “versand”.
        return near_words or [stem for stem in self.stems if stem in word]


def compile_faqs(tables: Mapping[str, Table], languages: Iterable[str]) -> dict[str, dict[str, Faq]]:
    """Return every table that holds questions and answers, by name and language."""
    return {
        name: {language: _compile_faq(table.rows_in(language)) for language in languages}
        for name, table in tables.items()
        if is_faq(table)
    }


def is_faq(table: Table) -> bool:
    """Tell whether a table has the columns of questions and answers."""
    return ANSWER in table.columns and bool({QUESTION, WORDS} & table.columns)


def _compile_faq(rows: Iterable[Row]) -> Faq:
    answered = [row for row in rows if row.get(ANSWER)]
    question_words = [normalize_text(str(row.get(QUESTION) or "")).split() for row in answered]
    word_counts = Counter(word for words in question_words for word in set(words))
    entries = tuple(
        FaqEntry(
            id=str(row["id"]), answer=_compile_answer(str(row[ANSWER])), keyword_groups=_read_keyword_groups(row),
            # Inverse document frequency: “what” in 9 of 10 questions weighs 0.7, “caffeine” in one of 10 weighs 2.4.
            question_weights={word: math.log(1 + len(answered) / word_counts[word]) for word in words},
        )
        for row, words in zip(answered, question_words, strict=True)
    )  # fmt: skip
    entries_by_word: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        for word in {*entry.question_weights, *(word for group in entry.keyword_groups for word in group)}:
            entries_by_word.setdefault(word, []).append(index)
    stems = {word for entry in entries for group in entry.keyword_groups for word in group if len(word) >= LEAST_STEM}
    return Faq(
        entries=entries,
        entries_by_word={word: tuple(indices) for word, indices in entries_by_word.items()},
        stems=tuple(sorted(stems)),
    )


def _read_keyword_groups(row: Row) -> tuple[frozenset[str], ...]:
    words = row.get(WORDS)
    groups = (frozenset(normalize_text(str(word)).split()) for word in (words if isinstance(words, tuple) else ()))
    return tuple(group for group in groups if group)


def _compile_answer(answer: str) -> TextTemplate:
    """Compile an answer; a text that does not compile is sent as it is written (the checks report it)."""
    try:
        return compile_text(answer)
    except TextError:
        return TextTemplate(answer)
