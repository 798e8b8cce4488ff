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
from service.demo.compose import copy_shipped_workspace, find_free_port
from service.engine.clock import system_now
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn, message_payload, sign_body
from service.stand_ins.smtp_server import Inbox
from tests.support.clock import doorstep_program
from tests.support.patience import PATIENCE_SECONDS

PAGE, APP_SECRET, API_TOKEN = "4711", "an app secret", "an api token, long enough"
SECRET = "a secret that has more than thirty-two bytes"


@dataclass(kw_only=True)
class Installation:
    """One installation: its processes, and the platform and mailbox that it talks to."""

    url: str
    folder: Path
    graph: GraphStandIn
    inbox: Inbox
    http: aiohttp.ClientSession
    environment: dict[str, str]
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    """Query strings of all calls to the Graph API."""

    async def start_process(self, *words: str, ready: bool = True, before: str = "") -> asyncio.subprocess.Process:
        """Start ``doorstep`` with these words; with ``ready``, wait until it answers.

        ``before`` is Python code that its process runs first.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            before + doorstep_program(),
            *words,
            env=self.environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        self.processes.append(process)
        if ready:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await self._is_ready():
                    assert process.returncode is None, (await process.communicate())[1].decode()
                    await asyncio.sleep(0.02)
        return process

    async def _is_ready(self) -> bool:
        try:
            async with self.http.get(f"{self.url}/readyz") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError):
            return False

    async def post_text(self, psid: str, mid: str, text: str) -> int:
        """Post a signed message; return the status."""
        body = message_payload(page=PAGE, psid=psid, mid=mid, at=system_now(), text=text)
        headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Type": "application/json"}
        async with self.http.post(self.url + PATH, data=body, headers=headers) as answer:
            return answer.status

    def received_messages(self, psid: str) -> list[Any]:
        """Return what arrived on a phone."""
        return [delivered.message for delivered in self.graph.messages_to(psid) if delivered.message]

    async def wait_until(self, true: Callable[[], object]) -> None:
        """Wait for something that another process does."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not true():  # noqa: ASYNC110  another process has no event for us
                await asyncio.sleep(0.01)


async def wait_for_end(process: asyncio.subprocess.Process) -> tuple[int | None, str, str]:
    """Wait for the end of a process; return its exit code and what it said."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        out, err = await process.communicate()
    return process.returncode, out.decode(), err.decode()


@asynccontextmanager
async def prepare_installation(folder: Path, **settings: str) -> AsyncIterator[Installation]:
    """Prepare an installation; every process that was started ends when left."""
    url = f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
    graph = GraphStandIn(tokens={PAGE: "a page token"}, app_secret=APP_SECRET, clock=system_now, echo_to=url + PATH)
    inbox = Inbox(system_now)
    port = await inbox.start_listening()
    copy_shipped_workspace(folder / "workspace")
    queries: list[str] = []

    @web.middleware
    async def note_query(request: web.Request, handler: Callable[[web.Request], Any]) -> web.StreamResponse:
        queries.append(request.query_string)
        response: web.StreamResponse = await handler(request)
        return response

    platform = graph.build_application()
    platform.middlewares.append(note_query)
    async with listen_at(platform, "127.0.0.1", 0) as graph_url, aiohttp.ClientSession() as http:
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
        installation = Installation(
            url=url,
            folder=folder,
            graph=graph,
            inbox=inbox,
            http=http,
            queries=queries,
            environment={"PATH": os.environ["PATH"], "TMPDIR": "/tmp"} | environment,  # noqa: S108  a short socket path
        )
        try:
            yield installation
        finally:
            for process in installation.processes:
                if process.returncode is None:
                    process.terminate()
                    await wait_for_end(process)
            await _stop_echoes(graph)
            await inbox.stop_listening()


async def _stop_echoes(graph: GraphStandIn) -> None:
    """Cancel the deliveries of echoes, which would go on trying a service that has ended."""
    echoes = set(graph._echoes)
    for echo in echoes:
        echo.cancel()
    if echoes:
        await asyncio.wait(echoes)
