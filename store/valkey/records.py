"""Records and the commit, on Valkey."""

import asyncio
from collections.abc import Sequence
from itertools import chain
from struct import Struct
from typing import NamedTuple

from domain.ports import Claim, Commit, CommitStatus, Committed, Loaded, StoreAwayError
from store.compression import compress_line, shorten_event_id
from store.keys import ASKED_KEY, LANES_KEY, LIVE_EDITION_KEY, TOPICS_KEY, PartitionKeys, StoreKeys
from store.layout import HISTORY_MOST, LIST_ENTRIES_KEPT, SEEN_DAYS
from store.ledger_lines import compress_ledger_line
from store.packed_records import pack_record
from store.valkey.base import StoreConnection, ValkeyStorePart, split_record, version_prefix
from store.valkey.pipeline import Answer, Argument
from store.valkey.script import COMMIT, LOAD, RAISE_EDITION, SAVE, WINDOW

_CONFLICT, _COMMITTED, _SEEN, _OTHER_DAY, _STALE, _LOST = range(6)
"""First number of the commit script's answer."""

_MOST_DAYS_TOLD = 5
"""Times that a commit is built anew because the server has another day."""

_MOST_KEYS = 200
"""Values that one command reads: the server serves nobody else meanwhile."""

_UNCLAIMED = 2
"""Length of the answer to a commit of which nothing was claimed."""

_DONE = Committed(status=CommitStatus.COMMITTED)

_SEEN_LIFE = (SEEN_DAYS + 1) * 86_400
# ">" is big-endian without padding, as '>' is to struct.unpack in Lua.
_NUMBERS = Struct(">IIqqIIIIIIIIIIIIIIIII")
"""The numbers of a commit, as the script reads them: one argument, since each costs both sides more than its bytes."""


