"""The internal lanes: what an address is told never waits for a platform or for mended rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.graph_api.page_client import MessengerClient
from bot.outbound.trouble import OnceAMinute
from domain.consent import address_registry
from domain.consent.address_registry import AddressState
from domain.decision import Context, Decision
from domain.effects import DrawVoucher, Erase, TakeSeats, encode_posted
from domain.events import AnyEvent, Message
from domain.ports import INTERNAL, LATER, Commit, Posting, chat_lane
from domain.record import Profile, Subscriber
from service.engine import transact as transacting
from service.engine.address_registry import AddressRegistry
from service.engine.decide import VERSION_BITS, decide_events
from service.engine.transact import Transactor
from service.hooks.call_hook import HookCaller
from service.runtime.internal_sender import MOST_PROFILE_TRIES, InternalSender
from tests.support.people import KEYS
from tests.support.shipped_workspace import ADDRESS, EMAIL, IDENTITY, MIA, PAGE, TOPIC, typed_message
from tests.support.transactors import TransactorBench


class ProfilePlatform(MessengerClient):
    """A Page's client that tells no profile until asked so often."""

    def __init__(self, after: int) -> None:
        """Tell the profile after so many questions."""
        self.tells_after, self.asked = after, 0

    async def fetch_person(self, psid: str) -> Profile | None:
        """Return Mia's profile, or that it is not to be had now."""
        assert psid == IDENTITY.psid
        self.asked += 1
        return Profile(first_name="Mia") if self.asked > self.tells_after else None


@dataclass
class InternalLanes:
    """Mia, the internal lanes, and time that passes."""

    platform: ProfilePlatform
    config: TransactorBench = field(default_factory=TransactorBench)
    texts: int = 0

    def __post_init__(self) -> None:
        """Build what works the lanes off."""
        self.transact: Transactor = self.config.make_transactor()
        addresses = AddressRegistry(
            store=self.config.store,
            transact=self.transact,
            clock=lambda: self.config.now,
            config=lambda: self.config.config,
        )
        self.sender = InternalSender(
            store=self.config.store,
            transact=self.transact,
            addresses=addresses,
            clients={PAGE: self.platform},
            hooks=HookCaller(keys=KEYS, clock=lambda: self.config.now, config=lambda: self.config.config),
            clock=lambda: self.config.now,
            lease_ms=60_000,
            put_backs=OnceAMinute(monotonic=self._read_seconds),
        )

    def _read_seconds(self) -> float:
        return self.config.now.timestamp()

    async def type_texts(self, *texts: str) -> None:
        """Let Mia write."""
        for text in texts:
            self.texts += 1
            await self.transact(MIA, (typed_message(self.texts, text, self.config.now),), IDENTITY)

    async def subscribe(self) -> None:
        """Walk the whole way."""
        await self.type_texts("newsletter", "yes", EMAIL)
        pending = (await self.config.load_record()).pending[ADDRESS]
        await self.type_texts(KEYS.confirmation_codes(MIA, ADDRESS, pending.nonce)[0])

    async def work_for(self, time: timedelta, *, step: timedelta = timedelta(minutes=1)) -> None:
        """Let time pass and work both lanes off."""
        end = self.config.now + time
        while self.config.now < end:
            self.config.now += step
            self.config.server_ms += int(step.total_seconds() * 1000)
            for lane in (INTERNAL, LATER):
                claim = await self.config.store.claim(lane, MIA, lease_ms=60_000)
                while claim is not None:
                    claim = await self.sender.deliver(claim)

    async def request_vouchers(self, *draws: DrawVoucher) -> None:
        """Put wishes for a code into Mia's lane, as a flow does."""
        loaded = await self.config.store.load(MIA)
        assert loaded.record
        outbox = tuple(Posting(lane=LATER, item=encode_posted(one)) for one in draws)
        await self.config.store.commit(
            Commit(subscriber=MIA, version=loaded.version, record=loaded.record, outbox=outbox)
        )

    async def load_address(self) -> AddressState:
        """Return what is known of Mia's address."""
        return address_registry.decode_state((await self.config.store.load_address(ADDRESS))[0])


async def test_an_address_hears_of_its_owner_while_the_profile_cannot_be_had() -> None:
    """Within a minute, though the profile was asked for first and the platform refuses it."""
    post = InternalLanes(ProfilePlatform(after=1_000))
    await post.subscribe()
    await post.work_for(timedelta(minutes=1))
    assert ((await post.load_address()).owner, post.platform.asked) == (MIA, 1)


async def test_a_profile_is_given_up_after_some_failures() -> None:
    """After eight requests the lane is empty: the person stays without a name, and the platform is left alone."""
    post = InternalLanes(ProfilePlatform(after=1_000))
    await post.type_texts("newsletter")
    await post.work_for(timedelta(hours=6))
    assert post.platform.asked == MOST_PROFILE_TRIES
    assert await post.config.take_posted(LATER) == []


async def test_what_is_put_back_is_told_once_a_minute() -> None:
    """A profile that cannot be had is asked for after 1, 4, 16 and 64 seconds; a line counts since the one before."""
    post = InternalLanes(ProfilePlatform(after=1_000))
    await post.type_texts("newsletter")
    with capture_logs() as logs:
        await post.work_for(timedelta(minutes=2), step=timedelta(seconds=1))
    told = [line for line in logs if line["event"] == "internal_put_back"]
    assert [(line["error"], line["count"], line["failures"]) for line in told] == [
        ("LookupError", 1, 1),
        ("LookupError", 4, 5),
    ]
    assert post.platform.asked == 5


