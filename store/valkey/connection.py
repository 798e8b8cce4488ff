"""The client of one server: the one that an address names, the primary that sentinels name, or a cluster's node.

redis-py makes and authenticates connections; :class:`store.valkey.pipeline.CommandPipeline` carries the commands.
docs/decisions/0003-store-client.md has the figures behind this choice.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

from hiredis import ReplyError
from redis.asyncio.connection import AbstractConnection

from domain.ports import StoreAwayError, StoreError, StoreReplacedError, StoreSettingsError
from store.address import StoreAddress, read_address
from store.keys import BARRIER_KEY, LAYOUT_KEY
from store.valkey.dial import dial
from store.valkey.pipeline import Answer, Argument, CommandPipeline
from store.valkey.replicas import Replicas
from store.valkey.script import Script
from store.valkey.server_errors import ELSEWHERE, is_over, make_store_error, read_error_code

PATIENCE_SECONDS = 1.0
"""Seconds a call waits for a lost connection to come back."""

MOST_OUTSTANDING = 10_000
"""Commands that may wait for an answer at once."""

CANCEL_AGAIN_SECONDS = 0.05
"""Seconds before a task that was cancelled is cancelled again."""

_RECONNECT_PAUSES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Seconds before each attempt to connect again; the last one repeats."""


def _do_nothing() -> None: ...


