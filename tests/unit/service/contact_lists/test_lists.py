"""Contact lists at Mailjet, kept in step and compared over real HTTP with the stand-in."""

import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.consent.address_registry import AddressState, Suppression, encode_state
from domain.consent.readers import list_moved
from domain.ports import Commit
from domain.record import Subscriber
from domain.workspace_config import ContactListSync
from email_out.transports.mailjet_contacts import ContactsAwayError, MailjetContacts
from service.contact_lists.compare_lists import ListComparer, load_comparisons
from service.contact_lists.keep_lists import ListKeeper
from service.engine.address_registry import AddressRegistry
from service.feedback.desk import FeedbackDesk
from tests.support.mail_world import MailWorld, confirmed_reader
from tests.support.mailjet_world import RunningMailjet, run_mailjet
from tests.support.people import KEYS, NOON, TOPIC

SYNC = ContactListSync(topic=TOPIC, list=4711)
ROOT = Path(__file__).parents[4]


@dataclass
class Lists:
    """Readers here, a list there."""

    running: RunningMailjet
    world: MailWorld
    keeper: ListKeeper = field(init=False)
    comparer: ListComparer = field(init=False)

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.running.stand_in.account.add_list(SYNC.list)
        self.contacts = MailjetContacts(self.running.open_api())
        addresses = AddressRegistry(
            store=self.world.store, transact=self.world.transact, clock=self.now, config=lambda: self.world.config
        )
        desk = FeedbackDesk(
            store=self.world.store, transact=self.world.transact, addresses=addresses, keys=KEYS, clock=self.now
        )
        self.keeper = ListKeeper(
            store=self.world.store, contacts=self.contacts, config=lambda: self.world.config, clock=self.now,
            is_leader=lambda: True,
        )  # fmt: skip
        self.comparer = ListComparer(
            store=self.world.store, keeper=self.keeper, clock=self.now, name_address=KEYS.address_hash,
            withdraw=desk.withdraw_topic,
        )  # fmt: skip

    def now(self) -> datetime:
        """Return business time."""
        return self.world.now

    async def confirm(self, email: str) -> Subscriber:
        """Let somebody confirm the topic."""
        person = confirmed_reader(email)[0]
        agreed = {TOPIC: replace(person.consents[TOPIC], confirmed_at=self.world.now)}
        person = replace(person, id=KEYS.address_hash(f"person {email}"), consents=agreed)
        address = KEYS.address_hash(email)
        places = list_moved({}, person.consents)
        await self.world.store.commit(
            Commit(subscriber=person.id, version=0, record=records.encode(person), readers=places)
        )
        state = AddressState(holders=(person.id,), owner=person.id)
        await self.world.store.save_address(address, version=0, state=encode_state(state))
        return person

    async def withdraw(self, person: Subscriber) -> None:
        """Let somebody withdraw it."""
        loaded = await self.world.store.load(person.id)
        assert loaded.record
        before = records.decode(loaded.record)
        ended = replace(before.consents[TOPIC], status="withdrawn", withdrawn_at=self.world.now)
        after = replace(before, consents={TOPIC: ended}, version=loaded.version + 1)
        await self.world.store.commit(
            Commit(
                subscriber=person.id, version=loaded.version, record=records.encode(after),
                readers=list_moved(before.consents, after.consents),
            )
        )  # fmt: skip

    async def keep(self) -> int:
        """Do rounds until the list is in step; return how many."""
        for rounds in range(1, 20):
            self.world.now += timedelta(minutes=1)
            if await self.keeper.keep_list(SYNC):
                return rounds
        raise AssertionError

    def show(self) -> dict[str, bool]:
        """Return who is on the list there, and whether they are unsubscribed."""
        found = self.running.stand_in.account.contacts.values()
        return {one.email: one.unsubscribed[SYNC.list] for one in found if SYNC.list in one.unsubscribed}


@pytest.fixture
async def lists() -> AsyncIterator[Lists]:
    """Open both sides."""
    world = MailWorld()
    async with run_mailjet(lambda: world.now) as running:
        opened = Lists(running, world)
        yield opened
        await opened.contacts.close()


async def test_who_confirms_is_added_and_who_withdraws_unsubscribed(lists: Lists) -> None:
    """And once in step, a round costs no call."""
    mia, _ = await lists.confirm("mia@example.com"), await lists.confirm("ben@example.com")
    await lists.keep()
    assert lists.show() == {"mia@example.com": False, "ben@example.com": False}
    lists.world.now += timedelta(hours=1)
    await lists.withdraw(mia)
    await lists.keep()
    assert lists.show() == {"mia@example.com": True, "ben@example.com": False}
    calls = len(lists.running.stand_in.account.calls)
    lists.world.now += timedelta(hours=1)
    assert await lists.keep() == 1
    assert len(lists.running.stand_in.account.calls) == calls


