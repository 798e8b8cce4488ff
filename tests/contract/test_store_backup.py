"""A backup of a store in use, and its way back: from the embedded store to a server, and from a cluster to itself."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio

from domain.ports import MARKETING, Commit, Posting, Store, StoreMismatchError, StoreReplacedError
from service.backup.fill_store import claim_target, fill_store, open_to_all
from service.backup.make_backup import Manifest, make_backup
from service.backup.read_backup import OpenedBackup, open_backup
from store.keys import StoreKeys
from store.line_archive import LineArchive
from store.valkey.base import StoreConnection, make_client
from store.valkey.copying.drop_waiting import drop_waiting, list_lanes
from store.valkey.store import open_store
from tests.contract.conftest import KINDS, PARTITIONS, empty
from tests.support.servers.process import ServerProcess

SERVERS = [kind for kind in KINDS if kind != "memory"]
SECRET = "a secret that has more than thirty-two bytes"
PAIRS = [(f"a{number}", f"b{number}") for number in range(12)]
"""Two people each, who write in turns; in a cluster on nodes of their own, mostly."""


@pytest_asyncio.fixture
async def target_url(tmp_path: Path) -> AsyncIterator[str]:
    """Run an empty server."""
    server = ServerProcess(tmp_path / "target", {})
    server.start()
    await server.wait_for(b"PONG", b"PING")
    yield server.url
    server.kill()


async def connect(url: str) -> StoreConnection:
    """Return an open connection."""
    connection = make_client(url)
    await connection.open_first()
    return connection


async def write_in_turns(store: Store, pair: Sequence[str], over: asyncio.Event) -> int:
    """Let the first write, then the second, again and again; return how often."""
    version = 0
    while not over.is_set():
        for name in pair:
            outbox = (Posting(lane="internal", item=b"x"),)
            await store.commit(Commit(subscriber=name, version=version, record=b"r", outbox=outbox))
        version += 1
    return version


async def back_up(url: str, folder: Path) -> OpenedBackup:
    """Make a backup, and lay it out."""
    connection = await connect(url)
    path = folder / "a.backup"
    made = await make_backup(connection, LineArchive(folder / "no archive"), path, SECRET)
    await connection.close()
    assert [file.stat().st_size for file in await asyncio.to_thread(lambda: list(folder.glob("*.*")))] == [made.bytes]
    return open_backup(path, [SECRET], folder / "opened")


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_backup_is_of_one_moment(kind: str, store_url: str, target_url: str, tmp_path: Path) -> None:
    """Nothing answered before it is missing, nothing is in it without its cause, and the load is refused nothing."""
    await empty(store_url)
    store = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    over = asyncio.Event()
    writing = asyncio.gather(*(write_in_turns(store, pair, over) for pair in PAIRS))
    await asyncio.sleep(0.1)
    before = {name: (await store.load(name)).version for pair in PAIRS for name in pair}
    opened = await back_up(store_url, tmp_path)
    over.set()
    written = await writing
    await store.close()
    # From the embedded store to a server; all others back into the same one, through sentinels and TLS as they are.
    target = target_url if kind == "valkey" else store_url
    await empty(target)
    connection = await connect(target)
    await claim_target(connection, opened.manifest)
    await fill_store(connection, opened.snapshots)
    with pytest.raises(StoreMismatchError, match="restore into this store is not finished"):
        await open_store(target, partitions=PARTITIONS, check_value="check")
    await open_to_all(connection)
    restored = await open_store(target, partitions=PARTITIONS, check_value="check")
    for (first, second), most in zip(PAIRS, written, strict=True):
        versions = [(await restored.load(name)).version for name in (first, second)]
        assert versions[0] - versions[1] in (0, 1)
        assert before[first] <= versions[0] <= most + 1
        assert [await restored.count_waiting("internal", name) for name in (first, second)] == versions
    await connection.close()
    await restored.close()


@pytest.mark.parametrize("kind", ["valkey"])
async def test_every_kind_of_value_comes_back(store_url: str, target_url: str, tmp_path: Path) -> None:
    """Byte for byte, with the time at which it ends."""
    await empty(store_url)
    await (await open_store(store_url, partitions=PARTITIONS, check_value="check")).close()
    source, target = await connect(store_url), await connect(target_url)
    await source.run_command(b"SET", b"{0}:s:\xff", bytes(range(256)), b"PX", 900_000)
    await source.run_command(b"RPUSH", b"{0}:log:a", *(b"%d" % number for number in range(2_500)))
    await source.run_command(b"HSET", b"{1}:send:a", b"", b"empty", b"x" * 3_000, b"long")
    await source.run_command(b"ZADD", b"{1}:due:mail", 1795000000000123, b"a", -7, b"b")
    await source.run_command(b"SADD", b"{2}:seen:1", b"a", b"b")
    opened = await back_up(store_url, tmp_path)
    await claim_target(target, opened.manifest)
    assert await fill_store(target, opened.snapshots) == 5
    for command in (
        (b"GET", b"{0}:s:\xff"),
        (b"PEXPIRETIME", b"{0}:s:\xff"),
        (b"LRANGE", b"{0}:log:a", 0, -1),
        (b"HGETALL", b"{1}:send:a"),
        (b"ZRANGE", b"{1}:due:mail", 0, -1, b"WITHSCORES"),
    ):
        assert await target.run_command(*command) == await source.run_command(*command)
    assert set(await target.run_command(b"SMEMBERS", b"{2}:seen:1")) == {b"a", b"b"}
    await source.close()
    await target.close()


async def test_what_may_not_be_restored_into(target_url: str) -> None:
    """A store that holds something, and one that another backup was begun in; the same one begins anew."""
    layout = {"layout": "1", "partitions": str(PARTITIONS), "check": "check", "founded": "17"}
    manifest = Manifest(id="one", cut_ms=1, version="0.1.0", layout=layout, snapshots=1)
    connection = await connect(target_url)
    await connection.run_command(b"SET", b"{0}:s:mia", b"r")
    with pytest.raises(StoreMismatchError, match="not empty"):
        await claim_target(connection, manifest)
    await connection.run_command(b"DEL", b"{0}:s:mia")
    await claim_target(connection, manifest)
    await connection.run_command(b"SET", b"{0}:s:mia", b"half of it")
    await claim_target(connection, manifest)
    assert await connection.run_command(b"DBSIZE") == 1
    with pytest.raises(StoreMismatchError, match="another backup"):
        await claim_target(connection, Manifest(id="two", cut_ms=1, version="0.1.0", layout=layout, snapshots=1))
    await open_to_all(connection)
    # Whoever knew the store before the loss takes the restored one, under its new number.
    restored = await open_store(target_url, partitions=PARTITIONS, check_value="check", known="17")
    assert (await restored.look()).founded != "17"
    with pytest.raises(StoreReplacedError):
        await open_store(target_url, partitions=PARTITIONS, check_value="check", known="18")
    await restored.close()
    await connection.close()


@pytest.mark.parametrize("kind", ["valkey"])
async def test_what_waited_is_dropped_and_told(store_url: str) -> None:
    """Chat and mail leave no trace in their lanes; the mail's line says that nobody knows."""
    await empty(store_url)
    store = await open_store(store_url, partitions=PARTITIONS, check_value="check")
    outbox = (
        Posting(lane="chat:1", item=b"x"),
        Posting(lane=MARKETING, item=b"y"),
        Posting(lane="internal", item=b"z"),
    )
    await store.commit(Commit(subscriber="mia", version=0, record=b"r", outbox=outbox))
    connection = await connect(store_url)
    lanes = await list_lanes(connection)
    dropped = [await drop_waiting(connection, StoreKeys(PARTITIONS), lane, "why") for lane in lanes - {"internal"}]
    assert (sorted(lanes), dropped) == (["chat:1", "internal", MARKETING], [1, 1])
    assert [await store.count_waiting(lane, "mia") for lane in sorted(lanes)] == [0, 1, 0]
    assert [(await store.measure_lane(lane))[0] for lane in sorted(lanes)] == [0, 1, 0]
    await connection.close()
    await store.close()
