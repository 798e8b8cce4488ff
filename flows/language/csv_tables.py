"""CSV that people save from a spreadsheet (RFC 4180, commas or semicolons), read with the place of every row."""

import csv
import io

from language.yaml_reader import MOST_CHARACTERS, parse_scalar
from language.yaml_source import Position, YamlPath, YamlSource, YamlValue

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula (OWASP, CSV injection)."""
AS_TEXT = "'"
"""Before a cell: it is text."""


def cell_of(text: str) -> str:
    """Return a cell that no spreadsheet runs: “=…” and “+49…” stay the text that they are."""
    return f"{AS_TEXT}{text}" if text.lstrip(AS_TEXT).startswith(FORMULAS) else text


def text_of(cell: str) -> str:
    """Return the text of a cell that :func:`cell_of` made."""
    return cell[1:] if cell.startswith(AS_TEXT) and cell.lstrip(AS_TEXT).startswith(FORMULAS) else cell


def read_csv(text: str, file: str, *, by: str) -> YamlSource:
    """Read CSV as YAML would be: a list of maps, each with its line, by its place and by its cell in column ``by``.

    Never raises: what cannot be read is a finding, and then the value is None.
    """
    source = YamlSource(file=file, positions={(): Position(1, 1)})
    if len(text) > MOST_CHARACTERS:
        return _stopped(source, "too-large", f"The file has more than {MOST_CHARACTERS:,} characters.")
    text = text.removeprefix("\ufeff")
    head = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
    rows: list[YamlValue] = []
    try:
        columns = [one.strip() for one in next(lines, [])]
        for cells in lines:
            if any(cells):
                path: YamlPath = (len(rows),)
                source.positions[path] = Position(lines.line_num, 1)
                if len(cells) > len(columns):
                    return _stopped(source, "too-many-cells", f"Line {lines.line_num} has more cells than columns.")
                row: dict[str, YamlValue] = {
                    name: parse_scalar(cell.strip()) for name, cell in zip(columns, cells, strict=False)
                }
                source.positions[str(row.get(by)),] = source.positions[path]
                rows.append(row)
    except csv.Error as error:
        return _stopped(source, "csv", f"Line {lines.line_num} cannot be read: {error}.")
    return YamlSource(file=file, value=rows, positions=source.positions)


def _stopped(source: YamlSource, code: str, message: str) -> YamlSource:
    return YamlSource(file=source.file, positions=source.positions, findings=(source.finding_at((), code, message),))
