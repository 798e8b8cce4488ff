"""Ledgers, logs, counters, stuck records, users and meta values, on Valkey.  Mostly for people and tools."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import cast

from domain.ports import INTERNAL, LATER, MARKETING, TRANSACTIONAL, SendLine, SendStatus, StuckRecord
from store.compression import unpack
from store.keys import LANES, Partition, meta_value
from store.valkey.base import ValkeyPart
from store.valkey.script import ERASE, STICK

_SCAN_STEP = 1000
_ALWAYS = (INTERNAL.encode(), LATER.encode(), TRANSACTIONAL.encode(), MARKETING.encode())
"""Lanes that every installation has."""
_READ_STEP = 500
"""Records read at once by a scan."""


class ValkeyLedgers(ValkeyPart):
    """What is written along the way, and read by people."""

    async def subscribers(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition (a scan of the whole store)."""
        prefix = self._keys.partitions[partition].record(b"")
        return sorted([key[len(prefix) :].decode() async for key in self._scan(prefix + b"*")])

    async def everybody(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order, by one scan of the whole store."""
        names: list[bytes] = []
        async for key in self._scan(b"{*}:s:*"):
            names.append(key)
            if len(names) == _READ_STEP:
                for one in await self._read(names):
                    yield one
                names = []
        for one in await self._read(names):
            yield one

    async def _read(self, keys: Sequence[bytes]) -> list[tuple[str, bytes]]:
        values = await asyncio.gather(*(self._wire.call(b"GET", key) for key in keys))
        return [
            (key.partition(b":s:")[2].decode(), value[8:])
            for key, value in zip(keys, values, strict=True)
            if value is not None
        ]

    async def erase(self, subscriber: str) -> None:
        """Forget a person, except for the consent ledger; idempotent, and the record goes last."""
        part, name = self._keys.of(subscriber), subscriber.encode()
        await self._unlink_users(part, name)
        queued = [
            key
            for lane in {*await self._wire.call(b"SMEMBERS", LANES), *_ALWAYS}
            for key in (part.waiting(lane, name), part.attempts(lane, name), part.ready(lane))
        ]
        keys = (
            part.due_chat, part.due_mail, part.stuck, part.attempting, part.unknown, part.sends(name),
            part.record(name), part.log(name), *queued,
        )  # fmt: skip
        await self._write(ERASE, keys, name)

    async def _unlink_users(self, part: Partition, name: bytes) -> None:
        """Forget which product users this is; one that was linked to somebody else since stays theirs."""
        linked = part.users(name)
        for user in await self._wire.call(b"SMEMBERS", linked):
            key = self._keys.of(user.decode()).user(user.decode())
            if await self._wire.call(b"GET", key) == name:
                await self._wire.call(b"DEL", key)
        await self._wire.call(b"DEL", linked)

    async def _scan(self, pattern: bytes) -> AsyncIterator[bytes]:
        cursor: bytes = b"0"
        met: set[bytes] = set()
        while True:
            cursor, found = await self._wire.call(b"SCAN", cursor, b"MATCH", pattern, b"COUNT", _SCAN_STEP)
            for key in found:
                if key not in met:
                    met.add(key)
                    yield key
            if cursor == b"0":
                return

    async def sends(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber, by time of the last change."""
        lines = await self._wire.call(b"HGETALL", self._keys.of(subscriber).sends(subscriber.encode()))
        found = [_line(subscriber, one, value) for one, value in zip(lines[::2], lines[1::2], strict=True)]
        return sorted(found, key=lambda line: (line.at_ms, line.id))

    async def sends_with(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status; ``unknown`` and ``attempting`` are indexed, the rest is a scan."""
        if status in ("unknown", "attempting"):
            names = await self._indexed(status)
        else:
            names = {key.split(b":send:", 1)[1].decode() async for key in self._scan(b"{*}:send:*")}
        ledgers = await asyncio.gather(*(self.sends(name) for name in names))
        found = [line for lines in ledgers for line in lines if line.status == status]
        return sorted(found, key=lambda line: (line.at_ms, line.subscriber, line.id))

    async def _indexed(self, status: SendStatus) -> set[str]:
        keys = [part.unknown if status == "unknown" else part.attempting for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._wire.call(b"SMEMBERS", key) for key in keys))
        return {one.decode().split(" ", 1)[0] for answer in answers for one in answer}

    async def ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""
        key = self._keys.of(subscriber).ledger(subscriber.encode())
        return tuple(map(unpack, await self._wire.call(b"LRANGE", key, 0, -1)))

    async def wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the port's term
        """Return a consent text kept in this subscriber's partition."""
        text: bytes | None = await self._wire.call(b"HGET", self._keys.of(subscriber).wording, hash)
        return None if text is None else text.decode()

    async def log(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest log lines, oldest first."""
        key = self._keys.of(subscriber).log(subscriber.encode())
        return tuple(map(unpack, await self._wire.call(b"LRANGE", key, -last, -1)))

    async def counters(self, day: str) -> Mapping[str, int]:
        """Return the day's counters, summed over partitions."""
        keys = [part.counters(day) for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._wire.call(b"HGETALL", key) for key in keys))
        total: defaultdict[str, int] = defaultdict(int)
        for answer in answers:
            for name, count in zip(answer[::2], answer[1::2], strict=True):
                total[name.decode()] += int(count)
        return dict(total)

    async def stick(self, subscriber: str, *, error: str, delay_ms: int) -> StuckRecord:
        """Note that deciding raised; raise the failure count, put it off by ``delay_ms``."""
        failures, until = await self._write(STICK, (self._keys.of(subscriber).stuck,), subscriber, delay_ms, error)
        return StuckRecord(subscriber=subscriber, failures=failures, until_ms=until, error=error)

    async def stuck(self, subscriber: str) -> StuckRecord | None:
        """Return the entry of one subscriber."""
        value = await self._wire.call(b"HGET", self._keys.of(subscriber).stuck, subscriber)
        return _stuck(subscriber, value) if value else None

    async def all_stuck(self) -> Sequence[StuckRecord]:
        """Return all stuck records, by name."""
        answers = await asyncio.gather(*(self._wire.call(b"HGETALL", part.stuck) for part in self._keys.partitions))
        found = [
            _stuck(name.decode(), value)
            for answer in answers
            for name, value in zip(answer[::2], answer[1::2], strict=True)
        ]
        return sorted(found, key=lambda one: one.subscriber)

    async def unstick(self, subscriber: str) -> None:
        """Forget the entry."""
        await self._wire.call(b"HDEL", self._keys.of(subscriber).stuck, subscriber)

    async def user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user."""
        value: bytes | None = await self._wire.call(b"GET", self._keys.of(user).user(user))
        return None if value is None else value.decode()

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""
        linked = self._keys.of(subscriber).users(subscriber.encode())
        await self._wire.call(b"SADD", linked, user)  # first: whoever is linked can be forgotten
        await self._wire.call(b"SET", self._keys.of(user).user(user), subscriber)

    async def meta(self, name: str) -> bytes | None:
        """Return a value of the whole store."""
        value: bytes | None = await self._wire.call(b"GET", meta_value(name))
        return value

    async def set_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""
        await self._wire.call(b"SET", meta_value(name), value)


def _line(subscriber: str, send_id: bytes, value: bytes) -> SendLine:
    status, at, note = value.decode().split(" ", 2)
    return SendLine(
        id=send_id.decode(), subscriber=subscriber, status=cast("SendStatus", status), at_ms=int(at), note=note
    )


def _stuck(subscriber: str, value: bytes) -> StuckRecord:
    failures, until, error = value.decode().split(" ", 2)
    return StuckRecord(subscriber=subscriber, failures=int(failures), until_ms=int(until), error=error)
