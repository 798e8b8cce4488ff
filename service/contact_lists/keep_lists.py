"""Keeps a contact list at Mailjet in step with the readers of a topic.

Who confirmed is added, who withdrew is unsubscribed.  The index of readers, which only commits write, says who moved
since a second; the record says what they are now.  That second moves on after Mailjet's jobs are completed: a crash, or
a job that failed, repeats the same, which changes nothing twice.  Nobody is added by force.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import structlog
from msgspec import Struct

from domain import record as records
from domain.ports import Clock, Store, StoreError
from domain.workspace_config import ContactListSync, WorkspaceConfig
from email_out.transports.mailjet_contacts import MOST_CONTACTS, ContactsAwayError, ListAction, MailjetContacts

PAUSE_SECONDS = 60.0
"""Between two rounds."""
OVERLAP = 120
"""Seconds that a round looks back beyond the last one: a commit may come a moment after its own time."""
_AT_ONCE = 32

log = structlog.get_logger("doorstep.lists")


class ListState(Struct, frozen=True, kw_only=True, array_like=True):
    """How far a list is in step; the stored value ``contact_list:<list>``."""

    since: int = 0
    """Business second up to which everybody was told to Mailjet."""
    until: int = 0
    """What ``since`` becomes when the jobs are completed."""
    jobs: tuple[int, ...] = ()
    """Jobs at Mailjet that are not known to have ended."""


@dataclass(slots=True, kw_only=True)
class ListKeeper:
    """Keeps the lists that the live workspace declares; one process, the leader, does."""

    store: Store
    contacts: MailjetContacts
    config: Callable[[], WorkspaceConfig]
    clock: Clock
    is_leader: Callable[[], bool]
    _told: dict[int, set[tuple[str, int]]] = field(default_factory=dict)
    """By list: whom a round has told already, so that what overlaps is not told at every round."""

    async def follow(self) -> None:
        """Keep them until cancelled."""
        while True:
            # Two processes would start every job twice, which changes nothing and costs calls.
            if self.is_leader():
                for sync in self.config().sync:
                    await self._keep_guarded(sync)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _keep_guarded(self, sync: ContactListSync) -> None:
        try:
            await self.keep_list(sync)
        except ContactsAwayError as error:
            log.warning("contact_list_behind", what=str(sync.list), reason=str(error))
        except StoreError as error:
            log.warning("store_away", error=type(error).__name__)

    async def keep_list(self, sync: ContactListSync) -> bool:
        """Do one round; return True if the list is in step.  Raises :class:`ContactsAwayError`, ``StoreError``."""
        name = f"contact_list:{sync.list}"
        raw = await self.store.load_meta(name)
        state = msgspec.msgpack.decode(raw, type=ListState) if raw else ListState()
        if state.jobs:
            state = await self._follow_jobs(sync, state)
            await self.store.save_meta(name, msgspec.msgpack.encode(state))
            if state.jobs:
                return False
        # Taken before the index is read: who moves meanwhile belongs to the next round.
        now = int(self.clock().timestamp())
        moved = await self._list_moved(sync, state.since - OVERLAP)
        jobs = await self.start_jobs(sync.list, await self._read_emails(sync.topic, moved))
        # Told before it is known to be done: the jobs are followed in the next round, also by another process.
        until = ListState(since=now if not jobs else state.since, until=now, jobs=jobs)
        await self.store.save_meta(name, msgspec.msgpack.encode(until))
        self._told[sync.list] = set(moved) | {
            one for one in self._told.get(sync.list, ()) if abs(one[1]) > now - OVERLAP
        }
        return not jobs

    async def _follow_jobs(self, sync: ContactListSync, state: ListState) -> ListState:
        """Look at the jobs; a failed one makes the next round tell everybody again."""
        # Each by itself: Mailjet has no call for several jobs.
        ends = {job: await self.contacts.look_at_job(sync.list, job) for job in state.jobs}
        if "failed" in ends.values():
            log.error("contact_list_job_failed", what=str(sync.list))
            self._told.pop(sync.list, None)
            return ListState(since=state.since)
        running = tuple(job for job, end in ends.items() if end == "running")
        return (
            ListState(since=state.since, until=state.until, jobs=running) if running else ListState(since=state.until)
        )

    async def _list_moved(self, sync: ContactListSync, since: int) -> list[tuple[str, int]]:
        """Return who confirmed or withdrew since a second, with their place in the index."""
        # Beyond every second that can stand in the index.
        far = 1 << 40
        moved = await self.store.count_readers(sync.topic, since, far)
        moved += await self.store.count_readers(sync.topic, -far, -max(since, 1))
        # Counting costs one call, and nearly always nobody moved.
        if not moved:
            return []
        told = self._told.get(sync.list, set())
        return [
            reader
            for partition in range(self.store.partitions)
            for reader in await self.store.list_readers(partition, sync.topic)
            if abs(reader[1]) >= since and reader not in told
        ]

    async def _read_emails(self, topic: str, moved: Sequence[tuple[str, int]]) -> dict[ListAction, list[str]]:
        room = asyncio.Semaphore(_AT_ONCE)

        async def read(subscriber: str) -> tuple[ListAction, str] | None:
            async with room:
                return await self._read_wanted(topic, subscriber)

        wanted: dict[ListAction, list[str]] = {}
        for one in await asyncio.gather(*(read(subscriber) for subscriber, _ in moved)):
            if one:
                wanted.setdefault(one[0], []).append(one[1])
        return wanted

    async def _read_wanted(self, topic: str, subscriber: str) -> tuple[ListAction, str] | None:
        raw = (await self.store.load(subscriber)).record
        record = records.decode(raw) if raw else None
        consent = record.consents.get(topic) if record else None
        held = record.addresses.get(consent.address) if record and consent else None
        # Erased, or the address was taken out meanwhile: there is nothing to tell.
        if consent is None or held is None:
            return None
        return ("addnoforce" if consent.status == "confirmed" else "unsub", held.email)

    async def start_jobs(self, list_id: int, wanted: dict[ListAction, list[str]]) -> tuple[int, ...]:
        """Tell Mailjet; return the numbers of its jobs."""
        return tuple(
            [
                await self.contacts.start_job(list_id, action, emails[at : at + MOST_CONTACTS])
                for action, emails in sorted(wanted.items())
                for at in range(0, len(emails), MOST_CONTACTS)
            ]
        )
