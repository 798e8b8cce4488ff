"""The client: redis-py makes and authenticates connections, :class:`store.valkey.pipeline.Pipe` carries the commands.

docs/decisions/0003-store-client.md has the figures that led here.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from hiredis import ReplyError
from redis.asyncio.connection import AbstractConnection, Connection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from domain.ports import StoreAwayError, StoreError, StoreSettingsError
from store.valkey.pipeline import Answer, Part, Pipe
from store.valkey.script import Script

TIMEOUT = 5.0
"""Seconds without any answer after which a connection is given up."""

PATIENCE = 1.0
"""Seconds a call waits for a lost connection to come back."""

MOST_WAITING = 10_000
"""Commands that may wait for an answer at once."""

ASK_AGAIN = 0.05
"""Seconds before a task that was cancelled is cancelled again."""

_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds before each attempt to connect again; the last one repeats."""

_AWAY = {
    "LOADING": False,
    "BUSY": False,
    "TRYAGAIN": False,
    "NOREPLICAS": False,
    "MISCONF": False,
    "OOM": False,
    "READONLY": True,
    "MASTERDOWN": True,
    "UNBLOCKED": True,
    "CLUSTERDOWN": False,
}
"""Error codes of a server that cannot serve now; True: it has become a replica, connect anew.
Source: the ``shared`` error objects in the server's ``src/server.c``."""


_NOT_ADMITTED = (AuthenticationError, ResponseError)


class Wire:
    """A pipelined connection that comes back by itself."""

    def __init__(self, url: str) -> None:
        """Read the address; raises :class:`StoreSettingsError`."""
        self.replicas, self._make = _read_url(url)
        self._pipe: Pipe | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closed = False

    async def connect(self) -> AbstractConnection:
        """Return a fresh, authenticated connection of redis-py's."""
        connection = self._make()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it unannotated
        except (RedisError, OSError) as error:
            # redis-py wraps what the server answered to AUTH or SELECT in its own ConnectionError
            if isinstance(error, _NOT_ADMITTED) or isinstance(error.__cause__, _NOT_ADMITTED):
                message = "the store refuses to let us in: mend user, password or database in DOORSTEP_STORE_URL"
                raise StoreSettingsError(message) from error
            message = f"the store is not reachable ({type(error).__name__})"
            raise StoreAwayError(message) from error
        return connection

    async def open(self) -> None:
        """Connect for the first time; unlike later, nothing is tried again."""
        self._pipe = await self._piped()

    async def _piped(self) -> Pipe:
        connection = await self.connect()
        writer = connection._writer  # noqa: SLF001  there is no public way to the transport of a redis-py connection
        connection._reader = connection._writer = None  # noqa: SLF001  it is ours now; redis-py must not close it
        if writer is None or self._closed:
            message = "the store was closed"
            raise StoreAwayError(message)
        return Pipe(writer, timeout=TIMEOUT, most=MOST_WAITING, lost=self._lost)

    def _lost(self) -> None:
        self._pipe = None
        if not self._closed and self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._come_back())

    async def _come_back(self) -> None:
        attempt = 0
        try:
            while True:
                await asyncio.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
                attempt += 1
                with suppress(StoreAwayError, StoreSettingsError):
                    self._pipe = await self._piped()
                    return
        finally:
            self._connecting = None

    async def _wait(self) -> Pipe:
        if self._closed or self._connecting is None:
            message = "the store was closed"
            raise StoreAwayError(message)
        await asyncio.wait({self._connecting}, timeout=PATIENCE)
        if self._pipe is None:
            message = f"the store has been away for {PATIENCE:.0f} s or more"
            raise StoreAwayError(message)
        return self._pipe

    async def call(self, *command: Part) -> Answer:
        """Send one command and return its answer.

        Raises :class:`StoreAwayError` when it is not known to have been done, and :class:`StoreError` when the
        server refuses the command itself.
        """
        try:
            return await (self._pipe or await self._wait()).ask(command)
        except ReplyError as error:
            raise self._translated(error) from error

    async def run(self, script: Script, keys: Sequence[bytes], *args: Part) -> Answer:
        """Run a script; a server that has forgotten it (restart, failover) gets it again."""
        try:
            return await (self._pipe or await self._wait()).ask((b"EVALSHA", script.sha, len(keys), *keys, *args))
        except ReplyError as error:
            if not str(error).startswith("NOSCRIPT"):
                raise self._translated(error) from error
        return await self.call(b"EVAL", script.text, len(keys), *keys, *args)

    def _translated(self, error: ReplyError) -> StoreError:
        text = str(error).split(", with args")[0][:200]
        code = text.split(" ", 1)[0]
        if code not in _AWAY:
            return StoreError(f"the store refused a command: {text}")
        if _AWAY[code] and self._pipe:
            self._pipe.close()
        return StoreAwayError(f"the store cannot serve now: {code}")

    async def close(self) -> None:
        """End the connection; idempotent."""
        self._closed = True
        if self._connecting:
            await ended(self._connecting)
        if self._pipe:
            self._pipe.close()


async def ended(task: asyncio.Task[None]) -> None:
    """Cancel a task until it is over: redis-py's connecting can swallow a cancellation and go on."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=ASK_AGAIN)


class _Maker:
    """Makes connections from the parts of a URL."""

    def __init__(self, kind: type[AbstractConnection], options: dict[str, Any]) -> None:
        self._kind = kind
        self._options = options

    def __call__(self) -> AbstractConnection:
        """Return a connection that is not open yet."""
        retry = Retry(NoBackoff(), 0)
        return self._kind(protocol=2, socket_connect_timeout=TIMEOUT, retry=retry, **self._options)


def _read_url(url: str) -> tuple[int, _Maker]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        replicas = int(query.pop("replicas", "0"))
        options: dict[str, Any] = dict(parse_url(urlunsplit(parts._replace(query=urlencode(query)))))
        kind = options.pop("connection_class", Connection)
        if issubclass(kind, Connection):
            options.setdefault("socket_keepalive", True)
        maker = _Maker(kind, options)
        maker()
    except (TypeError, ValueError) as error:
        message = "DOORSTEP_STORE_URL is no redis://, rediss:// or unix:// address, or has an option nobody knows"
        raise StoreSettingsError(message) from error
    return replicas, maker
