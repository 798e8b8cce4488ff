"""The ports: what the rooms need from whatever keeps the data, and from whatever tells the time.

``store`` implements :class:`Store` twice (memory and Valkey/Redis) under one contract suite; ``service`` hands
an implementation to the doors as a value.  Two clocks appear here and are never mixed:

* **business time**: when something is due for a person; handed in, can be moved in the playground;
* **server time**: leases, back-off, rates and the day of ``seen``; the server's own ``TIME``, in milliseconds.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Literal, Protocol

from msgspec import Struct

from domain.events import AnyEvent
from domain.record import Identity, Subscriber

SendStatus = Literal["queued", "attempting", "sent", "failed", "refused", "unknown"]

INTERNAL = "internal"
"""What an address must be told, in order."""
LATER = "internal-later"
"""What nobody waits for and what may fail for long: profiles, and events whose deciding raised."""
TRANSACTIONAL = "mail-transactional"
MARKETING = "mail-marketing"


def chat_lane(page: str) -> str:
    """Return the outbox lane of a Page."""
    return f"chat:{page}"


class StoreError(Exception):
    """Root of what a store raises.

    StoreError
     ├─ StoreAwayError          not reachable now; nothing is known to have been written; try again
     ├─ StoreInUseError         another application holds the embedded data; stop it, or use its own folder
     ├─ StoreMismatchError      made with other partitions, another index key, or by a newer Doorstep
     └─ StoreSettingsError      the store's settings cannot work; the message names the setting
    """


class StoreAwayError(StoreError):
    """The store is not reachable.  Answer 503, keep nothing in memory, try again."""


class StoreInUseError(StoreError):
    """Another Doorstep uses this data folder.  Stop it, or set DOORSTEP_DATA to another folder."""


class StoreMismatchError(StoreError):
    """The store was made with other settings.  Use the settings it was made with, or a new store."""


class StoreSettingsError(StoreError):
    """A store setting cannot work.  The message names the setting and the remedy."""


class Loaded(Struct, frozen=True, kw_only=True, gc=False):
    """What :meth:`Store.load` found."""

    record: bytes | None
    """The stored record as given to commit; None if there is none."""
    version: int
    """Its version; 0 if there is none."""
    seen: frozenset[str] = frozenset()
    """Those of the asked event ids that were committed within seven days."""


class Posting(Struct, frozen=True, kw_only=True, gc=False):
    """Something to put at the end of a subscriber's list in a lane."""

    lane: str
    item: bytes
    send_id: str = ""
    """For mail: its line in the send ledger.  If that line exists already, nothing is posted."""


class Commit(Struct, frozen=True, kw_only=True, gc=False):
    """One decision, to be written whole or not at all."""

    subscriber: str
    version: int
    """The version it was decided on; 0: there must be no record yet.  It becomes ``version + 1``."""
    record: bytes
    first: int = 0
    """Version of a new record; 0: 1.  One that nobody before had, so that no guess from before an erasure fits it."""
    event_ids: tuple[str, ...] = ()
    due_chat: int | None = None
    """Business time in ms when the conversation is next due; None removes it from the index."""
    due_mail: int | None = None
    outbox: tuple[Posting, ...] = ()
    ledger: tuple[bytes, ...] = ()
    wordings: tuple[tuple[str, bytes], ...] = ()
    """(hash, text) to keep if the partition has it not yet."""
    log: tuple[bytes, ...] = ()
    counters: Mapping[str, int] = {}
    day: str = ""
    """Business day (YYYY-MM-DD) the counters belong to."""
    claim: bool = False
    """Claim, in the same step, the heads of the lanes that were empty before: the caller sends them itself."""
    lease_ms: int = 30_000
    """Lease of those claims, in ms of server time."""
    unstick: bool = True
    """Forget that deciding raised before; False where this commit only keeps what could not be decided."""
    notes: tuple[tuple[str, bytes], ...] = ()
    """(book, line) to write into the books that the team reads."""
    epoch: int = 0
    """Number of the edition it was decided with; 0: decided without, not checked."""

    @property
    def next(self) -> int:
        """The version that the record has once this is written."""
        return (0 if self.version else self.first) or self.version + 1


