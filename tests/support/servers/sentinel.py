"""A primary, a replica, and the sentinels that watch them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.servers.process import HOST, ServerProcess, ServerProgram, embedded_program

NAME = "doorstep"
DOWN_AFTER_MS = 1_000
_QUORUM = 2


class Watched:
    """A primary and a replica that take turns, and three sentinels."""

    def __init__(self, folder: Path, program: ServerProgram) -> None:
        """Prepare all of them."""
        self._program = program
        data = {"appendonly": "yes", "repl-diskless-sync-delay": "0", "enable-debug-command": "yes"}
        self.primary = ServerProcess(folder / "a", data, program=program)
        following = data | {"replicaof": f"{HOST} {self.primary.port}"}
        self.replica = ServerProcess(folder / "b", following, program=program)
        self.sentinels = [self._make_sentinel(folder / f"sentinel{number}") for number in range(3)]

    def _make_sentinel(self, folder: Path) -> ServerProcess:
        folder.mkdir(parents=True)
        # A sentinel writes what it learns into its own configuration.
        configuration = folder / "sentinel.conf"
        configuration.write_text(
            f"sentinel monitor {NAME} {HOST} {self.primary.port} {_QUORUM}\n"
            f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}\n"
            f"sentinel failover-timeout {NAME} 5000\n"
        )
        return ServerProcess(folder, {}, str(configuration), "--sentinel", program=self._program)

    @property
    def url(self) -> str:
        """The address for :func:`store.valkey.store.open_store`."""
        hosts = ",".join(f"{HOST}:{one.port}" for one in self.sentinels)
        return self._program.make_url("redis+sentinel", f"{hosts}/{NAME}")

    async def start(self) -> None:
        """Start all, and return when the replica follows and every sentinel knows it and the others."""
        for server in (self.primary, self.replica, *self.sentinels):
            server.start()
        await self.replica.wait_for(b"master_link_status:up", b"INFO", b"replication")
        for sentinel in self.sentinels:
            await sentinel.wait_for(b"slaves=1,sentinels=3", b"INFO", b"sentinel")

    def end(self) -> None:
        """End all."""
        for server in (*self.sentinels, self.primary, self.replica):
            server.kill()


@asynccontextmanager
async def run_sentinels(folder: Path, program: ServerProgram | None = None) -> AsyncIterator[Watched]:
    """Run a watched primary; end all of it after use."""
    watched = Watched(folder, program or embedded_program())
    try:
        await watched.start()
        yield watched
    finally:
        watched.end()
