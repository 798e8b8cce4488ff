"""Transact: one way in, folded, once, and never lost."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Context, Decision
from domain.effects import DeadLetter, SendChat
from domain.events import AnyEvent, ChatRefused, Message, ProductEvent, Profiled
from domain.ports import LATER, Claim, StoreAwayError, chat_lane
from domain.record import Subscriber
from service.engine import transact as transacting
from service.engine.decide import DECIDED_AGAIN, VERSION_BITS, decide_events
from service.engine.failures import DecidingFailedError
from service.engine.transact import Transactor
from tests.support.people import NOON
from tests.support.shipped_workspace import IDENTITY, MIA, PAGE, typed_message
from tests.support.transactors import TransactorBench

POISON = "poison"
BORN = int(NOON.timestamp()) << VERSION_BITS
"""Version of somebody met at noon who was never saved."""


@pytest.fixture
def config() -> TransactorBench:
    """Return an empty house."""
    return TransactorBench()


@pytest.fixture
def poison(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Let deciding raise for the texts in this set, for every wake with “wake”, for every refusal with “refusal”."""
    texts: set[str] = {POISON}

    def fragile(record: Subscriber, events: Sequence[AnyEvent], context: Context, rules: object) -> Decision:
        if any(isinstance(event, Message) and event.text in texts for event in events):
            raise ZeroDivisionError
        if not events and "wake" in texts:
            raise ZeroDivisionError
        if "refusal" in texts and any(isinstance(event, ChatRefused) for event in events):
            raise ZeroDivisionError
        return decide_events(record, events, context, rules)  # type: ignore[arg-type]  # what transact passed

    monkeypatch.setattr(transacting, "decide_events", fragile)
    return texts


async def tell(transact: Transactor, number: int, text: str = "newsletter") -> frozenset[str]:
    """Let Mia say something."""
    return (await transact(MIA, (typed_message(number, text),), IDENTITY)).fresh


async def tell_all(transact: Transactor, events: Sequence[AnyEvent]) -> frozenset[str]:
    """Let events of Mia happen that create no record."""
    return (await transact(MIA, events)).fresh


async def test_concurrent_calls_are_folded_into_few_commits_in_order(config: TransactorBench) -> None:
    """Fifty messages that come at once take two commits, and are counted in the order they came."""
    transact = config.make_transactor()
    await asyncio.gather(*(tell(transact, number, str(number)) for number in range(50)))
    assert [len(one.event_ids) for one in config.store.commits] == [1, 49]
    ids = [name for one in config.store.commits for name in one.event_ids]
    assert ids == [f"e{number}" for number in range(50)]
    assert (await config.load_record()).version == BORN + 2


async def test_events_that_come_during_a_commit_wait_for_the_next(config: TransactorBench) -> None:
    """While a commit is under way the queue gathers; order is kept through three rounds."""
    transact = config.make_transactor()
    config.store.open.clear()
    first = asyncio.create_task(tell(transact, 1))
    await asyncio.sleep(0)
    later = [asyncio.create_task(tell(transact, number)) for number in (2, 3)]
    await asyncio.sleep(0)
    config.store.open.set()
    assert await asyncio.gather(first, *later) == [frozenset({"e1"}), frozenset({"e2", "e3"}), frozenset({"e2", "e3"})]
    assert [one.event_ids for one in config.store.commits] == [("e1",), ("e2", "e3")]


async def test_what_holds_a_claim_is_committed_alone_and_only_while_the_claim_is_ours(config: TransactorBench) -> None:
    """Of three calls that wait together, the one whose claim ended tells nothing, and the others lose nothing."""
    transact = config.make_transactor()
    await tell(transact, 0)
    claim = await config.store.claim(chat_lane(PAGE), MIA, lease_ms=60_000)
    assert claim
    refused = ChatRefused(id="refused", at=NOON, reason="outside_window", send="1")
    config.store.open.clear()
    calls = [
        asyncio.create_task(tell(transact, 1)),
        asyncio.create_task(tell(transact, 2)),
        asyncio.create_task(_tell_refused(transact, refused, claim)),
        asyncio.create_task(tell(transact, 3)),
    ]
    await asyncio.sleep(0)
    await config.store.settle(claim)
    config.store.open.set()
    assert await asyncio.gather(*calls) == [{"e1"}, {"e2"}, frozenset(), {"e3"}]
    assert [one.event_ids for one in config.store.commits if one.held] == [("refused",)]
    # The same while it is ours.
    following = await config.store.claim(chat_lane(PAGE), MIA, lease_ms=60_000)
    assert following
    assert await _tell_refused(transact, refused, following) == {"refused"}


