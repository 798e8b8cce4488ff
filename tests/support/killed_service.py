"""The service as a process of its own that is killed and started again, beside stand-ins that live on."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.inbound.webhook import PATH
from service.demo.compose import copy_shipped_workspace, find_free_port
from service.engine.clock import system_now
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.smtp_server import Inbox
from store.embedded.data_folder import DataFolder
from tests.support.clock import doorstep_program
from tests.support.patience import PATIENCE_SECONDS

PAGE, APP_SECRET, PAGE_TOKEN, API_TOKEN = "4711", "an app secret", "a page token", "an api token, long enough"
SECRET = "a secret that has more than thirty-two bytes"
LEASE_SECONDS = 2


@dataclass(kw_only=True)
class KilledService:
    """One ``doorstep run`` after the other on the same data."""

    url: str
    data: Path
    graph: GraphStandIn
    inbox: Inbox
    http: aiohttp.ClientSession
    environment: dict[str, str]
    kills: int = 0
    _process: asyncio.subprocess.Process | None = None
    _is_up: bool = False
    _out: list[bytes] = field(default_factory=list)

    async def start_service(self) -> None:
        """Start the process and wait until it is ready."""
        self._is_up = False
        log = (self.data.parent / "service.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", doorstep_program(), "run", env=self.environment, stdout=log, stderr=log
        )
        log.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_ready():
                if self._process.returncode is not None:
                    message = f"the service ended with {self._process.returncode}: {self._last_words()}"
                    raise RuntimeError(message)
                await asyncio.sleep(0.02)
        self._is_up = True

    @property
    def pid(self) -> int | None:
        """The process that runs now; None while it starts."""
        return self._process.pid if self._process and self._is_up else None

    def _last_words(self) -> str:
        return (self.data.parent / "service.log").read_text("utf-8", "replace")[-2000:]

    async def _is_ready(self) -> bool:
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def kill_service(self) -> None:
        """End the process as a power cut would, and start it again."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()
        self.kills += 1
        await self.start_service()

    async def kill_store(self) -> None:
        """End the store as a power cut would; the service starts it again by itself."""
        pid = DataFolder(self.data).server_pid()
        if pid is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1

    async def stop_service(self) -> int:
        """End the process in the friendly way; return its exit code."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.terminate()
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await self._process.wait()


@asynccontextmanager
async def run_killed_service(
    folder: Path, write_workspace: Callable[[Path], object] | None = None, *, mail_port: int | None = None
) -> AsyncIterator[KilledService]:
    """Run the service with its stand-ins; everything ends when left.

    ``write_workspace`` writes the folder ``workspace``; without it, that is the shipped one.  Mails go to the server
    that listens at ``mail_port``; without one, to the inbox.
    """
    url = f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
    graph = GraphStandIn(tokens={PAGE: PAGE_TOKEN}, app_secret=APP_SECRET, clock=system_now, echo_to=f"{url}{PATH}")
    inbox = Inbox(system_now, most_kept=1_000_000)
    smtp_port = await inbox.start_listening()
    if write_workspace:
        write_workspace(folder)
    else:
        copy_shipped_workspace(folder / "workspace")
    timeout = aiohttp.ClientTimeout(total=10)
    async with (
        listen_at(graph.build_application(), "127.0.0.1", 0) as graph_url,
        aiohttp.ClientSession(timeout=timeout) as http,
    ):
        running = KilledService(
            url=url,
            data=folder / "store",
            graph=graph,
            inbox=inbox,
            http=http,
            environment=_build_environment(url, folder / "store", graph_url, mail_port or smtp_port),
        )
        await running.start_service()
        try:
            yield running
        finally:
            await running.stop_service()
            await inbox.stop_listening()


def _build_environment(url: str, data: Path, graph_url: str, smtp_port: int) -> dict[str, str]:
    settings = {
        "PORT": url.rpartition(":")[2],
        "PUBLIC_URL": url,
        "DATA": str(data),
        "WORKSPACE": str(data.parent / "workspace"),
        "SECRET": SECRET,
        "MESSENGER_APP_SECRET": APP_SECRET,
        "MESSENGER_VERIFY_TOKEN": "a verify token, long enough",
        "MESSENGER_PAGE_TOKENS": f'{{"{PAGE}": "{PAGE_TOKEN}"}}',
        "GRAPH_URL": graph_url,
        "MAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        "API_TOKEN": API_TOKEN,
        "LEASE_SECONDS": str(LEASE_SECONDS),
    }
    outside = {"PATH": os.environ["PATH"], "TMPDIR": "/tmp"}  # noqa: S108  a short socket path
    return outside | {f"DOORSTEP_{name}": value for name, value in settings.items()}
