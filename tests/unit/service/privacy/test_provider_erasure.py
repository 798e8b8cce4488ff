"""Erasure at Mailjet: at each key, tried for 30 days, with a certificate."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import msgspec
import pytest

from email_out.transports.mailjet_contacts import MailjetContacts
from service.privacy.provider_erasure import KEY_NAMES, OPEN, ProviderErasures
from tests.support.mailjet_world import RunningMailjet, run_mailjet
from tests.support.memory_store.store import MemoryStore
from tests.support.patience import PATIENCE_SECONDS
from tests.support.people import KEYS, MAIL, NOON


@dataclass
class Office:
    """Two keys, and what is left to do."""

    running: RunningMailjet
    other: RunningMailjet
    now: datetime = NOON
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.store = MemoryStore(server_ms=lambda: 1)
        contacts = {"main": MailjetContacts(self.running.open_api()), "sub": MailjetContacts(self.other.open_api())}
        self.erasures = ProviderErasures(
            store=self.store, keys=KEYS, clock=lambda: self.now, contacts=contacts, tell_team=self.tell
        )

    async def tell(self, text: str) -> bool:
        """Take a mail to the team."""
        self.told.append(text)
        return True

    async def outcomes(self) -> list[tuple[str, str]]:
        """Return the certificate."""
        return [(line.key, line.outcome) for line in await self.erasures.list_lines(KEYS.address_hash(MAIL))]


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """Open it."""
    async with run_mailjet() as running, run_mailjet() as other:
        opened = Office(running, other)
        yield opened
        for contacts in opened.erasures.contacts.values():
            await contacts.close()


async def test_a_contact_is_deleted_at_each_key(office: Office) -> None:
    """And where there is none, that is said; afterwards nothing here holds the address."""
    contact = office.running.stand_in.account.make_contact(MAIL)
    await office.erasures.note_addresses([MAIL])
    await office.erasures.note_addresses([MAIL])
    assert await office.erasures.run_due() == 0
    assert contact.anonymised is not None
    assert await office.outcomes() == [("main", "deleted"), ("sub", "not there")]
    assert MAIL.encode() not in (await office.store.load_meta(OPEN) or b"")
    assert await office.erasures.run_due() == 0
    assert len(await office.outcomes()) == 2


async def test_what_fails_is_tried_again_with_pauses(office: Office) -> None:
    """Only at the key at which it failed."""
    account = office.running.stand_in.account
    account.make_contact(MAIL)
    account.failing_deletions = 2
    await office.erasures.note_addresses([MAIL])
    assert await office.erasures.run_due() == 1
    assert await office.outcomes() == [("sub", "not there")]
    assert await office.erasures.run_due() == 1
    assert account.failing_deletions == 1
    for minutes in (1, 2):
        office.now += timedelta(minutes=minutes)
        await office.erasures.run_due()
    assert await office.outcomes() == [("sub", "not there"), ("main", "deleted")]


async def test_after_thirty_days_the_team_is_told(office: Office) -> None:
    """With the address, once; then it is kept nowhere."""
    office.running.stand_in.account.make_contact(MAIL)
    office.running.stand_in.account.failing_deletions = 1000
    await office.erasures.note_addresses([MAIL])
    for _ in range(32):
        await office.erasures.run_due()
        office.now += timedelta(days=1)
    assert [MAIL in text for text in office.told] == [True]
    assert await office.outcomes() == [("sub", "not there"), ("main", "given up")]
    assert MAIL.encode() not in (await office.store.load_meta(OPEN) or b"")


async def test_without_a_key_nothing_is_kept(office: Office) -> None:
    """Nobody sends by Mailjet here, so no address is written down."""
    erasures = ProviderErasures(store=office.store, keys=KEYS, clock=lambda: office.now, contacts={})
    await erasures.note_addresses([MAIL])
    assert await office.store.load_meta(OPEN) is None


async def test_a_shell_without_the_key_leaves_the_contact_to_the_service(office: Office) -> None:
    """What it notes is due at once for the service, which has written down the names of its keys."""
    contact = office.running.stand_in.account.make_contact(MAIL)
    shell = ProviderErasures(store=office.store, keys=KEYS, clock=lambda: office.now, contacts={})
    following = asyncio.create_task(office.erasures.follow(lambda: True))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await shell.list_keys():  # noqa: ASYNC110  written by another task
            await asyncio.sleep(0)
    following.cancel()
    await shell.note_addresses([MAIL])
    assert (await shell.run_due(), await office.outcomes()) == (1, [])
    [waiting] = await shell.list_open(KEYS.address_hash(MAIL))
    assert (waiting.keys, waiting.tries, waiting.due_at) == (("main", "sub"), 0, office.now)
    assert await office.erasures.run_due() == 0
    assert (contact.anonymised is not None, await office.outcomes()) == (
        True,
        [("main", "deleted"), ("sub", "not there")],
    )


async def test_after_the_month_a_shell_leaves_telling_the_team_to_the_service(office: Office) -> None:
    """Also where the service has no key any more; then it forgets the names, and notes nothing more."""
    await office.erasures.note_addresses([MAIL])
    office.now += timedelta(days=30)
    shell = ProviderErasures(store=office.store, keys=KEYS, clock=lambda: office.now, contacts={})
    assert (await shell.run_due(), await office.outcomes()) == (1, [])
    await office.store.save_meta(KEY_NAMES, msgspec.msgpack.encode(("main", "sub")))
    keyless = ProviderErasures(
        store=office.store, keys=KEYS, clock=lambda: office.now, contacts={}, tell_team=office.tell
    )
    following = asyncio.create_task(keyless.follow(lambda: True))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(await office.outcomes()) < 2:  # noqa: ASYNC110  written by another task
            await asyncio.sleep(0)
    following.cancel()
    assert ([MAIL in text for text in office.told], await keyless.list_keys()) == ([True], ())
