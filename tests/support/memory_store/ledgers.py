"""Ledgers, histories, counters, lists of the team and the quarantine, in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from domain.ports import QuarantinedRecord, SendLine, SendStatus
from tests.support.memory_store.base import MemoryPart


class MemoryLedgers(MemoryPart):
    """The data that commits write along the way and people read."""

    async def sends_of(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber, by time of the last change."""
        return sorted(
            self._data_of(subscriber).send_ledgers[subscriber].values(), key=lambda line: (line.at_ms, line.id)
        )

    async def sends_with_status(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status, over all partitions."""
        lines = [line for data in self._partitions for sends in data.send_ledgers.values() for line in sends.values()]
        matching = (line for line in lines if line.status == status)
        return sorted(matching, key=lambda line: (line.at_ms, line.subscriber, line.id))

    async def consent_ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""
        return tuple(self._data_of(subscriber).consent_ledgers[subscriber])

    async def consent_wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the port's term
        """Return a consent text kept in this subscriber's partition."""
        text = self._data_of(subscriber).wordings.get(hash)
        return None if text is None else text.decode()

    async def history(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest lines of a subscriber's history, oldest first."""
        return tuple(self._data_of(subscriber).histories[subscriber][-last:])

    async def oldest_lines(self, subscriber: str, *, kept: int) -> Sequence[bytes]:
        """Return the lines of a subscriber's history before the newest ``kept``, oldest first."""
        return tuple(self._data_of(subscriber).histories[subscriber][:-kept])

    async def trim_history(self, subscriber: str, lines: Sequence[bytes]) -> bool:
        """Drop these oldest lines; return False if they are not the oldest any more."""
        histories = self._data_of(subscriber).histories
        if tuple(histories[subscriber][: len(lines)]) != tuple(lines):
            return False
        histories[subscriber] = histories[subscriber][len(lines) :]
        return True

    async def day_counters(self, day: str) -> Mapping[str, int]:
        """Return the day's counters, summed over partitions."""
        total: defaultdict[str, int] = defaultdict(int)
        for data in self._partitions:
            for name, count in data.counters[day].items():
                total[name] += count
        return dict(total)

    async def list_entries(self, list_name: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest entries of a list of the team, oldest first within a partition."""
        return tuple(line for data in self._partitions for line in data.team_lists[list_name][-last:])

    async def clear_list(self, list_name: str) -> None:
        """Empty a list of the team."""
        for data in self._partitions:
            data.team_lists.pop(list_name, None)

    async def quarantine(self, subscriber: str, *, error: str, delay_ms: int) -> QuarantinedRecord:
        """Write down that deciding raised: raise the failure count, put the record off by ``delay_ms``."""
        data = self._data_of(subscriber)
        failures = data.quarantined[subscriber].failures + 1 if subscriber in data.quarantined else 1
        entry = QuarantinedRecord(
            subscriber=subscriber, failures=failures, until_ms=self._clock() + delay_ms, error=error
        )
        data.quarantined[subscriber] = entry
        return entry

    async def quarantine_entry(self, subscriber: str) -> QuarantinedRecord | None:
        """Return the quarantine entry of one subscriber; None if it has none."""
        return self._data_of(subscriber).quarantined.get(subscriber)

    async def all_quarantined(self) -> Sequence[QuarantinedRecord]:
        """Return all quarantined records, by name."""
        return sorted(
            (entry for data in self._partitions for entry in data.quarantined.values()),
            key=lambda entry: entry.subscriber,
        )

    async def release_from_quarantine(self, subscriber: str) -> None:
        """Forget the entry."""
        self._data_of(subscriber).quarantined.pop(subscriber, None)
