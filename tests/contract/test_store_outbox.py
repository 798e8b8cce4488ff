"""Contract of the store: the outbox protocol and the send ledger."""

import pytest
from msgspec.structs import replace

from domain.effects import FetchProfile, encode_posted
from domain.ports import (
    MARKETING,
    TRANSACTIONAL,
    Attempt,
    Claim,
    Commit,
    CommitStatus,
    Loaded,
    Posting,
    SendLine,
    Store,
    Work,
    chat_lane,
)
from tests.contract.conftest import Later

CHAT = chat_lane("1")
LONG = 60_000


def chat(name: str) -> bytes:
    """Return an item with this id."""
    return encode_posted(FetchProfile(id=name))


async def post(store: Store, *postings: Posting, version: int = 0, claim: bool = False) -> tuple[Claim, ...]:
    """Commit postings for ``mia``."""
    commit = Commit(subscriber="mia", version=version, record=b"", outbox=postings, claim=claim)
    return (await store.commit(commit)).claims


async def poll(store: Store, *lanes: str, lease_ms: int = LONG, most_claims: int = 10) -> Work:
    """Poll ``mia``'s partition."""
    return await store.poll(
        store.partition_of("mia"), now_ms=0, lanes=lanes, most_due=10, most_claims=most_claims, lease_ms=lease_ms
    )


async def line(store: Store) -> tuple[str, str]:
    """Return status and note of ``mia``'s only send line."""
    (line,) = await store.sends_of("mia")
    return line.status, line.note


async def claimed(store: Store, lane: str, lease_ms: int = LONG) -> Claim:
    """Claim ``mia``'s head, which must be ready."""
    claim = await store.claim(lane, "mia", lease_ms=lease_ms)
    assert claim is not None
    return claim


async def test_heads_leave_in_order(store: Store) -> None:
    """Items of one lane are claimed one after another, in the order they were committed."""
    await post(store, Posting(lane=CHAT, item=b"a"), Posting(lane=CHAT, item=b"b"))
    await post(store, Posting(lane=CHAT, item=b"c"), version=1)
    sent = []
    for _ in range(3):
        (claim,) = (await poll(store, CHAT)).claims
        assert (await poll(store, CHAT)).claims == ()
        assert await store.begin(claim)
        assert await store.settle(claim) == (True, None)
        sent.append(claim.item)
    assert (sent, await poll(store, CHAT)) == ([b"a", b"b", b"c"], Work())


async def test_lanes_are_apart(store: Store) -> None:
    """A poll claims only in the lanes it was asked for."""
    await post(store, Posting(lane=CHAT, item=b"a"), Posting(lane="internal", item=b"i"))
    work = await poll(store, "internal", "mail-marketing")
    assert [(claim.lane, claim.item) for claim in work.claims] == [("internal", b"i")]
    assert [claim.item for claim in (await poll(store, CHAT)).claims] == [b"a"]


async def test_commit_claims_only_empty_lanes(store: Store) -> None:
    """With ``claim`` the committer gets the heads of lanes that were empty, and nobody else does."""
    (mine,) = await post(store, Posting(lane=CHAT, item=b"a"), Posting(lane=CHAT, item=b"b"), claim=True)
    assert (mine.lane, mine.subscriber, mine.item, mine.attempt, mine.failures) == (CHAT, "mia", b"a", None, 0)
    assert (await poll(store, CHAT)).claims == ()
    internal = Posting(lane="internal", item=b"i")
    (other,) = await post(store, Posting(lane=CHAT, item=b"c"), internal, version=1, claim=True)
    assert (other.lane, other.item) == ("internal", b"i")
    assert await store.settle(mine) == (True, None)


async def test_settle_claims_the_next(store: Store) -> None:
    """With a lease, settling gives the next head at once; at the end there is none."""
    (first,) = await post(store, Posting(lane=CHAT, item=b"a"), Posting(lane=CHAT, item=b"b"), claim=True)
    ours, two = await store.settle(first, lease_ms=LONG)
    assert two is not None
    assert (ours, two.item, two.attempt) == (True, b"b", None)
    assert two.token != first.token
    assert await store.settle(first, lease_ms=LONG) == (False, None)
    assert await store.settle(two, lease_ms=LONG) == (True, None)


