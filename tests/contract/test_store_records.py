"""Contract of the store: records, commits, ledgers, addresses."""

import asyncio

from msgspec.structs import replace

from domain.ports import MARKETING, Commit, CommitStatus, Committed, Loaded, Posting, QuarantinedRecord, Store
from tests.support.patience import PATIENCE_SECONDS

CONFLICT = Committed(status=CommitStatus.CONFLICT)
DONE = Committed(status=CommitStatus.COMMITTED)


def first(**what: object) -> Commit:
    """Return the first commit of subscriber ``mia``."""
    return replace(Commit(subscriber="mia", version=0, record=b"one"), **what)


async def test_readers_of_a_topic_are_written_by_commits_alone(store: Store) -> None:
    """Who confirms gets a place, who withdraws another one, who is erased none; a walk never outdoes a commit."""
    await store.commit(first(readers=(("leaf", 50), ("tea", 60))))
    part = store.partition_of("mia")
    assert await store.list_readers(part, "leaf") == [("mia", 50)]
    await store.commit(Commit(subscriber="mia", version=1, record=b"two", readers=(("leaf", -70), ("tea", 0))))
    assert not await store.place_reader("mia", version=1, readers=(("leaf", 50),))
    assert await store.list_readers(part, "leaf") == [("mia", -70)]
    assert await store.list_readers(part, "tea") == []
    assert await store.place_reader("mia", version=2, readers=(("tea", 60),))
    assert [await store.count_readers(topic, -100, 60) for topic in ("leaf", "tea", "chai")] == [1, 1, 0]
    await store.erase("mia")
    assert [await store.list_readers(part, topic) for topic in ("leaf", "tea")] == [[], []]


async def test_a_mail_that_is_left_out_has_a_line_and_nothing_waits(store: Store) -> None:
    """The reason stands in the send ledger; a line that was there before stays."""
    posting = Posting(lane=MARKETING, item=b"mail", send_id="S1")
    await store.commit(first(outbox=(posting,), left_out=(("S2", "late: it could not begin in time"),)))
    await store.commit(Commit(subscriber="mia", version=1, record=b"two", left_out=(("S1", "late"),)))
    lines = [await store.find_line("mia", ids) for ids in (("S0", "S2"), ("S1",), ("S0",), ())]
    assert [(line.id, line.status, line.note) if line else None for line in lines] == [
        ("S2", "refused", "late: it could not begin in time"), ("S1", "queued", ""), None, None,
    ]  # fmt: skip
    assert await store.count_waiting(MARKETING, "mia") == 1


async def test_unknown_subscriber(store: Store) -> None:
    """A subscriber never committed has no record and version 0."""
    assert await store.load("mia", ["e1"]) == Loaded(record=None, version=0)


async def test_load_returns_what_was_committed(store: Store) -> None:
    """A committed record is read back as given, and its events are known."""
    assert await store.commit(first(record=b"\x00\xffone", event_ids=("e1", "e2"))) == DONE
    assert await store.load("mia", ["e2", "e3"]) == Loaded(record=b"\x00\xffone", version=1, seen=frozenset({"e2"}))
    assert await store.load("mia") == Loaded(record=b"\x00\xffone", version=1)


async def test_stale_version_writes_nothing(store: Store) -> None:
    """A decision on an old version is a conflict and leaves no trace."""
    await store.commit(first(due_chat=5))
    stale = first(
        record=b"two", event_ids=("e9",), due_chat=9, ledger=(b"l",), history=(b"g",), counters={"n": 1}, day="d"
    )
    assert await store.commit(stale) == CONFLICT
    assert await store.commit(replace(stale, version=2)) == CONFLICT
    assert await store.load("mia", ["e9"]) == Loaded(record=b"one", version=1)
    assert await store.next_due("chat") == ("mia", 5)
    assert (await store.consent_ledger("mia"), await store.history("mia"), await store.day_counters("d")) == (
        (),
        (),
        {},
    )


async def test_seen_event_writes_nothing(store: Store) -> None:
    """A commit with an event that was committed before names it and writes nothing."""
    await store.commit(first(event_ids=("e1",)))
    answer = await store.commit(Commit(subscriber="mia", version=1, record=b"two", event_ids=("e1", "e2")))
    assert answer == Committed(status=CommitStatus.SEEN, seen=frozenset({"e1"}))
    assert await store.load("mia", ["e1", "e2"]) == Loaded(record=b"one", version=1, seen=frozenset({"e1"}))


