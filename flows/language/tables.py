"""Tables of a workspace (products, branches, questions and answers) and their translations.

``tables/teas.yaml`` is a list of rows, each a map with a unique ``id``; ``tables/teas.csv`` has the columns in its
first line.  ``tables/teas.de.yaml`` gives texts in another language: ``{id: {column: text}}``; as ``.csv`` it has the
columns it translates, and ``id``.  A column may be missing in a row and is empty there.

Numbers and ``true`` or ``false`` in their plain spelling get their type; everything else is text.  The columns in
:data:`LISTS` hold several words: a list, or a text with commas.
"""

import re
from collections.abc import Iterator, Mapping

from domain.workspace_config import NAME, WorkspaceConfig
from flows.language.csv_tables import read_csv
from flows.language.place_cells import OPEN_COLUMN, ZONE_COLUMN, check_place_cell
from flows.language.table_rows import ID, Cell, Row, Table
from language.findings import Finding, suggest_name
from language.yaml_reader import read_yaml
from language.yaml_source import YamlPath, YamlSource, YamlValue

__all__ = ["FOLDER", "ID", "LIST_COLUMNS", "Cell", "Row", "Table", "is_number", "read_tables"]

FOLDER = "tables/"
ENDINGS = (".yaml", ".yml", ".csv")
SEATS_COLUMN = "places"
"""Column that says how many seats a row has, for ``take``."""
PLACE_COLUMNS = frozenset({ZONE_COLUMN, OPEN_COLUMN})
"""Columns that make a row a place: its time zone (IANA), and its opening hours (:mod:`language.opening_hours`)."""
LIST_COLUMNS = ("words",)
"""Columns whose cells are lists of words."""
MOST_ROWS = 5_000
MOST_COLUMNS = 50
MOST_IN_CELL = 2_000
"""Most characters of a cell, because a message holds no more."""
MOST_FINDINGS = 20
"""Findings that are shown for one table; more would repeat them."""

_FILE = re.compile(r"tables/(?P<name>[a-z][a-z0-9_]{0,39})(?:\.(?P<language>[A-Za-z][A-Za-z0-9-]*))?\.(?:yaml|yml|csv)")
_NAME = re.compile(NAME)
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
# The id travels in a payload, “button.2.assam”: a dot or bar would split it, and the platform limits its length.
_ROW_ID = re.compile(r"[^\s|.]{1,60}")
"""Allowed ids."""


def read_tables(files: Mapping[str, str], config: WorkspaceConfig) -> tuple[dict[str, Table], list[Finding]]:
    """Read ``tables/*``; return the tables by name, and the findings."""
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    names = [name for name in files if name.startswith(FOLDER) and name.endswith(ENDINGS)]
    # By dots: teas.yaml comes before teas.de.yaml, so a translation finds its table.
    for name in sorted(names, key=lambda name: (name.rsplit("/", 1)[-1].count("."), name)):
        name_match = _FILE.fullmatch(name)
        if name_match is None:
            findings.append(_report_bad_name(name))
            continue
        source = _read_table_file(files[name], name)
        findings += source.findings
        if name_match["language"]:
            findings += _add_translation(source, name_match["name"], name_match["language"], tables, config)
        else:
            findings += _add_table(source, name_match["name"], tables)
    return tables, [*findings, *_warn_of_missing_languages(tables, config, names)]


def _report_bad_name(name: str) -> Finding:
    message = "A table is named by small letters, digits and underscores."
    return Finding(file=name, line=0, column=0, code="table-name", message=message, hint="Such as tables/teas.yaml.")


def _read_table_file(text: str, file: str) -> YamlSource:
    return read_csv(text, file, id_column=ID) if file.endswith(".csv") else read_yaml(text, file)


def _add_table(source: YamlSource, name: str, tables: dict[str, Table]) -> list[Finding]:
    if name in tables:
        return [source.finding_at((), "table-twice", f"The table “{name}” stands in {tables[name].file} already.")]
    if source.value is None and source.findings:
        return []
    if not isinstance(source.value, list) or not source.value:
        return [source.finding_at((), "no-rows", "A table is a list of rows.", "- {id: assam, name: Assam}")]
    if len(source.value) > MOST_ROWS:
        message = f"The table has {len(source.value):,} rows; at most {MOST_ROWS:,} are read."
        return [source.finding_at((), "too-many-rows", message)]
    # `zip` stops the generator after 20 findings: 5,000 broken rows are not all checked.
    findings = [finding for _, finding in zip(range(MOST_FINDINGS), _check_rows(source, source.value), strict=False)]
    if not findings:
        rows = [row for row in source.value if isinstance(row, dict)]
        # Rows may leave columns out: the table has all of them, in the order of their first use.
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines = tuple(source.position_of((at,)).line for at in range(len(rows)))
        rows_read = tuple({column: _read_cell(column, row.get(column)) for column in columns} for row in rows)
        tables[name] = Table(
            name=name, file=source.file, columns=frozenset(columns), original_rows=rows_read, lines=lines
        )
        findings += _warn_of_mixed_columns(source, columns, rows_read)
    return findings


