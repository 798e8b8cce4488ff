"""Where an error of a translation file stands in the table that the file was made of."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from flows.translation.translate import COLUMNS, Line
from language.findings import Finding
from language.yaml_source import Mark, Path, Plain, Source, read

FIRST = 2
"""Row of the first line, as spreadsheets count: the head is row 1."""
COLUMN = COLUMNS.index("translation") + 1


def in_table(found: Finding, text: str, table: str, lines: Sequence[Line]) -> Finding:
    """Return a finding about a translation file (``text``) with the row of the table that it comes from.

    Its line is the row; 0 where what is wrong stands in no row.
    """
    source = read(text, found.file)
    path = _path(source, Mark(found.line, found.column))
    flow = source.value.get("flow") if isinstance(source.value, dict) else ""
    step = str(path[1]) if len(path) > 1 and path[0] == "steps" else ""
    mine = [(row, one) for row, one in enumerate(lines, FIRST) if (one.flow, one.step) == (flow, step)]
    texts = {one.strip() for one in _texts(_value(source.value, path))}
    exact = [(row, one) for row, one in mine if one.translation.strip() in texts]
    near = [(row, one) for row, one in mine if any(text and text in one.translation for text in texts)]
    row, line = next(iter(exact or near), (0, None))
    place = ", ".join(part for part in (str(flow), step, line.part if line else "") if part)
    return replace(found, file=table, line=row, column=COLUMN if row else 0, message=f"{place}: {found.message}")


def _path(source: Source, mark: Mark) -> Path:
    """Return the innermost value, or key, that stands here."""
    here = [path for marks in (source.marks, source.keys) for path, at in marks.items() if at == mark]
    return max(here, key=len, default=())


def _value(value: Plain, path: Path) -> Plain:
    for key in path:
        if isinstance(value, dict):
            value = value.get(str(key))
        elif isinstance(value, list) and isinstance(key, int):
            value = value[key]
    return value


def _texts(value: Plain) -> Iterator[str]:
    """Yield all texts in a value."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)
