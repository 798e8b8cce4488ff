"""Contract of the store: an attempt begins only on the record it was judged by; waiting and failing are told apart."""

from domain.ports import MARKETING, Begun, Claim, Commit, Posting, Store
from tests.contract.conftest import Later

LONG = 60_000


async def posted(store: Store) -> Claim:
    """Commit Mia's record, version 1, with one mail, and claim it."""
    posting = Posting(lane=MARKETING, item=b"m", send_id="S")
    commit = Commit(subscriber="mia", version=0, record=b"agreed", outbox=(posting,), claim=True)
    return (await store.commit(commit)).claims[0]


async def statuses(store: Store) -> list[str]:
    """Return the status of every mail of Mia's."""
    return [line.status for line in await store.sends_of("mia")]


async def claimed(store: Store) -> Claim:
    """Claim Mia's head, which must be ready."""
    claim = await store.claim(MARKETING, "mia", lease_ms=LONG)
    assert claim
    return claim


async def test_an_attempt_begins_on_the_record_it_was_judged_by(store: Store) -> None:
    """With the version that is stored it begins; with none it begins whatever is stored."""
    claim = await posted(store)
    assert await store.begin(claim, send_id="S", version=1) is Begun.YES
    assert await store.retry(claim, delay_ms=0, send_id="S")
    assert await store.begin(await claimed(store), send_id="S") is Begun.YES


async def test_an_attempt_does_not_begin_on_a_record_that_changed(store: Store) -> None:
    """After another commit nothing is written, the claim stays ours, and the newer version may begin."""
    claim = await posted(store)
    await store.commit(Commit(subscriber="mia", version=1, record=b"withdrawn"))
    assert await store.begin(claim, send_id="S", version=1) is Begun.CHANGED
    assert (await statuses(store), await store.sends_with_status("attempting")) == (["queued"], [])
    assert await store.begin(claim, send_id="S", version=2) is Begun.YES
    assert await statuses(store) == ["attempting"]


async def test_a_version_of_no_record(store: Store) -> None:
    """Version 0 is a record that is not there, and no record has a later version."""
    claim = await posted(store)
    assert await store.begin(claim, send_id="S", version=0) is Begun.CHANGED


async def test_a_lost_claim_is_lost_before_it_is_changed(store: Store, later: Later) -> None:
    """Whoever lost the claim hears so, whatever became of the record; a line that was settled is lost too."""
    await store.retry(await posted(store), delay_ms=0)
    old = await store.claim(MARKETING, "mia", lease_ms=1)
    assert old
    await later(2)
    claim = await claimed(store)
    assert await store.begin(old, send_id="S", version=9) is Begun.LOST
    assert await store.begin(claim, send_id="another", version=1) is Begun.LOST
    assert (bool(Begun.YES), bool(Begun.LOST), bool(Begun.CHANGED)) == (True, False, False)


async def test_waits_and_failures_are_counted_apart(store: Store) -> None:
    """A head put back counts failures and waits each, through attempts; the next head begins with none."""
    claim = await posted(store)
    following = Posting(lane=MARKETING, item=b"n", send_id="T")
    await store.commit(Commit(subscriber="mia", version=1, record=b"", outbox=(following,)))
    seen = []
    for counted in (False, True, False):
        assert await store.begin(claim, send_id="S")
        assert await store.retry(claim, delay_ms=0, send_id="S", counted=counted)
        claim = await claimed(store)
        seen.append((claim.failures, claim.waits))
    _, after = await store.settle(claim, lease_ms=LONG)
    assert after
    assert (seen, (after.failures, after.waits)) == ([(0, 1), (1, 1), (1, 2)], (0, 0))


async def test_a_decision_forgets_that_deciding_raised(store: Store) -> None:
    """A commit takes its subscriber, and nobody else, out of quarantine; a commit that only keeps events does not."""
    names = [name for name in (f"s{number}" for number in range(200)) if store.partition_of(name) == 0][:2]
    for name in names:
        await store.commit(Commit(subscriber=name, version=0, record=b""))
        await store.quarantine(name, error="KeyError in flows", delay_ms=LONG)
    await store.commit(Commit(subscriber=names[0], version=1, record=b"", ends_quarantine=False))
    assert [entry.subscriber for entry in await store.all_quarantined()] == sorted(names)
    await store.commit(Commit(subscriber=names[0], version=9, record=b""))
    assert [entry.subscriber for entry in await store.all_quarantined()] == sorted(names)
    await store.commit(Commit(subscriber=names[0], version=2, record=b""))
    assert [entry.subscriber for entry in await store.all_quarantined()] == [names[1]]