class ValkeyRecords(ValkeyStorePart):
    """Loading and committing records, and the aggregates of addresses."""

    def __init__(self, connection: StoreConnection, keys: StoreKeys, day: int) -> None:
        """``day`` is the present day of the server (days since 1970)."""
        super().__init__(connection, keys)
        self._day = day
        self._lanes: frozenset[str] = frozenset()
        """Lanes that this process has written into the store."""
        self._ending: set[bytes] = set()
        """Seen sets of today of which this process has seen to it that they end."""
        self._topics: frozenset[str] = frozenset()
        """Topics of which this process has written so."""
        self._met = 0
        """The meeting with the store at which these three were written."""

    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Read a record, and which of the events were committed already."""
        part = self._keys.keys_of(subscriber)
        name = subscriber.encode()
        record = part.record_key(name)
        # A plain GET is the usual case of workers, and much cheaper than a script.
        if not event_ids:
            return _read_loaded(name, await self._connection.run_command(b"GET", record))
        ids = {shorten_event_id(event_id): event_id for event_id in event_ids}
        keys = (record, *part.seen_sets(self._day))
        answer = await self._connection.run_script(LOAD, keys, *ids)
        # Whoever hears that an event is known may answer it, although the commit was written and never confirmed.
        if len(answer) > 1 and self._connection.waits_for_replicas:
            answer = await self._run_write(LOAD, keys, *ids)
        return _read_loaded(name, answer[0], frozenset([ids[short_id] for short_id in answer[1:]]))

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically."""
        part = self._keys.keys_of(commit.subscriber)
        lanes = tuple(dict.fromkeys([posting.lane for posting in commit.outbox]))
        # A store that lost its end may have lost these as well.
        if self._met != self._connection.losses:
            self._met, self._lanes, self._topics = self._connection.losses, frozenset(), frozenset()
            self._ending.clear()
        # Before the commit: a lane that was posted to must be known even if this process ends right after.
        if not self._lanes.issuperset(lanes):
            await self._note_lanes(lanes)
        if commit.readers and not self._topics.issuperset(topics := [topic for topic, _ in commit.readers]):
            await self._note_topics(topics)
        # The keys of the seen sets hold the server's day, and keys must be named before the script runs.  The script
        # says when the day has changed, and the commit is built again.
        for _ in range(_MOST_DAYS_TOLD):
            today = part.seen_sets(self._day)[0]
            # Whether a set is new, so that its end is still to be set, is asked once in a process, not by each commit.
            life = 0 if today in self._ending else _SEEN_LIFE
            keys, args = _commit_command(part, commit, lanes, _CommitView(self._day, self._worker_number, life))
            answer = await self._connection.run_versioned(COMMIT, keys, *args)
            if answer is None:
                return Committed(status=CommitStatus.CONFLICT)
            if answer[0] == _STALE and self._connection.spans_servers:
                await self._catch_up_edition(part)
            if answer[0] == _COMMITTED and life and commit.event_ids:
                self._ending.add(today)
            if answer[0] != _OTHER_DAY:
                return _parse_answer(commit, answer)
            self._day = answer[1]
            self._ending.clear()
        message = "the server tells another day each time"
        raise StoreAwayError(message)

    async def _note_lanes(self, lanes: tuple[str, ...]) -> None:
        """Write these lanes into the store, once in a process: erasing a person must reach all of them."""
        await self._connection.run_durable(b"SADD", LANES_KEY, *lanes)
        self._lanes = self._lanes.union(lanes)

    async def _catch_up_edition(self, part: PartitionKeys) -> None:
        """Bring a partition to the edition that is live, where whoever made it live was killed before it came here."""
        # Numbers only rise, so whoever comes late raises nothing.
        number = int(await self._connection.run_command(b"GET", LIVE_EDITION_KEY) or 0)
        await self._run_write(RAISE_EDITION, (part.live_edition,), number)

    async def _note_topics(self, topics: Sequence[str]) -> None:
        """Write these topics into the store, once in a process: erasing a person must reach all their indexes."""
        await self._connection.run_durable(b"SADD", TOPICS_KEY, *topics)
        self._topics = self._topics.union(topics)

    async def load_address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (None and 0 if there is none)."""
        version, value = _split_version(
            await self._connection.run_command(b"GET", self._keys.keys_of(address).address_key(address))
        )
        return value, version

    async def load_addresses(self, addresses: Sequence[str]) -> Sequence[tuple[bytes | None, int]]:
        """Return the aggregates of many addresses and their versions, in the same order."""
        keys = self._keys.address_keys(addresses)
        # One command takes keys of several partitions only where a single server has them all.
        if self._connection.spans_servers:
            values = await asyncio.gather(*(self._connection.run_command(b"GET", key) for key in keys))
        else:
            steps = [keys[at : at + _MOST_KEYS] for at in range(0, len(keys), _MOST_KEYS)]
            answers = await asyncio.gather(*(self._connection.run_command(b"MGET", *step) for step in steps))
            values = list(chain.from_iterable(answers))
        return [(None, 0) if value is None else (value[8:], int.from_bytes(value[:8], "big")) for value in values]

    async def count_asked(self, *, minute: int, most: int, unproven: int, for_each: int) -> bool:
        """Count a confirmation mail; return False if there were too many within an hour."""
        return bool(await self._run_write(WINDOW, (ASKED_KEY,), minute, "asked", most, unproven, for_each))

    async def count_confirmed(self, *, minute: int) -> None:
        """Count a confirmation."""
        await self._run_write(WINDOW, (ASKED_KEY,), minute, "confirmed", 0, 0, 0)

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version; returns whether it was saved."""
        key = self._keys.keys_of(address).address_key(address)
        values = (version_prefix(version), version_prefix(version + 1) + state)
        return bool(await self._connection.run_versioned(SAVE, (key,), *values))


def _split_version(value: bytes | None) -> tuple[int, bytes | None]:
    return (0, None) if value is None else (int.from_bytes(value[:8], "big"), value[8:])


def _read_loaded(name: bytes, stored: bytes | None, seen: frozenset[str] = frozenset()) -> Loaded:
    if stored is None:
        return Loaded(record=None, version=0, seen=seen)
    version, record = split_record(name, stored)
    return Loaded(record=record, version=version, seen=seen)


class _CommitView(NamedTuple):
    """What this process believes of the server."""

    day: int
    worker: int
    life: int
    """Life of today's seen set in seconds, if it is new; 0: it has its end."""