async def test_what_cannot_be_decided_is_kept_only_while_the_claim_is_ours(
    config: TransactorBench, poison: set[str]
) -> None:
    """A refusal that no rule can take is kept for later; once the claim has ended, not even that."""
    transact = config.make_transactor()
    await tell(transact, 0)
    claim = await config.store.claim(chat_lane(PAGE), MIA, lease_ms=60_000)
    assert claim
    poison.add("refusal")
    refused = ChatRefused(id="refused", at=NOON, reason="outside_window", send="1")
    assert await _tell_refused(transact, refused, claim) == {"refused"}
    await config.store.settle(claim)
    assert await _tell_refused(transact, replace(refused, id="late"), claim) == frozenset()
    parked = [one for one in await config.take_posted(LATER) if isinstance(one, DeadLetter)]
    assert [[event.id for event in one.events] for one in parked] == [[f"refused{DECIDED_AGAIN}"]]


async def _tell_refused(transact: Transactor, refused: ChatRefused, held: Claim) -> frozenset[str]:
    return (await transact(MIA, (refused,), held=held)).fresh


async def test_a_fold_has_an_upper_bound(config: TransactorBench) -> None:
    """However much waits for one person, or comes in one call, a commit takes a thousand events; their order stays."""
    transact = config.make_transactor()
    bodies = [
        tuple(ProductEvent(id=f"{body}:{number}", at=NOON, name="cup.noted") for number in range(size))
        for body, size in enumerate((1, 500, 500, 400, 1_200, 10))
    ]
    await tell(transact, 1)
    done = await asyncio.gather(*(transact(MIA, body) for body in bodies))
    assert [len(one.event_ids) for one in config.store.commits] == [1, 1, 1_000, 400, 1_000, 210]
    assert all({event.id for event in body} <= one.fresh for body, one in zip(bodies, done, strict=True))


async def test_people_do_not_wait_for_each_other(config: TransactorBench) -> None:
    """Folding is by subscriber."""
    transact = config.make_transactor()
    names = [transact.keys.subscriber_id(PAGE, str(number)) for number in range(10)]
    await asyncio.gather(
        *(
            transact(name, (typed_message(number, "tea"),), replace(IDENTITY, psid=str(number)))
            for number, name in enumerate(names)
        )
    )
    assert sorted(one.subscriber for one in config.store.commits) == sorted(names)


async def test_an_event_twice_in_one_call_counts_once(config: TransactorBench) -> None:
    """The same id within a batch is one event."""
    transact = config.make_transactor()
    once = typed_message(1, "newsletter")
    assert (await transact(MIA, (once, once), IDENTITY)).fresh == {"e1"}
    assert [one.event_ids for one in config.store.commits] == [("e1",)]


async def test_an_event_again_in_a_later_call_changes_nothing(config: TransactorBench) -> None:
    """A redelivery is answered like the first, without a commit, also by another process."""
    transact = config.make_transactor()
    await tell(transact, 1)
    before = await config.load_record()
    assert await tell(transact, 1) == frozenset()
    assert await tell(config.make_transactor(), 1) == frozenset()
    assert await config.load_record() == before
    assert len(config.store.commits) == 2  # the second is the refused one of the process that guessed


async def test_a_batch_with_one_old_event_takes_in_the_new_ones(config: TransactorBench) -> None:
    """Old and new in one body: the old one is dropped, the new one decided."""
    transact = config.make_transactor()
    await tell(transact, 1)
    done = await transact(MIA, (typed_message(1, "newsletter"), typed_message(2, "yes")), IDENTITY)
    assert done.fresh == {"e2"}
    assert (await config.load_record()).version == BORN + 2


async def test_a_stale_guess_costs_a_round_and_nothing_else(config: TransactorBench) -> None:
    """A process whose memory is old loads again, and decides on what really is."""
    here, there = config.make_transactor(), config.make_transactor()
    await tell(here, 1)
    await tell(there, 2, "yes")
    await tell(here, 3, "mia@example.com")
    record = await config.load_record()
    assert record.conversation
    assert (record.version - BORN, record.conversation.step) == (3, "proof")


