"""Erasure of a person: everything except the proof of consent (GDPR, articles 17 and 7(1)).

Four steps, all idempotent, so that after a crash the erasure is simply repeated:

1. The seats that the person took are given back.
2. The person's addresses are released.  Those that were proven are suppressed by their keyed hash, so that a later
   import does not mail them again.
3. The person's contacts at the mail provider are noted as to be deleted (:mod:`service.privacy.provider_erasure`).
4. The archive and the store erase the record, waiting messages, the history and the send ledger.  The consent ledger
   stays, as it holds hashes only.
"""

import asyncio
from dataclasses import dataclass

from domain import record as records
from domain.ports import ErasureStore
from domain.record import Subscriber
from service.engine.address_registry import AddressRegistry
from service.engine.stop_notes import StopNotes
from service.privacy.provider_erasure import ProviderErasures
from store.line_archive import LineArchive


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """Erases subscribers of this installation."""

    store: ErasureStore
    addresses: AddressRegistry
    archive: LineArchive | None = None
    """The archive of history lines; None where there is none, as in tests and transcripts."""
    stops: StopNotes | None = None
    """Notes the erasure beside the store; None where there is no folder for that."""
    providers: ProviderErasures | None = None
    """Deletes the contacts at the mail provider; None where there is none."""

    async def __call__(self, subscriber: str) -> bool:
        """Erase a subscriber; return False if there was no record.  Raises :class:`domain.ports.StoreAwayError`."""
        # Also without a record: an erasure may have been cut off while seats were on their way.
        await self.store.return_seats(subscriber)
        raw = (await self.store.load(subscriber)).record
        if raw is None:
            return False
        if self.stops is not None:
            await self.stops.note_erasure(subscriber)
        record = records.decode(raw)
        contacts = await self._list_contacts(record)
        # Only proven addresses are suppressed: a typed one may belong to somebody else.
        for address, holding in record.addresses.items():
            await self.addresses.release_address(subscriber, address, proven=holding.status == "proven")
        if self.providers is not None:
            await self.providers.note_addresses(contacts)
        await self._erase_archived(subscriber)
        await self.store.erase(subscriber)  # last, since the record names the addresses
        # Once more: lines that were on their way into the archive in that moment.
        await self._erase_archived(subscriber)
        if self.providers is not None:
            await self.providers.run_due()
        return True

    async def _list_contacts(self, record: Subscriber) -> list[str]:
        """Return the addresses whose contacts at the provider are this person's."""
        if self.providers is None or not await self.providers.list_keys():
            return []
        owners = {address: await self.addresses.find_owner(address) for address in record.addresses}
        # An address that this person only typed may be another reader's, who keeps their contact.
        return [held.email for address, held in record.addresses.items() if owners[address] in ("", record.id)]

    async def _erase_archived(self, subscriber: str) -> None:
        if self.archive is not None:
            await asyncio.to_thread(self.archive.erase_person, subscriber)