async def test_poll_takes_the_longest_ready_first_and_no_more_than_asked(store: Store, later: Later) -> None:
    """Of many ready heads, those that wait longest are claimed first, as many as asked."""
    names = [name for name in (f"s{number}" for number in range(200)) if store.partition_of(name) == 0][:5]
    for name in names:
        posting = Posting(lane=CHAT, item=name.encode())
        await store.commit(Commit(subscriber=name, version=0, record=b"", outbox=(posting,)))
        await later(2)
    work = await store.poll(0, now_ms=0, lanes=[CHAT], most_due=1, most_claims=3, lease_ms=LONG)
    assert [claim.subscriber for claim in work.claims] == names[:3]
    assert work.next_ready_ms is not None
    assert work.next_ready_ms <= await store.server_ms()


async def test_due_comes_earliest_first(store: Store) -> None:
    """A poll tells who is due by the business time it was given, earliest first, at most so many."""
    names = [name for name in (f"s{number}" for number in range(200)) if store.partition_of(name) == 0][:4]
    for at, name in zip((40, 10, 30, 20), names, strict=True):
        await store.commit(Commit(subscriber=name, version=0, record=b"", due_chat=at, due_mail=at + 1))
    work = await store.poll(0, now_ms=30, lanes=[], most_due=2, most_claims=1, lease_ms=1)
    assert work == Work(due_chat=(names[1], names[3]), due_mail=(names[1], names[3]))
    work = await store.poll(0, now_ms=30, lanes=[], most_due=9, most_claims=1, lease_ms=1)
    assert work == Work(due_chat=(names[1], names[3], names[2]), due_mail=(names[1], names[3]))


async def test_next_ready_is_the_end_of_the_lease(store: Store) -> None:
    """While a head is claimed, the next thing to happen in its lane is the end of the lease."""
    await post(store, Posting(lane=CHAT, item=b"a"))
    work = await poll(store, CHAT)
    assert work.next_ready_ms == work.claims[0].server_ms + LONG
    assert await poll(store, CHAT) == Work(next_ready_ms=work.next_ready_ms)


async def test_tokens_differ_within_a_millisecond(store: Store) -> None:
    """A head put back and claimed again at once has another token, so the old claim is worthless."""
    await post(store, Posting(lane=CHAT, item=b"a"))
    tokens = []
    for _ in range(20):
        claim = await claimed(store, CHAT)
        tokens.append(claim.token)
        assert await store.retry(claim, delay_ms=0)
        assert not await store.begin(claim)
    assert len(set(tokens)) == 20


async def test_lease_runs_out(store: Store, later: Later) -> None:
    """When a lease has run out another may claim, and the first may do nothing any more."""
    await post(store, Posting(lane=CHAT, item=b"a"))
    first = await claimed(store, CHAT, lease_ms=1)
    await later(2)
    second = await claimed(store, CHAT)
    assert not await store.begin(first)
    assert await store.settle(first) == (False, None)
    assert not await store.retry(first, delay_ms=0)
    assert await store.begin(second)
    assert await store.settle(second) == (True, None)


async def test_claim_of_nothing(store: Store) -> None:
    """There is nothing to claim in an empty lane, or while another holds the head."""
    assert await store.claim(CHAT, "mia", lease_ms=LONG) is None
    await post(store, Posting(lane=CHAT, item=b"a"))
    await claimed(store, CHAT)
    assert await store.claim(CHAT, "mia", lease_ms=LONG) is None


