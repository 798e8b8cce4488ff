"""The demo: one process with the whole service, and real stand-ins for Messenger and the mailboxes.

Nothing is short-circuited: signed webhooks come in over HTTP, answers leave over HTTP to the stand-in for the
Graph API, mails leave over SMTP to the sink, product events come in over the events API.
"""

import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot.inbound.event_kinds import FIELDS
from bot.inbound.webhook import PATH as WEBHOOK
from domain.ports import Clock
from service.engine.clock import fresh_entropy, system_now
from service.playground.api import install
from service.playground.player import Stage
from service.playground.world import opened
from service.runtime import settings
from service.runtime.app import Doorstep, composed, listening
from service.runtime.demo_secrets import PAGE, DemoSecrets, beside, kept
from service.runtime.settings import Settings
from service.stand_ins.graph_api import GraphStandIn, Person
from service.stand_ins.smtp_server import Inbox
from service.transcripts.read_files import files_of
from service.workspace.edition import shipped_files

SAMPLE_CODES = 50
"""Codes in each pool of the demo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo."""

    url: str
    workspace: Path
    doorstep: Doorstep
    graph: GraphStandIn
    inbox: Inbox
    secrets: DemoSecrets


def own_workspace(folder: Path) -> bool:
    """Copy the shipped workspace to this folder unless there is one; return whether it was copied."""
    if (folder / "doorstep.yaml").exists():
        return False
    for name, text in {**shipped_files(), **files_of(None)[0]}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return True


def free_port(host: str, wanted: int) -> int:
    """Return a port that can be listened at: the wanted one, or for 0 any; raises :class:`SettingsError`."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, wanted))
        except OSError as error:
            remedy = f"set another, such as DOORSTEP_PORT={wanted + 1}"
            message = f"DOORSTEP_PORT: {wanted} is in use ({error.strerror}); {remedy}"
            raise settings.SettingsError(message) from None
        return int(probe.getsockname()[1])


class HandedClock:
    """A clock that is handed on: the stand-ins start before the service whose time they show."""

    def __init__(self) -> None:
        """Begin with the machine's time."""
        self.now: Clock = system_now

    def __call__(self) -> datetime:
        """Return the time that holds now."""
        return self.now()


@asynccontextmanager
async def running(workspace: Path, *, host: str, port: int, data: Path) -> AsyncIterator[Demo]:
    """Run the demo; leave to stop it."""
    own_workspace(workspace)
    base = f"http://{host}:{free_port(host, port)}"
    secrets = kept(beside(data))
    clock = HandedClock()
    profiles: dict[str, Person] = {}
    graph = GraphStandIn(
        tokens={PAGE: secrets.page_token},
        app_secret=secrets.app_secret,
        clock=clock,
        people=profiles,
        echo_to=f"{base}{WEBHOOK}",
    )
    graph.subscribed[PAGE] = list(FIELDS)
    inbox = Inbox(clock)
    async with AsyncExitStack() as stack:
        graph_url = await stack.enter_async_context(listening(graph.application(), "127.0.0.1", 0))
        smtp = f"smtp://127.0.0.1:{await inbox.start()}"
        stack.push_async_callback(inbox.stop)
        env = _config(secrets, base, workspace=workspace, data=data, graph_url=graph_url, smtp=smtp)
        doorstep = await stack.enter_async_context(composed(env, "all", following=True))
        clock.now = doorstep.clock.now
        demo = Demo(url=base, workspace=workspace, doorstep=doorstep, graph=graph, inbox=inbox, secrets=secrets)
        await _fill_pools(doorstep)
        await _open_playground(demo, profiles, stack)
        stack.push_async_callback(graph.settled)  # its echoes are still on their way to the webhook, which closes next
        yield demo


async def _fill_pools(doorstep: Doorstep) -> None:
    """Put sample codes into every pool, so that flows have some to give; what was given stays given."""
    for pool in doorstep.editions.config().pools:
        name = pool.upper().replace("_", "-")
        await doorstep.store.fill_pool(pool, [f"{name}-{number:03}" for number in range(1, SAMPLE_CODES + 1)])


async def _open_playground(demo: Demo, profiles: dict[str, Person], stack: AsyncExitStack) -> None:
    """Serve the application with the playground in it."""
    doorstep, env = demo.doorstep, demo.doorstep.settings
    assert doorstep.app is not None  # noqa: S101  the demo runs every role
    stage = Stage(
        store=doorstep.store,
        keys=doorstep.keys,
        clock=doorstep.clock,
        editions=doorstep.editions,
        entropy=fresh_entropy,
        graph=demo.graph,
        inbox=demo.inbox,
        profiles=profiles,
        http=await stack.enter_async_context(aiohttp.ClientSession()),
        url=demo.url,
        page=PAGE,
        app_secret=demo.secrets.app_secret,
        api_token=demo.secrets.api_token,
        folder=demo.workspace,
    )
    world = await stack.enter_async_context(opened(stage))
    install(doorstep.app, world)
    doorstep.app.router.add_get("/", _to_the_playground)
    await stack.enter_async_context(listening(doorstep.app, env.host, env.port))


async def _to_the_playground(_: web.Request) -> web.StreamResponse:
    """Show whoever types the bare address what there is to see."""
    return web.Response(status=302, headers={"Location": "/playground"})


def _config(secrets: DemoSecrets, base: str, *, workspace: Path, data: Path, graph_url: str, smtp: str) -> Settings:
    address = urlsplit(base)
    return settings.read(
        needed=False,
        host=address.hostname,
        port=address.port,
        public_url=base,
        workspace=workspace,
        data=data,
        secret=secrets.secret,
        messenger_app_secret=secrets.app_secret,
        messenger_verify_token=secrets.verify_token,
        messenger_page_tokens={PAGE: secrets.page_token},
        graph_url=graph_url,
        mail_url=smtp,
        api_token=secrets.api_token,
        store_url="",
    )
