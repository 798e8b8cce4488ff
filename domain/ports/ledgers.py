"""The port to what is written along the way and read by people: ledgers, history, counters, lists of the team."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Literal, Protocol

from msgspec import Struct

# queued -> attempting -> sent | failed | refused; "unknown" is an attempt whose outcome was never learnt.
SendStatus = Literal["queued", "attempting", "sent", "failed", "refused", "unknown"]


class SendLine(Struct, frozen=True, kw_only=True, gc=False):
    """One line of the send ledger."""

    id: str
    subscriber: str
    status: SendStatus
    at_ms: int
    """Server time of the last change."""
    note: str = ""
    """Reason of a refusal or failure; holds no personal data."""


class LedgerStore(Protocol):
    """The part of a store that keeps ledgers, histories, counters and the lists of the team.

    Commits write them (:class:`domain.ports.Commit`); here they are read.
    """

    async def sends_of(self, subscriber: str) -> Sequence[SendLine]:
        """Return the send ledger of a subscriber, by time of the last change."""

    async def sends_with_status(self, status: SendStatus) -> Sequence[SendLine]:
        """Return all lines with this status, over all partitions (``unknown`` and ``attempting`` are indexed)."""

    def all_addresses(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every address with its aggregate, in no order; one may come twice.  Reads the whole store."""

    async def consent_ledger(self, subscriber: str) -> Sequence[bytes]:
        """Return the consent ledger, oldest first."""

    async def consent_wording(self, subscriber: str, hash: str) -> str | None:  # noqa: A002  the field's term
        """Return a consent text kept in this subscriber's partition; None if it is not there."""

    async def history(self, subscriber: str, *, last: int = 100) -> Sequence[bytes]:
        """Return the newest lines of a subscriber's history, oldest first."""

    async def oldest_lines(self, subscriber: str, *, kept: int) -> Sequence[bytes]:
        """Return the lines of a subscriber's history that come before the newest ``kept``, oldest first."""

    async def trim_history(self, subscriber: str, lines: Sequence[bytes]) -> bool:
        """Drop these oldest lines, which :meth:`oldest_lines` returned; False if they are not the oldest any more."""

    async def day_counters(self, day: str) -> Mapping[str, int]:
        """Return the counters of a business day, summed over partitions."""

    async def list_entries(self, list_name: str, *, last: int = 1000) -> Sequence[bytes]:
        """Return the newest entries of a list of the team, oldest first within a partition."""

    async def clear_list(self, list_name: str) -> None:
        """Empty a list of the team."""
