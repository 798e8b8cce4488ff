"""Due index and outbox, on Valkey."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from domain.ports import MARKETING, Attempt, Begun, Claim, SendStatus, Work
from store.item_id import item_id_of
from store.layout import TICKS
from store.valkey.base import ValkeyPart, versioned
from store.valkey.pipeline import Answer, Part
from store.valkey.script import BEGIN, CLAIM, ECHOED, POLL, RETRY, SETTLE

_BEGUN = (Begun.LOST, Begun.YES, Begun.CHANGED)
"""By the begin script's answer."""


class ValkeyOutbox(ValkeyPart):
    """Who is due, and the outbox protocol."""

    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""
        part = self._keys.partitions[partition]
        names = [lane.encode() for lane in lanes]
        prefixes = [key for lane in names for key in (part.waiting(lane), part.attempts(lane))]
        server_ms, chat, mail, following, *claims = await self._wire.run(
            POLL,
            (part.due_chat, part.due_mail, part.stuck, part.token, *map(part.ready, names)),
            now_ms, most_due, most_claims, lease_ms, *prefixes,
        )  # fmt: skip
        return Work(
            due_chat=tuple([name.decode() for name in chat]),
            due_mail=tuple([name.decode() for name in mail]),
            claims=tuple([_claim(lanes[one[0] - 1], one[1].decode(), (server_ms, *one[2:])) for one in claims]),
            next_ready_ms=int(following) // TICKS if following else None,
        )

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head if it is ready now."""
        part, name, at = self._keys.of(subscriber), subscriber.encode(), lane.encode()
        keys = (part.waiting(at, name), part.ready(at), part.attempts(at, name), part.token)
        answer = await self._write(CLAIM, keys, name, lease_ms)
        return _claim(lane, subscriber, answer) if answer else None

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Note that an attempt begins, unless the record has another version."""
        part, name, lane = self._keys.of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        keys = [part.ready(lane), part.attempts(lane, name), part.sends(name), part.attempting]
        args: list[Part] = [name, claim.token, send_id, int(claim.lane != MARKETING)]
        if version is not None:
            keys.append(part.record(name))
            args.append(versioned(version))
        return _BEGUN[await self._write(BEGIN, tuple(keys), *args)]

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End the head: pop it, forget the attempt, write the mail's line."""
        part, name, lane = self._keys.of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        keys = (
            part.waiting(lane, name), part.ready(lane), part.attempts(lane, name), part.token, part.sends(name),
            part.attempting, part.unknown,
        )  # fmt: skip
        answer = await self._write(SETTLE, keys, name, claim.token, send_id, status, note, lease_ms)
        following = _claim(claim.lane, claim.subscriber, (*answer, b"")) if len(answer) > 1 else None
        return bool(answer), following

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put the head back until server time now + ``delay_ms``."""
        part, name, lane = self._keys.of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        keys = (part.ready(lane), part.attempts(lane, name), part.sends(name), part.attempting)
        how = int(keep_attempt), int(counted)
        return bool(await self._write(RETRY, keys, name, claim.token, send_id, delay_ms, *how))

    async def echoed(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle the head if it is this chat message and its attempt is open."""
        part, name, at = self._keys.of(subscriber), subscriber.encode(), lane.encode()
        waiting = part.waiting(at, name)
        head = await self._wire.call(b"LINDEX", waiting, 0)
        if head is None or item_id_of(head) != item_id:
            return False
        return bool(await self._write(ECHOED, (waiting, part.ready(at), part.attempts(at, name)), name, head))

    async def waiting(self, lane: str, subscriber: str) -> int:
        """Return how many items of a subscriber wait in a lane."""
        key = self._keys.of(subscriber).waiting(lane.encode(), subscriber.encode())
        return int(await self._wire.call(b"LLEN", key))

    async def nearest_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions."""
        keys = [part.due_chat if kind == "chat" else part.due_mail for part in self._keys.partitions]
        answers = await asyncio.gather(*(self._wire.call(b"ZRANGE", key, 0, 0, b"WITHSCORES") for key in keys))
        found = [(int(answer[1]), answer[0].decode()) for answer in answers if answer]
        return min(found)[::-1] if found else None


def _claim(lane: str, subscriber: str, answer: Sequence[Answer]) -> Claim:
    server_ms, token, item, attempts = answer
    begun, count, failures, waits, *_ = (*map(int, attempts.split()), 0, 0, 0, 0)
    return Claim(
        lane=lane,
        subscriber=subscriber,
        token=int(token),
        item=item,
        attempt=Attempt(begun_ms=begun, count=count) if begun else None,
        failures=failures,
        waits=waits,
        server_ms=server_ms,
    )