def _check_rows(source: YamlSource, rows: list[YamlValue]) -> Iterator[Finding]:
    """Yield a finding for each mistake in the rows."""
    row_by_id: dict[str, int] = {}
    columns: set[str] = set()
    for at, row in enumerate(rows):
        if not isinstance(row, dict):
            yield source.finding_at((at,), "no-row", "A row is a map of columns.", "- {id: assam, name: Assam}")
            continue
        # A column is checked where it appears first, so one bad name gives one finding and not one for each row.
        new_columns = row.keys() - columns
        columns |= new_columns
        yield from _check_columns(source, at, sorted(new_columns), len(columns))
        yield from _check_row_id(source, at, row.get(ID), row_by_id)
        for column, value in row.items():
            yield from _check_cell(source, (at, column), column, value)
            if column in PLACE_COLUMNS:
                yield from check_place_cell(source, (at, column), column, value)


def _check_columns(source: YamlSource, at: int, new_columns: list[str], count: int) -> Iterator[Finding]:
    for column in new_columns:
        if not _NAME.fullmatch(column):
            message = f"“{column[:40]}” cannot be a column."
            hint = "Small letters, digits and underscores, a letter first."
            yield source.finding_at((at, column), "column-name", message, hint, key=True)
    if new_columns and count > MOST_COLUMNS:
        yield source.finding_at((at,), "too-many-columns", f"A table has at most {MOST_COLUMNS} columns.")


def _check_row_id(source: YamlSource, at: int, value: YamlValue, row_by_id: dict[str, int]) -> Iterator[Finding]:
    # In YAML “id: 12” is a number and “id: yes” a boolean; a number is a fine id, a boolean is a slip.
    row_id = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not _ROW_ID.fullmatch(row_id):
        message = "A row needs an id without spaces, dots and bars, of at most 60 characters."
        yield source.finding_at((at, ID), "row-id", message, "id: assam")
    elif row_id in row_by_id:
        message = f"The id “{row_id}” stands on line {source.position_of((row_by_id[row_id],)).line} already."
        yield source.finding_at((at, ID), "same-id", message, "Each row has its own.")
    # The first row keeps the id, so every later one points to the same line.
    row_by_id.setdefault(row_id, at)


def _check_cell(source: YamlSource, path: YamlPath, column: str, value: YamlValue) -> Iterator[Finding]:
    if (
        isinstance(value, list)
        and column in LIST_COLUMNS
        and all(isinstance(word, str | int | float) for word in value)
    ):
        value = ", ".join(str(word) for word in value)
    if isinstance(value, list | dict):
        yield source.finding_at(path, "cell", "A cell holds a text, a number, true or false.")
    elif isinstance(value, str) and len(value) > MOST_IN_CELL:
        message = f"The cell has {len(value):,} characters; a message holds {MOST_IN_CELL:,}."
        yield source.finding_at(path, "too-long", message)


def _warn_of_mixed_columns(source: YamlSource, columns: list[str], rows: tuple[Row, ...]) -> Iterator[Finding]:
    """Yield a warning for each column that holds numbers in some rows and texts in others."""
    for column in columns:
        # “24,50” among 24.50s stays text, and “price below 30” would silently skip that row.
        kinds = [_comparison_kind(row[column]) for row in rows]
        first_text = next((at for at, kind in enumerate(kinds) if kind == "text"), None)
        if column != ID and first_text is not None and "number" in kinds:
            message = f"“{column}” holds numbers in some rows and texts in others, so they cannot be compared."
            yield source.finding_at((first_text, column), "mixed-column", message, severity="warning")


def _cell_kind(cell: Cell) -> str:
    if isinstance(cell, bool) or cell in (None, ""):
        return ""
    return "number" if isinstance(cell, int | float) else "text"


def is_number(text: str) -> bool:
    """Tell whether a text compares as a number: “24.50” does, “24,50” does not."""
    return bool(_NUMBER.fullmatch(text))


def _comparison_kind(cell: Cell) -> str:
    return "number" if isinstance(cell, str) and is_number(cell) else _cell_kind(cell)


