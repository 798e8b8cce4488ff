"""Tables of a workspace: products, branches, questions and answers, with their translations.

``tables/teas.yaml`` is a list of rows, each a map with an ``id`` of its own; ``tables/teas.csv`` has the columns in its
first line.  ``tables/teas.de.yaml`` gives texts in another language: ``{id: {column: text}}``; as ``.csv`` it has the
columns it translates, and ``id``.  A column may be missing in a row and is empty there.

Numbers and ``true`` or ``false`` in their plain spelling are more than text; everything else is text.  The columns in
:data:`LISTS` hold several words: a list, or a text with commas.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from domain.record import Value
from domain.workspace_config import NAME, WorkspaceConfig
from flows.language.csv_tables import read_csv
from language.findings import Finding, suggest_name
from language.yaml_reader import read_yaml
from language.yaml_source import YamlPath, YamlSource, YamlValue

FOLDER = "tables/"
ENDINGS = (".yaml", ".yml", ".csv")
ID = "id"
LISTS = ("words",)
"""Columns whose cells are lists of words."""
MOST_ROWS = 5_000
MOST_COLUMNS = 50
MOST_IN_CELL = 2_000
"""Characters of a cell; no message holds more."""
MOST_FINDINGS = 20
"""A table with more mistakes is wrong as a whole; these show how."""

Cell = Value | tuple[str, ...]
Row = Mapping[str, Cell]
"""A row by column; every column of the table is there."""

_FILE = re.compile(r"tables/(?P<name>[a-z][a-z0-9_]{0,39})(?:\.(?P<language>[A-Za-z][A-Za-z0-9-]*))?\.(?:yaml|yml|csv)")
_NAME = re.compile(NAME)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_ROW_ID = re.compile(r"[^\s|.]{1,60}")
"""What an id may be: it travels in the payload of a card's button."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table as compiled."""

    name: str
    file: str
    columns: frozenset[str]
    own: tuple[Row, ...]
    """Its rows, in order, in the language they are written in."""
    translated: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)
    """By language, with the original where a text is not translated."""

    def rows(self, language: str) -> tuple[Row, ...]:
        """Return the rows in this language, else as they are written."""
        return self.translated.get(language, self.own)


