"""``doorstep run`` as processes of their own, beside a stand-in for the Graph API and a mailbox."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.inbound.webhook import PATH
from service.demo.compose import free_port, own_workspace
from service.engine.clock import system_now
from service.runtime.app import listening
from service.stand_ins.graph_api import GraphStandIn, message_payload, sign
from service.stand_ins.smtp_server import Inbox

PAGE, APP_SECRET, API_TOKEN = "4711", "an app secret", "an api token, long enough"
SECRET = "a secret that has more than thirty-two bytes"
START = "import sys; from service.cli.main import main; sys.argv = ['doorstep', *sys.argv[1:]]; main()"


@dataclass(kw_only=True)
class Site:
    """One installation and what surrounds it."""

    url: str
    folder: Path
    graph: GraphStandIn
    inbox: Inbox
    http: aiohttp.ClientSession
    environment: dict[str, str]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    """Query strings of all calls to the Graph API."""

    async def start(self, *words: str, ready: bool = True) -> asyncio.subprocess.Process:
        """Start ``doorstep`` with these words; with ``ready``, wait until it answers."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            START,
            *words,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        if ready:
            async with asyncio.timeout(30):
                while not await self._ready():
                    assert process.returncode is None, (await process.communicate())[1].decode()
                    await asyncio.sleep(0.02)
        return process

    async def _ready(self) -> bool:
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    async def says(self, psid: str, mid: str, text: str) -> int:
        """Post a signed message; return the status."""
        body = message_payload(page=PAGE, psid=psid, mid=mid, at=system_now(), text=text)
        headers = {"X-Hub-Signature-256": sign(body, APP_SECRET), "Content-Type": "application/json"}
        async with self.http.post(self.url + PATH, data=body, headers=headers) as answer:
            return answer.status

    def texts(self, psid: str) -> list[Any]:
        """Return what arrived on a phone."""
        return [one.message for one in self.graph.thread(psid) if one.message]

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for something that another process does."""
        async with asyncio.timeout(15):
            while not true():  # noqa: ASYNC110  another process has no event for us
                await asyncio.sleep(0.01)


async def ended(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for the end of a process; return its exit code and what it said."""
    async with asyncio.timeout(30):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def site(folder: Path, **settings: str) -> AsyncIterator[Site]:
    """Prepare an installation; every process that was started ends when left."""
    url = f"http://127.0.0.1:{free_port('127.0.0.1', 0)}"
    graph = GraphStandIn(tokens={PAGE: "a page token"}, app_secret=APP_SECRET, clock=system_now, echo_to=url + PATH)
    inbox = Inbox(system_now)
    port = await inbox.start()
    own_workspace(folder / "workspace")
    queries: list[str] = []

    @web.middleware
    async def noting(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        queries.append(request.query_string)
        response: web.StreamResponse = await handler(request)
        return response

    platform = graph.application()
    platform.middlewares.append(noting)
    async with listening(platform, "127.0.0.1", 0) as graph_url, aiohttp.ClientSession() as http:
        given = {
            "PORT": url.rpartition(":")[2],
            "PUBLIC_URL": url,
            "DATA": str(folder / "store"),
            "SECRET": SECRET,
            "MESSENGER_APP_SECRET": APP_SECRET,
            "MESSENGER_VERIFY_TOKEN": "a verify token, long enough",
            "API_TOKEN": API_TOKEN,
            "WORKSPACE": str(folder / "workspace"),
            "MESSENGER_PAGE_TOKENS": f'{{"{PAGE}": "a page token"}}',
            "GRAPH_URL": graph_url,
            "MAIL_URL": f"smtp://127.0.0.1:{port}",
        } | settings
        environment = {f"DOORSTEP_{name}": value for name, value in given.items()}
        one = Site(
            url=url,
            folder=folder,
            graph=graph,
            inbox=inbox,
            http=http,
            queries=queries,
            environment={"PATH": os.environ["PATH"], "TMPDIR": "/tmp"} | environment,  # noqa: S108  a short socket path
        )
        try:
            yield one
        finally:
            for process in one.processes:
                if process.returncode is None:
                    process.terminate()
                    await ended(process)
            await _silence(graph)
            await inbox.stop()


async def _silence(graph: GraphStandIn) -> None:
    """End the echoes that go on knocking at a service that is gone."""
    echoes = set(graph._echoes)
    for echo in echoes:
        echo.cancel()
    if echoes:
        await asyncio.wait(echoes)