class CommitStatus(Enum):
    """How a commit ended."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    """Somebody else committed in between: load again, decide again."""
    SEEN = "seen"
    """Some of the events were committed before: drop those and decide again."""
    STALE = "stale"
    """Another edition is live by now: take it over, load again, decide again."""


class Attempt(Struct, frozen=True, kw_only=True, gc=False):
    """An attempt to send that had begun and whose outcome was never settled."""

    begun_ms: int
    """Server time when the first such attempt began."""
    count: int


class Claim(Struct, frozen=True, kw_only=True, gc=False):
    """The right to try the head of one subscriber's list in one lane, until the lease ends."""

    lane: str
    subscriber: str
    token: int
    """The score set by the claim; whoever still has it may begin and settle."""
    item: bytes
    attempt: Attempt | None = None
    """Set if an earlier attempt's outcome is unknown."""
    failures: int = 0
    """How often this head was put back with :meth:`Store.retry` because a try failed."""
    waits: int = 0
    """How often it was put back because it only had to wait."""
    server_ms: int = 0
    """Server time of the claim."""


class Begun(Enum):
    """How :meth:`Store.begin` ended; only ``YES`` is true."""

    YES = "yes"
    LOST = "lost"
    """The claim is not ours any more, or the mail's line in the send ledger does not allow an attempt."""
    CHANGED = "changed"
    """The record has another version by now: load and judge again."""

    def __bool__(self) -> bool:
        """Whether the attempt began."""
        return self is Begun.YES


class Committed(Struct, frozen=True, kw_only=True, gc=False):
    """The answer of :meth:`Store.commit`."""

    status: CommitStatus
    seen: frozenset[str] = frozenset()
    claims: tuple[Claim, ...] = ()


class Work(Struct, frozen=True, kw_only=True, gc=False):
    """What one poll of one partition found."""

    due_chat: tuple[str, ...] = ()
    """Subscribers whose conversation is due, earliest first."""
    due_mail: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()
    next_ready_ms: int | None = None
    """Server time when the next waiting head of the polled lanes becomes ready; None if nothing waits."""