async def test_a_profile_that_comes_late_is_taken() -> None:
    """The third answer is as good as the first."""
    post = InternalLanes(ProfilePlatform(after=2))
    await post.type_texts("newsletter")
    await post.work_for(timedelta(hours=1))
    assert (await post.config.load_record()).profile.first_name == "Mia"
    assert post.platform.asked == 3


async def test_a_withdrawal_passes_what_cannot_be_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message whose deciding always raises is tried again and again; “stop” reaches the address beside it."""

    def fragile(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: object) -> Decision:
        if any(isinstance(event, Message) and event.text == "boom" for event in events):
            raise ZeroDivisionError
        return decide_events(record, events, context, rules)  # type: ignore[arg-type]  # what transact passed

    monkeypatch.setattr(transacting, "decide_events", fragile)
    post = InternalLanes(ProfilePlatform(after=0))
    await post.subscribe()
    await post.type_texts("boom", "stop")
    await post.work_for(timedelta(minutes=1))
    assert [(one.reason, one.topic) for one in (await post.load_address()).suppressions] == [("unsubscribed", TOPIC)]


async def test_a_code_is_drawn_once_a_person() -> None:
    """However often it is wished for, the same code comes back; an empty pool gives none."""
    post = InternalLanes(ProfilePlatform(after=0))
    await post.type_texts("newsletter")
    await post.config.store.fill_pool("spring", ["TEA-7", "TEA-8"])
    await post.request_vouchers(
        *(DrawVoucher(id=f"d{at}", pool=pool) for at, pool in enumerate(("spring", "spring", "empty")))
    )
    await post.work_for(timedelta(minutes=1))
    assert (await post.config.load_record()).codes == {"spring": "TEA-7"}
    assert await post.config.store.count_vouchers("spring") == (1, 1)


async def test_seats_are_taken_once_and_given_back_with_the_person() -> None:
    """A repetition after a crash takes no more; the record says what is counted; erasing gives them back."""
    post = InternalLanes(ProfilePlatform(after=0))
    await post.type_texts("newsletter")
    store = post.config.store
    take = TakeSeats(id="t1", thing="evenings frost", wanted=2, capacity=12, at=post.config.now)
    await store.take_seats("evenings frost", MIA, wanted=2, capacity=12, request="t1", at=take.at)
    for effect in (take, Erase(id="erase")):
        loaded = await store.load(MIA)
        assert loaded.record
        wish = Posting(lane=INTERNAL, item=encode_posted(effect))
        await store.commit(Commit(subscriber=MIA, version=loaded.version, record=loaded.record, outbox=(wish,)))
        if isinstance(effect, Erase):
            await deliver_chat(post)
        await post.work_for(timedelta(minutes=1))
        if effect is take:
            assert (await post.config.load_record()).seats == {"evenings frost": 2}
            assert await store.count_seats("evenings frost") == 2
    assert ((await store.load(MIA)).record, await store.count_seats("evenings frost")) == (None, 0)


async def deliver_chat(post: InternalLanes) -> None:
    """Let everything that was said to Mia arrive."""
    claim = await post.config.store.claim(chat_lane(PAGE), MIA, lease_ms=1_000)
    while claim:
        _, claim = await post.config.store.settle(claim, lease_ms=1_000)


async def test_an_erasure_does_not_wait_for_a_page_that_may_not_send() -> None:
    """After a bit more than an hour the person is erased, even if the message could not leave."""
    post = InternalLanes(ProfilePlatform(after=0))
    await post.type_texts("newsletter")
    store = post.config.store
    loaded = await store.load(MIA)
    assert loaded.record
    wish = Posting(lane=INTERNAL, item=encode_posted(Erase(id="erase")))
    await store.commit(Commit(subscriber=MIA, version=loaded.version, record=loaded.record, outbox=(wish,)))
    await post.work_for(timedelta(minutes=30), step=timedelta(minutes=5))
    assert (await store.load(MIA)).record
    await post.work_for(timedelta(hours=2), step=timedelta(minutes=5))
    assert (await store.load(MIA)).record is None
    assert await store.count_waiting(chat_lane(PAGE), MIA) == 0


async def test_who_wants_to_be_erased_is_erased_after_the_farewell() -> None:
    """It waits for what is still to be said.  The address lets go and stays suppressed, the proofs stay, no more."""
    post = InternalLanes(ProfilePlatform(after=0))
    await post.subscribe()
    await post.work_for(timedelta(minutes=1))
    store = post.config.store
    loaded = await store.load(MIA)
    assert loaded.record
    wish = Posting(lane=INTERNAL, item=encode_posted(Erase(id="erase")))
    await store.commit(Commit(subscriber=MIA, version=loaded.version, record=loaded.record, outbox=(wish,)))
    await post.work_for(timedelta(seconds=5), step=timedelta(seconds=1))
    assert (await store.load(MIA)).record
    await deliver_chat(post)
    await post.work_for(timedelta(minutes=1))
    assert [(await store.load(MIA)).record, *await store.sends_of(MIA), *await store.history(MIA)] == [None]
    assert await store.next_due("chat") is None
    assert await store.consent_ledger(MIA)
    state = await post.load_address()
    assert (state.owner, MIA in state.holders, [one.reason for one in state.suppressions]) == ("", False, ["erased"])
    await post.type_texts("newsletter")
    assert (await post.config.load_record()).version % (1 << VERSION_BITS) == 1
