"""Records and the commit, on Valkey."""

from collections.abc import Sequence

from store.keys import LANES, Keys, Partition
from store.layout import LOG_KEPT, NOTES_KEPT, SEEN_DAYS
from store.lines import pack, short
from store.pipe import Answer, Part
from store.replicas import Replicas
from store.script import COMMIT, LOAD, SAVE
from store.valkey_part import ValkeyPart, versioned
from store.wire import Wire
from subscribers.ports import Claim, Commit, CommitStatus, Committed, Loaded

_CONFLICT, _COMMITTED, _SEEN, _OTHER_DAY, _STALE = range(5)
"""First number of the commit script's answer."""

_SEEN_LIFE = (SEEN_DAYS + 1) * 86_400


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
        name = commit.subscriber.encode()
        lanes = tuple(dict.fromkeys([one.lane for one in commit.outbox]))
        if not self._lanes.issuperset(lanes):
            await self._note_lanes(lanes)
        args = _arguments(commit, name, lanes)
        while True:
            args[3] = self._day
            answer = await self._write(COMMIT, _commit_keys(part, commit, name, lanes, self._day), *args)
            if answer[0] != _OTHER_DAY:
                return _committed(commit, lanes, answer)
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


def _commit_keys(
    part: Partition, commit: Commit, name: bytes, lanes: tuple[str, ...], day: int
) -> tuple[bytes, ...]:
    posting: list[bytes] = []
    for lane in lanes:
        posting += (part.waiting(lane.encode(), name), part.ready(lane.encode()))
    posting += [part.notes(book) for book, _ in commit.notes]
    return (
        part.record(name), part.due_chat, part.due_mail, part.token, part.sends(name), part.ledger(name),
        part.log(name), part.wording, part.counters(commit.day), *part.seen(day), part.stuck, part.epoch, *posting,
    )  # fmt: skip


def _arguments(commit: Commit, name: bytes, lanes: tuple[str, ...]) -> list[Part]:
    args: list[Part] = [
        versioned(commit.version), versioned(commit.next) + commit.record, name, 0,
        "" if commit.due_chat is None else commit.due_chat, "" if commit.due_mail is None else commit.due_mail,
        commit.lease_ms if commit.claim else 0,
        len(commit.event_ids), len(commit.ledger), len(commit.log), len(commit.wordings), len(commit.counters),
        len(commit.outbox), LOG_KEPT, _SEEN_LIFE, int(commit.unstick), commit.epoch, len(commit.notes),
        *map(short, commit.event_ids),
        *map(pack, commit.ledger), *map(pack, commit.log),
    ]  # fmt: skip
    for wording in commit.wordings:
        args += wording
    for counter in commit.counters.items():
        args += counter
    for one in commit.outbox:
        args += (lanes.index(one.lane) + 1, one.item, one.send_id)
    if commit.notes:
        args += (NOTES_KEPT, *[pack(line) for _, line in commit.notes])
    return args


def _committed(commit: Commit, lanes: tuple[str, ...], answer: Answer) -> Committed:
    if answer[0] == _CONFLICT:
        return Committed(status=CommitStatus.CONFLICT)
    if answer[0] == _STALE:
        return Committed(status=CommitStatus.STALE)
    if answer[0] == _SEEN:
        ids = {short(one): one for one in commit.event_ids}
        return Committed(status=CommitStatus.SEEN, seen=frozenset([ids[one] for one in answer[1:]]))
    claims = [
        Claim(
            lane=lanes[number - 1],
            subscriber=commit.subscriber,
            token=int(token),
            item=item,
            server_ms=answer[1],
        )
        for number, token, item in zip(answer[2::3], answer[3::3], answer[4::3], strict=True)
    ]
    return Committed(status=CommitStatus.COMMITTED, claims=tuple(claims))
