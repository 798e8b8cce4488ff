"""The store in memory, for simulation and tests.  It behaves exactly as the one on Valkey (one contract suite).

No method awaits anything between reading and writing, so each is as atomic as a script on the server.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Literal

from domain.ports import Begun, Claim, Commit, CommitStatus, Committed, Loaded, SendLine, SendStatus, StuckRecord, Work
from store.layout import DAY_MS, LOG_KEPT, NOTES_KEPT, PARTITIONS, SEEN_DAYS, TICKS, partition_of
from store.memory.leases import Leases
from store.memory.listeners import Hints
from store.memory.outbox import Outbox
from store.memory.partition import Shelf
from store.memory.pools import Shared


class MemoryStore(Shared):
    """A :class:`domain.ports.Store` that is gone with its process."""

    def __init__(self, partitions: int = PARTITIONS, *, server_ms: Callable[[], int]) -> None:
        """Make an empty store; ``server_ms`` is its server clock, in ms since the epoch."""
        super().__init__()
        self._now = server_ms
        self._shelves = [Shelf() for _ in range(partitions)]
        self._outboxes = [Outbox(shelf, server_ms) for shelf in self._shelves]
        self._leases = Leases(partitions, server_ms)
        self._hints = Hints()

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return len(self._shelves)

    def partition(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""
        return partition_of(name, len(self._shelves))

    def _shelf(self, name: str) -> Shelf:
        return self._shelves[self.partition(name)]

    def _outbox(self, subscriber: str) -> Outbox:
        return self._outboxes[self.partition(subscriber)]

    async def close(self) -> None:
        """End the hints; there is nothing else to let go of."""
        self._hints.close()

    async def ping(self) -> None:
        """Return at once."""

    async def server_ms(self) -> int:
        """Return the clock that was handed in."""
        return self._now()

    # -- records -------------------------------------------------------------------------------------------
    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Read a record, and which of the events were committed already."""
        shelf = self._shelf(subscriber)
        version, record = shelf.records.get(subscriber, (0, None))
        return Loaded(record=record, version=version, seen=self._seen(shelf, event_ids))

    def _seen(self, shelf: Shelf, event_ids: Sequence[str]) -> frozenset[str]:
        today = self._now() // DAY_MS
        days = [shelf.seen[day] for day in range(today - SEEN_DAYS + 1, today + 1) if day in shelf.seen]
        return frozenset(one for one in event_ids if any(one in day for day in days))

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically."""
        shelf = self._shelf(commit.subscriber)
        if commit.epoch and commit.epoch != self._epoch:
            return Committed(status=CommitStatus.STALE)
        if shelf.records.get(commit.subscriber, (0, b""))[0] != commit.version:
            return Committed(status=CommitStatus.CONFLICT)
        seen = self._seen(shelf, commit.event_ids)
        if seen:
            return Committed(status=CommitStatus.SEEN, seen=seen)
        self._write(shelf, commit)
        claims = self._outbox(commit.subscriber).post(commit)
        return Committed(status=CommitStatus.COMMITTED, claims=claims)

    def _write(self, shelf: Shelf, commit: Commit) -> None:
        name = commit.subscriber
        shelf.records[name] = (commit.next, commit.record)
        if commit.event_ids:
            shelf.seen[self._now() // DAY_MS].update(commit.event_ids)
        for kind, at in (("chat", commit.due_chat), ("mail", commit.due_mail)):
            shelf.due[kind].drop(name)
            if at is not None:
                shelf.due[kind].put(name, at)
        if commit.ledger:
            shelf.ledger[name].extend(commit.ledger)
        if commit.log:
            shelf.log[name] = [*shelf.log[name], *commit.log][-LOG_KEPT:]
        for key, text in commit.wordings:
            shelf.wordings.setdefault(key, text)
        for key, count in commit.counters.items():
            shelf.counters[commit.day][key] += count
        if commit.unstick:
            shelf.stuck.pop(name, None)
        for book, line in commit.notes:
            shelf.notes[book] = [*shelf.notes[book], line][-NOTES_KEPT:]

    async def subscribers(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition."""
        return sorted(self._shelves[partition].records)

    async def everybody(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order."""
        for shelf in self._shelves:
            for name, (_, record) in tuple(shelf.records.items()):
                yield name, record

    async def erase(self, subscriber: str) -> None:
        """Forget a person, except for the consent ledger."""
        shelf = self._shelf(subscriber)
        for due in shelf.due.values():
            due.drop(subscriber)
        for kept in (shelf.stuck, shelf.sends, shelf.records, shelf.log):
            kept.pop(subscriber, None)
        for one in self._shelves:
            one.users = {user: holder for user, holder in one.users.items() if holder != subscriber}
        for lane in tuple(shelf.ready):
            shelf.lists.pop((lane, subscriber), None)
            shelf.trials.pop((lane, subscriber), None)
            shelf.ready[lane].drop(subscriber)

    # -- due index, outbox ---------------------------------------------------------------------------------
    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""
        outbox = self._outboxes[partition]
        claims = tuple(claim for lane in lanes for claim in outbox.claim_ready(lane, most_claims, lease_ms))
        firsts = [first[0] // TICKS for lane in lanes if (first := self._shelves[partition].ready[lane].first())]
        return Work(
            due_chat=self._due(partition, "chat", now_ms, most_due),
            due_mail=self._due(partition, "mail", now_ms, most_due),
            claims=claims,
            next_ready_ms=min(firsts, default=None),
        )

    def _due(self, partition: int, kind: str, now_ms: int, most: int) -> tuple[str, ...]:
        shelf = self._shelves[partition]
        stuck = {name for name, entry in shelf.stuck.items() if entry.until_ms > self._now()}
        found = shelf.due[kind].below(now_ms + 1, most + len(shelf.stuck))
        return tuple([name for name in found if name not in stuck][:most])

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head if it is ready now."""
        return self._outbox(subscriber).claim(lane, subscriber, lease_ms)

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Note that an attempt begins, unless the record has another version."""
        return self._outbox(claim.subscriber).begin(claim, send_id, version)

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End the head: pop it, forget the attempt, write the mail's line."""
        return self._outbox(claim.subscriber).settle(claim, (send_id, status, note), lease_ms)

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put the head back until server time now + ``delay_ms``."""
        outbox = self._outbox(claim.subscriber)
        return outbox.retry(claim, delay_ms, send_id, keep_attempt=keep_attempt, counted=counted)

    async def echoed(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle the head if it is this chat message and its attempt is open."""
        return self._outbox(subscriber).echoed(lane, subscriber, item_id)

    async def waiting(self, lane: str, subscriber: str) -> int:
        """Return how many items of a subscriber wait in a lane."""
        return len(self._shelf(subscriber).lists.get((lane, subscriber), ()))

    async def nearest_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions."""
        firsts = [first for shelf in self._shelves if (first := shelf.due[kind].first())]
        return min(firsts)[::-1] if firsts else None

    # -- sharing the work ----------------------------------------------------------------------------------
    async def lease(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases and balance them with the other living workers."""
        return self._leases.lease(worker, lease_ms)

    async def release(self, worker: str) -> None:
        """Give all leases of this worker back."""
        self._leases.release(worker)

    async def hint(self, *partitions: int) -> None:
        """Tell whoever listens that partitions have new work."""
        for partition in partitions:
            self._hints.tell(partition)

    def hints(self) -> AsyncIterator[int]:
        """Yield the partitions that were hinted at."""
        return self._hints.listen()

    # -- ledgers, log, counters ----------------------------------------------------------------------------
    async def sends(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber, by time of the last change."""
        return sorted(self._shelf(subscriber).sends[subscriber].values(), key=lambda line: (line.at_ms, line.id))

    async def sends_with(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status, over all partitions."""
        lines = [line for shelf in self._shelves for sends in shelf.sends.values() for line in sends.values()]
        found = (line for line in lines if line.status == status)
        return sorted(found, key=lambda line: (line.at_ms, line.subscriber, line.id))

    async def ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""
        return tuple(self._shelf(subscriber).ledger[subscriber])

    async def wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the port's term
        """Return a consent text kept in this subscriber's partition."""
        text = self._shelf(subscriber).wordings.get(hash)
        return None if text is None else text.decode()

    async def log(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest log lines, oldest first."""
        return tuple(self._shelf(subscriber).log[subscriber][-last:])

    async def counters(self, day: str) -> Mapping[str, int]:
        """Return the day's counters, summed over partitions."""
        total: defaultdict[str, int] = defaultdict(int)
        for shelf in self._shelves:
            for name, count in shelf.counters[day].items():
                total[name] += count
        return dict(total)

    async def notes(self, book: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest lines of a book, oldest first within a partition."""
        return tuple(line for shelf in self._shelves for line in shelf.notes[book][-last:])

    async def clear_notes(self, book: str) -> None:
        """Empty a book."""
        for shelf in self._shelves:
            shelf.notes.pop(book, None)

    # -- stuck records -------------------------------------------------------------------------------------
    async def stick(self, subscriber: str, *, error: str, delay_ms: int) -> StuckRecord:
        """Note that deciding raised; raise the failure count, put it off by ``delay_ms``."""
        shelf = self._shelf(subscriber)
        failures = shelf.stuck[subscriber].failures + 1 if subscriber in shelf.stuck else 1
        entry = StuckRecord(subscriber=subscriber, failures=failures, until_ms=self._now() + delay_ms, error=error)
        shelf.stuck[subscriber] = entry
        return entry

    async def stuck(self, subscriber: str) -> StuckRecord | None:
        """Return the entry of one subscriber."""
        return self._shelf(subscriber).stuck.get(subscriber)

    async def all_stuck(self) -> Sequence[StuckRecord]:
        """Return all stuck records, by name."""
        return sorted((one for shelf in self._shelves for one in shelf.stuck.values()), key=lambda one: one.subscriber)

    async def unstick(self, subscriber: str) -> None:
        """Forget the entry."""
        self._shelf(subscriber).stuck.pop(subscriber, None)

    # -- addresses, users ----------------------------------------------------------------------------------
    async def address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (0: none)."""
        return self._shelf(address).addresses.get(address, (None, 0))

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version."""
        addresses = self._shelf(address).addresses
        if addresses.get(address, (b"", 0))[1] != version:
            return False
        addresses[address] = (state, version + 1)
        return True

    async def user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user."""
        return self._shelf(user).users.get(user)

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""
        self._shelf(user).users[user] = subscriber