class ValkeyConnection:
    """A pipelined connection that reconnects by itself."""

    spans_servers = False
    """Whether keys with different hash tags may be on different servers."""

    def __init__(self, place: str | StoreAddress, on_loss: Callable[[], None] = _do_nothing) -> None:
        """Take an address (raises :class:`StoreSettingsError`); ``on_loss`` is called when a connection ended."""
        self._address = read_address(place) if isinstance(place, str) else place
        self._pipeline: CommandPipeline | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._closed = False
        self.losses = 0
        """How many connections have ended."""
        self._tell_loss = on_loss
        self._founded = b""
        """Which store it is, once :meth:`expect_store` was told; another one is refused after a reconnect."""
        self._layouts: tuple[bytes, ...] = ()
        self._replaced: StoreReplacedError | None = None
        self._replicas = Replicas(self._open_pipeline, self._address.replicas) if self._address.replicas else None

    @property
    def place(self) -> str:
        """Where the server is, as far as the address says."""
        hosts = ", ".join(f"{host}:{port}" for host, port in self._address.hosts)
        return hosts or str(self._address.options.get("path", ""))

    @property
    def is_connected(self) -> bool:
        """Whether a command could be sent now."""
        return self._pipeline is not None

    @property
    def waits_for_replicas(self) -> bool:
        """Whether a write is done only when replicas have it."""
        return self._replicas is not None

    @property
    def servers(self) -> tuple["ValkeyConnection", ...]:
        """All servers of the store."""
        return (self,)

    async def make_connection(self) -> AbstractConnection:
        """Return a new, authenticated connection of redis-py."""
        return await dial(self._address)

    async def open_first(self) -> None:
        """Connect for the first time; unlike later, a failure is raised and not tried again."""
        self._pipeline = await self._open_pipeline(self._on_loss)

    def expect_store(self, founded: bytes, layouts: Sequence[bytes] = (LAYOUT_KEY,)) -> None:
        """Refuse from now on to come back to any store but this one; ``layouts`` are the keys that say which it is."""
        self._founded, self._layouts = founded, tuple(layouts)

    async def _open_pipeline(self, on_loss: Callable[[], None]) -> CommandPipeline:
        connection = await self.make_connection()
        if self._closed:
            await connection.disconnect(nowait=True)
        writer = connection._writer  # noqa: SLF001  there is no public way to the transport of a redis-py connection
        if writer is None:
            message = "the store was closed"
            raise StoreAwayError(message)
        # hiredis reads the answers in CommandPipeline, without redis-py's layers in between.
        connection._reader = connection._writer = None  # noqa: SLF001  the pipeline owns it now; redis-py must not close it
        pipeline = CommandPipeline(writer, timeout=self._address.timeout, most=MOST_OUTSTANDING, on_loss=on_loss)
        if self._address.replicas:
            # A restarted server has the same address and may lack the newest writes; its run has another id.
            info = await pipeline.send_command((b"INFO", b"server"))
            pipeline.server = next((line for line in info.splitlines() if line.startswith(b"run_id:")), b"")
        return pipeline

    def _on_loss(self) -> None:
        self._pipeline = None
        self.losses += 1
        if not self._closed:
            self._connecting = self._reconnect()
            self._tell_loss()

    def _reconnect(self) -> asyncio.Task[None]:
        # One task reconnects, however many callers notice the loss.
        if self._connecting is None:
            self._connecting = asyncio.get_running_loop().create_task(self._come_back())
        return self._connecting

    async def _come_back(self) -> None:
        attempt = 0
        try:
            while True:
                await asyncio.sleep(_RECONNECT_PAUSES[min(attempt, len(_RECONNECT_PAUSES) - 1)])
                attempt += 1
                with suppress(StoreAwayError, StoreSettingsError):
                    pipeline = await self._open_pipeline(self._on_loss)
                    await self._recognise_store(pipeline)
                    self._pipeline = pipeline
                    return
        finally:
            self._connecting = None

    async def _recognise_store(self, pipeline: CommandPipeline) -> None:
        """Look, before anybody's command goes there, whether what came back is the store we left.

        A server restarted without its data, or another one at the address, would take every command without a word.
        """
        self._replaced = None
        commands = [pipeline.send_command((b"HGET", layout, b"founded")) for layout in self._layouts]
        for found in await asyncio.gather(*commands, return_exceptions=True):
            if isinstance(found, ReplyError) and read_error_code(str(found)) in ELSEWHERE:
                continue
            if isinstance(found, ReplyError):  # such as LOADING, or CLUSTERDOWN in the first seconds
                pipeline.close()
                raise make_store_error(str(found)) from found
            if isinstance(found, BaseException):
                raise found
            if (found or b"") != self._founded:
                self._replaced = StoreReplacedError((found or b"").decode(errors="replace"))
                pipeline.close()
                raise self._replaced

    async def await_pipeline(self) -> CommandPipeline:
        """Return the live connection, after some patience; raises :class:`StoreAwayError`."""
        if self._pipeline:
            return self._pipeline
        if self._closed:
            message = "the store was closed"
            raise StoreAwayError(message)
        # ``wait`` does not cancel the reconnecting at its timeout: other callers still need it.
        await asyncio.wait({self._reconnect()}, timeout=PATIENCE_SECONDS)
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
            return await (self._pipeline or await self.await_pipeline()).send_command(command)
        except ReplyError as error:
            raise self.translate_error(error) from error

    async def run_script(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script; a server that has forgotten it (restart, failover) gets it again."""
        pipeline = self._pipeline or await self.await_pipeline()
        try:
            return await pipeline.send_command((b"EVALSHA", script.sha, len(keys), *keys, *args))
        except ReplyError as error:
            return await self._run_again(pipeline, script, (len(keys), *keys, *args), error)

    async def run_write(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes; with replicas, return after they have the write."""
        pipeline = self._pipeline or await self.await_pipeline()
        try:
            answer = await pipeline.send_command((b"EVALSHA", script.sha, len(keys), *keys, *args))
        except ReplyError as error:
            answer = await self._run_again(pipeline, script, (len(keys), *keys, *args), error)
        # A primary that dies before its replicas have the write would take an acknowledged event with it.
        await self.replicate(pipeline.server, BARRIER_KEY)
        return answer

    run_versioned = run_write
    """It never goes to another server: whoever reconnects has met the store anew, and that was counted."""

    async def run_durable(self, *command: Argument) -> Answer:
        """Run a command that writes; with replicas, return after they have the write."""
        pipeline = self._pipeline or await self.await_pipeline()
        try:
            answer = await pipeline.send_command(command)
        except ReplyError as error:
            raise self.translate_error(error) from error
        await self.replicate(pipeline.server, BARRIER_KEY)
        return answer

    async def replicate(self, server: bytes, barrier: bytes) -> None:
        """Return when replicas have what this run of the server answered; ``barrier`` is a free key in its slots."""
        if self._replicas:
            await self._replicas.await_replication(server, barrier)

    async def _run_again(
        self, pipeline: CommandPipeline, script: Script, rest: Sequence[Argument], error: ReplyError
    ) -> Answer:
        # A replica that took over, or a server that restarted, has an empty script cache.  NOSCRIPT means that
        # nothing ran, so the script may be sent again; EVAL also caches it for the next EVALSHA.
        if not str(error).startswith("NOSCRIPT"):
            raise self.translate_error(error) from error
        try:
            return await pipeline.send_command((b"EVAL", script.text, *rest))
        except ReplyError as refusal:
            raise self.translate_error(refusal) from refusal

    def translate_error(self, error: ReplyError) -> StoreError:
        """Return the error for the caller; a server that will refuse for good is left."""
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
        if self._replicas:
            await self._replicas.close()


async def cancel_fully(task: asyncio.Task[None]) -> None:
    """Cancel a task until it is over: connecting in redis-py can swallow a cancellation and go on."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=CANCEL_AGAIN_SECONDS)
