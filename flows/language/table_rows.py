"""A compiled table: its rows, in every language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.record import Value

ID = "id"
"""Column that names a row."""

Cell = Value | tuple[str, ...]
Row = Mapping[str, Cell]
"""Cells by column; a row has every column of its table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A compiled table."""

    name: str
    file: str
    columns: frozenset[str]
    original_rows: tuple[Row, ...]
    """Rows in order, in the language of the file."""
    translated: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """Rows by language; a cell without a translation holds the original."""
    lines: tuple[int, ...] = field(default=(), compare=False)
    """Line of each row in its file, from 1."""
    _rows_by_id: dict[str, dict[str, Row]] = field(default_factory=dict, compare=False, repr=False)
    """Cache of :meth:`find_row`, by language."""

    def rows_in(self, language: str) -> tuple[Row, ...]:
        """Return the rows in this language; the original rows if there is no translation."""
        return self.translated.get(language, self.original_rows)

    def find_row(self, row_id: str, language: str) -> Row:
        """Return the row with this id in this language; an empty one if it is gone."""
        rows = self._rows_by_id.get(language)
        if rows is None:
            rows = self._rows_by_id[language] = {str(row[ID]): row for row in self.rows_in(language)}
        return rows.get(row_id, {})
