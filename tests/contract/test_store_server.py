"""What only a real server shows: scripts it forgot, days, lost connections, founding, replicas, passwords."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import (
    Commit,
    CommitStatus,
    Posting,
    StoreAwayError,
    StoreMismatchError,
    StoreSettingsError,
    StoreTakesNoWritesError,
)
from store.compression import shorten_event_id
from store.embedded.server import EmbeddedServer, find_binary
from store.keys import LAYOUT_KEY, MARK_KEY, StoreKeys
from store.valkey.connection import ValkeyConnection
from store.valkey.scan import scan_keys
from store.valkey.store import ValkeyStore, open_store
from tests.contract.conftest import KINDS, PARTITIONS, empty, opened
from tests.support.patience import PATIENCE_SECONDS

SERVERS = [kind for kind in KINDS if kind in ("valkey", "outside")]


@pytest_asyncio.fixture
async def server_store(embedded_url: str) -> AsyncIterator[ValkeyStore]:
    """Return an empty store on the embedded server."""
    await empty(embedded_url)
    made = await open_store(embedded_url, partitions=PARTITIONS, check_value="check")
    yield made
    await made.close()


def first(*event_ids: str) -> Commit:
    """Return a first commit with these events."""
    return Commit(subscriber="mia", version=0, record=b"one", event_ids=event_ids)


async def test_forgotten_scripts_are_sent_again(server_store: ValkeyStore) -> None:
    """A server that has lost its scripts, as after a failover, gets them again unnoticed."""
    await server_store.load("mia", ["e1"])
    await server_store._connection.run_command(b"SCRIPT", b"FLUSH")
    assert (await server_store.commit(first())).status is CommitStatus.COMMITTED
    assert await server_store.load("mia", ["e1"]) == await server_store.load("mia")


async def test_an_entry_whose_list_is_gone_is_forgotten(server_store: ValkeyStore) -> None:
    """Somebody removed the list by hand: nothing is claimed, and nothing is tried again and again."""
    part = server_store._keys.keys_of("mia")
    for lane in ("internal", "mail-marketing"):
        await server_store._connection.run_command(b"ZADD", part.ready_set(lane.encode()), 0, b"mia")
    number = server_store.partition_of("mia")
    work = await server_store.poll(number, now_ms=0, lanes=["internal"], most_due=1, most_claims=9, lease_ms=1)
    assert (work.claims, work.next_ready_ms) == ((), None)
    assert await server_store.claim("mail-marketing", "mia", lease_ms=1) is None
    for lane in ("internal", "mail-marketing"):
        assert await server_store._connection.run_command(b"EXISTS", part.ready_set(lane.encode())) == 0


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_server_without_memory_says_that_it_takes_no_writes(store_url: str) -> None:
    """A commit by script and the tiny write of readiness fail alike, and may be tried again."""
    await empty(store_url)
    made = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    await made.try_write()
    try:
        await made._connection.run_command(b"CONFIG", b"SET", b"maxmemory", 1)
        for write in (made.try_write, lambda: made.commit(first())):
            with pytest.raises(StoreTakesNoWritesError, match="out of memory"):
                await write()
    finally:
        await made._connection.run_command(b"CONFIG", b"SET", b"maxmemory", 0)
    assert (await made.commit(first())).status is CommitStatus.COMMITTED
    await made.close()


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_server_that_became_a_replica_is_left_for_the_new_primary(store_url: str) -> None:
    """Read only: the call fails and the connection is made anew, so that the next one reaches whoever took over."""
    await empty(store_url)
    made = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    try:
        await made._connection.run_command(b"REPLICAOF", b"127.0.0.1", b"1")
        (server,) = made._connection.servers
        before = server._pipeline
        with pytest.raises(StoreTakesNoWritesError, match="read only"):
            await made.commit(first())
        await made.ping()
        assert server._pipeline is not before
    finally:
        await made._connection.run_command(b"REPLICAOF", b"NO", b"ONE")
    assert (await made.commit(first())).status is CommitStatus.COMMITTED
    await made.close()


async def test_events_are_known_for_seven_days(server_store: ValkeyStore) -> None:
    """An event of six days ago is recognised by load and commit; one of seven days ago is not."""
    today = await server_store.server_ms() // 86_400_000
    tag = StoreKeys(PARTITIONS).keys_of("mia").tag
    await server_store._connection.run_command(b"SADD", b"%bseen:%d" % (tag, today - 6), shorten_event_id("six"))
    await server_store._connection.run_command(b"SADD", b"%bseen:%d" % (tag, today - 7), shorten_event_id("seven"))
    assert (await server_store.load("mia", ["six", "seven"])).seen == {"six"}
    assert (await server_store.commit(first("six", "seven"))).seen == {"six"}
    assert (await server_store.commit(first("seven"))).status is CommitStatus.COMMITTED


async def test_a_mark_is_newer_than_the_one_it_replaces(server_store: ValkeyStore) -> None:
    """A look tells the mark that it found, and leaves a later one, also where the clock was put back."""
    first = await server_store.look(leave_mark=True)
    assert (first.before_ms, first.mark_ms >= first.server_ms) == (0, True)
    looked = await server_store.look()
    assert (looked.before_ms, looked.mark_ms) == (first.mark_ms, first.mark_ms)
    ahead = first.mark_ms + 60_000
    await server_store._connection.run_command(b"SET", MARK_KEY, ahead)
    later = await server_store.look(leave_mark=True)
    assert (later.before_ms, later.mark_ms) == (ahead, ahead + 1)


async def test_seen_sets_go_after_eight_days(server_store: ValkeyStore) -> None:
    """The set of a day's events is forgotten by itself, a day after it is last needed."""
    await server_store.commit(first("e1"))
    await server_store.commit(Commit(subscriber="mia", version=1, record=b"two", event_ids=("e2",)))
    today = await server_store.server_ms() // 86_400_000
    key = StoreKeys(PARTITIONS).keys_of("mia").seen_sets(today)[0]
    assert 8 * 86_400 - 60 <= await server_store._connection.run_command(b"TTL", key) <= 8 * 86_400


