"""Counts an issue by reader: what arrived, what the ledger says, and what it cost; one byte a reader."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from domain.ports import SendLine
from tests.support.issue_readers import is_left_out, name_reader

FAULTS = ("mailed twice", "without a line", "left out without a reason", "sent and not arrived", "arrived unasked")
_PREFIX = name_reader(0)[:-1]
_MOST = 255


class IssueTally:
    """The mails that arrived, by the reader's number."""

    def __init__(self, readers: int) -> None:
        """Nothing has arrived."""
        # A million addresses as strings in a dict would be a hundred times as much.
        self._arrived = bytearray(readers)

    def note_arrived(self, email: str) -> None:
        """Count one mail, unless it is for the team."""
        if not email.startswith(_PREFIX):
            return
        number = _number_of(email)
        self._arrived[number] = min(self._arrived[number] + 1, _MOST)

    def count_arrived(self) -> int:
        """Return to how many readers something came."""
        return len(self._arrived) - self._arrived.count(0)

    async def count_faults(self, lines: AsyncIterator[tuple[str, SendLine | None]]) -> Counter[str]:
        """Count readers by what became of them, and whatever must not be."""
        found = Counter({"mailed twice": sum(number > 1 for number in self._arrived)})
        async for email, line in lines:
            number = _number_of(email)
            arrived, status = self._arrived[number], line.status if line else "none"
            found["readers"] += 1
            found[status] += 1
            found["without a line"] += line is None
            found["left out without a reason"] += line is not None and status == "refused" and not line.note
            found["sent and not arrived"] += status == "sent" and not arrived
            found["arrived unasked"] += arrived > 0 and (status not in ("sent", "unknown") or is_left_out(number))
            found["unknown that arrived"] += status == "unknown" and arrived > 0
        return found


def _number_of(email: str) -> int:
    return int(email.partition("@")[0].removeprefix(_PREFIX))


class MemoryGrowth:
    """How much the memory of processes grew, each since it was first looked at."""

    def __init__(self) -> None:
        """Nothing was looked at."""
        self._first: dict[int, float] = {}
        self.most_mb = 0.0
        """The most by which one of them grew."""

    def look_at(self, pid: int | None) -> None:
        """Look at a process; one that has just died has no memory."""
        try:
            status = Path(f"/proc/{pid}/status").read_text("ascii")
        except OSError:
            return
        kilobytes = next((int(row.split()[1]) for row in status.splitlines() if row.startswith("VmRSS:")), 0)
        if pid is not None and kilobytes:
            first = self._first.setdefault(pid, kilobytes / 1000)
            self.most_mb = max(self.most_mb, kilobytes / 1000 - first)