async def test_no_guess_from_before_an_erasure_fits_what_came_after(config: TransactorBench) -> None:
    """Another process still knows the erased person; the new record has as many commits, and is not taken for it."""
    here, there = config.make_transactor(), config.make_transactor()
    await tell(there, 1)
    await tell(here, 2, "yes")
    await config.store.erase(MIA)
    config.now += timedelta(minutes=1)
    await tell(here, 3, "hello")
    reborn = await config.load_record()
    await tell(there, 4, "hello")
    assert (await config.load_record()).created_at == reborn.created_at == config.now


async def test_a_wake_on_a_stale_guess_decides_on_what_is_stored(config: TransactorBench) -> None:
    """A process with a stale record gives no nudge that is no longer due."""
    here, there = config.make_transactor(), config.make_transactor()
    await tell(here, 1)
    await tell(here, 2, "yes")
    await tell(there, 3, "mia@example.com")
    nudge = (await config.load_record()).last_event_at
    config.now = nudge.replace(hour=nudge.hour + 1)
    await here(MIA, ())
    texts = [one.text for one in await config.take_posted(chat_lane(PAGE)) if isinstance(one, SendChat)]
    assert not any("kettle" in text for text in texts)


async def test_what_is_due_as_before_is_not_written_again(config: TransactorBench) -> None:
    """But only on a version that this process wrote itself: of others' it does not know what the index holds."""
    here, elsewhere = config.make_transactor(), config.make_transactor()
    for number, transact in enumerate((here, here, elsewhere, here)):
        await tell(transact, number, "hmm")
    said = [(commit.same_due_chat, commit.same_due_mail) for commit in config.store.commits]
    assert [said[0], said[2], said[-1]] == [(False, False)] * 3
    assert said[1][1], "nobody waits for a mail before or after"
    assert await config.store.next_due("mail") is None


