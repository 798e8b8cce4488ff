"""Values of the whole store, and the one step that compares and saves: the same on every store."""

import asyncio

from domain.ports import Store


async def test_a_value_is_saved_only_over_the_expected_one(store: Store) -> None:
    """What another caller saved in between stays."""
    await store.save_meta("lock", b"first")
    assert not await store.compare_and_set("lock", b"other", b"second")
    assert await store.load_meta("lock") == b"first"
    assert await store.compare_and_set("lock", b"first", b"second")
    assert await store.load_meta("lock") == b"second"


async def test_none_expects_that_there_is_no_value(store: Store) -> None:
    """An empty value is a value: it is no absence, and an absence is not empty."""
    assert not await store.compare_and_set("lock", b"", b"x")
    assert await store.load_meta("lock") is None
    assert await store.compare_and_set("lock", None, b"")
    assert not await store.compare_and_set("lock", None, b"x")
    assert await store.load_meta("lock") == b""
    assert await store.compare_and_set("lock", b"", b"x")
    assert (await store.load_meta("lock"), await store.load_meta("key")) == (b"x", None)


async def test_values_are_compared_byte_for_byte(store: Store) -> None:
    """Zero bytes and bytes that are not UTF-8 count like any other."""
    value = bytes(range(256))
    assert await store.compare_and_set("bytes", None, value)
    assert not await store.compare_and_set("bytes", value[:-1], b"x")
    assert await store.compare_and_set("bytes", value, value[::-1])
    assert await store.load_meta("bytes") == value[::-1]


async def test_one_of_many_callers_at_once_wins(store: Store) -> None:
    """All expect the same; the value that stays is the one of the caller who was told so."""
    callers = [b"%d" % number for number in range(50)]
    saved = await asyncio.gather(*(store.compare_and_set("first", None, caller) for caller in callers))
    assert [await store.load_meta("first")] == [caller for caller, won in zip(callers, saved, strict=True) if won]


async def test_confirmation_mails_are_counted_for_all(store: Store) -> None:
    """Too many wait; each confirmation makes room; what is an hour old counts no more."""

    async def ask(minute: int) -> bool:
        return await store.count_asked(minute=minute, most=9, unproven=2, for_each=3)

    assert [await ask(100) for _ in range(3)] == [True, True, False]
    await store.count_confirmed(minute=101)
    assert [await ask(159) for _ in range(4)] == [True, True, True, False]
    assert [await ask(160) for _ in range(3)] == [True, True, False]
    assert await store.count_asked(minute=160, most=9, unproven=9, for_each=0)
