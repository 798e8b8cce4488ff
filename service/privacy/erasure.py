"""Erasing a person: everything that is kept of them, but the proof that we were allowed to (GDPR, articles 17, 7(1)).

In this order, each step idempotent, so that a crash in between is made good by doing it again: the addresses let go of
the person, and those that were proven are suppressed by their keyed hash, which survives a re-import; then the store
forgets the record, what waits to be sent, the history and the send ledger.  The consent ledger stays: it holds hashes.
"""

from dataclasses import dataclass

from domain import record as records
from domain.ports import ErasureStore
from service.engine.address_registry import AddressRegistry


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Erases subscribers of this installation."""

    store: ErasureStore
    addresses: AddressRegistry

    async def __call__(self, subscriber: str) -> bool:
        """Erase one; returns whether there was anybody.  Raises :class:`domain.ports.StoreAwayError`."""
        raw = (await self.store.load(subscriber)).record
        if raw is None:
            return False
        record = records.decode(raw)
        for name, held in record.addresses.items():
            await self.addresses.release_address(subscriber, name, proven=held.status == "proven")
        await self.store.erase(subscriber)
        return True