class SendLine(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the send ledger."""

    id: str
    subscriber: str
    status: SendStatus
    at_ms: int
    """Server time of the last change."""
    note: str = ""
    """Reason of a refusal or failure; holds no personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckRecord:
    """A record whose deciding raises."""

    subscriber: str
    failures: int
    until_ms: int
    """Server time before which it is not tried again."""
    error: str
    """Type and place of the error; holds no personal data."""


class Store(Protocol):
    """Where everything is kept.  Every method may raise :class:`StoreAwayError`.

    A subscriber's record, outbox lists, send ledger, consent ledger and log live in one partition and change
    together in :meth:`commit`.  Addresses, users and the meta values live elsewhere.
    """

    @property
    def partitions(self) -> int:
        """Number of partitions; fixed when the store was made."""

    def partition(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""

    async def close(self) -> None:
        """Let go of connections; idempotent."""

    async def ping(self) -> None:
        """Return if the store answers."""

    async def server_ms(self) -> int:
        """Return server time in ms since the epoch."""

    # -- records -------------------------------------------------------------------------------------------
    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Read a record, and which of the events were committed already."""

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically: record, event ids, due index, outbox, ledgers, log, counters.

        Nothing is written unless the version fits and none of the events was seen.
        """

    async def subscribers(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition (for tools; costs a scan)."""

    def everybody(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order (for tools; costs one scan of the whole store).

        Whoever is there all the time is met once; who comes or goes meanwhile may be.
        """

    async def erase(self, subscriber: str) -> None:
        """Forget a person: record, due entries, what waits in any lane, attempts, send ledger, log, linked users.

        The consent ledger stays: it holds hashes only, and proves what was agreed to.  So do the ids of events that
        were seen, and the codes given, so that neither is taken twice.
        """

    # -- due index, outbox ---------------------------------------------------------------------------------
    async def poll(
        self, partition: int, *, now_ms: int, lanes: Sequence[str], most_due: int, most_claims: int, lease_ms: int
    ) -> Work:
        """Return who is due by business time ``now_ms``, and claim up to ``most_claims`` ready heads a lane."""

    async def claim(self, lane: str, subscriber: str, *, lease_ms: int) -> Claim | None:
        """Claim one subscriber's head if it is ready now."""

    async def begin(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Note that an attempt begins.

        It begins only if the claim is still ours and the mail's line in the send ledger is ``queued`` or (with an
        unsettled attempt of a transactional mail) ``attempting``; with ``version``, only while the record has it, so
        that nothing was committed since it was judged.
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
        """Put the head back until server time now + ``delay_ms``; a mail's line returns to ``queued``.

        ``keep_attempt`` leaves the outcome unknown (an echo or the provider may still tell).  ``counted`` is False
        where the head only has to wait, for its Page or for news: that is no failure of its own, but one of its waits.
        """

    async def echoed(self, lane: str, subscriber: str, item_id: str) -> bool:
        """An echo told that a chat message was delivered: settle it if it is the head with an open attempt.

        The head is compared by the id inside the item (:func:`domain.effects.decode_posted`).
        """

    async def waiting(self, lane: str, subscriber: str) -> int:
        """Return how many items of a subscriber wait in a lane, the head included."""

    async def nearest_due(self, kind: Literal["chat", "mail"]) -> tuple[str, int] | None:
        """Return the subscriber who is due next and when (business ms), over all partitions."""

    # -- sharing the work ----------------------------------------------------------------------------------
    async def lease(self, worker: str, *, lease_ms: int) -> frozenset[int]:
        """Renew this worker's partition leases, take its fair share of free ones, give up what is too much.

        Returns the partitions this worker holds.  The share is partitions / living workers, rounded up.
        """

    async def release(self, worker: str) -> None:
        """Give all leases of this worker back."""

    async def hint(self, *partitions: int) -> None:
        """Tell other processes that partitions have new work (PUBLISH); best effort."""

    def hints(self) -> AsyncIterator[int]:
        """Yield the partitions that others hinted at; best effort, ends when the store closes."""

    # -- ledgers, log, counters ----------------------------------------------------------------------------
    async def sends(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber."""

    async def sends_with(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status, over all partitions (``unknown`` and ``attempting`` are indexed)."""

    async def ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""

    async def wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the field's term
        """Return a consent text kept in this subscriber's partition."""

    async def log(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest log lines, oldest first."""

    async def counters(self, day: str) -> Mapping[str, int]:
        """Return the day's counters, summed over partitions."""

    async def notes(self, book: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest lines of a book, oldest first within a partition."""

    async def clear_notes(self, book: str) -> None:
        """Empty a book."""

    # -- codes of a pool -----------------------------------------------------------------------------------
    async def fill_pool(self, pool: str, codes: Sequence[str]) -> int:
        """Add codes; those that were ever in the pool are left out.  Returns how many are new."""

    async def draw(self, pool: str, holder: str) -> str:
        """Give the holder (a subscriber) a code that nobody else has or had; empty if none is left.

        Idempotent: the same holder always gets the same code.
        """

    async def pool(self, pool: str) -> tuple[int, int]:
        """Return how many codes are left, and how many were given."""

    # -- which edition is live -----------------------------------------------------------------------------
    async def epoch(self) -> int:
        """Return the number of the live edition; 0: none was ever applied."""

    async def set_epoch(self, epoch: int, *, was: int, about: bytes = b"") -> bool:
        """Make another edition live, in all partitions at once, if ``was`` still is; commits of the old are STALE.

        ``about`` says which it is and is kept, in the same step, as the meta value ``live:<epoch>``.
        """

    # -- stuck records -------------------------------------------------------------------------------------
    async def stick(self, subscriber: str, *, error: str, delay_ms: int) -> StuckRecord:
        """Note that deciding raised; raise the failure count, put it off by ``delay_ms``."""

    async def stuck(self, subscriber: str) -> StuckRecord | None:
        """Return the entry of one subscriber."""

    async def all_stuck(self) -> Sequence[StuckRecord]:
        """Return all stuck records."""

    async def unstick(self, subscriber: str) -> None:
        """Forget the entry: deciding went well, or somebody mended it."""

    # -- addresses, users, meta ----------------------------------------------------------------------------
    async def address(self, address: str) -> tuple[bytes | None, int]:
        """Return the aggregate of an address and its version (0: none)."""

    async def save_address(self, address: str, *, version: int, state: bytes) -> bool:
        """Save the aggregate if it still has this version."""

    async def user(self, user: str) -> str | None:
        """Return the subscriber linked to a product user."""

    async def link_user(self, user: str, subscriber: str) -> None:
        """Link a product user to a subscriber; the newest link counts."""

    async def meta(self, name: str) -> bytes | None:
        """Return a value of the whole store (clock offset, workspace editions, breaker)."""

    async def set_meta(self, name: str, value: bytes) -> None:
        """Save a value of the whole store."""


Clock = Callable[[], datetime]
"""Business time: returns now, aware, UTC."""

Entropy = Callable[[], bytes]
"""Returns 16 fresh random bytes."""


class Transacted(Struct, frozen=True, kw_only=True, gc=False):
    """What :data:`Transact` did."""

    record: Subscriber | None
    """The record after the commit; None if the events could not create one."""
    fresh: frozenset[str]
    """Ids of the events that were new; the others had been committed before."""


class Transact(Protocol):
    """Decide and commit the events of one subscriber; returns after the commit.

    Raises :class:`StoreAwayError` when nothing could be committed: the caller answers 503.
    """

    def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Awaitable[Transacted]:
        """Events of one call keep their order.  ``identity`` lets creating events make a record."""
