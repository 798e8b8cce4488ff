"""Reads earlier events from a table (CSV): one item of the events API for each row, or what is wrong with it.  Pure.

The first line names the columns: ``event`` and ``at``, ``email`` or ``user_id``, if there is one ``id``, and the
properties that events keep.  A table is read row by row, so its size does not matter.  A finding names the line, and
as its column the number of the cell, as spreadsheets count.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from domain.workspace_config import WorkspaceConfig
from language.findings import Finding, find_nearest, suggest_name
from onboarding.events_api.parse_item import EARLIEST, LONGEST_PROPERTY

KEYS = ("id", "event", "email", "user_id", "at")
"""Columns that are no properties."""
PERSONAL = frozenset({"id", "email", "user_id"})
"""Columns of which no value is ever shown."""
SEPARATORS = (",", ";", "\t")
HEADER = 1
"""Lines before the first row."""
LONGEST_LINE = 1_000_000
"""Bytes of one line; a longer one is no table."""
_SHOWN = 40
"""Characters of a value that a finding shows."""
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?")
"""What is read as a number; “007”, a long card number and “NaN” stay texts."""
_WORDS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One row that could be read as far as its cells go."""

    line: int
    """Line of the file in which it begins, from 1."""
    item: Mapping[str, object]
    """As a body of the events API has it."""
    cells: Mapping[str, str]
    """By column, as written."""


class UnreadableTableError(Exception):
    """A table cannot be read on from a line: its ``finding`` says why."""

    def __init__(self, finding: Finding) -> None:
        """Keep the finding."""
        super().__init__(finding.message)
        self.finding = finding


