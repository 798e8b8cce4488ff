"""One server process that a test may kill, freeze and start again."""

import asyncio
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from domain.ports import StoreAwayError, StoreError
from service.demo.compose import find_free_port
from store.embedded.server import find_binary
from store.valkey.connection import ValkeyConnection
from store.valkey.pipeline import Answer
from tests.support.patience import PATIENCE_SECONDS

HOST = "127.0.0.1"


class ServerProcess:
    """A server at a port of this machine."""

    def __init__(self, folder: Path, settings: Mapping[str, str], *arguments: str) -> None:
        """Choose a port; ``settings`` as in the server's configuration, ``arguments`` before them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = find_free_port(HOST, 0)
        self._settings = {"bind": HOST, "dir": str(folder), "save": "", **settings}
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of this one server."""
        return f"redis://{HOST}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process; it answers a little later."""
        settings = [part for name, value in self._settings.items() for part in (f"--{name}", value)]
        command = [str(find_binary()), *self._arguments, "--port", str(self.port), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def send_signal(self, number: signal.Signals) -> None:
        """Stop (``SIGSTOP``), wake (``SIGCONT``) or end the process."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End the process as a power cut would; idempotent."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def ask(self, *command: bytes | str | int) -> Answer:
        """Return the answer to a command, once the server is up."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                connection = ValkeyConnection(self.url)
                try:
                    await connection.open_first()
                    return await connection.run_command(*command)
                except StoreAwayError:
                    await asyncio.sleep(0.02)
                finally:
                    await connection.close()

    async def wait_for(self, text: bytes, *command: bytes | str | int) -> None:
        """Return when the answer to a command contains the text."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if text in await self.ask(*command):
                    return
                await asyncio.sleep(0.05)

    async def tell(self, *command: bytes | str | int) -> None:
        """Send a command that may be refused, such as ``REPLICAOF`` to a server that is just coming up."""
        try:
            await self.ask(*command)
        except StoreError as error:
            message = f"{command[0]!r}: {error}"
            raise AssertionError(message) from error
