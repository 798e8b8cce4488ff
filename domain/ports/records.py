"""The port to the records of subscribers: load, decide elsewhere, commit whole or not at all."""

from collections.abc import AsyncIterator, Mapping, Sequence
from enum import Enum
from typing import Protocol

from msgspec import Struct

from domain.ports.meetings import Meetings
from domain.ports.outbox import Claim


class Loaded(Struct, frozen=True, kw_only=True, gc=False):
    """The answer of :meth:`RecordStore.load`."""

    record: bytes | None
    """The stored record as given to commit; None if there is none."""
    version: int
    """Its version; 0 if there is none."""
    seen: frozenset[str] = frozenset()
    """Those of the asked event ids that were committed within seven days."""


class Posting(Struct, frozen=True, kw_only=True, gc=False):
    """An item to put at the end of a subscriber's list in a lane."""

    lane: str
    item: bytes
    send_id: str = ""
    """For mail: its line in the send ledger.  If that line exists already, the item is left out."""


class Commit(Struct, frozen=True, kw_only=True, gc=False):
    """One decision, to be written whole or not at all."""

    subscriber: str
    version: int
    """The version it was decided on; 0: there must be no record yet.  It becomes ``version + 1``."""
    record: bytes
    first_version: int = 0
    """Version of a new record; 0 means 1.  After an erasure it is a number that no earlier record had, so that a
    decision made before the erasure cannot fit."""
    event_ids: tuple[str, ...] = ()
    due_chat: int | None = None
    """Business time in ms when the conversation is next due; None removes it from the index."""
    due_mail: int | None = None
    same_due_chat: bool = False
    """``due_chat`` is what stands in the index for the version it was decided on, so nothing needs to be written."""
    same_due_mail: bool = False
    """The same for ``due_mail``."""
    outbox: tuple[Posting, ...] = ()
    ledger: tuple[bytes, ...] = ()
    """Lines of the consent ledger."""
    wordings: tuple[tuple[str, bytes], ...] = ()
    """(hash, text) to keep if the partition has it not yet."""
    history: tuple[bytes, ...] = ()
    """Lines of the history."""
    counters: Mapping[str, int] = {}  # msgspec copies an empty default, so instances never share it
    day: str = ""
    """Business day (YYYY-MM-DD) the counters belong to."""
    claim: bool = False
    """Claim, in the same step, the heads of the lanes that were empty before: the caller sends them itself."""
    lease_ms: int = 30_000
    """Lease of those claims, in ms of server time."""
    ends_quarantine: bool = True
    """Release the record from quarantine; False where this commit only keeps events that could not be decided."""
    list_entries: tuple[tuple[str, bytes], ...] = ()
    """(list, entry) for the lists that the team reads."""
    left_out: tuple[tuple[str, str], ...] = ()
    """(send id, reason) of mails that are not sent; a line of the send ledger that exists already stays."""
    readers: tuple[tuple[str, int], ...] = ()
    """(topic, place in its index of readers); see :mod:`domain.consent.readers`."""
    # Two processes may run different editions for a moment; the store then refuses the older one's decisions.
    edition_number: int = 0
    """Number of the edition it was decided with; 0: decided without one, not checked."""
    held: Claim | None = None
    """A claim of this subscriber without which it is not written: what is told of a message is told by who has it."""

    @property
    def next_version(self) -> int:
        """The version that the record has once this is written."""
        # An existing record (version > 0) counts on; only a new one may begin at ``first_version``.
        return (0 if self.version else self.first_version) or self.version + 1


class CommitStatus(Enum):
    """How a commit ended."""

    COMMITTED = "committed"
    CONFLICT = "conflict"
    """Another commit came in between: load again, decide again."""
    SEEN = "seen"
    """Some of the events were committed before: drop those and decide again."""
    STALE = "stale"
    """Another edition is live by now: take it over, load again, decide again."""
    LOST = "lost"
    """The claim that it holds is another's by now."""


class Committed(Struct, frozen=True, kw_only=True, gc=False):
    """The answer of :meth:`RecordStore.commit`."""

    status: CommitStatus
    seen: frozenset[str] = frozenset()
    claims: tuple[Claim, ...] = ()


class ErasureStore(Protocol):
    """The part of a store that erasing a person needs."""

    async def return_seats(self, holder: str) -> None:
        """See :meth:`domain.ports.seats.SeatStore.return_seats`."""

    async def load(self, subscriber: str, event_ids: Sequence[str] = ()) -> Loaded:
        """Return a record, and those of the events that were committed already."""

    async def erase(self, subscriber: str) -> None:
        """Erase a person: record, due entries, waiting items of every lane, attempts, send ledger, history, users.

        The consent ledger stays: it holds hashes only, and proves what was agreed to.  The ids of seen events and the
        vouchers given stay too, so that neither is taken twice.
        """


class RecordStore(ErasureStore, Meetings, Protocol):
    """The part of a store that keeps the records."""

    async def commit(self, commit: Commit) -> Committed:
        """Write a decision atomically: record, event ids, due index, outbox, ledgers, history, counters.

        It is written only if the version fits and all of its events are new.
        """

    async def subscriber_names(self, partition: int) -> Sequence[str]:
        """Return the names of all records of a partition (for tools; costs a scan)."""

    def all_subscribers(self, *, once: bool = True) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every subscriber with its record, in no order (for tools; costs one scan of the whole store).

        A record that exists all the time comes exactly once; one that is made or erased meanwhile may come or not.
        Whoever does nothing wrong with a record that comes again asks for less with ``once=False``, and so saves the
        memory of knowing who came: 12 MB for a million.
        """
