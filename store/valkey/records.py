"""Records and the commit, on Valkey."""

from collections.abc import Sequence
from itertools import chain
from struct import Struct

from domain.ports import Claim, Commit, CommitStatus, Committed, Loaded
from store.compression import pack, short
from store.keys import LANES, Keys, Partition
from store.layout import LOG_KEPT, NOTES_KEPT, SEEN_DAYS
from store.valkey.base import ValkeyPart, versioned
from store.valkey.connection import Wire
from store.valkey.pipeline import Answer, Part
from store.valkey.replicas import Replicas
from store.valkey.script import COMMIT, LOAD, SAVE

_CONFLICT, _COMMITTED, _SEEN, _OTHER_DAY, _STALE = range(5)
"""First number of the commit script's answer."""

_UNCLAIMED = 2
"""Length of the answer to a commit of which nothing was claimed."""

_DONE = Committed(status=CommitStatus.COMMITTED)

_SEEN_LIFE = (SEEN_DAYS + 1) * 86_400
_NUMBERS = Struct(">IIqqIIIIIIIIIIIIII")
"""The numbers of a commit, as the script reads them: one argument, since each costs both sides more than its bytes."""


class ValkeyRecords(ValkeyPart):
    """Loading and committing; address aggregates, users and meta values."""

    def __init__(self, wire: Wire, keys: Keys, replicas: Replicas | None, day: int) -> None:
        """``day`` is the server's present day (days since the epoch)."""
        super().__init__(wire, keys, replicas)
        self._day = day
        self._lanes: frozenset[str] = frozenset()
        """Lanes that this process has noted in the store."""

    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Read a record, and which of the events were committed already."""
        part = self._keys.of(subscriber)
        record = part.record(subscriber.encode())
        if not event_ids:
            version, value = _split(await self._wire.call(b"GET", record))
            return Loaded(record=value, version=version)
        ids = {short(one): one for one in event_ids}
        answer = await self._wire.run(LOAD, (record, *part.seen(self._day)), *ids)
        version, value = _split(answer[0])
        return Loaded(record=value, version=version, seen=frozenset([ids[one] for one in answer[1:]]))

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically."""
        part = self._keys.of(commit.subscriber)
        lanes = tuple(dict.fromkeys([one.lane for one in commit.outbox]))
        if not self._lanes.issuperset(lanes):
            await self._note_lanes(lanes)
        while True:
            keys, args = _command(part, commit, lanes, self._day)
            answer = await self._write(COMMIT, keys, *args)
            if answer[0] != _OTHER_DAY:
                return _committed(commit, answer)
            self._day = answer[1]

    async def _note_lanes(self, lanes: tuple[str, ...]) -> None:
        """Note that there are these lanes, once in a process: who forgets a person must know them all."""
        await self._wire.call(b"SADD", LANES, *lanes)
        self._lanes = self._lanes.union(lanes)

    async def address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (0: none)."""
        version, value = _split(await self._wire.call(b"GET", self._keys.of(address).address(address)))
        return value, version

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version."""
        key = self._keys.of(address).address(address)
        return bool(await self._write(SAVE, (key,), versioned(version), versioned(version + 1) + state))


def _split(value: bytes | None) -> tuple[int, bytes | None]:
    return (0, None) if value is None else (int.from_bytes(value[:8], "big"), value[8:])


def _command(part: Partition, commit: Commit, lanes: tuple[str, ...], day: int) -> tuple[list[bytes], list[Part]]:
    """Return keys and arguments of the commit script, part by part as it takes them."""
    name = commit.subscriber.encode()
    keys = [part.record(name), part.epoch, part.due_chat, part.due_mail]
    args: list[Part] = [
        versioned(commit.version), versioned(commit.next) + commit.record, name, _numbers(commit, lanes, day)
    ]  # fmt: skip
    if commit.event_ids:
        keys += part.seen(day)
        args += map(short, commit.event_ids)
    _keep(part, commit, name, keys, args)
    if commit.unstick:
        keys.append(part.stuck)
    if commit.outbox:
        keys += _posting_keys(part, lanes, name)
        for one in commit.outbox:
            args += (lanes.index(one.lane) + 1, one.item, one.send_id)
    for book, line in commit.notes:
        keys.append(part.notes(book))
        args.append(pack(line))
    return keys, args


def _keep(part: Partition, commit: Commit, name: bytes, keys: list[bytes], args: list[Part]) -> None:
    """Add what is kept beside the record: ledger, history, wordings and counters."""
    if commit.ledger:
        keys.append(part.ledger(name))
        args += map(pack, commit.ledger)
    if commit.log:
        keys.append(part.log(name))
        args += map(pack, commit.log)
    if commit.wordings:
        keys.append(part.wording)
        args += chain.from_iterable(commit.wordings)
    if commit.counters:
        keys.append(part.counters(commit.day))
        args += chain.from_iterable(commit.counters.items())


def _numbers(commit: Commit, lanes: tuple[str, ...], day: int) -> bytes:
    return _NUMBERS.pack(
        day, commit.epoch, -1 if commit.due_chat is None else commit.due_chat,
        -1 if commit.due_mail is None else commit.due_mail, commit.lease_ms if commit.claim else 0, commit.unstick,
        len(commit.event_ids), len(commit.ledger), len(commit.log), len(commit.wordings), len(commit.counters),
        len(lanes), len(commit.outbox), len(commit.notes), SEEN_DAYS, _SEEN_LIFE, LOG_KEPT, NOTES_KEPT,
    )  # fmt: skip


def _posting_keys(part: Partition, lanes: tuple[str, ...], name: bytes) -> list[bytes]:
    keys = [part.token, part.sends(name)]
    for lane in lanes:
        keys += (part.waiting(lane.encode(), name), part.ready(lane.encode()))
    return keys


def _committed(commit: Commit, answer: Answer) -> Committed:
    if answer[0] == _CONFLICT:
        return Committed(status=CommitStatus.CONFLICT)
    if answer[0] == _STALE:
        return Committed(status=CommitStatus.STALE)
    if answer[0] == _SEEN:
        ids = {short(one): one for one in commit.event_ids}
        return Committed(status=CommitStatus.SEEN, seen=frozenset([ids[one] for one in answer[1:]]))
    if len(answer) == _UNCLAIMED:
        return _DONE
    posted = [commit.outbox[number - 1] for number in answer[2::2]]
    claims = [
        Claim(lane=one.lane, subscriber=commit.subscriber, token=int(token), item=one.item, server_ms=answer[1])
        for one, token in zip(posted, answer[3::2], strict=True)
    ]
    return Committed(status=CommitStatus.COMMITTED, claims=tuple(claims))
