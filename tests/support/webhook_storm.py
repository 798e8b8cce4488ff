"""Webhooks in random batches to two web processes, repeated at once and long after, until they are answered 200."""

import asyncio
import json
import os
import random  # noqa: TID251  sizes, ways and moments; the seed is printed
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from bot.inbound.webhook import PATH
from service.demo.compose import find_free_port
from service.stand_ins.graph_webhooks import sign_body, write_body
from service.workspace.edition import shipped_files
from tests.support.clock import doorstep_program
from tests.support.event_log import APP, PAGES, WORKSPACE, Deed, Diarist, webhook_entries
from tests.support.patience import PATIENCE_SECONDS

APP_SECRET = "an app secret"
COPIES = 3
"""How often each item is delivered in all."""
LANES = 12
"""Number of bodies on their way at a time; each lane has people of its own, so that their order is kept."""
ECHOES = 4
"""Bodies of old items on their way at a time."""
MAILS = ("emails/confirmation.mjml", "emails/_layout.mjml")
"""Mails that every workspace needs."""
MOST_AT_ONCE = 400
"""Items of a body."""


@dataclass(kw_only=True)
class WebProcess:
    """One web process, which may be killed; what it did not answer is sent again."""

    environment: dict[str, str]
    log: Path
    http: aiohttp.ClientSession
    url: str = ""
    repeated: int = 0
    """How often a body was sent again, since it was not answered 200."""
    _process: asyncio.subprocess.Process | None = None

    async def start_process(self) -> None:
        """Start it and wait until it is ready."""
        self.url = self.url or f"http://127.0.0.1:{find_free_port('127.0.0.1', 0)}"
        with self.log.open("ab") as log:
            own = self.environment | {"DOORSTEP_PORT": self.url.rpartition(":")[2]}
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", doorstep_program(), "run", "--role", "web", env=own, stdout=log, stderr=log
            )
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self._request_status("GET", "/readyz", b"") != 200:
                assert self._process.returncode is None, self.log.read_text("utf-8")[-2000:]
                await asyncio.sleep(0.02)

    async def kill_and_restart(self) -> None:
        """End the process by SIGKILL, as a power cut would, and start it again."""
        assert self._process
        self._process.kill()
        await self._process.wait()
        await self.start_process()

    async def stop_process(self) -> int:
        """End the process by SIGTERM; return its exit code."""
        assert self._process
        if self._process.returncode is None:
            self._process.terminate()
        return await self._process.wait()

    async def deliver_body(self, body: bytes) -> None:
        """Post a body until it is answered 200."""
        # A killed process refuses connections or answers 503.  A 500 is a bug whatever is killed.
        while (status := await self._request_status("POST", PATH, body)) != 200:
            assert status != 500, self.log.read_text("utf-8")[-2000:]
            self.repeated += 1
            await asyncio.sleep(0.05)

    async def _request_status(self, method: str, path: str, body: bytes) -> int:
        headers = {"X-Hub-Signature-256": sign_body(body, APP_SECRET), "Content-Type": "application/json"}
        try:
            async with self.http.request(method, self.url + path, data=body, headers=headers) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, OSError, TimeoutError):
            return 0


