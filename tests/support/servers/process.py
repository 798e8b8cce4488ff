"""One server process that a test may kill, freeze and start again."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.ports import StoreAwayError, StoreError
from service.demo.compose import find_free_port
from store.embedded.server import find_binary
from store.valkey.connection import ValkeyConnection
from store.valkey.pipeline import Answer
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.certificate import CERTIFICATE, PRIVATE_KEY

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerProgram:
    """Which program a server is, and how it is reached."""

    path: Path
    certificate: Path | None = None
    """The folder of the certificate with which it speaks TLS only; None if it speaks none."""

    def settings_of(self, port: int) -> dict[str, str]:
        """Return the settings by which it listens."""
        if self.certificate is None:
            return {"port": str(port)}
        authority = str(self.certificate / CERTIFICATE)
        return {
            "port": "0",
            "tls-port": str(port),
            "tls-cert-file": authority,
            "tls-key-file": str(self.certificate / PRIVATE_KEY),
            "tls-ca-cert-file": authority,
            "tls-auth-clients": "no",
            "tls-replication": "yes",
        }

    def make_url(self, scheme: str, rest: str) -> str:
        """Return a store's URL: ``redis`` or ``redis+cluster``, with what stands behind it."""
        if self.certificate is None:
            return f"{scheme}://{rest}"
        return f"{scheme.replace('redis', 'rediss')}://{rest}?ssl_ca_certs={self.certificate / CERTIFICATE}"


def embedded_program() -> ServerProgram:
    """Return the embedded store's own program."""
    return ServerProgram(path=find_binary())


def system_program() -> Path | None:
    """Return the Valkey or Redis server that the system brings, which speaks TLS; None if there is none."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None


class ServerProcess:
    """A server at a port of this machine."""

    def __init__(
        self, folder: Path, settings: Mapping[str, str], *arguments: str, program: ServerProgram | None = None
    ) -> None:
        """Choose a port; ``settings`` as in the server's configuration, ``arguments`` before them."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = find_free_port(HOST, 0)
        self.program = program or embedded_program()
        self._settings = {
            "bind": HOST,
            "dir": str(folder),
            "save": "",
            **self.program.settings_of(self.port),
            **settings,
        }
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of this one server."""
        return self.program.make_url("redis", f"{HOST}:{self.port}")

    @property
    def pid(self) -> int:
        """The process id; 0 while it does not run."""
        return self._process.pid if self._process else 0

    def start(self) -> None:
        """Start the process; it answers a little later."""
        settings = [part for name, value in self._settings.items() for part in (f"--{name}", value)]
        command = [str(self.program.path), *self._arguments, *settings]
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


@asynccontextmanager
async def run_alone(folder: Path, program: ServerProgram) -> AsyncIterator[str]:
    """Run one durable server and yield its address; end it after use."""
    server = ServerProcess(folder, {"appendonly": "yes"}, program=program)
    try:
        server.start()
        await server.ask(b"PING")
        yield server.url
    finally:
        server.kill()
