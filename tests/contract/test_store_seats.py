"""Seats of a thing: the same on every store."""

from datetime import UTC, datetime, timedelta

from domain.ports import Store

START = datetime(2026, 6, 15, 8, tzinfo=UTC)


async def take(
    store: Store, holder: str, wanted: int, request: str, *, at: int = 0, capacity: int = 5
) -> tuple[int, int]:
    """Ask for seats of the evening; return what the holder has, and what is left."""
    moment = START + timedelta(seconds=at)
    answer = await store.take_seats("evening", holder, wanted=wanted, capacity=capacity, request=request, at=moment)
    return answer.held, answer.left


async def test_no_more_seats_are_given_than_there_are(store: Store) -> None:
    """Whoever wants more than are left gets none; changing one's mind counts the difference."""
    assert await take(store, "mia", 3, "m1") == (3, 2)
    assert await take(store, "bob", 3, "b1") == (0, 2)
    assert await take(store, "bob", 2, "b2") == (2, 0)
    assert await take(store, "mia", 4, "m2") == (3, 0)
    assert await take(store, "mia", 1, "m3") == (1, 2)
    assert await take(store, "bob", 0, "b3") == (0, 4)
    assert (await store.count_seats("evening"), await store.count_seats("never asked for")) == (1, 0)


async def test_a_request_for_seats_is_answered_once(store: Store) -> None:
    """Repeated, it gets the same answer, a refusal too; one that comes late changes nothing."""
    assert [await take(store, "mia", 5, "m1") for _ in range(2)] == [(5, 0)] * 2
    assert await take(store, "bob", 1, "b1") == (0, 0)
    assert await take(store, "mia", 0, "m2", at=2) == (0, 5)
    assert await take(store, "bob", 1, "b1") == (0, 5)
    assert await take(store, "mia", 5, "m1", at=1) == (0, 5)
    assert await take(store, "bob", 1, "b2", at=1) == (1, 4)


async def test_fewer_seats_than_were_given(store: Store) -> None:
    """A lowered number takes nobody's seat and never counts below nothing; giving back still works."""
    assert await take(store, "mia", 4, "m1") == (4, 1)
    assert await take(store, "bob", 1, "b1", capacity=2) == (0, 0)
    assert await take(store, "mia", 3, "m2", capacity=2) == (3, 0)
    assert await take(store, "mia", 1, "m3", capacity=2) == (1, 1)


async def test_all_seats_of_somebody_are_given_back(store: Store) -> None:
    """Of every thing they asked for; once or twice is the same."""
    await take(store, "mia", 2, "m1")
    await store.take_seats("other", "mia", wanted=1, capacity=1, request="m2", at=START)
    await take(store, "bob", 2, "b1")
    for _ in range(2):
        await store.return_seats("mia")
        assert (await store.count_seats("evening"), await store.count_seats("other")) == (2, 0)
    assert await take(store, "mia", 3, "m1") == (3, 0)
