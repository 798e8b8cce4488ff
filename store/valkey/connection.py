"""The client of the store.

redis-py makes and authenticates connections; :class:`store.valkey.pipeline.CommandPipeline` carries the commands.
docs/decisions/0003-store-client.md has the figures behind this choice.
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

from domain.ports import StoreAwayError, StoreError, StoreReplacedError, StoreSettingsError
from store.keys import LAYOUT_KEY
from store.valkey.pipeline import Answer, Argument, CommandPipeline
from store.valkey.script import Script
from store.valkey.server_errors import is_over, make_store_error, read_error_code

TIMEOUT_SECONDS = 5.0
"""Seconds without any answer after which a connection is given up."""

PATIENCE_SECONDS = 1.0
"""Seconds a call waits for a lost connection to come back."""

MOST_OUTSTANDING = 10_000
"""Commands that may wait for an answer at once."""

CANCEL_AGAIN_SECONDS = 0.05
"""Seconds before a task that was cancelled is cancelled again."""

_RECONNECT_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds before each attempt to connect again; the last one repeats."""

_REFUSED_LOGIN = (AuthenticationError, ResponseError)


class ValkeyConnection:
    """A pipelined connection that reconnects by itself."""

    def __init__(self, url: str) -> None:
        """Read the address; raises :class:`StoreSettingsError`."""
        self.replicas, self._make_idle = _read_url(url)
        self._pipeline: CommandPipeline | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closed = False
        self._founded = b""
        """Which store it is, once :meth:`expect_store` was told; another one is refused after a reconnect."""
        self._replaced: StoreReplacedError | None = None

    async def make_connection(self) -> AbstractConnection:
        """Return a new, authenticated connection of redis-py."""
        connection = self._make_idle()
        try:
            await connection.connect()  # type: ignore[no-untyped-call]  # redis-py leaves it unannotated
        except (RedisError, OSError) as error:
            # redis-py wraps what the server answered to AUTH or SELECT in its own ConnectionError
            if isinstance(error, _REFUSED_LOGIN) or isinstance(error.__cause__, _REFUSED_LOGIN):
                message = "the store refuses to let us in: mend user, password or database in DOORSTEP_STORE_URL"
                raise StoreSettingsError(message) from error
            message = f"the store is not reachable ({type(error).__name__})"
            raise StoreAwayError(message) from error
        return connection

    async def open_first(self) -> None:
        """Connect for the first time; unlike later, a failure is raised and not tried again."""
        self._pipeline = await self._open_pipeline()

    def expect_store(self, founded: bytes) -> None:
        """Refuse from now on to come back to any store but this one."""
        self._founded = founded

    async def _open_pipeline(self) -> CommandPipeline:
        connection = await self.make_connection()
        writer = connection._writer  # noqa: SLF001  there is no public way to the transport of a redis-py connection
        # hiredis reads the answers in CommandPipeline, without redis-py's layers in between.
        connection._reader = connection._writer = None  # noqa: SLF001  the pipeline owns it now; redis-py must not close it
        if writer is None or self._closed:
            message = "the store was closed"
            raise StoreAwayError(message)
        return CommandPipeline(writer, timeout=TIMEOUT_SECONDS, most=MOST_OUTSTANDING, on_loss=self._on_loss)

    def _on_loss(self) -> None:
        self._pipeline = None
        # One task reconnects, however many callers notice the loss.
        if not self._closed and self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._come_back())

    async def _come_back(self) -> None:
        attempt = 0
        try:
            while True:
                await asyncio.sleep(_RECONNECT_PAUSES[min(attempt, len(_RECONNECT_PAUSES) - 1)])
                attempt += 1
                with suppress(StoreAwayError, StoreSettingsError):
                    pipeline = await self._open_pipeline()
                    await self._recognise_store(pipeline)
                    self._pipeline = pipeline
                    return
        finally:
            self._connecting = None

    async def _recognise_store(self, pipeline: CommandPipeline) -> None:
        """Look, before anybody's command goes there, whether what came back is the store we left.

        A server restarted without its data, or another one at the address, would take every command without a word.
        """
        try:
            found = await pipeline.send_command((b"HGET", LAYOUT_KEY, b"founded")) or b""
        except ReplyError as error:  # such as LOADING
            pipeline.close()
            raise make_store_error(str(error)) from error
        self._replaced = None
        if self._founded and found != self._founded:
            self._replaced = StoreReplacedError(found.decode(errors="replace"))
            pipeline.close()
            raise self._replaced

    async def _await_pipeline(self) -> CommandPipeline:
        if self._closed or self._connecting is None:
            message = "the store was closed"
            raise StoreAwayError(message)
        # ``wait`` does not cancel the reconnecting at its timeout: other callers still need it.
        await asyncio.wait({self._connecting}, timeout=PATIENCE_SECONDS)
        if self._replaced:
            raise self._replaced
        if self._pipeline is None:
            message = f"the store has been away for {PATIENCE_SECONDS:.0f} s or more"
            raise StoreAwayError(message)
        return self._pipeline

    async def run_command(self, *command: Argument) -> Answer:
        """Send one command and return its answer.

        Raises :class:`StoreAwayError` when the command may or may not have been done, and :class:`StoreError` when the
        server refuses the command itself.
        """
        try:
            return await (self._pipeline or await self._await_pipeline()).send_command(command)
        except ReplyError as error:
            raise self._translate_error(error) from error

    async def run_script(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script; a server that has forgotten it (restart, failover) gets it again."""
        try:
            return await (self._pipeline or await self._await_pipeline()).send_command(
                (b"EVALSHA", script.sha, len(keys), *keys, *args)
            )
        except ReplyError as error:
            # A replica that took over, or a server that restarted, has an empty script cache.  NOSCRIPT means that
            # nothing ran, so the script may be sent again; EVAL also caches it for the next EVALSHA.
            if not str(error).startswith("NOSCRIPT"):
                raise self._translate_error(error) from error
        return await self.run_command(b"EVAL", script.text, len(keys), *keys, *args)

    def _translate_error(self, error: ReplyError) -> StoreError:
        if is_over(read_error_code(str(error))) and self._pipeline:
            self._pipeline.close()
        return make_store_error(str(error))

    async def close(self) -> None:
        """End the connection; idempotent."""
        self._closed = True
        if self._connecting:
            await cancel_fully(self._connecting)
        if self._pipeline:
            self._pipeline.close()


async def cancel_fully(task: asyncio.Task[None]) -> None:
    """Cancel a task until it is over: connecting in redis-py can swallow a cancellation and go on."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)


class _ConnectionFactory:
    """A factory of connections, made from the parts of a URL."""

    def __init__(self, kind: type[AbstractConnection], options: dict[str, Any]) -> None:
        self._kind = kind
        self._options = options

    def __call__(self) -> AbstractConnection:
        """Return a connection that is not open yet; redis-py tries nothing again by itself."""
        retry = Retry(NoBackoff(), 0)
        return self._kind(protocol=2, socket_connect_timeout=TIMEOUT_SECONDS, retry=retry, **self._options)


def _read_url(url: str) -> tuple[int, _ConnectionFactory]:
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    try:
        replicas = int(query.pop("replicas", "0"))
        options: dict[str, Any] = dict(parse_url(urlunsplit(parts._replace(query=urlencode(query)))))
        kind = options.pop("connection_class", Connection)
        if issubclass(kind, Connection):
            # A peer that vanished without a word is noticed by TCP even while no command is outstanding.
            options.setdefault("socket_keepalive", True)
        maker = _ConnectionFactory(kind, options)
        maker()  # an option that redis-py does not know raises TypeError here, at start
    except (TypeError, ValueError) as error:
        message = "DOORSTEP_STORE_URL is no redis://, rediss:// or unix:// address, or has an option nobody knows"
        raise StoreSettingsError(message) from error
    return replicas, maker
