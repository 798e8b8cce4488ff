"""The port to due times and the outbox.

The life of an item: a commit posts it, a worker claims the head of its list (:meth:`OutboxStore.poll` or
:meth:`OutboxStore.claim`), begins an attempt, and ends it with :meth:`OutboxStore.settle` or
:meth:`OutboxStore.retry`.  An attempt that was begun and never ended has an unknown outcome; the next claim shows it.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Literal, Protocol

from msgspec import Struct

from domain.ports.ledgers import SendStatus


class Attempt(Struct, frozen=True, kw_only=True, gc=False):
    """An attempt to send that had begun and whose outcome was never settled."""

    begun_ms: int
    """Server time when the first such attempt began."""
    count: int


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """The right to try the head of one subscriber's list in one lane, until the lease ends."""

    lane: str
    subscriber: str
    # A lease that ran out is claimed again with another score, so a late worker's token fits no longer.
    token: int
    """The score set by the claim; the worker whose token is still the score may begin and settle."""
    item: bytes
    attempt: Attempt | None = None
    """Set if an earlier attempt's outcome is unknown."""
    failures: int = 0
    """How often this head was put back with :meth:`OutboxStore.retry` because a try failed."""
    waits: int = 0
    """How often it was put back because it only had to wait."""
    server_ms: int = 0
    """Server time of the claim."""


class Begun(Enum):
    """How :meth:`OutboxStore.begin` ended; only ``YES`` is true."""

    YES = "yes"
    LOST = "lost"
    """Another worker holds the claim, or the mail's line in the send ledger does not allow an attempt."""
    # The person may have unsubscribed between the judgement and the attempt.
    CHANGED = "changed"
    """The record has another version by now: load and judge again."""

    def __bool__(self) -> bool:
        """Return True if the attempt began."""
        return self is Begun.YES


class Work(Struct, frozen=True, kw_only=True, gc=False):
    """What one poll of one partition returned."""

    due_chat: tuple[str, ...] = ()
    """Subscribers whose conversation is due, earliest first."""
    due_mail: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    next_ready_ms: int | None = None
    """Server time when the next waiting head of the polled lanes becomes ready; None if the lanes are empty."""


class OutboxStore(Protocol):
    """The part of a store that says who is due and keeps what waits to be sent."""

    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head; None if it is not ready now."""

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Write down that an attempt begins.

        It begins only if the claim is still ours and the mail's line in the send ledger is ``queued`` or (with an
        unsettled attempt of a transactional mail) ``attempting``.  With ``version``, it begins only while the record
        has that version, so that the judgement to send still rests on the newest record.
        """

    async def settle(
        self, claim: Claim, *, send_id: str = "", status: SendStatus = "sent", note: str = "", lease_ms: int = 0
    ) -> tuple[bool, Claim | None]:
        """End the head: pop it, forget the attempt, write the mail's line.

        Returns whether the claim was still ours, and, with ``lease_ms``, a claim of the next head.
        """

    async def retry(
        self, claim: Claim, *, delay_ms: int, send_id: str = "", keep_attempt: bool = False, counted: bool = True
    ) -> bool:
        """Put the head back until server time now + ``delay_ms``.

        ``keep_attempt`` leaves the outcome of this try unknown: an echo or the provider may still tell.  Otherwise
        surely nothing was sent by it, and what was known before it stands again: the attempt that the claim tells of,
        or none, in which case a mail's line returns to ``queued``.  ``counted`` says that the try failed; False counts
        a wait instead, where the head waits for its Page or for news.  Returns False if the claim is no longer ours.
        """

    async def end_waits(self, lane: str) -> int:
        """Let every head of a lane that only waits be tried now, as if it had never been put back.

        What it waited for has come.  A head that failed keeps its distance.  Returns how many there were.
        """

    async def confirm_delivery(self, lane: str, subscriber: str, item_id: str) -> bool:
        """Settle a chat message whose delivery an echo reported, if it is the head with an open attempt.

        The head is compared by the id inside the item (:func:`domain.effects.decode_posted`).
        """

    async def measure_lane(self, lane: str) -> tuple[int, int | None]:
        """Return how many subscribers have something waiting in a lane, and since when the first may be tried (ms)."""

    async def count_waiting(self, lane: str, subscriber: str) -> int:
        """Return the number of items of a subscriber in a lane, the head included."""

    async def next_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions; None if none is due."""