def _read_cell(column: str, value: YamlValue) -> Cell:
    if column == ID:
        return str(value)
    if column in LIST_COLUMNS:
        words = value if isinstance(value, list) else str("" if value is None else value).split(",")
        return tuple(stripped for word in words if (stripped := str(word).strip()))
    return "" if value is None or isinstance(value, list | dict) else value


def _add_translation(
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
    texts = _texts_by_id(source)
    if texts is None:
        return [source.finding_at((), "table-translation", "A translation is a map by id.", "assam: {name: Assam}")]
    table = tables[name]
    findings = [
        finding for _, finding in zip(range(MOST_FINDINGS), _check_translation(source, texts, table), strict=False)
    ]
    if not any(finding.severity == "error" for finding in findings):
        # Empty cells of the translation are not in `_read_texts`, so the original shows through.
        rows = tuple({**row, **_read_texts(texts.get(str(row[ID]), {}))} for row in table.original_rows)
        tables[name] = Table(
            name=name, file=table.file, columns=table.columns, original_rows=table.original_rows,
            translated={**table.translated, language: rows}, lines=table.lines,
        )  # fmt: skip
    return findings


def _warn_of_missing_languages(
    tables: Mapping[str, Table], config: WorkspaceConfig, files: list[str]
) -> Iterator[Finding]:
    """Yield a warning for each language that a table lacks; a table of single words needs no translation.

    A table is written in the first of the languages that it is not translated into.
    """
    for table in tables.values():
        # A space in a cell is taken as a sign of prose: “assam” and “12.50” need no translation.
        has_sentences = any(
            isinstance(cell, str) and " " in cell for row in table.original_rows for cell in row.values()
        )
        missing_languages = [
            language for language in config.languages
            if not any(name.startswith(f"{FOLDER}{table.name}.{language}.") for name in files)
        ]  # fmt: skip
        for language in missing_languages if has_sentences else ():
            # The file does not tell its own language, so the first language without a translation is taken for it.
            if language != missing_languages[0]:
                translation_file = table.file.replace(".", f".{language}.", 1)
                message = f"The table has no texts in “{language}”, so people read the original."
                yield Finding(
                    file=table.file, line=1, column=1, code="no-translation", message=message,
                    hint=f"Write {translation_file}.", severity="warning",
                )  # fmt: skip


def _texts_by_id(source: YamlSource) -> dict[str, YamlValue] | None:
    """Return the texts of a translation by row id; None if the file is neither a map nor a list of rows (CSV)."""
    if isinstance(source.value, dict):
        return source.value
    if not isinstance(source.value, list):
        return None
    rows = [row for row in source.value if isinstance(row, dict)]
    return {str(row.get(ID)): {name: text for name, text in row.items() if name != ID and text} for row in rows}


def _check_translation(source: YamlSource, texts: Mapping[str, YamlValue], table: Table) -> Iterator[Finding]:
    rows_by_id = {str(row[ID]): row for row in table.original_rows}
    for name, cells in texts.items():
        if name not in rows_by_id:
            yield source.finding_at(
                (name,), "unknown-row", f"{table.file} has no row “{name}”.", suggest_name(name, rows_by_id), key=True
            )
        elif not isinstance(cells, dict):
            yield source.finding_at((name,), "table-translation", "Give the columns and their texts.", "name: Assam")
        else:
            for column, text in cells.items():
                yield from _check_translated_text(source, (name, column), text, rows_by_id[name])
    missing = [name for name in rows_by_id if name not in texts]
    if missing:
        message = f"{len(missing)} rows are not translated, such as “{missing[0]}”; people read the original."
        yield source.finding_at((), "not-translated", message, severity="warning")


def _check_translated_text(source: YamlSource, path: YamlPath, text: YamlValue, original: Row) -> Iterator[Finding]:
    column = str(path[-1])
    if column not in original:
        message = f"The table has no column “{column}”."
        yield source.finding_at(path, "unknown-column", message, suggest_name(column, original), key=True)
    # Prices and booleans must not differ by language: conditions compare them.
    elif column == ID or (_cell_kind(original[column]) != "text" and original[column] != ""):
        message = f"“{column}” is no text there, so it is the same in every language."
        yield source.finding_at(path, "not-a-text", message, "Take it out.", key=True)
    elif text is not None:
        yield from _check_cell(source, path, column, text)


def _read_texts(cells: YamlValue) -> dict[str, Cell]:
    given = cells if isinstance(cells, dict) else {}
    return {
        column: _read_cell(column, text if isinstance(text, list) else str(text))
        for column, text in given.items() if text not in (None, "")
    }  # fmt: skip