async def test_crash_leaves_an_attempt(store: Store, later: Later) -> None:
    """A claim after a crash tells of the attempts whose outcome is unknown; settling forgets them."""
    await post(store, Posting(lane=CHAT, item=b"a"), Posting(lane=CHAT, item=b"b"))
    first = await claimed(store, CHAT, lease_ms=1)
    assert await store.begin(first)
    await later(2)
    second = await claimed(store, CHAT, lease_ms=1)
    assert second.attempt == Attempt(begun_ms=second.attempt.begun_ms if second.attempt else 0, count=1)
    assert first.server_ms <= second.attempt.begun_ms <= second.server_ms
    assert await store.begin(second)
    await later(2)
    third = await claimed(store, CHAT)
    assert third.attempt == Attempt(begun_ms=second.attempt.begun_ms, count=2)
    _, following = await store.settle(third, lease_ms=LONG)
    assert following is not None
    assert (following.item, following.attempt) == (b"b", None)


async def test_retry_backs_off(store: Store, later: Later) -> None:
    """A head put back is not ready before its time, counts its failures, and has no open attempt."""
    await post(store, Posting(lane=CHAT, item=b"a"))
    claim = await claimed(store, CHAT)
    assert await store.begin(claim)
    assert await store.retry(claim, delay_ms=LONG)
    assert await store.claim(CHAT, "mia", lease_ms=LONG) is None
    assert await store.settle(claim) == (False, None)
    await post(store, Posting(lane="internal", item=b"i"), version=1)
    for failures in range(3):
        again = await claimed(store, "internal")
        assert (again.failures, again.attempt) == (failures, None)
        assert await store.retry(again, delay_ms=1)
        await later(2)


async def test_waiting_is_no_failure(store: Store, later: Later) -> None:
    """A head that only had to wait comes back with no failure counted."""
    await post(store, Posting(lane=CHAT, item=b"a"))
    claim = await claimed(store, CHAT)
    assert await store.retry(claim, delay_ms=1, counted=False)
    await later(2)
    again = await claimed(store, CHAT)
    assert again.failures == 0


async def test_the_end_of_waits_reaches_those_that_only_wait(store: Store, later: Later) -> None:
    """A head that failed, one whose outcome is open, and one that is claimed are left alone."""
    for name in ("waits", "failed", "open", "claimed"):
        await store.commit(
            Commit(subscriber=name, version=0, record=b"r", outbox=(Posting(lane=MARKETING, item=name.encode()),))
        )
        claim = await store.claim(MARKETING, name, lease_ms=LONG)
        assert claim
        if name == "open":
            assert await store.begin(claim)
        if name != "claimed":
            await store.retry(claim, delay_ms=LONG, keep_attempt=name == "open", counted=name == "failed")
    assert await store.end_waits(MARKETING) == 1
    await later(2)
    (again,) = [
        claim
        for name in ("waits", "failed", "open", "claimed")
        if (claim := await store.claim(MARKETING, name, lease_ms=LONG))
    ]
    assert (again.item, again.waits, await store.end_waits(MARKETING)) == (b"waits", 0, 0)


async def test_retry_keeping_the_attempt(store: Store, later: Later) -> None:
    """Put back with its outcome unknown, the attempt is still open at the next claim, and the line is left alone."""
    await post(store, Posting(lane=TRANSACTIONAL, item=b"m", send_id="S"))
    claim = await claimed(store, TRANSACTIONAL)
    assert await store.begin(claim, send_id="S")
    assert await store.retry(claim, delay_ms=1, send_id="S", keep_attempt=True)
    await later(2)
    again = await claimed(store, TRANSACTIONAL)
    assert again.attempt is not None
    assert (again.attempt.count, again.failures, await line(store)) == (1, 1, ("attempting", ""))


@pytest.mark.parametrize("began", [True, False])
async def test_a_try_that_sent_nothing_leaves_the_attempt_before_it_open(
    store: Store, later: Later, *, began: bool
) -> None:
    """Else the echo of the attempt before it would find none, and the message would go a second time."""
    await post(store, Posting(lane=CHAT, item=chat("m1")))
    first = await claimed(store, CHAT)
    assert await store.begin(first)
    assert await store.retry(first, delay_ms=1, keep_attempt=True, counted=False)
    await later(2)
    again = await claimed(store, CHAT)
    if began:
        assert await store.begin(again)
    assert await store.retry(again, delay_ms=1, counted=False)
    await later(2)
    claim = await claimed(store, CHAT)
    assert (claim.attempt, claim.waits) == (again.attempt, 2)
    assert claim.attempt
    assert claim.attempt.count == 1
    assert await store.confirm_delivery(CHAT, "mia", "m1")


