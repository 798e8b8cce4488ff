"""Addresses: asked and told across partitions, by compare-and-set; and the breakers of the whole system."""

import asyncio
import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.consent.address_registry import AddressState, Suppression, decode_state, encode_state
from domain.consent.confirmation_ends import newest_send
from domain.consent.double_opt_in import is_doubted
from domain.counters import WRONG_CODE
from domain.effects import SendMail, UpdateAddress
from domain.events import AnyEvent, NotMe
from domain.ports import INTERNAL, TRANSACTIONAL, Commit, StoreAwayError, Transacted
from domain.record import Identity, Subscriber
from service.engine.address_registry import AddressRegistry
from service.engine.confirmation_window import ConfirmationWindow
from service.engine.transact import Transactor
from service.runtime.circuit_breakers import CircuitBreakers
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import ADDRESS, EMAIL, PAGE, TOPIC, shipped_edition, typed_message
from tests.support.transactors import TransactorBench, load_stored, take_all


@dataclass
class Post:
    """A house whose internal lane is worked off by hand."""

    config: TransactorBench
    transact: Transactor
    addresses: AddressRegistry
    texts: int = 0

    async def says(self, psid: str, *texts: str) -> None:
        """Let somebody write."""
        for text in texts:
            self.texts += 1
            event = replace(typed_message(self.texts, text, self.config.now), id=f"{psid}:{self.texts}")
            await self.transact(self.name(psid), (event,), Identity(page=PAGE, psid=psid))

    def name(self, psid: str) -> str:
        """Return a person's name."""
        return KEYS.subscriber_id(PAGE, psid)

    async def tells(self, psid: str) -> list[UpdateAddress]:
        """Work a person's internal lane off; return what was told."""
        told = [
            one for one in await self.config.take_posted(INTERNAL, self.name(psid)) if isinstance(one, UpdateAddress)
        ]
        for one in told:
            await self.addresses.update_address(self.name(psid), one)
        return told

    async def mail(self, psid: str) -> SendMail:
        """Take the newest confirmation mail out of the lane."""
        return [
            one for one in await self.config.take_posted(TRANSACTIONAL, self.name(psid)) if isinstance(one, SendMail)
        ][-1]

    async def record(self, psid: str) -> Subscriber:
        """Return what is stored."""
        return await load_stored(self.config.store, self.name(psid))

    async def subscribes(self, psid: str, email: str = EMAIL) -> list[UpdateAddress]:
        """Walk the whole way by code; return the last that was told."""
        await self.says(psid, "newsletter", "yes", email)
        await self.tells(psid)
        address = KEYS.address_hash(email)
        pending = (await self.record(psid)).pending[address]
        await self.says(psid, KEYS.confirmation_codes(self.name(psid), address, pending.nonce)[0])
        return await self.tells(psid)

    async def admitted(self, psid: str) -> str:
        """Ask for the person's newest confirmation mail."""
        return (await self.addresses.admit(await self.mail(psid), await self.record(psid))).answer


@dataclass
class Away:
    """A ``Transact`` that finds the store away, until told otherwise."""

    transact: Transactor
    away: bool = True

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Transact, or raise."""
        if self.away:
            message = "away"
            raise StoreAwayError(message)
        return await self.transact(subscriber, events, identity)


@pytest.fixture
def post() -> Post:
    """Return an empty house with its addresses."""
    config = TransactorBench()
    transact = config.make_transactor()
    addresses = AddressRegistry(
        store=config.store, transact=transact, clock=lambda: config.now, config=lambda: config.config
    )
    return Post(config=config, transact=transact, addresses=addresses)


async def test_a_newer_code_moves_the_address_and_ends_the_old_run(post: Post) -> None:
    """Whoever proves a mailbox last owns it; the earlier owner's sequence stops at once."""
    await post.subscribes("1")
    post.config.now += timedelta(hours=1)
    await post.subscribes("2")
    first, second = await post.record("1"), await post.record("2")
    assert (first.addresses[ADDRESS].status, first.runs["tasting_book"].status) == ("moved", "left")
    assert (second.addresses[ADDRESS].status, second.runs["tasting_book"].status) == ("proven", "running")
    assert await post.addresses.find_owner(ADDRESS) == post.name("2")


