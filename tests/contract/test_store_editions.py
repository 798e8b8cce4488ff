"""The live edition, lists of the team, pools of vouchers, and erasing a person: the same on every store."""

import asyncio
from collections import Counter

import pytest

from domain.ports import INTERNAL, MARKETING, Commit, CommitStatus, Posting, Store
from store.layout import LIST_ENTRIES_KEPT
from store.valkey.store import open_store
from tests.contract.conftest import PARTITIONS

LANE = "chat:1"
EVERY_LANE = (LANE, INTERNAL, MARKETING)


async def write(store: Store, name: str = "mia", *, edition: int = 0, version: int = 0) -> CommitStatus:
    """Commit a record that was decided with this edition."""
    return (await store.commit(Commit(subscriber=name, version=version, record=b"r", edition_number=edition))).status


async def test_an_edition_goes_live_in_all_partitions_at_once(store: Store) -> None:
    """What was decided with another one is stale; what was decided without one is not checked."""
    people = [f"p{number}" for number in range(4 * PARTITIONS)]
    assert len({store.partition_of(name) for name in people}) == PARTITIONS
    assert await store.live_edition_number() == 0
    assert await store.set_live_edition(1, expected=0, description=b"first")
    assert {await write(store, name, edition=1) for name in people} == {CommitStatus.COMMITTED}
    assert await store.set_live_edition(2, expected=1, description=b"second")
    assert {await write(store, name, edition=1, version=1) for name in people} == {CommitStatus.STALE}
    assert {await write(store, name, edition=2, version=1) for name in people} == {CommitStatus.COMMITTED}
    assert await write(store, "bob") is CommitStatus.COMMITTED
    assert (await store.live_edition_number(), await store.load_meta("live:1"), await store.load_meta("live:2")) == (
        2,
        b"first",
        b"second",
    )


async def test_an_edition_goes_live_only_over_the_one_it_was_compared_with(store: Store) -> None:
    """Of two who apply at once, one is refused, and the description of the other's edition stays."""
    assert await store.set_live_edition(1, expected=0, description=b"mine")
    assert not await store.set_live_edition(1, expected=0, description=b"yours")
    assert not await store.set_live_edition(3, expected=2, description=b"yours")
    assert (await store.live_edition_number(), await store.load_meta("live:1"), await store.load_meta("live:3")) == (
        1,
        b"mine",
        None,
    )


async def test_a_commit_with_an_edition_is_stale_before_any_edition_is_live(store: Store) -> None:
    """Staleness is told before a conflict, and nothing is written."""
    assert await write(store, edition=1, version=7) is CommitStatus.STALE
    assert (await store.load("mia")).version == 0


async def test_a_list_keeps_its_newest_lines(store: Store) -> None:
    """Lines are added by commits, read oldest first, capped, and cleared; other lists stay as they are."""
    for number in range(3):
        entry = ("unanswered", b"line %d" % number)
        await store.commit(Commit(subscriber="mia", version=number, record=b"r", list_entries=(entry, ("other", b"x"))))
    assert list(await store.list_entries("unanswered")) == [b"line 0", b"line 1", b"line 2"]
    assert list(await store.list_entries("unanswered", last=1)) == [b"line 2"]
    many = tuple(("unanswered", b"more %d" % number) for number in range(LIST_ENTRIES_KEPT))
    await store.commit(Commit(subscriber="mia", version=3, record=b"r", list_entries=many))
    assert list(await store.list_entries("unanswered")) == [line for _, line in many]
    await store.clear_list("unanswered")
    assert (list(await store.list_entries("unanswered")), list(await store.list_entries("other"))) == ([], [b"x"] * 3)


async def test_list_entries_and_postings_go_in_one_commit(store: Store) -> None:
    """Neither is taken for the other."""
    posting = Posting(lane=LANE, item=b"item")
    await store.commit(
        Commit(subscriber="mia", version=0, record=b"r", outbox=(posting, posting), list_entries=(("list", b"line"),))
    )
    claim = await store.claim(LANE, "mia", lease_ms=1_000)
    assert (claim and claim.item, list(await store.list_entries("list"))) == (b"item", [b"line"])


async def test_a_voucher_is_given_once(store: Store) -> None:
    """The same holder gets the same voucher again; a holder who comes when none is left gets none."""
    assert await store.fill_pool("spring", ["a", "b", "a"]) == 2
    assert await store.fill_pool("spring", ["b", "c"]) == 1
    drawn = [await store.draw_voucher("spring", holder) for holder in ("mia", "bob", "mia", "eve", "joe")]
    assert drawn == ["a", "b", "a", "c", ""]
    assert await store.count_vouchers("spring") == (0, 3)
    assert await store.fill_pool("spring", ["a", "d"]) == 1
    assert (await store.draw_voucher("spring", "joe"), await store.draw_voucher("other", "joe")) == ("d", "")
    assert await store.count_vouchers("never filled") == (0, 0)