async def test_what_comes_during_an_erasure_is_erased_too(
    server_store: ValkeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A walk that places a reader, and a commit with a new topic and a new lane, while the erasure is looking."""
    await server_store.commit(Commit(subscriber="mia", version=0, record=b"one", readers=(("leaf", 5),)))
    look, meanwhile = server_store._known_places, [1]

    async def look_slowly() -> object:
        known = await look()
        if meanwhile:
            meanwhile.clear()
            assert await server_store.place_reader("mia", version=1, readers=(("leaf", 6),))
            late = Posting(lane="chat:new", item=b"late")
            await server_store.commit(
                Commit(subscriber="mia", version=1, record=b"", readers=(("new", 7),), outbox=(late,))
            )
        return known

    monkeypatch.setattr(server_store, "_known_places", look_slowly)
    await server_store.erase("mia")
    keys = [key async for key in scan_keys(server_store._connection, b"*")]
    assert [key for key in keys if b"mia" in key] == []
    for topic in ("leaf", "new"):
        assert await server_store.list_readers(server_store.partition_of("mia"), topic) == []


async def test_a_set_that_was_there_ends_when_it_was_to_end(server_store: ValkeyStore) -> None:
    """A process that comes later in the day does not push the end back; a set that it makes itself has one."""
    today = await server_store.server_ms() // 86_400_000
    keys = StoreKeys(PARTITIONS)
    other = next(name for name in map(str, range(99)) if keys.keys_of(name) is not keys.keys_of("mia"))
    of_mia, of_other = (keys.keys_of(name).seen_sets(today)[0] for name in ("mia", other))
    await server_store._connection.run_command(b"SADD", of_mia, "earlier")
    await server_store._connection.run_command(b"EXPIRE", of_mia, 100)
    await server_store.commit(first("e1"))
    for number in range(3):
        await server_store.commit(Commit(subscriber=other, version=number, record=b"", event_ids=(f"o{number}",)))
    assert 0 < await server_store._connection.run_command(b"TTL", of_mia) <= 100
    assert await server_store._connection.run_command(b"TTL", of_other) > 7 * 86_400


async def test_the_servers_day_counts(server_store: ValkeyStore) -> None:
    """A process whose idea of the day is old commits on the server's day."""
    server_store._day -= 3
    assert (await server_store.commit(first("e1"))).status is CommitStatus.COMMITTED
    other = Commit(subscriber="mia", version=1, record=b"", event_ids=("e1",))
    assert (await server_store.commit(other)).status is CommitStatus.SEEN


@pytest.mark.parametrize(
    ("partitions", "check", "words"), [(8, "check", "4 partitions"), (PARTITIONS, "other", "DOORSTEP_SECRET")]
)
async def test_other_settings_are_refused(
    server_store: ValkeyStore, embedded_url: str, partitions: int, check: str, words: str
) -> None:
    """A store made with other partitions or another index key is not opened."""
    await server_store.ping()
    with pytest.raises(StoreMismatchError, match=words):
        await open_store(embedded_url, partitions=partitions, check_value=check)


async def test_a_newer_layout_is_refused(server_store: ValkeyStore, embedded_url: str) -> None:
    """A store that a newer Doorstep wrote is not opened."""
    await server_store._connection.run_command(b"HSET", LAYOUT_KEY, "layout", 99)
    with pytest.raises(StoreMismatchError, match="newer"):
        await open_store(embedded_url, partitions=PARTITIONS, check_value="check")


async def test_a_refused_command_is_no_outage(server_store: ValkeyStore) -> None:
    """An error that the server answers is raised as such and leaves the connection alone."""
    with pytest.raises(Exception, match="refused a command") as caught:
        await server_store._connection.run_command(b"INCRBY", b"x", b"y")
    assert not isinstance(caught.value, StoreAwayError)
    await server_store.ping()


@pytest.mark.parametrize("url", ["http://localhost", "redis://localhost?colour=red", "redis://x?replicas=two"])
async def test_impossible_addresses(url: str) -> None:
    """An address that cannot work is a setting to mend, named."""
    with pytest.raises(StoreSettingsError, match="DOORSTEP_STORE_URL"):
        await open_store(url, check_value="check")


async def test_nobody_there(tmp_path: Path) -> None:
    """Where nothing listens, the store is away."""
    with pytest.raises(StoreAwayError):
        await open_store(f"unix://{tmp_path}/none", check_value="check")


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Path]:
    """Run a server with a password and return its socket."""
    path = tmp_path / "s"
    arguments = ["--port", "0", "--unixsocket", str(path), "--requirepass", "open sesame", "--dir", str(tmp_path)]
    process = subprocess.Popen([find_binary(), *arguments], stdout=subprocess.DEVNULL)
    yield path
    process.kill()
    process.wait()


