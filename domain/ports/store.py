"""The whole port to the store: all of its parts, and what concerns the store itself."""

from typing import Protocol

from domain.ports.addresses import AddressStore, ConfirmationCounts
from domain.ports.condition import StoreCondition
from domain.ports.ledgers import LedgerStore
from domain.ports.meta import MetaStore
from domain.ports.outbox import OutboxStore
from domain.ports.quarantine import QuarantineStore
from domain.ports.readers import ReaderStore
from domain.ports.records import RecordStore
from domain.ports.seats import SeatStore
from domain.ports.sharing import WorkSharing
from domain.ports.vouchers import VoucherStore


class Store(
    RecordStore,
    ReaderStore,
    OutboxStore,
    LedgerStore,
    QuarantineStore,
    SeatStore,
    VoucherStore,
    WorkSharing,
    AddressStore,
    ConfirmationCounts,
    MetaStore,
    StoreCondition,
    Protocol,
):
    """Where everything is kept.  Every method may raise :class:`domain.ports.StoreAwayError`.

    A subscriber's record, outbox lists, send ledger, consent ledger and history live in one partition and change
    together in :meth:`commit`.  Addresses, users and values by name live elsewhere.
    """

    @property
    def partitions(self) -> int:
        """Number of partitions; fixed when the store was made."""

    def partition_of(self, name: str) -> int:
        """Return the partition of a subscriber, address hash or user hash."""

    async def close(self) -> None:
        """Let go of connections; idempotent."""

    async def ping(self) -> None:
        """Return if the store answers."""

    async def try_write(self) -> None:
        """Write something tiny that means nothing.  Raises :class:`domain.ports.StoreTakesNoWritesError`."""

    async def server_ms(self) -> int:
        """Return server time in ms since the epoch."""