async def test_a_large_pool_is_filled(store: Store) -> None:
    """Codes in their thousands go in, in order."""
    vouchers = [f"voucher{number}" for number in range(2_500)]
    assert await store.fill_pool("big", vouchers) == 2_500
    assert (await store.draw_voucher("big", "mia"), await store.count_vouchers("big")) == ("voucher0", (2_499, 1))


async def test_a_person_is_erased(store: Store) -> None:
    """Record, due entries, queues, send ledger and log go; the consent ledger and the seen events stay."""
    posted = tuple(Posting(lane=lane, item=b"item", send_id="S" if lane == MARKETING else "") for lane in EVERY_LANE)
    done = await store.commit(
        Commit(
            subscriber="mia",
            version=0,
            record=b"r",
            event_ids=("e",),
            due_chat=1,
            due_mail=1,
            outbox=posted,
            ledger=(b"proof",),
            history=(b"line",),
            claim=True,
        )
    )
    await write(store, "bob")
    mail = next(claim for claim in done.claims if claim.lane == MARKETING)
    assert await store.begin(mail, send_id="S")
    await store.quarantine("mia", error="e", delay_ms=1)
    for user, holder in (("u1", "mia"), ("u2", "mia"), ("u2", "bob")):
        await store.link_user(user, holder)
    assert [await store.count_waiting(lane, "mia") for lane in EVERY_LANE] == [1] * len(EVERY_LANE)
    await store.erase("mia")
    assert [await store.count_waiting(lane, "mia") for lane in EVERY_LANE] == [0] * len(EVERY_LANE)
    assert [await store.find_user("u1"), await store.find_user("u2")] == [None, "bob"]
    loaded = await store.load("mia", ["e"])
    assert (loaded.record, loaded.version, loaded.seen) == (None, 0, frozenset({"e"}))
    assert [
        list(await store.sends_of("mia")),
        list(await store.sends_with_status("attempting")),
        list(await store.history("mia")),
    ] == [[], [], []]
    assert (await store.quarantine_entry("mia"), await store.next_due("chat"), await store.next_due("mail")) == (
        None,
        None,
        None,
    )
    assert [await store.claim(lane, "mia", lease_ms=1_000) for lane in EVERY_LANE] == [None] * len(EVERY_LANE)
    assert [await store.settle(claim) for claim in done.claims] == [(False, None)] * len(EVERY_LANE)
    assert list(await store.consent_ledger("mia")) == [b"proof"]
    assert [name async for name, _ in store.all_subscribers()] == ["bob"]
    assert await write(store, "mia") is CommitStatus.COMMITTED


async def test_every_subscriber_is_met_once(store: Store) -> None:
    """With their records, over all partitions."""
    for number in range(1_100):
        await store.commit(Commit(subscriber=f"p{number}", version=0, record=b"r%d" % number))
    met = [named_record async for named_record in store.all_subscribers()]
    assert sorted(met) == sorted((f"p{number}", b"r%d" % number) for number in range(1_100))
    # Some may come again, nobody is left out.
    assert {named_record async for named_record in store.all_subscribers(once=False)} == set(met)


async def test_every_address_is_met(store: Store) -> None:
    """With what is known of it, and nothing else of the store."""
    await store.commit(Commit(subscriber="mia", version=0, record=b"r"))
    assert await store.save_address("a1", version=0, state=b"one")
    assert await store.save_address("a2", version=0, state=b"two")
    assert {named_state async for named_state in store.all_addresses()} == {("a1", b"one"), ("a2", b"two")}


@pytest.mark.parametrize("kind", ["valkey"], indirect=True)
async def test_each_voucher_once_across_processes(store: Store, store_url: str) -> None:
    """Two connections draw for the same and other holders at once: two holders never share a voucher."""
    other = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    await store.fill_pool("spring", [f"c{number}" for number in range(150)])
    holders = [f"h{number % 200}" for number in range(400)]
    drawn = await asyncio.gather(
        *(each.draw_voucher("spring", holder) for holder in holders for each in (store, other))
    )
    by_holder: dict[str, set[str]] = {holder: set() for holder in holders}
    for holder, voucher in zip([holder for holder in holders for _ in range(2)], drawn, strict=True):
        by_holder[holder].add(voucher)
    given = Counter(next(iter(vouchers)) for vouchers in by_holder.values())
    assert {len(vouchers) for vouchers in by_holder.values()} == {1}
    assert (given.pop(""), set(given.values()), len(given)) == (50, {1}, 150)
    await other.close()
