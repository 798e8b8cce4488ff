"""Finds the row of a translator's table for a finding about the translation file that was made from it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flows.translation.translate import COLUMNS, TranslationLine
from language.findings import Finding
from language.yaml_reader import read_yaml
from language.yaml_source import Position, YamlPath, YamlSource, YamlValue

FIRST_ROW = 2
"""Row of the first line, as spreadsheets count: the header is row 1."""
COLUMN = COLUMNS.index("translation") + 1


def locate_in_table(finding: Finding, text: str, table: str, lines: Sequence[TranslationLine]) -> Finding:
    """Return a finding about a translation file (``text``) with the table's row as its line; 0 if no row has it."""
    source = read_yaml(text, finding.file)
    path = _path_at(source, Position(finding.line, finding.column))
    flow = source.value.get("flow") if isinstance(source.value, dict) else ""
    step = str(path[1]) if len(path) > 1 and path[0] == "steps" else ""
    numbered = [(row, line) for row, line in enumerate(lines, FIRST_ROW) if (line.flow, line.step) == (flow, step)]
    texts = {written.strip() for written in _texts_in(_value_at(source.value, path))}
    # A cell with several messages becomes several texts of the file, so a part of a cell is the next best match.
    exact = [(row, line) for row, line in numbered if line.translation.strip() in texts]
    partial = [(row, line) for row, line in numbered if any(part and part in line.translation for part in texts)]
    row, line = next(iter(exact or partial), (0, None))
    place = ", ".join(part for part in (str(flow), step, line.part if line else "") if part)
    return replace(finding, file=table, line=row, column=COLUMN if row else 0, message=f"{place}: {finding.message}")


def _path_at(source: YamlSource, position: Position) -> YamlPath:
    """Return the path of the innermost value or key at a position."""
    both = (source.positions, source.key_positions)
    here = [path for positions in both for path, at in positions.items() if at == position]
    # A map begins where its first key does, so several paths can have one position.
    return max(here, key=len, default=())


def _value_at(value: YamlValue, path: YamlPath) -> YamlValue:
    for key in path:
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
    return value


def _texts_in(value: YamlValue) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(inner)
    elif value is not None:
        yield str(value)
