"""Looks up one row of a table by what is known of a person.

A text that was typed is compared with a cell without regard to case, spaces and signs (“A-1042”, “a 1042”).  If no row
fits the whole answer, one word of it may: “my order number is A-1042”.  Rows must then agree on which is meant.  Last,
letters that look like figures are read as such in a word that holds a figure: “A1O42”.
"""

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from flows.language.tables import Row
from language.conditions.parse import RowCondition
from language.conditions.values import ComparisonScope

MOST_WORDS = 12
"""Words of an answer that are tried."""
SHORTEST = 3
"""Letters of a word that can name a row; a shorter one must hold a digit."""
_LOOKS_LIKE = str.maketrans("OoIl", "0011")
"""Figures by the letters that are typed for them."""
_WORD = re.compile(r"[\w#/.-]*\w")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowLookup:
    """A compiled look-up."""

    table: str
    condition: RowCondition

    def find_row(self, rows: tuple[Row, ...], scope: ComparisonScope) -> Row | None:
        """Return the first row that fits; None if none does, or something to compare with is missing."""
        if any(scope.values.get(name) in (None, "") for name in self.condition.variables):
            return None
        row = next(self._fitting_rows(rows, scope), None)
        if row is None:
            row = self._find_by_word(rows, scope, _words_of)
        return row if row is not None else self._find_by_word(rows, scope, _words_with_figures)

    def _find_by_word(
        self, rows: tuple[Row, ...], scope: ComparisonScope, words_of: Callable[[str], list[str]]
    ) -> Row | None:
        found: dict[str, Row] = {}
        for name in self.condition.variables:
            value = scope.values.get(name)
            for word in words_of(value) if isinstance(value, str) else ():
                narrowed = replace(scope, values={**scope.values, name: word})
                row = next(self._fitting_rows(rows, narrowed), None)
                if row is not None:
                    found[str(row["id"])] = row
        return next(iter(found.values())) if len(found) == 1 else None

    def _fitting_rows(self, rows: tuple[Row, ...], scope: ComparisonScope) -> Iterator[Row]:
        return (row for row in rows if self.condition.holds(row, scope.values, scope.now, scope.zone))


def _words_of(answer: str) -> list[str]:
    words = _WORD.findall(answer)[:MOST_WORDS]
    # “a 1042” is one number of two words.
    pairs = [f"{first} {second}" for first, second in itertools.pairwise(words)]
    return [word for word in (*words, *pairs) if len(word) >= SHORTEST or any(map(str.isdigit, word))]


def _words_with_figures(answer: str) -> list[str]:
    """Return the words of an answer in which a letter stands for a figure, with the figure: “A1O42” as “A1042”."""
    words = [word for word in _words_of(answer) if any(map(str.isdigit, word))]
    return [read for word in words for read in _read_figures(word) if read != word]


def _read_figures(word: str) -> tuple[str, str]:
    """Return a word with all such letters as figures, and with those behind its first figure: “lO-1O42”, “HOL-1O42”."""
    first = next(place for place, sign in enumerate(word) if sign.isdigit())
    return word.translate(_LOOKS_LIKE), word[:first] + word[first:].translate(_LOOKS_LIKE)