def _commit_command(
    part: PartitionKeys, commit: Commit, lanes: tuple[str, ...], view: _CommitView
) -> tuple[list[bytes], list[Argument]]:
    """Return keys and arguments of the commit script, part by part as it takes them."""
    name, prefix = commit.subscriber.encode(), version_prefix(commit.next_version)
    # commit.lua walks through keys and arguments with one running index each, so the order here is the order there.
    keys = [part.record_key(name), part.live_edition, part.due_chat, part.due_mail]
    args: list[Argument] = [
        version_prefix(commit.version),
        prefix + pack_record(name, prefix, commit.record),
        name,
        _pack_numbers(commit, lanes, view),
    ]
    if commit.held:
        lane = commit.held.lane.encode()
        keys += (part.waiting_list(lane, name), part.ready_set(lane))
        args += (commit.held.token, commit.held.item)
    if commit.event_ids:
        keys += part.seen_sets(view.day)
        args += map(shorten_event_id, commit.event_ids)
    _add_kept(part, commit, name, keys, args)
    if commit.ends_quarantine:
        keys.append(part.quarantined)
    if commit.outbox or commit.left_out:
        keys += _posting_keys(part, lanes, name)
        for posting in commit.outbox:
            args += (lanes.index(posting.lane) + 1, posting.item, posting.send_id)  # lanes count from 1 in Lua
        for send_id, reason in commit.left_out:
            args += (0, reason, send_id)
    for list_name, entry in commit.list_entries:
        keys.append(part.team_list(list_name))
        args.append(compress_line(entry))
    for topic, place in commit.readers:
        keys.append(part.topic_readers(topic))
        args.append(place)
    return keys, args


def _add_kept(part: PartitionKeys, commit: Commit, name: bytes, keys: list[bytes], args: list[Argument]) -> None:
    """Add the parts kept beside the record: ledger, history, wordings and counters."""
    if commit.ledger:
        keys.append(part.consent_ledger(name))
        args += map(compress_ledger_line, commit.ledger)
    if commit.history:
        keys.append(part.history_key(name))
        args += map(compress_line, commit.history)
    if commit.wordings:
        keys.append(part.wordings)
        args += chain.from_iterable(commit.wordings)
    if commit.counters:
        keys.append(part.day_counters(commit.day))
        args += chain.from_iterable(commit.counters.items())


def _due_number(due: int | None, *, same: bool) -> int:
    """Return a moment as the script reads it: -1 for none, -2 to leave the index as it is."""
    if same:
        return -2
    return -1 if due is None else due


def _pack_numbers(commit: Commit, lanes: tuple[str, ...], view: _CommitView) -> bytes:
    return _NUMBERS.pack(
        view.day,
        commit.edition_number,
        _due_number(commit.due_chat, same=commit.same_due_chat),
        _due_number(commit.due_mail, same=commit.same_due_mail),
        commit.lease_ms if commit.claim else 0,
        view.worker,
        commit.ends_quarantine,
        len(commit.event_ids),
        len(commit.ledger),
        len(commit.history),
        len(commit.wordings),
        len(commit.counters),
        len(lanes),
        len(commit.outbox) + len(commit.left_out),
        len(commit.list_entries),
        SEEN_DAYS,
        view.life,
        HISTORY_MOST,
        LIST_ENTRIES_KEPT,
        len(commit.readers),
        commit.held is not None,
    )


def _posting_keys(part: PartitionKeys, lanes: tuple[str, ...], name: bytes) -> list[bytes]:
    keys = [part.claim_count, part.send_ledger(name)]
    for lane in lanes:
        keys += (part.waiting_list(lane.encode(), name), part.ready_set(lane.encode()))
    return keys


def _parse_answer(commit: Commit, answer: Answer) -> Committed:
    if answer[0] == _CONFLICT:
        return Committed(status=CommitStatus.CONFLICT)
    if answer[0] == _STALE:
        return Committed(status=CommitStatus.STALE)
    if answer[0] == _LOST:
        return Committed(status=CommitStatus.LOST)
    if answer[0] == _SEEN:
        ids = {shorten_event_id(event_id): event_id for event_id in commit.event_ids}
        return Committed(status=CommitStatus.SEEN, seen=frozenset([ids[short_id] for short_id in answer[1:]]))
    if len(answer) == _UNCLAIMED:
        return _DONE
    # [1, server ms, number of a posting, token, number, token, ...]
    posted = [commit.outbox[number - 1] for number in answer[2::2]]
    claims = [
        Claim(
            lane=posting.lane,
            subscriber=commit.subscriber,
            token=int(token),
            item=posting.item,
            server_ms=answer[1],
        )
        for posting, token in zip(posted, answer[3::2], strict=True)
    ]
    return Committed(status=CommitStatus.COMMITTED, claims=tuple(claims))