async def test_telling_twice_changes_nothing(post: Post) -> None:
    """The internal lane delivers at least once."""
    await post.subscribes("1")
    post.config.now += timedelta(hours=1)
    told = await post.subscribes("2")
    before = (await post.record("1"), await post.config.store.load_address(ADDRESS))
    for one in told:
        await post.addresses.update_address(post.name("2"), one)
    assert (await post.record("1"), await post.config.store.load_address(ADDRESS)) == before


async def test_a_complaint_after_a_failover_is_not_overwritten(post: Post) -> None:
    """A store that lost its end counts the same versions again: a change in flight is made anew on what it has now."""
    store, real, looks = post.config.store, post.config.store.load_address, 0

    async def load_before_the_failover(address: str) -> tuple[bytes | None, int]:
        nonlocal looks
        looks += 1
        raw, version = await real(address)
        if looks == 1:
            blocked = Suppression(reason="complaint", at=post.config.now)
            state = encode_state(AddressState(suppressions=(blocked,)))
            store._data_of(address).addresses[address] = (state, version)
            store.meetings += 1
        return raw, version

    await post.subscribes("1")
    store.load_address = load_before_the_failover  # type: ignore[method-assign]  # as a failover, between two calls
    await post.addresses.suppress(ADDRESS, "hard_bounce")
    store.load_address = real  # type: ignore[method-assign]  # see above

    state = decode_state((await real(ADDRESS))[0])
    assert {one.reason for one in state.suppressions} == {"complaint", "hard_bounce"}


async def test_a_crash_between_address_and_old_holder_is_made_good(post: Post) -> None:
    """Told again after the store went away in the middle, the old holder still hears that the address moved."""
    await post.subscribes("1")
    post.config.now += timedelta(hours=1)
    transact, whole = Away(post.transact), post.addresses
    post.addresses = AddressRegistry(store=post.config.store, transact=transact, clock=whole.clock, config=whole.config)
    with pytest.raises(StoreAwayError):
        await post.subscribes("2")
    transact.away = False
    confirmed = UpdateAddress(
        id="told", address=ADDRESS, change="confirmed", at=post.config.now, by="code", topic=TOPIC
    )
    await post.addresses.update_address(post.name("2"), confirmed)
    assert (await post.record("1")).addresses[ADDRESS].status == "moved"
    assert await post.addresses.find_owner(ADDRESS) == post.name("2")


async def test_unsubscribing_reaches_every_holder_before_it_returns(post: Post) -> None:
    """The owner and everybody who asked for this address are written when the answer goes out."""
    await post.subscribes("1")
    await post.says("2", "newsletter", "yes", EMAIL)
    await post.tells("2")
    await post.addresses.unsubscribe(post.name("1"), ADDRESS, "", "one-click")
    first, second = await post.record("1"), await post.record("2")
    assert (first.consents[TOPIC].status, first.runs["tasting_book"].status) == ("withdrawn", "left")
    assert second.pending == {}
    again = await post.record("1")
    await post.addresses.unsubscribe(post.name("1"), ADDRESS, "", "one-click")
    assert (await post.record("1")).consents == again.consents


async def test_unsubscribing_waits_for_no_lane(post: Post) -> None:
    """The link names whom it was mailed to: they are written even if the address has not heard of them yet."""
    await post.says("1", "newsletter", "yes", EMAIL)
    pending = (await post.record("1")).pending[ADDRESS]
    await post.says("1", KEYS.confirmation_codes(post.name("1"), ADDRESS, pending.nonce)[0])
    await post.addresses.unsubscribe(post.name("1"), ADDRESS, TOPIC, "one-click")
    record = await post.record("1")
    assert (record.consents[TOPIC].status, record.runs["tasting_book"].status) == ("withdrawn", "left")


