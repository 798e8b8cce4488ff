"""Ledgers, histories, counters, quarantine, users and values by name, on Valkey.  Mostly for people and tools."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import cast

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, QuarantinedRecord, SendLine, SendStatus
from store.compression import decompress_line
from store.keys import LANES_KEY, TOPICS_KEY, PartitionKeys, meta_value_key
from store.ledger_lines import read_ledger
from store.valkey.base import ValkeyStorePart, split_record
from store.valkey.scan import scan_keys
from store.valkey.script import COMPARE_AND_SET, ERASE, QUARANTINE, TRIM

_STANDARD_LANES = frozenset(lane.encode() for lane in (INTERNAL, LATER, HOOKS, TRANSACTIONAL, MARKETING))
"""Lanes that every installation has."""
_READ_STEP = 500
"""Records read at once by a scan."""


class ValkeyLedgers(ValkeyStorePart):
    """The data that commits write along the way and people read."""

    async def subscriber_names(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition (a scan of the whole store)."""
        prefix = self._keys.partitions[partition].record_key(b"")
        return sorted([key[len(prefix) :].decode() async for key in scan_keys(self._connection, prefix + b"*")])

    async def all_subscribers(self, *, once: bool = True) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order, by one scan of the whole store."""
        async for name, stored in self._scan_values(b":s:", once=once):
            yield name, split_record(name.encode(), stored)[1]

    async def all_addresses(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every address with its aggregate, in no order, by one scan of the whole store."""
        async for name, stored in self._scan_values(b":addr:"):
            yield name, stored[8:]

    async def _scan_values(self, kind: bytes, *, once: bool = True) -> AsyncIterator[tuple[str, bytes]]:
        keys: list[bytes] = []
        async for key in scan_keys(self._connection, b"{*}%b*" % kind, once=once):
            keys.append(key)
            if len(keys) == _READ_STEP:
                for named_value in await self._read_values(kind, keys):
                    yield named_value
                keys = []  # a scan of a million records must not hold them all
        for named_value in await self._read_values(kind, keys):
            yield named_value

    async def _read_values(self, kind: bytes, keys: Sequence[bytes]) -> list[tuple[str, bytes]]:
        values = await asyncio.gather(*(self._connection.run_command(b"GET", key) for key in keys))
        return [
            (key.partition(kind)[2].decode(), value)
            for key, value in zip(keys, values, strict=True)
            if value is not None  # erased since the scan returned its key
        ]

    async def erase(self, subscriber: str) -> None:
        """Erase a person, except for the consent ledger; idempotent, and the record goes last."""
        part, name = self._keys.keys_of(subscriber), subscriber.encode()
        # Users live in other partitions, so erasing takes several steps.  The record goes last: while it is there, an
        # erasure that broke off is found and repeated.
        await self._unlink_users(part, name)
        erased = None
        # Again if somebody posted to a new lane, or agreed to a new topic, between the look and the step.
        while erased != (known := await self._known_places()):
            await self._erase_from(part, name, *known)
            erased = known

    async def _known_places(self) -> tuple[frozenset[bytes], frozenset[bytes]]:
        """Return the lanes ever posted to, since Pages come and go, and the topics that have readers."""
        lanes = await self._connection.run_command(b"SMEMBERS", LANES_KEY)
        topics = await self._connection.run_command(b"SMEMBERS", TOPICS_KEY)
        return frozenset(lanes) | _STANDARD_LANES, frozenset(topics)

    async def _erase_from(
        self, part: PartitionKeys, name: bytes, lanes: frozenset[bytes], topics: frozenset[bytes]
    ) -> None:
        queued = [
            key
            for lane in lanes
            for key in (part.waiting_list(lane, name), part.attempts_key(lane, name), part.ready_set(lane))
        ]
        keys = (
            part.due_chat,
            part.due_mail,
            part.quarantined,
            part.attempting_lines,
            part.unknown_lines,
            part.send_ledger(name),
            part.record_key(name),
            part.history_key(name),
            *queued,
            *(part.topic_readers(topic.decode()) for topic in topics),
        )
        await self._run_write(ERASE, keys, name, len(lanes))

    async def _unlink_users(self, part: PartitionKeys, name: bytes) -> None:
        """Forget the product users of a subscriber; a user linked to another subscriber since then stays linked."""
        linked = part.users_of(name)
        for user in await self._connection.run_command(b"SMEMBERS", linked):
            key = self._keys.keys_of(user.decode()).user_key(user.decode())
            if await self._connection.run_command(b"GET", key) == name:
                await self._connection.run_durable(b"DEL", key)
        await self._connection.run_durable(b"DEL", linked)

    async def sends_of(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber, by time of the last change."""
        lines = await self._connection.run_command(
            b"HGETALL", self._keys.keys_of(subscriber).send_ledger(subscriber.encode())
        )
        parsed = [
            parse_send_line(subscriber, send_id, value) for send_id, value in zip(lines[::2], lines[1::2], strict=True)
        ]
        return sorted(parsed, key=lambda line: (line.at_ms, line.id))

    async def sends_with_status(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status; ``unknown`` and ``attempting`` are indexed, the rest is a scan."""
        if status in ("unknown", "attempting"):
            names = await self._indexed_subscribers(status)
        else:
            names = {key.split(b":send:", 1)[1].decode() async for key in scan_keys(self._connection, b"{*}:send:*")}
        ledgers = await asyncio.gather(*(self.sends_of(name) for name in names))
        matching = [line for lines in ledgers for line in lines if line.status == status]
        return sorted(matching, key=lambda line: (line.at_ms, line.subscriber, line.id))

    async def _indexed_subscribers(self, status: SendStatus) -> set[str]:
        # These two sets hold the only lines that people look for across all subscribers.
        keys = [part.unknown_lines if status == "unknown" else part.attempting_lines for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._connection.run_command(b"SMEMBERS", key) for key in keys))
        return {member.decode().split(" ", 1)[0] for answer in answers for member in answer}  # b"<sub> <send id>"

    async def consent_ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""
        key = self._keys.keys_of(subscriber).consent_ledger(subscriber.encode())
        return read_ledger(await self._connection.run_command(b"LRANGE", key, 0, -1))

    async def consent_wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the port's term
        """Return a consent text kept in this subscriber's partition."""
        text: bytes | None = await self._connection.run_command(b"HGET", self._keys.keys_of(subscriber).wordings, hash)
        return None if text is None else text.decode()

    async def history(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest lines of a subscriber's history, oldest first."""
        key = self._keys.keys_of(subscriber).history_key(subscriber.encode())
        return tuple(map(decompress_line, await self._connection.run_command(b"LRANGE", key, -last, -1)))

    async def oldest_lines(self, subscriber: str, *, kept: int) -> Sequence[bytes]:
        """Return the lines of a subscriber's history before the newest ``kept``, oldest first."""
        key = self._keys.keys_of(subscriber).history_key(subscriber.encode())
        return tuple(map(decompress_line, await self._connection.run_command(b"LRANGE", key, 0, -kept - 1)))

    async def trim_history(self, subscriber: str, lines: Sequence[bytes]) -> bool:
        """Drop these oldest lines; return False if they are not the oldest any more."""
        key = self._keys.keys_of(subscriber).history_key(subscriber.encode())
        # As it is stored: an older version may have compressed it otherwise.
        stored = await self._connection.run_command(b"LINDEX", key, len(lines) - 1)
        if stored is None or decompress_line(stored) != lines[-1]:
            return False
        return bool(await self._run_write(TRIM, (key,), len(lines), stored))

    async def day_counters(self, day: str) -> Mapping[str, int]:
        """Return the day's counters, summed over partitions."""
        keys = [part.day_counters(day) for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._connection.run_command(b"HGETALL", key) for key in keys))
        total: defaultdict[str, int] = defaultdict(int)
        for answer in answers:
            for name, count in zip(answer[::2], answer[1::2], strict=True):
                total[name.decode()] += int(count)
        return dict(total)

    async def quarantine(self, subscriber: str, *, error: str, delay_ms: int) -> QuarantinedRecord:
        """Write down that deciding raised: raise the failure count, put the record off by ``delay_ms``."""
        failures, until = await self._run_write(
            QUARANTINE, (self._keys.keys_of(subscriber).quarantined,), subscriber, delay_ms, error
        )
        return QuarantinedRecord(subscriber=subscriber, failures=failures, until_ms=until, error=error)

    async def quarantine_entry(self, subscriber: str) -> QuarantinedRecord | None:
        """Return the quarantine entry of one subscriber; None if it has none."""
        value = await self._connection.run_command(b"HGET", self._keys.keys_of(subscriber).quarantined, subscriber)
        return _parse_quarantined(subscriber, value) if value else None

    async def all_quarantined(self) -> Sequence[QuarantinedRecord]:
        """Return all quarantined records, by name."""
        answers = await asyncio.gather(
            *(self._connection.run_command(b"HGETALL", part.quarantined) for part in self._keys.partitions)
        )
        entries = [
            _parse_quarantined(name.decode(), value)
            for answer in answers
            for name, value in zip(answer[::2], answer[1::2], strict=True)
        ]
        return sorted(entries, key=lambda entry: entry.subscriber)

    async def release_from_quarantine(self, subscriber: str) -> None:
        """Forget the entry."""
        await self._connection.run_command(b"HDEL", self._keys.keys_of(subscriber).quarantined, subscriber)

    async def find_user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user; None if there is none."""
        value: bytes | None = await self._connection.run_command(b"GET", self._keys.keys_of(user).user_key(user))
        return None if value is None else value.decode()

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""
        linked = self._keys.keys_of(subscriber).users_of(subscriber.encode())
        # First, so that every link can be found when the person is erased.
        await self._connection.run_durable(b"SADD", linked, user)
        await self._connection.run_durable(b"SET", self._keys.keys_of(user).user_key(user), subscriber)

    async def load_meta(self, name: str) -> bytes | None:
        """Return a value of the whole store."""
        value: bytes | None = await self._connection.run_command(b"GET", meta_value_key(name))
        return value

    async def save_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""
        await self._connection.run_durable(b"SET", meta_value_key(name), value)

    async def compare_and_set(self, name: str, expected: bytes | None, value: bytes) -> bool:
        """Save a value of the whole store if it still is the expected one; None expects that there is none."""
        # None is a missing argument: an expected empty value is another thing than an expected absence.
        expectation = () if expected is None else (expected,)
        return bool(await self._run_write(COMPARE_AND_SET, (meta_value_key(name),), value, *expectation))


def parse_send_line(subscriber: str, send_id: bytes, value: bytes) -> SendLine:
    """Return a line of the send ledger; it is stored as ``status ms note``."""
    status, at, note = value.decode().split(" ", 2)
    return SendLine(
        id=send_id.decode(), subscriber=subscriber, status=cast("SendStatus", status), at_ms=int(at), note=note
    )


def _parse_quarantined(subscriber: str, value: bytes) -> QuarantinedRecord:
    failures, until, error = value.decode().split(" ", 2)
    return QuarantinedRecord(subscriber=subscriber, failures=int(failures), until_ms=int(until), error=error)