async def test_password(guarded: Path) -> None:
    """A server with a password is opened with it, and not without."""
    store = await opened(f"unix://:open%20sesame@{guarded}")
    assert (await store.commit(first())).status is CommitStatus.COMMITTED
    await store.close()
    for url in (f"unix://{guarded}", f"unix://:wrong@{guarded}"):
        with pytest.raises(StoreSettingsError):
            await open_store(url, partitions=PARTITIONS, check_value="check")


async def test_a_killed_server_comes_back_with_its_data(tmp_path: Path) -> None:
    """When the embedded server is killed it is started again; what was answered is there, and the store reconnects."""
    server = EmbeddedServer(tmp_path)
    await server.start_server()
    store = await open_store(server.url, partitions=PARTITIONS, check_value="check")
    done = 0

    async def committing() -> None:
        nonlocal done
        while True:
            await store.commit(Commit(subscriber="mia", version=done, record=b""))
            done += 1

    for _ in range(3):
        task = asyncio.create_task(committing())
        await asyncio.sleep(0.02)
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(StoreAwayError):
            await task
        async with asyncio.timeout(PATIENCE_SECONDS):
            version = await _version_after_restart(store)
        assert version in (done, done + 1)
        done = version
    await store.close()
    await server.stop_server()


async def _version_after_restart(store: ValkeyStore) -> int:
    while True:
        try:
            return (await store.load("mia")).version
        except StoreAwayError:
            await asyncio.sleep(0.01)


async def test_calls_to_a_closed_store_are_refused(embedded_url: str) -> None:
    """After closing, calls fail at once, and closing again does nothing."""
    await empty(embedded_url)
    store = await open_store(embedded_url, partitions=PARTITIONS, check_value="check")
    await store.close()
    await store.close()
    with pytest.raises(StoreAwayError):
        await store.ping()


async def test_wire_survives_a_cancelled_caller(embedded_url: str) -> None:
    """A caller that gives up does not shift the answers of the others."""
    connection = ValkeyConnection(embedded_url)
    await connection.open_first()
    calls = [asyncio.create_task(connection.run_command(b"ECHO", number)) for number in range(20)]
    await asyncio.sleep(0)
    for call in calls[::3]:
        call.cancel()
    answers = await asyncio.gather(*calls, return_exceptions=True)
    kept = [answer for answer in answers if isinstance(answer, bytes)]
    assert kept == [b"%d" % number for number in range(20) if number % 3]
    await connection.close()