async def test_a_store_that_is_away_reaches_the_caller_and_the_retry_counts_once(config: TransactorBench) -> None:
    """Everybody who waits hears that the store is away; sent again, each event counts once, in order."""
    transact = config.make_transactor()
    config.store.away_after = 1
    told = await asyncio.gather(*(tell(transact, number) for number in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [frozenset, StoreAwayError, StoreAwayError]
    config.store.away_after = -1
    await asyncio.gather(*(tell(transact, number) for number in range(3)))
    ids = [name for one in config.store.commits for name in one.event_ids]
    assert (ids, (await config.load_record()).version) == (["e0", "e1", "e2"], BORN + 3)


async def test_a_lost_answer_of_the_store_doubles_nothing(config: TransactorBench) -> None:
    """The commit was written but its answer lost: the caller hears “away”, and the retry finds it done."""
    transact = config.make_transactor()
    config.store.lose_answer = True
    with pytest.raises(StoreAwayError):
        await tell(transact, 1)
    before = await config.load_record()
    assert await tell(transact, 1) == frozenset()
    assert await config.load_record() == before


async def test_a_product_event_of_an_unknown_person_creates_nothing(config: TransactorBench) -> None:
    """Only somebody who writes to us becomes a record."""
    transact = config.make_transactor()
    for event in (ProductEvent(id="p", at=NOON, name="cup.noted"), Profiled(id="q", at=NOON, first_name="Mia")):
        done = await transact(MIA, (event,))
        assert (done.record, done.fresh) == (None, frozenset())
    await transact(MIA, ())
    assert config.store.commits == []


async def test_business_time_never_runs_behind_the_record(config: TransactorBench) -> None:
    """A process whose clock is behind decides at the record's time."""
    transact = config.make_transactor()
    await tell(transact, 1)
    config.now = NOON.replace(hour=3)
    await tell(transact, 2, "yes")
    record = await config.load_record()
    assert record.conversation
    assert record.conversation.entered_at == NOON


@pytest.mark.usefixtures("poison")
async def test_what_cannot_be_decided_is_parked_and_the_caller_is_content(config: TransactorBench) -> None:
    """Deciding raises: the events wait in the internal lane, the record stays, and the record is listed as stuck."""
    transact = config.make_transactor()
    await tell(transact, 1)
    before = await config.load_record()
    assert await tell(transact, 2, POISON) == {"e2"}
    assert await config.load_record() == replace(before, version=BORN + 2)
    parked = [one for one in await config.take_posted(LATER) if isinstance(one, DeadLetter)]
    assert [[event.id for event in one.events] for one in parked] == [[f"e2{DECIDED_AGAIN}"]]
    assert [(one.subscriber, one.failures) for one in await config.store.all_quarantined()] == [(MIA, 1)]
    assert "ZeroDivisionError in " in (await config.store.all_quarantined())[0].error


@pytest.mark.usefixtures("poison")
async def test_a_first_message_that_cannot_be_decided_is_not_lost(config: TransactorBench) -> None:
    """Somebody whose very first message fails gets a record that keeps it."""
    assert await tell(config.make_transactor(), 1, POISON) == {"e1"}
    assert (await config.load_record()).version == BORN + 1
    assert await tell(config.make_transactor(), 1, POISON) == frozenset()


async def test_parked_events_are_decided_once_the_rules_are_mended(config: TransactorBench, poison: set[str]) -> None:
    """From the internal lane they raise while the rules are broken, and then count once."""
    transact = config.make_transactor()
    poison.add("newsletter")
    await tell(transact, 1)
    (parked,) = [one for one in await config.take_posted(LATER) if isinstance(one, DeadLetter)]
    with pytest.raises(DecidingFailedError):
        await transact(MIA, parked.events)
    poison.clear()
    assert (await transact(MIA, parked.events)).fresh == {f"e1{DECIDED_AGAIN}"}
    assert (await transact(MIA, parked.events)).fresh == frozenset()
    record = await config.load_record()
    assert record.conversation
    assert record.conversation.step == "hello"


@pytest.mark.usefixtures("poison")
async def test_only_what_fails_of_a_folded_batch_is_parked(config: TransactorBench) -> None:
    """Good messages that were folded with a bad one, or with one that fails again, are answered as ever."""
    transact = config.make_transactor()
    await tell(transact, 1)
    await tell(transact, 2, POISON)
    (parked,) = [one for one in await config.take_posted(LATER) if isinstance(one, DeadLetter)]
    told = await asyncio.gather(
        tell(transact, 3, "tea"),
        tell(transact, 4, "yes"),
        tell_all(transact, parked.events),
        tell(transact, 5, POISON),
        tell(transact, 6, "mia@example.com"),
        return_exceptions=True,
    )
    assert [one if isinstance(one, frozenset) else type(one) for one in told] == [
        {"e3"},
        {"e4"},
        DecidingFailedError,
        {"e5"},
        {"e6"},
    ]
    record = await config.load_record()
    assert record.conversation
    assert record.conversation.step == "proof"


async def test_a_decision_that_goes_well_ends_being_stuck(config: TransactorBench, poison: set[str]) -> None:
    """Whoever was stuck is off the list with the next decision that goes well, not when somebody looks."""
    assert poison
    transact = config.make_transactor()
    await tell(transact, 1, POISON)
    assert await config.store.quarantine_entry(MIA)
    await tell(transact, 2)
    assert await config.store.all_quarantined() == []


async def test_a_stuck_wake_backs_off(config: TransactorBench, poison: set[str]) -> None:
    """A timer whose deciding raises is put off longer and longer, up to an hour, and is not polled meanwhile."""
    transact = config.make_transactor()
    await tell(transact, 1)
    await tell(transact, 2, "yes")
    poison.add("wake")
    config.now = NOON.replace(hour=13)
    pauses = []
    for _ in range(15):
        with pytest.raises(DecidingFailedError):
            await transact(MIA, ())
        (entry,) = await config.store.all_quarantined()
        pauses.append((entry.until_ms - config.server_ms) // 1000)
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]
    due = await config.store.poll(
        config.store.partition_of(MIA),
        now_ms=int(config.now.timestamp() * 1000),
        lanes=(),
        most_due=9,
        most_claims=1,
        lease_ms=1000,
    )
    assert due.due_chat == ()


async def test_settle_waits_for_what_is_in_hand(config: TransactorBench) -> None:
    """A clean stop loses no event that somebody still waits for."""
    transact = config.make_transactor()
    config.store.open.clear()
    calls = [asyncio.create_task(tell(transact, number)) for number in range(3)]
    await asyncio.sleep(0)
    config.store.open.set()
    await calls[0]
    await transact.settle()
    assert [one.event_ids for one in config.store.commits] == [("e0",), ("e1", "e2")]