async def test_the_line_of_a_mail_is_queued_again_only_with_no_attempt_open(store: Store, later: Later) -> None:
    """A line whose attempt is unknown stays so through a try that sent nothing, until the attempt is forgotten."""
    await post(store, Posting(lane=TRANSACTIONAL, item=b"m", send_id="S"))
    first = await claimed(store, TRANSACTIONAL)
    assert await store.begin(first, send_id="S")
    assert await store.retry(first, delay_ms=1, send_id="S", keep_attempt=True)
    await later(2)
    again = await claimed(store, TRANSACTIONAL)
    assert await store.begin(again, send_id="S")
    assert await store.retry(again, delay_ms=1, send_id="S")
    assert await line(store) == ("attempting", "")
    await later(2)
    known = await claimed(store, TRANSACTIONAL)
    assert await store.retry(replace(known, attempt=None), delay_ms=1, send_id="S")
    assert await line(store) == ("queued", "")
    await later(2)
    assert (await claimed(store, TRANSACTIONAL)).attempt is None


async def test_a_claim_ends_only_the_item_that_it_was_for(store: Store) -> None:
    """An echo ended it, and the same worker claimed the list anew within one ms: the token is the same."""
    (claim,) = await post(store, Posting(lane=CHAT, item=b"new"), claim=True)
    assert await store.settle(replace(claim, item=b"ended by an echo")) == (False, None)
    assert await store.count_waiting(CHAT, "mia") == 1
    assert await store.settle(claim) == (True, None)


async def test_a_commit_that_holds_a_claim_is_written_only_while_it_is_ours(store: Store, later: Later) -> None:
    """Whoever stood still tells nothing of an item: another has it, or it ended."""
    await post(store, Posting(lane=CHAT, item=chat("m1")), Posting(lane=CHAT, item=chat("m2")))
    told = Commit(subscriber="mia", version=1, record=b"told", event_ids=("refused",))

    async def tell(claim: Claim, version: int = 1) -> CommitStatus:
        return (await store.commit(replace(told, version=version, held=claim))).status

    stale = await claimed(store, CHAT, lease_ms=1)
    assert await tell(replace(stale, item=chat("m2"))) is CommitStatus.LOST
    await later(2)
    claim = await claimed(store, CHAT)
    assert await tell(stale) is CommitStatus.LOST
    # The version is looked at first: whoever is late decides anew.
    assert await tell(stale, version=7) is CommitStatus.CONFLICT
    assert await store.load("mia", ["refused"]) == Loaded(record=b"", version=1)
    assert await tell(claim) is CommitStatus.COMMITTED
    assert await store.load("mia", ["refused"]) == Loaded(record=b"told", version=2, seen=frozenset({"refused"}))
    await store.settle(claim)
    assert await tell(claim, version=2) is CommitStatus.LOST


async def test_echo_settles_the_head(store: Store) -> None:
    """An echo settles the head it names if an attempt is open, and nothing else."""
    await post(store, Posting(lane=CHAT, item=chat("m1")), Posting(lane=CHAT, item=chat("m2")))
    assert not await store.confirm_delivery(CHAT, "mia", "m1")
    claim = await claimed(store, CHAT)
    assert await store.begin(claim)
    assert not await store.confirm_delivery(CHAT, "mia", "m2")
    assert await store.confirm_delivery(CHAT, "mia", "m1")
    assert not await store.confirm_delivery(CHAT, "mia", "m1")
    assert await store.settle(claim) == (False, None)
    following = await claimed(store, CHAT)
    assert (following.item, following.attempt) == (chat("m2"), None)
    assert await store.begin(following)
    assert await store.confirm_delivery(CHAT, "mia", "m2")
    assert await poll(store, CHAT) == Work()


