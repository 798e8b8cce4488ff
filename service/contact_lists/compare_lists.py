"""Compares a contact list at Mailjet with the readers of its topic, each night and both ways.

An unsubscribe at Mailjet is a withdrawal here, if it is newer than the yes.  A contact that nobody here knows is
reported and never taken in: there is no proof that they agreed.  What is missing there is added, and who has not agreed
here is unsubscribed there, by the jobs of :mod:`service.contact_lists.keep_lists`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import structlog
from msgspec import Struct

from domain import record as records
from domain.consent.address_registry import decode_state
from domain.ports import Clock, MetaStore, Store, StoreError
from domain.workspace_config import ContactListSync, WorkspaceConfig
from email_out.transports.mailjet_contacts import ContactsAwayError, ListAction, ListedContact
from service.contact_lists.keep_lists import ListKeeper

MOST_SHOWN = 20
"""Contacts nobody knows that are named, by Mailjet's number and never by address."""
COMPARED = "contact_lists_compared"
"""Name of the stored value with the last comparison of each list."""

NIGHT_HOUR = 3
"""Hour of UTC after which a night's comparison is due."""
LOOK_SECONDS = 300.0

log = structlog.get_logger("doorstep.lists")


class ListComparison(Struct, frozen=True, kw_only=True):
    """What a comparison found."""

    list: int
    topic: str
    at: datetime
    in_step: int
    """Contacts that are the same on both sides."""
    withdrawn: int
    """Unsubscribed at Mailjet, and now withdrawn here."""
    added: int
    """Confirmed here and missing there."""
    unsubscribed: int
    """Known here, not confirmed, and now unsubscribed there."""
    older: int
    """Unsubscribed there before they confirmed here, or Mailjet does not say when: only the person can lift that."""
    unknown: tuple[int, ...]
    """Mailjet's numbers of contacts nobody here knows, the first of them."""
    unknown_count: int


async def load_comparisons(store: MetaStore) -> list[ListComparison]:
    """Return the last comparison of each list."""
    raw = await store.load_meta(COMPARED)
    return msgspec.msgpack.decode(raw, type=list[ListComparison]) if raw else []


@dataclass(slots=True, kw_only=True)
class _Findings:
    """What is gathered while a list is read."""

    in_step: int = 0
    withdrawn: int = 0
    older: int = 0
    unknown: list[int] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListComparer:
    """Compares the lists of a workspace."""

    store: Store
    keeper: ListKeeper
    clock: Clock
    name_address: Callable[[str], str]
    """Returns the keyed hash of an address as Mailjet writes it."""
    withdraw: Callable[[str, datetime, str], Awaitable[object]]
    """Withdraws one topic of an address: email, moment, topic."""

    async def follow(self, config: Callable[[], WorkspaceConfig]) -> None:
        """Compare each night until cancelled; one process, the leader, does."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if self.keeper.is_leader():
                    await self.compare_due(config().sync)
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)

    async def compare_due(self, lists: Sequence[ContactListSync]) -> None:
        """Compare the lists that were not compared since the last night.  Raises ``StoreError``."""
        # By what was written, not by a timer: a process that starts at noon makes up for the night.
        now = self.clock()
        night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
        night = night if night <= now else night - timedelta(days=1)
        known = {one.list: one for one in await load_comparisons(self.store)}
        for sync in lists:
            if sync.list in known and known[sync.list].at >= night:
                continue
            try:
                known[sync.list] = await self.compare_list(sync)
            except ContactsAwayError as error:
                log.warning("contact_list_behind", what=str(sync.list), reason=str(error))
                continue
            await self.store.save_meta(COMPARED, msgspec.msgpack.encode(list(known.values())))

    async def compare_list(self, sync: ContactListSync) -> ListComparison:
        """Compare one list and mend what may be mended.  Raises ``ContactsAwayError``, ``StoreError``."""
        found = _Findings()
        async for contact in self.keeper.contacts.read_list(sync.list):
            await self._judge_contact(sync, contact, found)
        missing = await self._list_missing(sync.topic, found.seen)
        wanted: dict[ListAction, list[str]] = {"addnoforce": missing, "unsub": found.stale}
        # Not followed: what such a job does not do, the next night finds again.
        await self.keeper.start_jobs(sync.list, wanted)
        if found.unknown:
            log.warning("contact_list_strangers", what=str(sync.list), count=len(found.unknown))
        return ListComparison(
            list=sync.list, topic=sync.topic, at=self.clock(), in_step=found.in_step, withdrawn=found.withdrawn,
            added=len(missing), unsubscribed=len(found.stale), older=found.older,
            unknown=tuple(found.unknown[:MOST_SHOWN]), unknown_count=len(found.unknown),
        )  # fmt: skip

    async def _judge_contact(self, sync: ContactListSync, contact: ListedContact, found: _Findings) -> None:
        address = self.name_address(contact.email)
        state = decode_state((await self.store.load_address(address))[0])
        confirmed = await self._find_yes(sync.topic, address, state.holders)
        if confirmed is None:
            if contact.unsubscribed:
                found.in_step += 1
            # Erased people are known by their suppression alone, and must not stay on a list.
            elif state.holders or state.suppressions:
                found.stale.append(contact.email)
            else:
                found.unknown.append(contact.id)
            return
        found.seen.add(address)
        if not contact.unsubscribed:
            found.in_step += 1
        # Only a newer unsubscribe outweighs a yes; without a time nobody can say which came first.
        elif contact.unsubscribed_at and contact.unsubscribed_at > confirmed:
            await self.withdraw(contact.email, contact.unsubscribed_at, sync.topic)
            found.withdrawn += 1
        else:
            found.older += 1

    async def _find_yes(self, topic: str, address: str, holders: tuple[str, ...]) -> datetime | None:
        """Return when a topic was confirmed for an address; None if it is not."""
        for holder in holders:
            raw = (await self.store.load(holder)).record
            consent = records.decode(raw).consents.get(topic) if raw else None
            if consent and consent.status == "confirmed" and consent.address == address:
                return consent.confirmed_at
        return None

    async def _list_missing(self, topic: str, seen: set[str]) -> list[str]:
        missing: list[str] = []
        for partition in range(self.store.partitions):
            for subscriber, place in await self.store.list_readers(partition, topic):
                # A negative place is somebody who withdrew.
                raw = (await self.store.load(subscriber)).record if place > 0 else None
                record = records.decode(raw) if raw else None
                consent = record.consents.get(topic) if record else None
                if record and consent and consent.address not in seen and consent.address in record.addresses:
                    missing.append(record.addresses[consent.address].email)
        return missing