async def test_versions_count_up(store: Store) -> None:
    """Each commit raises the version by one, far beyond one byte."""
    for version in range(300):
        assert await store.commit(Commit(subscriber="mia", version=version, record=b"%d" % version)) == DONE
    assert await store.load("mia") == Loaded(record=b"299", version=300)


async def test_concurrent_commits_lose_nothing(store: Store) -> None:
    """Many tasks adding to one record with retries end with every addition, each once."""

    async def add(event: str) -> None:
        while True:
            loaded = await store.load("mia", [event])
            record = (loaded.record or b"") + b"."
            done = await store.commit(
                Commit(subscriber="mia", version=loaded.version, record=record, event_ids=(event,))
            )
            if done.status is CommitStatus.COMMITTED:
                return

    await asyncio.gather(*(add(f"e{number}") for number in range(40)))
    loaded = await store.load("mia", [f"e{number}" for number in range(40)])
    assert (loaded.record, loaded.version, len(loaded.seen)) == (b"." * 40, 40, 40)


async def test_same_event_twice_at_once(store: Store) -> None:
    """One event delivered to two processes at once changes the record once."""
    commit = first(event_ids=("e1",))
    answers = await asyncio.gather(store.commit(commit), store.commit(commit))
    assert sorted(answer.status.value for answer in answers) == ["committed", "conflict"]


async def test_due_index(store: Store) -> None:
    """A commit puts a subscriber into the due index, moves it, and takes it out; a poll does not."""
    await store.commit(first(due_chat=100, due_mail=200))
    await store.commit(Commit(subscriber="bob", version=0, record=b"", due_chat=50))
    assert (await store.next_due("chat"), await store.next_due("mail")) == (("bob", 50), ("mia", 200))
    await store.commit(Commit(subscriber="mia", version=1, record=b"", due_chat=40))
    assert (await store.next_due("chat"), await store.next_due("mail")) == (("mia", 40), None)
    await store.commit(Commit(subscriber="mia", version=2, record=b""))
    assert await store.next_due("chat") == ("bob", 50)


async def test_what_is_due_as_before_is_not_written(store: Store) -> None:
    """The index stays as it is where the commit says so, each half for itself, in it or not in it."""
    await store.commit(first(due_chat=100))
    kept = Commit(
        subscriber="mia", version=1, record=b"", due_chat=100, same_due_chat=True, due_mail=200, same_due_mail=False
    )
    await store.commit(kept)
    assert (await store.next_due("chat"), await store.next_due("mail")) == (("mia", 100), ("mia", 200))
    await store.commit(Commit(subscriber="mia", version=2, record=b"", due_mail=200, same_due_mail=True))
    assert (await store.next_due("chat"), await store.next_due("mail")) == (None, ("mia", 200))
    await store.commit(Commit(subscriber="mia", version=3, record=b"", same_due_chat=True))
    assert (await store.next_due("chat"), await store.next_due("mail")) == (None, None)


async def test_ledgers_log_counters_wordings(store: Store) -> None:
    """What is appended is read back in order; a wording is kept as first given; counters add up over partitions."""
    await store.commit(
        first(ledger=(b"l1", b"l2"), wordings=(("h", b"text"),), history=(b"g1",), counters={"n": 2}, day="2026-01-01")
    )
    await store.commit(
        Commit(
            subscriber="mia", version=1, record=b"", ledger=(b"l3",), wordings=(("h", b"other"),),
            history=(b"g2", b"g3"), counters={"n": 1, "m": 1}, day="2026-01-01",
        )
    )  # fmt: skip
    for name in ("a", "b", "c", "d"):
        await store.commit(Commit(subscriber=name, version=0, record=b"", counters={"n": 1}, day="2026-01-01"))
    assert await store.consent_ledger("mia") == (b"l1", b"l2", b"l3")
    assert (await store.consent_wording("mia", "h"), await store.consent_wording("mia", "none")) == ("text", None)
    assert (await store.history("mia", last=2), await store.history("mia")) == ((b"g2", b"g3"), (b"g1", b"g2", b"g3"))
    assert (await store.day_counters("2026-01-01"), await store.day_counters("2026-01-02")) == ({"n": 7, "m": 1}, {})


async def test_log_is_capped(store: Store) -> None:
    """Of a log that nobody archives the newest 2,000 lines are kept."""
    await store.commit(first(history=tuple(b"%d" % number for number in range(1_999))))
    await store.commit(first(version=1, history=(b"1999", b"2000")))
    assert await store.history("mia", last=3_000) == tuple(b"%d" % number for number in range(1, 2_001))