def read_tables(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[dict[str, Table], list[Finding]]:
    """Read ``tables/*``; return the tables by name, and what is to be mended in them."""
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    mine = [name for name in files if name.startswith(FOLDER) and name.endswith(ENDINGS)]
    for name in sorted(mine, key=lambda name: (name.rsplit("/", 1)[-1].count("."), name)):
        found = _FILE.fullmatch(name)
        if found is None:
            findings.append(_misnamed(name))
            continue
        source = _read(files[name], name)
        findings += source.findings
        if found["language"]:
            findings += _take_translation(source, found["name"], found["language"], tables, config)
        else:
            findings += _take_table(source, found["name"], tables)
    return tables, [*findings, *_untranslated(tables, config, mine)]


def _misnamed(name: str) -> Finding:
    message = "A table is named by small letters, digits and underscores."
    return Finding(file=name, line=0, column=0, code="table-name", message=message, hint="Such as tables/teas.yaml.")


# -- reading ------------------------------------------------------------------------------------------------
def _read(text: str, file: str) -> YamlSource:
    return read_csv(text, file, by=ID) if file.endswith(".csv") else read_yaml(text, file)


# -- tables -------------------------------------------------------------------------------------------------
def _take_table(source: YamlSource, name: str, tables: dict[str, Table]) -> list[Finding]:
    if name in tables:
        return [source.finding_at((), "table-twice", f"The table “{name}” stands in {tables[name].file} already.")]
    if source.value is None and source.findings:
        return []
    if not isinstance(source.value, list) or not source.value:
        return [source.finding_at((), "no-rows", "A table is a list of rows.", "- {id: assam, name: Assam}")]
    if len(source.value) > MOST_ROWS:
        message = f"The table has {len(source.value):,} rows; at most {MOST_ROWS:,} are read."
        return [source.finding_at((), "too-many-rows", message)]
    findings = [one for _, one in zip(range(MOST_FINDINGS), _wrong(source, source.value), strict=False)]
    if not findings:
        rows = [one for one in source.value if isinstance(one, dict)]
        columns = list(dict.fromkeys(column for one in rows for column in one))
        own = tuple({column: _cell(column, one.get(column)) for column in columns} for one in rows)
        tables[name] = Table(name=name, file=source.file, columns=frozenset(columns), own=own)
        findings += _mixed(source, columns, own)
    return findings


def _wrong(source: YamlSource, rows: list[YamlValue]) -> Iterator[Finding]:
    """Yield what is wrong with the rows."""
    first: dict[str, int] = {}
    columns: set[str] = set()
    for at, row in enumerate(rows):
        if not isinstance(row, dict):
            yield source.finding_at((at,), "no-row", "A row is a map of columns.", "- {id: assam, name: Assam}")
            continue
        new = row.keys() - columns
        columns |= new
        yield from _wrong_columns(source, at, sorted(new), len(columns))
        yield from _wrong_id(source, at, row.get(ID), first)
        for column, value in row.items():
            yield from _wrong_cell(source, (at, column), column, value)


def _wrong_columns(source: YamlSource, at: int, new: list[str], count: int) -> Iterator[Finding]:
    for column in new:
        if not _NAME.fullmatch(column):
            message = f"“{column[:40]}” cannot be a column."
            hint = "Small letters, digits and underscores, a letter first."
            yield source.finding_at((at, column), "column-name", message, hint, key=True)
    if new and count > MOST_COLUMNS:
        yield source.finding_at((at,), "too-many-columns", f"A table has at most {MOST_COLUMNS} columns.")


def _wrong_id(source: YamlSource, at: int, value: YamlValue, first: dict[str, int]) -> Iterator[Finding]:
    named = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _ROW_ID.fullmatch(named):
        message = "A row needs an id without spaces, dots and bars, of at most 60 characters."
        yield source.finding_at((at, ID), "row-id", message, "id: assam")
    elif named in first:
        message = f"The id “{named}” stands on line {source.position_of((first[named],)).line} already."
        yield source.finding_at((at, ID), "same-id", message, "Each row has its own.")
    first.setdefault(named, at)


def _wrong_cell(source: YamlSource, path: YamlPath, column: str, value: YamlValue) -> Iterator[Finding]:
    if isinstance(value, list) and column in LISTS and all(isinstance(one, str | int | float) for one in value):
        value = ", ".join(str(one) for one in value)
    if isinstance(value, list | dict):
        yield source.finding_at(path, "cell", "A cell holds a text, a number, true or false.")
    elif isinstance(value, str) and len(value) > MOST_IN_CELL:
        message = f"The cell has {len(value):,} characters; a message holds {MOST_IN_CELL:,}."
        yield source.finding_at(path, "too-long", message)


def _mixed(source: YamlSource, columns: list[str], rows: tuple[Row, ...]) -> Iterator[Finding]:
    """Yield a warning for each column that holds numbers in some rows and texts in others: they compare badly."""
    for column in columns:
        kinds = [_compared(row[column]) for row in rows]
        odd = next((at for at, kind in enumerate(kinds) if kind == "text"), None)
        if column != ID and odd is not None and "number" in kinds:
            message = f"“{column}” holds numbers in some rows and texts in others, so they cannot be compared."
            yield source.finding_at((odd, column), "mixed-column", message, severity="warning")


def _kind(cell: Cell) -> str:
    if isinstance(cell, bool) or cell in (None, ""):
        return ""
    return "number" if isinstance(cell, int | float) else "text"


def is_number(text: str) -> bool:
    """Tell whether a text compares as a number: “24.50” does, “24,50” does not."""
    return bool(_NUMBER.fullmatch(text))


def _compared(cell: Cell) -> str:
    return "number" if isinstance(cell, str) and is_number(cell) else _kind(cell)


def _cell(column: str, value: YamlValue) -> Cell:
    if column == ID:
        return str(value)
    if column in LISTS:
        words = value if isinstance(value, list) else str("" if value is None else value).split(",")
        return tuple(word for one in words if (word := str(one).strip()))
    return "" if value is None or isinstance(value, list | dict) else value


# -- translations -------------------------------------------------------------------------------------------
def _take_translation(
    source: YamlSource, name: str, language: str, tables: dict[str, Table], config: WorkspaceConfig
) -> list[Finding]:
    if source.value is None and source.findings:
        return []
    if name not in tables:
        message = f"There is no table “{name}” that this translates."
        return [source.finding_at((), "unknown-table", message, suggest_name(name, tables))]
    if language not in config.languages:
        message = f"“{language}” is not among the languages of doorstep.yaml."
        return [source.finding_at((), "unknown-language", message, suggest_name(language, config.languages))]
    texts = _by_id(source)
    if texts is None:
        return [source.finding_at((), "table-translation", "A translation is a map by id.", "assam: {name: Assam}")]
    table = tables[name]
    findings = [one for _, one in zip(range(MOST_FINDINGS), _wrong_texts(source, texts, table), strict=False)]
    if not any(one.severity == "error" for one in findings):
        rows = tuple({**row, **_texts(texts.get(str(row[ID]), {}))} for row in table.own)
        tables[name] = Table(
            name=name, file=table.file, columns=table.columns, own=table.own,
            translated={**table.translated, language: rows},
        )  # fmt: skip
    return findings


def _untranslated(tables: Mapping[str, Table], config: WorkspaceConfig, files: list[str]) -> Iterator[Finding]:
    """Yield a warning for each language that a table is not written in; one of bare words needs no translation.

    A table is written in the first of the languages that it is not translated into.
    """
    for table in tables.values():
        spoken = any(isinstance(cell, str) and " " in cell for row in table.own for cell in row.values())
        lacking = [
            language for language in config.languages
            if not any(name.startswith(f"{FOLDER}{table.name}.{language}.") for name in files)
        ]  # fmt: skip
        for language in lacking if spoken else ():
            if language != lacking[0]:
                beside = table.file.replace(".", f".{language}.", 1)
                message = f"The table has no texts in “{language}”, so people read the original."
                yield Finding(
                    file=table.file, line=1, column=1, code="no-translation", message=message,
                    hint=f"Write {beside}.", severity="warning",
                )  # fmt: skip


def _by_id(source: YamlSource) -> dict[str, YamlValue] | None:
    """Return the texts by id; a list of rows (CSV) counts too."""
    if isinstance(source.value, dict):
        return source.value
    if not isinstance(source.value, list):
        return None
    rows = [row for row in source.value if isinstance(row, dict)]
    return {str(row.get(ID)): {name: text for name, text in row.items() if name != ID and text} for row in rows}


def _wrong_texts(source: YamlSource, texts: Mapping[str, YamlValue], table: Table) -> Iterator[Finding]:
    known = {str(row[ID]): row for row in table.own}
    for name, cells in texts.items():
        if name not in known:
            yield source.finding_at(
                (name,), "unknown-row", f"{table.file} has no row “{name}”.", suggest_name(name, known), key=True
            )
        elif not isinstance(cells, dict):
            yield source.finding_at((name,), "table-translation", "Give the columns and their texts.", "name: Assam")
        else:
            for column, text in cells.items():
                yield from _wrong_text(source, (name, column), text, known[name])
    missing = [name for name in known if name not in texts]
    if missing:
        message = f"{len(missing)} rows are not translated, such as “{missing[0]}”; people read the original."
        yield source.finding_at((), "not-translated", message, severity="warning")


def _wrong_text(source: YamlSource, path: YamlPath, text: YamlValue, original: Row) -> Iterator[Finding]:
    column = str(path[-1])
    if column not in original:
        message = f"The table has no column “{column}”."
        yield source.finding_at(path, "unknown-column", message, suggest_name(column, original), key=True)
    elif column == ID or (_kind(original[column]) != "text" and original[column] != ""):
        message = f"“{column}” is no text there, so it is the same in every language."
        yield source.finding_at(path, "not-a-text", message, "Take it out.", key=True)
    elif text is not None:
        yield from _wrong_cell(source, path, column, text)


def _texts(cells: YamlValue) -> dict[str, Cell]:
    given = cells if isinstance(cells, dict) else {}
    return {
        column: _cell(column, text if isinstance(text, list) else str(text))
        for column, text in given.items() if text not in (None, "")
    }  # fmt: skip
