"""Due index and outbox, on Valkey.  The scripts' first lines say what each of them takes and returns."""

import asyncio
from collections.abc import Sequence
from typing import Literal

from domain.ports import MARKETING, Attempt, Begun, Claim, SendStatus, Work
from store.item_id import item_id_of
from store.layout import TOKENS_PER_MS
from store.valkey.base import ValkeyStorePart, version_prefix
from store.valkey.pipeline import Answer, Argument
from store.valkey.script import BEGIN, CLAIM, CONFIRM_DELIVERY, POLL, RETRY, SETTLE, WAKE

_BEGUN = (Begun.LOST, Begun.YES, Begun.CHANGED)
"""By the answer of ``begin.lua``: 0, 1 or 2."""


class ValkeyOutbox(ValkeyStorePart):
    """Who is due, and the outbox protocol."""

    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""
        part = self._keys.partitions[partition]
        names = [lane.encode() for lane in lanes]
        # The script appends the subscribers that it finds in the ready sets to these prefixes.
        prefixes = [key for lane in names for key in (part.waiting_list(lane), part.attempts_key(lane))]
        # Without waiting for replicas: a claim that is lost with a primary is only claimed again.
        server_ms, chat, mail, following, *claims = await self._connection.run_script(
            POLL,
            (part.due_chat, part.due_mail, part.quarantined, part.claim_count, *map(part.ready_set, names)),
            now_ms, most_due, most_claims, lease_ms, self._worker_number, *prefixes,
        )  # fmt: skip
        return Work(
            due_chat=tuple([name.decode() for name in chat]),
            due_mail=tuple([name.decode() for name in mail]),
            claims=tuple(
                [_parse_claim(lanes[claim[0] - 1], claim[1].decode(), (server_ms, *claim[2:])) for claim in claims]
            ),
            next_ready_ms=int(following) // TOKENS_PER_MS if following else None,
        )

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head if it is ready now."""
        part, name, lane_name = self._keys.keys_of(subscriber), subscriber.encode(), lane.encode()
        keys = (
            part.waiting_list(lane_name, name),
            part.ready_set(lane_name),
            part.attempts_key(lane_name, name),
            part.claim_count,
        )
        answer = await self._run_write(CLAIM, keys, name, lease_ms, self._worker_number)
        return _parse_claim(lane, subscriber, answer) if answer else None

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Write down that an attempt begins, unless the record has another version."""
        part, name, lane = self._keys.keys_of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        keys = [part.ready_set(lane), part.attempts_key(lane, name), part.send_ledger(name), part.attempting_lines]
        args: list[Argument] = [name, claim.token, send_id, int(claim.lane != MARKETING)]
        if version is None:
            return _BEGUN[await self._run_write(BEGIN, tuple(keys), *args)]
        keys.append(part.record_key(name))
        answer = await self._connection.run_versioned(BEGIN, tuple(keys), *args, version_prefix(version))
        return Begun.CHANGED if answer is None else _BEGUN[answer]

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End the head: pop it, forget the attempt, write the mail's line."""
        part, name, lane = self._keys.keys_of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        keys = (
            part.waiting_list(lane, name),
            part.ready_set(lane),
            part.attempts_key(lane, name),
            part.claim_count,
            part.send_ledger(name),
            part.attempting_lines,
            part.unknown_lines,
        )
        args = (name, claim.token, send_id, status, note, lease_ms, self._worker_number, claim.item)
        answer = await self._run_write(SETTLE, keys, *args)
        following = _parse_claim(claim.lane, claim.subscriber, (*answer, b"")) if len(answer) > 1 else None
        return bool(answer), following

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put the head back until server time now + ``delay_ms``."""
        part, name, lane = self._keys.keys_of(claim.subscriber), claim.subscriber.encode(), claim.lane.encode()
        # Keys are named even where a chat message has no send line: the script takes them by position.
        keys = (part.ready_set(lane), part.attempts_key(lane, name), part.send_ledger(name), part.attempting_lines)
        before = claim.attempt or Attempt(begun_ms=0, count=0)
        attempt = "" if keep_attempt else f"{before.begun_ms} {before.count}"
        return bool(await self._run_write(RETRY, keys, name, claim.token, send_id, delay_ms, attempt, int(counted)))

    async def end_waits(self, lane: str) -> int:
        """Let every head that only waits be tried now; return how many there were."""
        name = lane.encode()
        parts = self._keys.partitions
        return sum(
            await asyncio.gather(
                *(self._run_write(WAKE, (part.ready_set(name),), part.attempts_key(name)) for part in parts)
            )
        )

    async def confirm_delivery(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle the head if it is this chat message and its attempt is open."""
        part, name, lane_name = self._keys.keys_of(subscriber), subscriber.encode(), lane.encode()
        waiting = part.waiting_list(lane_name, name)
        # The id is inside the encoded item, which Lua cannot read.  So the head is read here, and the script settles it
        # only if it is still these very bytes.
        head = await self._connection.run_command(b"LINDEX", waiting, 0)
        if head is None or item_id_of(head) != item_id:
            return False
        return bool(
            await self._run_write(
                CONFIRM_DELIVERY, (waiting, part.ready_set(lane_name), part.attempts_key(lane_name, name)), name, head
            )
        )

    async def measure_lane(self, lane: str) -> tuple[int, int | None]:
        """Return how many subscribers have something waiting in a lane, and since when the first may be tried."""
        keys = [part.ready_set(lane.encode()) for part in self._keys.partitions]
        counts = await asyncio.gather(*(self._connection.run_command(b"ZCARD", key) for key in keys))
        first = await asyncio.gather(
            *(self._connection.run_command(b"ZRANGE", key, 0, 0, b"WITHSCORES") for key in keys)
        )
        return sum(counts), min((int(entry[1]) // TOKENS_PER_MS for entry in first if entry), default=None)

    async def count_waiting(self, lane: str, subscriber: str) -> int:
        """Return the number of items of a subscriber in a lane."""
        key = self._keys.keys_of(subscriber).waiting_list(lane.encode(), subscriber.encode())
        return int(await self._connection.run_command(b"LLEN", key))

    async def next_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions."""
        keys = [part.due_chat if kind == "chat" else part.due_mail for part in self._keys.partitions]
        answers = await asyncio.gather(
            *(self._connection.run_command(b"ZRANGE", key, 0, 0, b"WITHSCORES") for key in keys)
        )
        earliest = [(int(answer[1]), answer[0].decode()) for answer in answers if answer]
        return min(earliest)[::-1] if earliest else None


def _parse_claim(lane: str, subscriber: str, answer: Sequence[Answer]) -> Claim:
    server_ms, token, item, attempts = answer
    # "1795000000000 1 0 2", or empty before the first attempt; older entries end before the waits.
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