async def test_an_old_mail_ends_the_topic_at_the_new_address_too(post: Post) -> None:
    """Who moved on to another address and presses the link of an earlier mail wants no more of it anywhere."""
    await post.subscribes("1")
    post.config.now += timedelta(hours=1)
    await post.says("1", "stop")
    new = KEYS.address_hash("mia2@example.com")
    await post.subscribes("1", "mia2@example.com")
    assert (await post.record("1")).consents[TOPIC].address == new
    await post.addresses.unsubscribe(post.name("1"), ADDRESS, TOPIC, "one-click")
    record = await post.record("1")
    assert (record.consents[TOPIC].status, record.runs["tasting_book"].status) == ("withdrawn", "left")


async def test_confirmation_mails_are_limited_by_address_whoever_asks(post: Post) -> None:
    """One in 15 minutes and three a day to one mailbox; the same mail asked for again is admitted again."""
    answers = []
    for psid in ("1", "2", "3", "4", "5"):
        await post.says(psid, "newsletter", "yes", EMAIL)
        mail, record = await post.mail(psid), await post.record(psid)
        answers.append((await post.addresses.admit(mail, record)).answer)
        answers.append((await post.addresses.admit(mail, record)).answer)
        post.config.now += timedelta(minutes=15 if psid != "1" else 5)
    assert answers == ["yes", "yes", "no", "no", "yes", "yes", "yes", "yes", "no", "no"]


async def test_admitting_at_once_from_many_sides_lets_one_through(post: Post) -> None:
    """Compare-and-set: two senders asking at the same moment do not both hear yes."""
    asked = []
    for psid in ("1", "2", "3"):
        await post.says(psid, "newsletter", "yes", EMAIL)
        asked.append(post.addresses.admit(await post.mail(psid), await post.record(psid)))
    assert sorted([one.answer for one in await asyncio.gather(*asked)]) == ["no", "no", "yes"]


async def test_a_new_request_after_unsubscribing_is_let_through_once_a_day(post: Post) -> None:
    """The person's own wish lifts it; a second mail within the day does not go."""
    await post.subscribes("1")
    await post.addresses.unsubscribe(post.name("1"), ADDRESS, "", "one-click")
    post.config.now += timedelta(days=2)
    answers = []
    for psid in ("2", "3"):
        await post.says(psid, "newsletter", "yes", EMAIL)
        answers.append(await post.admitted(psid))
        post.config.now += timedelta(hours=1)
    assert answers == ["yes", "no"]


class Hour:
    """Breakers whose minutes a test lets pass."""

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self.now = NOON
        self.store = MemoryStore(4, server_ms=lambda: 0)
        config = shipped_edition().config
        limits = config.limits.model_copy(update={"system_mails_an_hour": 10, "system_wrong_codes_an_hour": 5})
        self.config = config.model_copy(update={"limits": limits})
        self.breakers = CircuitBreakers(store=self.store, clock=lambda: self.now, config=lambda: self.config)
        self.commits = 0

    async def minutes(self, count: int, name: str = WRONG_CODE, each: int = 0) -> bool:
        """Let minutes pass in which something happened so often; return whether the breaker is open."""
        for _ in range(count):
            if each:
                self.commits += 1
                commit = Commit(
                    subscriber=f"s{self.commits}",
                    version=0,
                    record=b"",
                    counters={name: each},
                    day=self.now.date().isoformat(),
                )
                await self.store.commit(commit)
            await self.breakers.sample_counters()
            self.now += timedelta(minutes=1)
        return self.breakers.codes_paused


async def test_the_breaker_opens_above_the_limit_of_an_hour_and_closes_again() -> None:
    """What is allowed within an hour passes; more opens; an hour of calm closes."""
    hour = Hour()
    assert await hour.minutes(1) is False
    assert await hour.minutes(5, each=1) is False
    assert await hour.minutes(1, each=1) is True
    assert await hour.minutes(30) is True
    assert await hour.minutes(40) is False


async def test_the_breaker_counts_over_midnight() -> None:
    """A new day's counters begin at nothing; the hour does not."""
    hour = Hour()
    hour.now = NOON.replace(hour=23, minute=55)
    await hour.minutes(1)
    assert await hour.minutes(8, each=1) is True


