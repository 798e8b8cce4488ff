"""The store in memory, for simulation and tests.  It behaves exactly as the one on Valkey (one contract suite).

A method never awaits between reading and writing, so each is as atomic as a script on the server.
"""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal

from domain.ports import (
    Begun,
    Claim,
    Commit,
    CommitStatus,
    Committed,
    Loaded,
    SendStatus,
    ServerHealth,
    StoreKeeping,
    StoreSight,
    Work,
)
from store.hint_listeners import HintListeners
from store.layout import DAY_MS, HISTORY_MOST, LIST_ENTRIES_KEPT, PARTITIONS, SEEN_DAYS, TOKENS_PER_MS
from tests.support.memory_store.base import MemoryPart
from tests.support.memory_store.leases import Leases
from tests.support.memory_store.ledgers import MemoryLedgers
from tests.support.memory_store.outbox import PartitionOutbox
from tests.support.memory_store.partition import PartitionData
from tests.support.memory_store.pools import SharedValues
from tests.support.memory_store.readers import MemoryReaders


class MemoryStore(MemoryLedgers, MemoryReaders, SharedValues):
    """A :class:`domain.ports.Store` whose data end with the process."""

    def __init__(self, partitions: int = PARTITIONS, *, server_ms: Callable[[], int]) -> None:
        """Make an empty store; ``server_ms`` is its server clock, in ms since the epoch."""
        MemoryPart.__init__(self, partitions, server_ms)
        SharedValues.__init__(self)
        self._leases = Leases(partitions, server_ms)
        self._outboxes = [PartitionOutbox(data, server_ms, lambda: self._leases.number) for data in self._partitions]
        self._hints = HintListeners()
        self._mark = 0
        self.meetings = 0
        """How often the store was left and has to be met anew; a test may say so."""
        self._asked: list[int] = []
        self._confirmed: list[int] = []

    def _outbox_of(self, subscriber: str) -> PartitionOutbox:
        return self._outboxes[self.partition_of(subscriber)]

    async def close(self) -> None:
        """End the hints."""
        self._hints.end_all()

    async def ping(self) -> None:
        """Return at once."""

    async def try_write(self) -> None:
        """Return at once: memory takes every write."""

    async def look(self, *, leave_mark: bool = False) -> StoreSight:
        """Look which store this is: always the same one, made at the beginning of time."""
        before = self._mark
        self._mark = max(self._clock(), before + 1) if leave_mark else before
        return StoreSight(founded="1", server_ms=self._clock(), mark_ms=self._mark, before_ms=before)

    async def examine_servers(self) -> Sequence[ServerHealth]:
        """Return none: there is no server."""
        return ()

    async def examine_keeping(self) -> StoreKeeping:
        """Say that memory keeps all that it is given while the process lives."""
        return StoreKeeping(evicts="noeviction", appends=True, keys=0)

    async def server_ms(self) -> int:
        """Return the time of the clock that was handed in."""
        return self._clock()

    # -- records -------------------------------------------------------------------------------------------
    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Read a record, and which of the events were committed already."""
        data = self._data_of(subscriber)
        version, record = data.records.get(subscriber, (0, None))
        return Loaded(record=record, version=version, seen=self._find_seen(data, event_ids))

    def _find_seen(self, data: PartitionData, event_ids: Sequence[str]) -> frozenset[str]:
        # Seven days, today's included: the platform delivers again for hours, a product may do so for days.
        today = self._clock() // DAY_MS
        days = [data.seen_events[day] for day in range(today - SEEN_DAYS + 1, today + 1) if day in data.seen_events]
        return frozenset(event_id for event_id in event_ids if any(event_id in day for day in days))

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically."""
        data = self._data_of(commit.subscriber)
        # The same order of checks as in commit.lua: STALE, then CONFLICT, then LOST, then SEEN.
        if commit.edition_number and commit.edition_number != self._live_edition:
            return Committed(status=CommitStatus.STALE)
        if data.records.get(commit.subscriber, (0, b""))[0] != commit.version:
            return Committed(status=CommitStatus.CONFLICT)
        if commit.held and not self._outbox_of(commit.subscriber).is_head(commit.held):
            return Committed(status=CommitStatus.LOST)
        seen = self._find_seen(data, commit.event_ids)
        if seen:
            return Committed(status=CommitStatus.SEEN, seen=seen)
        self._write_commit(data, commit)
        claims = self._outbox_of(commit.subscriber).post_items(commit)
        self._write_readers(data, commit)
        return Committed(status=CommitStatus.COMMITTED, claims=claims)

    def _write_commit(self, data: PartitionData, commit: Commit) -> None:
        name = commit.subscriber
        data.records[name] = (commit.next_version, commit.record)
        if commit.event_ids:
            data.seen_events[self._clock() // DAY_MS].update(commit.event_ids)
        self._write_due(data, commit)
        if commit.ledger:
            data.consent_ledgers[name].extend(commit.ledger)
        if commit.history:
            data.histories[name] = [*data.histories[name], *commit.history][-HISTORY_MOST:]
        for key, text in commit.wordings:
            data.wordings.setdefault(key, text)
        for key, count in commit.counters.items():
            data.counters[commit.day][key] += count
        if commit.ends_quarantine:
            data.quarantined.pop(name, None)
        for list_name, entry in commit.list_entries:
            data.team_lists[list_name] = [*data.team_lists[list_name], entry][-LIST_ENTRIES_KEPT:]

    def _write_due(self, data: PartitionData, commit: Commit) -> None:
        dues = (("chat", commit.due_chat, commit.same_due_chat), ("mail", commit.due_mail, commit.same_due_mail))
        for kind, at, same in dues:
            if same:
                continue
            data.due_index[kind].remove_name(commit.subscriber)
            if at is not None:  # 0 is a time too
                data.due_index[kind].set_score(commit.subscriber, at)

    async def subscriber_names(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition."""
        return sorted(self._partitions[partition].records)

    async def all_subscribers(self, *, once: bool = True) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order."""
        del once  # nobody comes twice
        for data in self._partitions:
            # A copy: the caller may commit or erase between two records.
            for name, (_, record) in tuple(data.records.items()):
                yield name, record

    async def erase(self, subscriber: str) -> None:
        """Erase a person, except for the consent ledger."""
        data = self._data_of(subscriber)
        for due in data.due_index.values():
            due.remove_name(subscriber)
        for erased in (data.quarantined, data.send_ledgers, data.records, data.histories):
            erased.pop(subscriber, None)
        for readers in data.readers.values():
            readers.pop(subscriber, None)
        for partition in self._partitions:
            partition.users = {user: holder for user, holder in partition.users.items() if holder != subscriber}
        for lane in tuple(data.ready_sets):
            data.waiting_lists.pop((lane, subscriber), None)
            data.attempts.pop((lane, subscriber), None)
            data.ready_sets[lane].remove_name(subscriber)

    # -- due index, outbox ---------------------------------------------------------------------------------
    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""
        outbox = self._outboxes[partition]
        claims = tuple(claim for lane in lanes for claim in outbox.claim_ready(lane, most_claims, lease_ms))
        firsts = [
            first[0] // TOKENS_PER_MS
            for lane in lanes
            if (first := self._partitions[partition].ready_sets[lane].lowest_entry())
        ]
        return Work(
            due_chat=self._find_due(partition, "chat", now_ms, most_due),
            due_mail=self._find_due(partition, "mail", now_ms, most_due),
            claims=claims,
            next_ready_ms=min(firsts, default=None),
        )

    def _find_due(self, partition: int, kind: str, now_ms: int, most: int) -> tuple[str, ...]:
        data = self._partitions[partition]
        resting = {name for name, entry in data.quarantined.items() if entry.until_ms > self._clock()}
        # Resting names are dropped afterwards, so that many more are read: a quarantined one must not use up a place.
        due = data.due_index[kind].names_below(now_ms + 1, most + len(data.quarantined))
        return tuple([name for name in due if name not in resting][:most])

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head if it is ready now."""
        return self._outbox_of(subscriber).claim_head(lane, subscriber, lease_ms)

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Write down that an attempt begins, unless the record has another version."""
        return self._outbox_of(claim.subscriber).begin_attempt(claim, send_id, version)

    def is_held(self, claim: Claim) -> bool:
        """Return whether a claim is still ours; for stand-ins of the transactor."""
        return self._outbox_of(claim.subscriber).is_head(claim)

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End the head: pop it, forget the attempt, write the mail's line."""
        return self._outbox_of(claim.subscriber).settle_head(claim, (send_id, status, note), lease_ms)

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put the head back until server time now + ``delay_ms``."""
        outbox = self._outbox_of(claim.subscriber)
        return outbox.put_back(claim, delay_ms, send_id, keep_attempt=keep_attempt, counted=counted)

    async def end_waits(self, lane: str) -> int:
        """Let every head of a lane that only waits be tried now."""
        return sum(outbox.end_waits(lane) for outbox in self._outboxes)

    async def confirm_delivery(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle the head if it is this chat message and its attempt is open."""
        return self._outbox_of(subscriber).confirm_delivery(lane, subscriber, item_id)

    async def measure_lane(self, lane: str) -> tuple[int, int | None]:
        """Return how many subscribers have something waiting in a lane, and the earliest moment of a try."""
        sets = [data.ready_sets[lane].names_below(sys.maxsize, sys.maxsize) for data in self._partitions]
        lowest = [data.ready_sets[lane].lowest_entry() for data in self._partitions]
        return sum(map(len, sets)), min((entry[0] // TOKENS_PER_MS for entry in lowest if entry), default=None)

    async def count_waiting(self, lane: str, subscriber: str) -> int:
        """Return the number of items of a subscriber in a lane."""
        return len(self._data_of(subscriber).waiting_lists.get((lane, subscriber), ()))

    async def next_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions."""
        firsts = [first for data in self._partitions if (first := data.due_index[kind].lowest_entry())]
        return min(firsts)[::-1] if firsts else None

    # -- sharing the work ----------------------------------------------------------------------------------
    async def renew_leases(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases and balance them with the other living workers."""
        held = self._leases.renew_leases(worker, lease_ms)
        if dead := self._leases.bury_dead(worker):
            for outbox in self._outboxes:
                outbox.free_claims(dead)
        return held

    async def free_all(self) -> None:
        """Free every partition and every claimed head."""
        self._leases.free_all()
        for outbox in self._outboxes:
            outbox.free_claims()

    async def release_leases(self, worker: str) -> None:
        """Give all leases of this worker back."""
        self._leases.release_leases(worker)

    async def publish_hint(self, *partitions: int) -> None:
        """Tell all listeners that partitions have new work."""
        for partition in partitions:
            self._hints.tell_all(partition)

    def listen_hints(self) -> AsyncIterator[int]:
        """Yield the partitions that were hinted at."""
        return self._hints.start_listening()

    # -- addresses, users ----------------------------------------------------------------------------------
    async def load_address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (None and 0 if there is none)."""
        return self._data_of(address).addresses.get(address, (None, 0))

    async def load_addresses(self, addresses: Sequence[str]) -> Sequence[tuple[bytes | None, int]]:
        """Return the aggregates of many addresses and their versions."""
        return [await self.load_address(address) for address in addresses]

    async def all_addresses(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every address with its aggregate."""
        for data in self._partitions:
            for name, (state, _) in tuple(data.addresses.items()):
                if state is not None:
                    yield name, state

    async def count_asked(self, *, minute: int, most: int, unproven: int, for_each: int) -> bool:
        """Count a confirmation mail; return False if there were too many within an hour."""
        self._asked = [at for at in self._asked if at > minute - 60]
        confirmed = sum(at > minute - 60 for at in self._confirmed)
        if len(self._asked) >= min(most, unproven + for_each * confirmed):
            return False
        self._asked.append(minute)
        return True

    async def count_confirmed(self, *, minute: int) -> None:
        """Count a confirmation."""
        self._confirmed.append(minute)

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version; returns whether it was saved."""
        addresses = self._data_of(address).addresses
        if addresses.get(address, (b"", 0))[1] != version:
            return False
        addresses[address] = (state, version + 1)
        return True

    async def find_user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user; None if there is none."""
        return self._data_of(user).users.get(user)

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""
        self._data_of(user).users[user] = subscriber