async def test_a_mail_is_posted_once(store: Store) -> None:
    """A posting whose line exists already is dropped, whatever the line says."""
    mail = Posting(lane=MARKETING, item=b"m", send_id="S")
    assert len(await post(store, mail, mail, claim=True)) == 1
    assert await post(store, mail, version=1, claim=True) == ()
    claim = (await poll(store, MARKETING)).claims
    assert claim == ()
    assert await line(store) == ("queued", "")


async def test_states_of_a_mail(store: Store) -> None:
    """A mail's line goes from queued over attempting to what the sender settles, with its note."""
    (claim,) = await post(store, Posting(lane=MARKETING, item=b"m", send_id="S"), claim=True)
    assert await store.begin(claim, send_id="S")
    (attempting,) = await store.sends_with_status("attempting")
    assert (attempting.id, attempting.subscriber, attempting.status) == ("S", "mia", "attempting")
    assert await store.settle(claim, send_id="S", status="failed", note="550 no such user") == (True, None)
    (failed,) = await store.sends_of("mia")
    assert failed == SendLine(id="S", subscriber="mia", status="failed", at_ms=failed.at_ms, note="550 no such user")
    assert (await store.sends_with_status("attempting"), await store.sends_with_status("failed")) == ([], [failed])


async def test_refused_before_it_began(store: Store) -> None:
    """A gate may settle a mail that was never attempted."""
    (claim,) = await post(store, Posting(lane=MARKETING, item=b"m", send_id="S"), claim=True)
    assert await store.settle(claim, send_id="S", status="refused", note="withdrawn") == (True, None)
    assert (await line(store), await poll(store, MARKETING)) == (("refused", "withdrawn"), Work())


async def test_retry_puts_the_line_back(store: Store) -> None:
    """A mail put back is queued again, and may begin again."""
    (claim,) = await post(store, Posting(lane=MARKETING, item=b"m", send_id="S"), claim=True)
    assert await store.begin(claim, send_id="S")
    assert await store.retry(claim, delay_ms=0, send_id="S")
    assert (await line(store), await store.sends_with_status("attempting")) == (("queued", ""), [])
    assert await store.begin(await claimed(store, MARKETING), send_id="S")


@pytest.mark.parametrize(("lane", "may"), [(MARKETING, False), (TRANSACTIONAL, True)])
async def test_an_unknown_outcome_is_repeated_only_for_transactional_mail(
    store: Store, later: Later, lane: str, *, may: bool
) -> None:
    """After a crash in the attempt a confirmation may begin again; a marketing mail may not."""
    await post(store, Posting(lane=lane, item=b"m", send_id="S"))
    assert await store.begin(await claimed(store, lane, lease_ms=1), send_id="S")
    await later(2)
    claim = await claimed(store, lane)
    assert bool(await store.begin(claim, send_id="S")) is may
    assert await store.settle(claim, send_id="S", status="unknown") == (True, None)
    assert [line.id for line in await store.sends_with_status("unknown")] == ["S"]
    assert await store.sends_with_status("attempting") == []


async def test_a_line_that_is_settled_cannot_begin(store: Store) -> None:
    """A mail whose line is final, or that has no line, does not begin, even for the holder of the head."""
    (first,) = await post(store, Posting(lane=MARKETING, item=b"m", send_id="S"), claim=True)
    assert not await store.begin(first, send_id="other")
    await store.settle(first, send_id="S", status="sent")
    (second,) = await post(store, Posting(lane=MARKETING, item=b"n", send_id="T"), version=1, claim=True)
    assert not await store.begin(second, send_id="S")
    assert await store.begin(second, send_id="T")


async def test_a_lane_is_measured(store: Store) -> None:
    """How many have something waiting, and since when the first could be tried."""
    assert await store.measure_lane("internal") == (0, None)
    for name in ("mia", "leo"):
        outbox = (Posting(lane="internal", item=b"1"), Posting(lane="internal", item=b"2"))
        await store.commit(Commit(subscriber=name, version=0, record=b"r", outbox=outbox))
    count, since = await store.measure_lane("internal")
    assert count == 2
    assert since is not None
    assert since <= await store.server_ms()