async def test_a_job_that_fails_is_told_again(lists: Lists) -> None:
    """Also by a process that started in between: the store says which jobs are open."""
    lists.running.stand_in.account.failing_jobs = 1
    await lists.confirm("mia@example.com")
    assert not await lists.keeper.keep_list(SYNC)
    lists.keeper._told.clear()
    await lists.keep()
    assert lists.show() == {"mia@example.com": False}


async def test_many_changes_both_ways(lists: Lists) -> None:
    """In step afterwards: nobody is missing, nobody too many; with 10,000 where DOORSTEP_TEST_LIST_CHANGES says so."""
    count = int(os.environ.get("DOORSTEP_TEST_LIST_CHANGES", "600"))
    people = [await lists.confirm(f"reader{number}@example.com") for number in range(count)]
    await lists.keep()
    lists.world.now += timedelta(hours=1)
    for person in people[::3]:
        await lists.withdraw(person)
    newer = [await lists.confirm(f"later{number}@example.com") for number in range(100)]
    await lists.keep()
    shown = lists.show()
    assert len(shown) == len(people) + len(newer)
    assert sum(shown.values()) == len(people[::3])


async def test_an_unsubscribe_there_stays_and_is_a_withdrawal_here(lists: Lists) -> None:
    """The nightly comparison tells; one that is older than the yes is told and ends nothing."""
    mia, ben = await lists.confirm("mia@example.com"), await lists.confirm("ben@example.com")
    await lists.keep()
    lists.world.now += timedelta(hours=1)
    account = lists.running.stand_in.account
    for email, at in (("mia@example.com", lists.world.now), ("ben@example.com", NOON - timedelta(days=9))):
        account.by_email[email].unsubscribed[SYNC.list] = True
        account.by_email[email].unsubscribed_at = at
    found = await lists.comparer.compare_list(SYNC)
    assert (found.withdrawn, found.older, found.in_step, found.added) == (1, 1, 0, 0)
    assert (await lists.world.load_record(mia)).consents[TOPIC].status == "withdrawn"
    assert (await lists.world.load_record(ben)).consents[TOPIC].status == "confirmed"
    await lists.keep()
    assert lists.show() == {"mia@example.com": True, "ben@example.com": True}


async def test_a_stranger_is_told_and_never_taken_in(lists: Lists) -> None:
    """By Mailjet's number; who is known here and has not agreed is unsubscribed, who is missing is added."""
    await lists.confirm("mia@example.com")
    account = lists.running.stand_in.account
    stranger, gone = account.make_contact("who@example.com"), account.make_contact("gone@example.com")
    stranger.unsubscribed[SYNC.list] = gone.unsubscribed[SYNC.list] = False
    erased = AddressState(suppressions=(Suppression(reason="erased", at=NOON),))
    await lists.world.store.save_address(KEYS.address_hash("gone@example.com"), version=0, state=encode_state(erased))
    lists.world.now += timedelta(days=1)
    await lists.comparer.compare_due([SYNC])
    [found] = await load_comparisons(lists.world.store)
    assert (found.unknown, found.unknown_count) == ((stranger.id,), 1)
    assert (found.added, found.unsubscribed) == (1, 1)
    calls = len(account.calls)
    await lists.comparer.compare_due([SYNC])  # once a night
    assert len(account.calls) == calls
    for job in account.jobs.values():
        job.work()
    assert lists.show() == {"who@example.com": False, "gone@example.com": True, "mia@example.com": False}


async def test_mailjet_that_is_away_holds_nothing_up(lists: Lists) -> None:
    """The next round tells the same."""
    keeper, wrong = lists.keeper, MailjetContacts(lists.running.open_api(secret="wrong"))
    await lists.confirm("mia@example.com")
    keeper.contacts = wrong
    with pytest.raises(ContactsAwayError):
        await keeper.keep_list(SYNC)
    await wrong.close()
    keeper.contacts = lists.contacts
    await lists.keep()
    assert lists.show() == {"mia@example.com": False}


def test_nobody_is_ever_added_by_force() -> None:
    """The action that lifts an unsubscribe stands nowhere but in the stand-in, which must know it."""
    force = re.compile("add" + "force")
    rooms = ("domain", "language", "flows", "onboarding", "email_out", "store", "service", "bot")
    found = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if force.search(path.read_text("utf-8"))
    ]
    assert found == ["service/stand_ins/mailjet/contacts.py"]
