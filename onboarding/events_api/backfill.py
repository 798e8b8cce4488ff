"""Takes a table of earlier events in: checks it whole first, then commits it in parts, and goes on after a stop.

The place that was reached is kept under a hash of the file's content.  So the same file begins where it stopped, also
after a kill, and a file that was taken in whole is not taken in twice.  Of the part in which it stopped, what was
committed already is known by its ids.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import msgspec

from domain.ports import MetaStore
from domain.workspace_config import WorkspaceConfig
from language.findings import Finding
from onboarding.events_api.csv_rows import EventRow, EventTable, UnreadableTableError, locate_refusal
from onboarding.events_api.intake import EventsIntake
from onboarding.events_api.parse_item import parse_item

ROWS_AT_ONCE = 500
"""Rows of a part: as many as a body of the events API has."""
MOST_FINDINGS = 20
"""Findings that are kept of a table; the others are counted."""
_NOTE = "import:"
"""Begins the name of the value in which the place is kept."""


class ImportNote(msgspec.Struct, frozen=True, kw_only=True):
    """How far a file was taken in."""

    line: int
    """The last line whose part is committed."""
    at: datetime
    is_whole: bool = False


@dataclass(slots=True, kw_only=True)
class CheckedTable:
    """What a table holds, read once without a change."""

    findings: list[Finding] = field(default_factory=list)
    """The first of what is wrong, by line."""
    wrong: int = 0
    """Rows that cannot be taken in."""
    rows: int = 0
    """Rows in all; empty ones are not counted."""
    events: Counter[str] = field(default_factory=Counter)
    """Good rows by event."""
    first: str = ""
    """The earliest time of a good row, and in :attr:`last` the latest."""
    last: str = ""
    is_unreadable: bool = False
    """True if the header is wrong, or reading could not go on."""

    def add_finding(self, finding: Finding) -> None:
        """Keep a finding, if there is room."""
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """Takes in one file."""

    intake: EventsIntake
    meta: MetaStore
    config: WorkspaceConfig
    now: datetime
    name: str
    """The file, as findings name it."""
    open_lines: Callable[[], Iterable[bytes]]
    """Opens the file anew: it is read to check it, and again to take it in."""
    zone: ZoneInfo | None = None
    """Zone of times without an offset; None refuses them."""

    def check(self) -> CheckedTable:
        """Read the whole table; nothing is looked up and nothing written."""
        checked = CheckedTable()
        try:
            table = self._open_table()
            checked.findings += table.findings
            if any(finding.severity == "error" for finding in table.findings):
                checked.is_unreadable = True
                return checked
            for part in _take_parts(table.read_rows(self.now)):
                self._check_part(checked, table, part)
        except UnreadableTableError as error:
            checked.is_unreadable = True
            checked.add_finding(error.finding)
        return checked

    def _check_part(self, checked: CheckedTable, table: EventTable, part: Sequence[EventRow | Finding]) -> None:
        checked.rows += len(part)
        rows = [row for row in part if isinstance(row, EventRow)]
        found = [row for row in part if isinstance(row, Finding)]
        for row, result in zip(rows, self.intake.check_items([row.item for row in rows], parse_item), strict=True):
            if result.result == "invalid":
                found.append(locate_refusal(row, table, result.why, result.hint))
                continue
            checked.events[str(row.item["event"])] += 1
            at = str(row.item["at"])
            checked.first, checked.last = min(checked.first or at, at), max(checked.last, at)
        checked.wrong += len(found)
        for finding in sorted(found):
            checked.add_finding(finding)

    async def find_note(self) -> ImportNote | None:
        """Return how far this file was taken in; None if it never was."""
        raw = await self.meta.load_meta(self._note_name())
        return msgspec.json.decode(raw, type=ImportNote) if raw else None

    async def take_in(self, after: int, told: Callable[[int], None]) -> Counter[str]:
        """Take in all rows behind a line; return how many came to which result.

        ``told`` is called with the last line of each part that is committed.  Raises ``StoreAwayError``.
        """
        table, note = self._open_table(), self._note_name()
        counts: Counter[str] = Counter()
        # The rows before are read again and dropped: a quoted text can span lines, so nobody can jump to one.
        rows = (row for row in table.read_rows(self.now) if row.line > after)
        for part in _take_parts(rows):
            items = [row.item for row in part if isinstance(row, EventRow)]
            results = await self.intake.take_items(items, parse_item)
            counts.update(result.result for result in results)
            counts["invalid"] += len(part) - len(items)
            line = part[-1].line
            # After the commit: a kill between the two takes the part in once more, and its ids are known.
            await self.meta.save_meta(note, msgspec.json.encode(ImportNote(line=line, at=self.now)))
            told(line)
        whole = ImportNote(line=0, at=self.now, is_whole=True)
        await self.meta.save_meta(note, msgspec.json.encode(whole))
        return counts

    def _open_table(self) -> EventTable:
        return EventTable(self.open_lines(), self.name, self.config, self.zone)

    def _note_name(self) -> str:
        digest = hashlib.sha256()
        for line in self.open_lines():
            digest.update(line)
        return f"{_NOTE}{digest.hexdigest()[:32]}"


def _take_parts(rows: Iterator[EventRow | Finding]) -> Iterator[list[EventRow | Finding]]:
    while part := list(islice(rows, ROWS_AT_ONCE)):
        yield part