async def test_subscribers_of_partitions(store: Store) -> None:
    """The partitions together hold every record once, each where the store says."""
    names = [f"sub{number}" for number in range(30)]
    for name in names:
        await store.commit(Commit(subscriber=name, version=0, record=b"", event_ids=(f"e{name}",)))
    found = [await store.subscriber_names(partition) for partition in range(store.partitions)]
    expected = [
        sorted(name for name in names if store.partition_of(name) == partition) for partition in range(store.partitions)
    ]
    assert [list(names_there) for names_there in found] == expected


async def test_stuck_records(store: Store) -> None:
    """A record whose deciding raises is counted, put off, listed, skipped by polls, and forgotten when mended."""
    await store.commit(first(due_chat=1, due_mail=1))
    await store.quarantine("mia", error="KeyError in flows", delay_ms=0)
    entry = await store.quarantine("mia", error="KeyError in  flows", delay_ms=60_000)
    now = await store.server_ms()
    assert entry == QuarantinedRecord(subscriber="mia", failures=2, until_ms=entry.until_ms, error="KeyError in  flows")
    assert now < entry.until_ms <= now + 60_000
    assert (await store.quarantine_entry("mia"), await store.all_quarantined()) == (entry, [entry])
    work = await store.poll(store.partition_of("mia"), now_ms=9, lanes=[], most_due=9, most_claims=9, lease_ms=9)
    assert (work.due_chat, work.due_mail) == ((), ())
    await store.release_from_quarantine("mia")
    assert (await store.quarantine_entry("mia"), await store.all_quarantined()) == (None, [])


async def test_stuck_records_do_not_hide_others(store: Store) -> None:
    """Records that rest do not take the places of those who can be woken."""
    names = [name for name in (f"s{number}" for number in range(200)) if store.partition_of(name) == 0][:6]
    for at, name in enumerate(names):
        await store.commit(Commit(subscriber=name, version=0, record=b"", due_chat=at))
    for name in names[:4]:
        await store.quarantine(name, error="x", delay_ms=60_000)
    await store.quarantine(names[0], error="x", delay_ms=-1)
    work = await store.poll(0, now_ms=100, lanes=[], most_due=2, most_claims=9, lease_ms=9)
    assert work.due_chat == (names[0], names[4])


async def test_address_saves_only_on_its_version(store: Store) -> None:
    """Two who read the same address aggregate cannot both save it."""
    assert await store.load_address("hash") == (None, 0)
    assert await store.save_address("hash", version=0, state=b"a")
    assert not await store.save_address("hash", version=0, state=b"b")
    assert await store.save_address("hash", version=1, state=b"c")
    assert not await store.save_address("hash", version=1, state=b"d")
    assert await store.load_address("hash") == (b"c", 2)


async def test_many_addresses_are_read_at_once(store: Store) -> None:
    """In the order of the question, those that are unknown and those named twice too."""
    names = [f"hash{number}" for number in range(450)]
    for name in names[::3]:
        assert await store.save_address(name, version=0, state=name.encode())
    wanted = [(name.encode(), 1) if number % 3 == 0 else (None, 0) for number, name in enumerate(names)]
    assert list(await store.load_addresses(names)) == wanted
    assert list(await store.load_addresses(["hash0", "hash1", "hash0"])) == [wanted[0], wanted[1], wanted[0]]
    assert list(await store.load_addresses([])) == []


async def test_users_and_meta(store: Store) -> None:
    """The newest link of a product user counts; meta values are kept as given."""
    assert (await store.find_user("u"), await store.load_meta("offset")) == (None, None)
    await store.link_user("u", "mia")
    await store.link_user("u", "bob")
    await store.save_meta("offset", b"\x00\xff")
    assert (await store.find_user("u"), await store.load_meta("offset")) == ("bob", b"\x00\xff")


async def test_server_answers(store: Store) -> None:
    """A living store answers a ping and tells its time."""
    await store.ping()
    assert await store.server_ms() > 1_700_000_000_000


async def test_hints_are_heard(store: Store) -> None:
    """Whoever listens hears which partition has work, and stops when the store closes."""
    heard = store.listen_hints()

    async def keep_hinting() -> None:
        while True:
            await store.publish_hint(3)
            await asyncio.sleep(0.005)

    hinting = asyncio.create_task(keep_hinting())
    assert await asyncio.wait_for(anext(heard), PATIENCE_SECONDS) == 3
    hinting.cancel()
    await store.close()
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert {one async for one in heard} <= {3}