async def test_a_closed_window_holds_confirmation_mails_only(post: Post) -> None:
    """They wait, nothing is refused; a mail that carries no confirmation goes; an hour later there is room again."""
    await post.says("1", "newsletter", "yes", EMAIL)
    mail, record = await post.mail("1"), await post.record("1")
    limits = post.config.config.limits.model_copy(update={"unproven_mails_an_hour": 1})
    window = ConfirmationWindow(store=post.config.store, clock=lambda: post.config.now, limits=lambda: limits)
    bounded = dataclasses.replace(post.addresses, window=window)
    assert await window.admit(record) is True
    assert (await bounded.admit(mail, record)).answer == "later"
    assert (await bounded.admit(replace(mail, nonce=""), record)).answer == "yes"
    assert (bounded.is_paused(mail), bounded.is_paused(replace(mail, nonce=""))) == (True, False)
    assert (len(window.list_alarms()), "few of the addresses" in window.list_alarms()[0]) == (1, True)
    await window.note_confirmed()
    assert (await bounded.admit(mail, record)).answer == "yes"
    assert (await bounded.admit(mail, record)).answer == "yes"  # asked again, it is not counted again
    post.config.now += timedelta(hours=1)
    assert [await window.admit(record), await window.admit(record)] == [True, False]


async def test_spellings_of_one_mailbox_share_its_limit(post: Post) -> None:
    """Sixty aliases of a stranger's mailbox get no more mails than the mailbox itself."""
    bounded, answers = dataclasses.replace(post.addresses, keys=KEYS), []
    for number in range(60):
        await post.says(str(number), "newsletter", "yes", f"m.ia+{number}@googlemail.com")
        mail, record = await post.mail(str(number)), await post.record(str(number))
        answers.append((await bounded.admit(mail, record)).answer)
        post.config.now += timedelta(minutes=16)
    assert answers.count("yes") == post.config.config.limits.mails_a_day


async def test_an_open_breaker_pauses_codes(post: Post) -> None:
    """While codes are paused the right one does not confirm; afterwards it does."""
    post.config.codes_paused = True
    await post.subscribes("1")
    assert (await post.record("1")).consents[TOPIC].status == "agreed"
    assert await take_all(post.config.store, "mail-marketing", post.name("1")) == []
    post.config.codes_paused = False
    pending = (await post.record("1")).pending[ADDRESS]
    await post.says("1", KEYS.confirmation_codes(post.name("1"), ADDRESS, pending.nonce)[0])
    assert (await post.record("1")).consents[TOPIC].status == "confirmed"


@pytest.mark.parametrize("is_proof_first", [True, False])
@pytest.mark.parametrize("is_proof_told_first", [True, False])
async def test_a_proof_and_a_strangers_not_me_cross(
    post: Post, *, is_proof_first: bool, is_proof_told_first: bool
) -> None:
    """Within a second of each other: after the proof the mailbox is asked, before it the address is blocked."""
    for psid in ("1", "2"):
        await post.says(psid, "newsletter", "yes", EMAIL)
        await post.tells(psid)
    for is_proof in (is_proof_first, not is_proof_first):
        post.config.now += timedelta(seconds=1)
        if is_proof:
            pending = (await post.record("1")).pending[ADDRESS]
            await post.says("1", KEYS.confirmation_codes(post.name("1"), ADDRESS, pending.nonce)[0])
        else:
            send = newest_send(await post.record("2"), ADDRESS, KEYS)
            event = NotMe(id="press", at=post.config.now, address=ADDRESS, send=send)
            await post.transact(post.name("2"), (event,))
    for psid in ("12" if is_proof_told_first else "21") * 2:
        await post.tells(psid)
    one = await post.record("1")
    raw, _ = await post.config.store.load_address(ADDRESS)
    reasons = [held.reason for held in decode_state(raw).suppressions]
    if is_proof_first or is_proof_told_first:
        assert (one.addresses[ADDRESS].status, one.consents[TOPIC].status, reasons) == ("proven", "confirmed", [])
        assert is_doubted(one.pending[ADDRESS], post.config.now)
    else:
        assert (one.addresses[ADDRESS].status, one.consents[TOPIC].status) == ("disowned", "withdrawn")
        assert reasons == ["not_me"]
