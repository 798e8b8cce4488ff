"""Contract of the store: workers share the partitions."""

from domain.ports import Begun, Commit, Posting, Store
from tests.contract.conftest import Later

ALL = frozenset(range(4))


async def test_a_lone_worker_takes_all(store: Store) -> None:
    """One worker holds every partition."""
    assert await store.renew_leases("ann", lease_ms=60_000) == ALL


async def test_workers_share_fairly(store: Store) -> None:
    """A newcomer gets its share as soon as the others have given up what is too much; nothing is held twice."""
    await store.renew_leases("ann", lease_ms=60_000)
    assert await store.renew_leases("bob", lease_ms=60_000) == frozenset()
    ann = await store.renew_leases("ann", lease_ms=60_000)
    bob = await store.renew_leases("bob", lease_ms=60_000)
    assert (len(ann), len(bob), ann | bob, ann & bob) == (2, 2, ALL, frozenset())


async def test_a_silent_worker_is_taken_over(store: Store, later: Later) -> None:
    """When a worker's lease has run out, the others take what it held."""
    await store.renew_leases("ann", lease_ms=1)
    await later(2)
    assert await store.renew_leases("bob", lease_ms=60_000) == ALL


async def test_release_frees_at_once(store: Store) -> None:
    """What a stopping worker gives back is free for the next one."""
    await store.renew_leases("ann", lease_ms=60_000)
    await store.release_leases("ann")
    assert await store.renew_leases("bob", lease_ms=60_000) == ALL


async def test_more_workers_than_partitions(store: Store) -> None:
    """With more workers than partitions each holds at most one, and every partition is held."""
    names = [f"w{number}" for number in range(6)]
    held: dict[str, frozenset[int]] = {}
    for _ in range(4):
        held = {name: await store.renew_leases(name, lease_ms=60_000) for name in names}
    assert sorted(len(one) for one in held.values()) == [0, 0, 1, 1, 1, 1]
    assert frozenset[int]().union(*held.values()) == ALL


async def test_who_is_alone_frees_everything(store: Store) -> None:
    """Partitions and claimed heads of whoever was killed, at once; a head that waits for its time goes on waiting."""
    await store.renew_leases("ann", lease_ms=60_000)
    for name in ("mia", "leo"):
        outbox = (Posting(lane="internal", item=name.encode()),)
        await store.commit(Commit(subscriber=name, version=0, record=b"r", outbox=outbox))
    waits = await store.claim("internal", "leo", lease_ms=60_000)
    assert waits
    assert await store.retry(waits, delay_ms=60_000)
    held = await store.claim("internal", "mia", lease_ms=60_000)
    assert held
    await store.free_all()
    assert await store.renew_leases("bob", lease_ms=60_000) == ALL
    again = await store.claim("internal", "mia", lease_ms=60_000)
    assert again
    assert again.item == b"mia"
    assert await store.claim("internal", "leo", lease_ms=60_000) is None
    assert await store.begin(held) is Begun.LOST


async def test_a_dead_workers_claims_are_taken_over(store: Store, later: Later) -> None:
    """Its claims are free once it was silent at two renewals of somebody else; a waiting head goes on waiting."""
    await store.renew_leases("ann", lease_ms=1)
    for name in ("mia", "leo"):
        outbox = (Posting(lane="internal", item=name.encode()), Posting(lane="internal", item=b"next"))
        await store.commit(Commit(subscriber=name, version=0, record=b"r", outbox=outbox))
    waits = await store.claim("internal", "leo", lease_ms=60_000)
    assert waits
    assert await store.retry(waits, delay_ms=60_000)
    held = await store.claim("internal", "mia", lease_ms=60_000)
    assert held
    await later(2)
    await store.renew_leases("bob", lease_ms=60_000)
    assert await store.claim("internal", "mia", lease_ms=60_000) is None
    await store.renew_leases("bob", lease_ms=60_000)
    taken = await store.claim("internal", "mia", lease_ms=60_000)
    assert taken
    assert taken.item == b"mia"
    assert await store.claim("internal", "leo", lease_ms=60_000) is None
    # It only stood still, and comes back: nothing of what it had in hand may be begun, settled or put back.
    await store.renew_leases("ann", lease_ms=60_000)
    assert await store.begin(held) is Begun.LOST
    assert await store.settle(held) == (False, None)
    assert not await store.retry(held, delay_ms=0)
    assert await store.begin(taken)


async def test_a_worker_that_returns_in_time_keeps_its_claims(store: Store, later: Later) -> None:
    """After a pause of the store everybody's lease has run out: the first one back buries nobody."""
    await store.renew_leases("ann", lease_ms=1)
    await store.commit(Commit(subscriber="mia", version=0, record=b"r", outbox=(Posting(lane="internal", item=b"x"),)))
    held = await store.claim("internal", "mia", lease_ms=60_000)
    assert held
    await later(2)
    await store.renew_leases("bob", lease_ms=60_000)
    await store.renew_leases("ann", lease_ms=60_000)
    await store.renew_leases("bob", lease_ms=60_000)
    assert await store.begin(held)