@asynccontextmanager
async def run_web_processes(
    folder: Path, store_url: str, secret: str, graph_url: str
) -> AsyncIterator[tuple[WebProcess, WebProcess]]:
    """Run two web processes on one store; both end when left."""
    mails = {name: text for name, text in shipped_files().items() if name in MAILS}
    for name, text in (mails | WORKSPACE).items():
        path = folder / "workspace" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    given = {
        "PUBLIC_URL": "http://127.0.0.1", "DATA": str(folder / "data"), "STORE_URL": store_url, "SECRET": secret,
        "WORKSPACE": str(folder / "workspace"), "MESSENGER_APP_SECRET": APP_SECRET, "MESSENGER_APP_ID": str(APP),
        "MESSENGER_VERIFY_TOKEN": "a verify token, long enough", "API_TOKEN": "an api token, long enough",
        "MESSENGER_PAGE_TOKENS": json.dumps(dict.fromkeys(PAGES, "a token")),
        "GRAPH_URL": graph_url, "MAIL_URL": "smtp://127.0.0.1:9",
    }  # fmt: skip
    environment = {"PATH": os.environ["PATH"], "TMPDIR": "/tmp"}  # noqa: S108  a short socket path
    environment |= {f"DOORSTEP_{name}": value for name, value in given.items()}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as http:
        first, second = (WebProcess(environment=environment, log=folder / f"{name}.log", http=http) for name in "ab")
        await first.start_process()  # the edition is made live by the first
        await second.start_process()
        try:
            yield first, second
        finally:
            await asyncio.gather(first.stop_process(), second.stop_process())


@dataclass(kw_only=True)
class WebhookStorm:
    """All that is to be delivered, and how far that has come."""

    processes: tuple[WebProcess, WebProcess]
    dice: random.Random
    people: Sequence[Diarist]
    bodies: int = 0
    delivered: int = 0
    """Items in them."""
    _old: list[Deed] = field(default_factory=list)
    """Copies that are still to come, of items that were answered."""
    _over: bool = False

    async def deliver_everything(self, kills: int) -> None:
        """Deliver everything, in the order of each person; meanwhile kill a process ``kills`` times."""
        whole = sum(len(person.deeds) for person in self.people)
        moments = [whole * (number + 1) / (kills + 1) for number in range(kills)]
        async with asyncio.TaskGroup() as rest:
            for _ in range(ECHOES):
                rest.create_task(self._repeat_old())
            async with asyncio.TaskGroup() as lanes:
                for lane in range(LANES):
                    lanes.create_task(self._deliver_lane(self.people[lane::LANES]))
                lanes.create_task(self._kill_processes(moments))
            self._over = True

    async def _kill_processes(self, moments: Sequence[float]) -> None:
        for number, moment in enumerate(moments):
            while self.delivered < moment:  # noqa: ASYNC110  other tasks count
                await asyncio.sleep(0.01)
            await self.processes[number % 2].kill_and_restart()

    async def _deliver_lane(self, people: Sequence[Diarist]) -> None:
        left = {person.number: list(reversed(person.deeds)) for person in people}
        while left:
            deeds: list[Deed] = []
            for _ in range(self._random_size()):
                if left:
                    number = self.dice.choice(list(left))
                    deeds += [left[number].pop() for _ in range(min(self.dice.randint(1, 3), len(left[number])))]
                    if not left[number]:
                        del left[number]
            await self._deliver_copies(deeds)

    async def _deliver_copies(self, deeds: list[Deed]) -> None:
        """Deliver a body, every second time to both processes at the same moment."""
        doors = self.dice.sample(self.processes, self.dice.choice((1, 2)))
        await asyncio.gather(*(self._deliver_deeds(door, deeds) for door in doors))
        self._old += deeds * (COPIES - len(doors))

    async def _repeat_old(self) -> None:
        """Deliver old items of all people again, in random order, until there are none."""
        while self._old or not self._over:
            size = min(self._random_size(), len(self._old))
            # Swap the chosen ones to the end, so that popping them costs nothing.
            for place in self.dice.sample(range(len(self._old)), size):
                self._old[place], self._old[-1] = self._old[-1], self._old[place]
            deeds = [self._old.pop() for _ in range(size)]
            if deeds:
                await self._deliver_deeds(self.dice.choice(self.processes), deeds)
            else:
                await asyncio.sleep(0.01)

    async def _deliver_deeds(self, door: WebProcess, deeds: list[Deed]) -> None:
        await door.deliver_body(write_body(list(webhook_entries(deeds))))
        self.bodies += 1
        self.delivered += len(deeds)

    def _random_size(self) -> int:
        return min(MOST_AT_ONCE, 1 + int(self.dice.expovariate(1 / 40)))