class EventTable:
    """A table of events, read once from its first line to its last."""

    def __init__(self, lines: Iterable[bytes], name: str, config: WorkspaceConfig, zone: ZoneInfo | None) -> None:
        """Read the header.  ``zone`` is that of times without an offset; None refuses them.

        Raises :class:`UnreadableTableError` if there is none that can be read.
        """
        self.name = name
        decoded = _decode_lines(lines, name)
        first = next(decoded, "")
        # The header alone decides: a text of a row may hold more semicolons than there are commas.
        separator = max(SEPARATORS, key=first.count)
        self.columns = [cell.strip() for cell in next(csv.reader([first], delimiter=separator), [])]
        self._rows = csv.reader(decoded, delimiter=separator, strict=True)
        self._zone = zone
        kept = {column for taken in config.taken_properties.values() for column in taken}
        self._properties = frozenset(self.columns) & kept
        self.findings = tuple(self._check_header(kept))
        """What is wrong with the header; with an error among it, no row can be read."""

    def read_rows(self, now: datetime) -> Iterator[EventRow | Finding]:
        """Yield each row, or what is wrong with it.  Raises :class:`UnreadableTableError` where reading must stop."""
        for line, cells in self._read_cells():
            # Spreadsheets write rows that somebody has emptied.
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(self.columns):
                message = f"The row has {len(cells)} cells, and the first line {len(self.columns)}."
                hint = "A separator in a text needs quotes around the text."
                yield self.find(line, "", "invalid", message, hint)
                continue
            row = dict(zip(self.columns, (cell.strip() for cell in cells), strict=True))
            read = self._read_row(line, row, now)
            yield read if isinstance(read, Finding) else EventRow(line=line, item=read, cells=row)

    def find(self, line: int, column: str, code: str, message: str, hint: str = "") -> Finding:
        """Return a finding about a cell; about the whole row if no column is named."""
        cell = self.columns.index(column) + 1 if column in self.columns else 1
        return Finding(file=self.name, line=line, column=cell, code=code, message=message, hint=hint)

    def _find_at(self, cell: int, code: str, message: str, hint: str) -> Finding:
        return Finding(file=self.name, line=1, column=cell, code=code, message=message, hint=hint)

    def _read_cells(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the cells of each row with the line in which it begins."""
        while True:
            line = HEADER + self._rows.line_num + 1
            try:
                cells = next(self._rows, None)
            except csv.Error as error:
                message = f"The row cannot be read: {error}."
                hint = "Quotes in a text are doubled, and its end is a single one."
                raise UnreadableTableError(self.find(line, "", "invalid", message, hint)) from None
            if cells is None:
                return
            yield line, cells

    def _check_header(self, kept: set[str]) -> Iterator[Finding]:
        open_keys = set(KEYS) - set(self.columns)
        # A key that stands in the header already is not what a misspelt column meant.
        meant = {name: find_nearest(name, open_keys) for name in self.columns if name not in kept | set(KEYS)}
        for needed in (("event",), ("at",), ("email", "user_id")):
            if not set(needed) & {*self.columns, *meant.values()}:
                message = f"No column is named {' or '.join(needed)}."
                yield self.find(1, "", "missing", message, f"The first line can name: {', '.join(KEYS)}.")
        for number, name in enumerate(self.columns, 1):
            if name in self.columns[: number - 1]:
                yield self._find_at(number, "invalid", f"Two columns are named “{name[:_SHOWN]}”.", "Take one out.")
            elif meant.get(name):
                hint = f"Did you mean “{meant[name]}”?"
                yield self._find_at(number, "unknown-key", f"“{name[:_SHOWN]}” is not known here.", hint)
            elif name in meant:
                message = f"No event keeps “{name[:_SHOWN]}”, so the column is left out."
                hint = suggest_name(name, kept) if kept else "Properties are kept by keep: in doorstep.yaml."
                yield replace(self._find_at(number, "unknown-key", message, hint), severity="warning")

    def _read_row(self, line: int, row: Mapping[str, str], now: datetime) -> dict[str, object] | Finding:
        at = self._read_time(line, row.get("at", ""), now)
        if isinstance(at, Finding):
            return at
        item: dict[str, object] = {key: row[key] for key in KEYS if row.get(key)}
        properties: dict[str, object] = {}
        for name in self._properties:
            if len(row[name]) > LONGEST_PROPERTY:
                message = f"“{name}” has {len(row[name]):,} characters."
                return self.find(line, name, "invalid", message, f"A property has at most {LONGEST_PROPERTY:,}.")
            if row[name]:
                properties[name] = _read_value(row[name])
        item |= {"at": at.isoformat(), "past": True}
        item |= {"properties": properties} if properties else {}
        return item if item.get("id") else {**item, "id": _make_id(row)}

    def _read_time(self, line: int, text: str, now: datetime) -> datetime | Finding:
        found = f"found “{text[:_SHOWN]}”" if text else "found nothing"
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            message = f"“at”: {found}, expected a time such as 2026-11-23T10:03:00+01:00."
            return self.find(line, "at", "unclear-time", message, "A day alone is its midnight.")
        if at.tzinfo is None:
            if self._zone is None:
                message = f"“at”: {found}, expected a time with its offset, such as 2026-11-23T10:03:00+01:00."
                hint = "Or say whose clock it is: --timezone Europe/Berlin"
                return self.find(line, "at", "unclear-time", message, hint)
            at = at.replace(tzinfo=self._zone)
        if at < EARLIEST:
            message = f"“at”: {found}, which lies before the year {EARLIEST.year}."
            return self.find(line, "at", "unclear-time", message, "The clock that told it was probably not set.")
        if at > now:
            message = f"“at”: {found}, which lies in the future."
            return self.find(line, "at", "unclear-time", message, "Only what has happened can be told as history.")
        return at.astimezone(UTC)


def _decode_lines(lines: Iterable[bytes], name: str) -> Iterator[str]:
    for number, raw in enumerate(lines, 1):
        if len(raw) > LONGEST_LINE:
            message = f"This line has more than {LONGEST_LINE:,} bytes."
            raise UnreadableTableError(Finding(file=name, line=number, column=1, code="invalid", message=message))
        # Decoded line by line, so that the finding names the one that is not UTF-8.
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            message, hint = "The file is not UTF-8.", "Save it as “CSV UTF-8”."
            finding = Finding(file=name, line=number, column=1, code="not-utf8", message=message, hint=hint)
            raise UnreadableTableError(finding) from None


def _read_value(text: str) -> object:
    # More digits than 15 are not exact as a number (RFC 8259 §6), and mostly are no number but a name.
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return _WORDS.get(text.casefold(), text)


def _make_id(row: Mapping[str, str]) -> str:
    """Return an id of what a row says: told again, it is the same event."""
    said = "\0".join(f"{name}={text}" for name, text in sorted(row.items()))
    return f"csv-{hashlib.sha256(said.encode()).hexdigest()[:32]}"


def locate_refusal(row: EventRow, table: EventTable, why: str, hint: str) -> Finding:
    """Return a finding about a row that the intake refused; ``why`` names the key in quotes."""
    # Where two keys are named (“email” or “user_id”), the first column that the table has is marked.
    quoted = re.findall("“([^”]*)”", why)
    column = next((name for name in quoted if name in table.columns), "")
    if not column:
        column = next((name for name in ("event", "at") if row.cells.get(name) in quoted), "")
    code = "unknown-event" if column == "event" and "not declared" in why else "invalid"
    found = row.cells.get(column, "")
    shown = f" Found “{found[:_SHOWN]}”." if found and column not in PERSONAL and found not in why else ""
    return table.find(row.line, column, code, f"{why[:1].upper()}{why[1:]}{shown}", hint)
