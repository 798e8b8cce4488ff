"""CSV from spreadsheets (RFC 4180, commas or semicolons), read with the line number of every row."""

import csv
import io

from language.yaml_reader import MOST_CHARACTERS
from language.yaml_scalars import parse_scalar
from language.yaml_source import Position, YamlPath, YamlSource, YamlValue

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""Characters at the start of a cell that make a spreadsheet run it as a formula (OWASP, CSV injection)."""
TEXT_MARK = "'"
"""Stands before a cell that is text, not a formula."""


def escape_cell(text: str) -> str:
    """Return a cell that a spreadsheet does not run as a formula: “=1+1” gives “'=1+1”, “+49…” gives “'+49…”."""
    # A text that already begins with marks (“'=x”) gets one more, so that `unescape_cell` gives it back exactly.
    return f"{TEXT_MARK}{text}" if text.lstrip(TEXT_MARK).startswith(FORMULA_SIGNS) else text


def unescape_cell(cell: str) -> str:
    """Return the text of a cell that :func:`escape_cell` made."""
    return cell[1:] if cell.startswith(TEXT_MARK) and cell.lstrip(TEXT_MARK).startswith(FORMULA_SIGNS) else cell


def read_csv(text: str, file: str, *, id_column: str) -> YamlSource:
    """Read CSV into the form of a YAML file: a list of maps, one for each row.

    The line of a row is kept by its index and by its cell in ``id_column``.  Never raises: a file that cannot be read
    gives a finding, and its value is None.
    """
    source = YamlSource(file=file, positions={(): Position(1, 1)})
    if len(text) > MOST_CHARACTERS:
        return _stop_reading(source, "too-large", f"The file has more than {MOST_CHARACTERS:,} characters.")
    # Excel writes a byte order mark before UTF-8; left in, the first column would be called “\ufeffid”.
    text = text.removeprefix("\ufeff")
    # Excel in countries with a decimal comma separates by semicolons; the header tells which.
    head = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
    rows: list[YamlValue] = []
    try:
        columns = [column.strip() for column in next(lines, [])]
        for cells in lines:
            # Spreadsheets leave rows of empty cells at the end (“;;;”).
            if any(cells):
                path: YamlPath = (len(rows),)
                # `line_num` is the last line of the row: a quoted cell may hold line breaks.
                source.positions[path] = Position(lines.line_num, 1)
                if len(cells) > len(columns):
                    return _stop_reading(
                        source, "too-many-cells", f"Line {lines.line_num} has more cells than columns."
                    )
                row: dict[str, YamlValue] = {
                    # Cells become numbers and booleans by the rules of YAML, so a table means the same in both formats.
                    name: parse_scalar(cell.strip())
                    for name, cell in zip(columns, cells, strict=False)
                }
                # Findings of a translation are addressed by row id, not by index.
                source.positions[str(row.get(id_column)),] = source.positions[path]
                rows.append(row)
    except csv.Error as error:
        return _stop_reading(source, "csv", f"Line {lines.line_num} cannot be read: {error}.")
    return YamlSource(file=file, value=rows, positions=source.positions)


def _stop_reading(source: YamlSource, code: str, message: str) -> YamlSource:
    return YamlSource(file=source.file, positions=source.positions, findings=(source.finding_at((), code, message),))
