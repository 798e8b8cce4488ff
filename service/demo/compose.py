"""The demo: one process with the whole service, and stand-ins for Messenger and the mailboxes.

All of it uses real protocols: signed webhooks and product events come in over HTTP, messages leave over HTTP to the
stand-in for the Graph API, and mails leave over SMTP to the sink.
"""

import secrets  # noqa: TID251 - a port is neither decided nor stored
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from bot.inbound.event_kinds import FIELDS
from bot.inbound.webhook import PATH as WEBHOOK
from domain.ports import Clock
from service.demo.play_mailjet import FEEDBACK, play_mailjet, write_mail_url
from service.engine.clock import fresh_entropy, system_now
from service.playground.answer_pages.routes import install_answer_pages
from service.playground.api import install_playground
from service.playground.everybody.crowd import DemoCrowd
from service.playground.everybody.routes import install_everybody
from service.playground.player import DemoServices
from service.playground.world import open_world
from service.runtime import settings
from service.runtime.app import Doorstep, open_doorstep
from service.runtime.demo_secrets import PAGE, DemoSecrets, load_or_make, secrets_path
from service.runtime.settings import Settings
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn, PlatformUser
from service.stand_ins.mailjet.api import MailjetStandIn
from service.stand_ins.smtp_server import Inbox
from service.transcripts.read_files import read_transcript_files
from service.workspace.edition import shipped_files

SAMPLE_CODES = 50
"""Vouchers in each pool of the demo."""
UNASSIGNED_PORTS = range(20_000, 30_000)
"""Ports that no system gives to outgoing connections (Linux: from 32768, others: from 49152), so that one found free
is not taken by a connection before its server listens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo."""

    url: str
    workspace: Path
    doorstep: Doorstep
    graph: GraphStandIn
    inbox: Inbox
    secrets: DemoSecrets
    mailjet: MailjetStandIn | None = None
    """None unless marketing mail goes by Mailjet."""
    mailjet_url: str = ""
    """Where it listens, and shows what it has."""


def copy_shipped_workspace(folder: Path) -> bool:
    """Copy the shipped workspace into this folder unless it has one; return True if it was copied."""
    if (folder / "doorstep.yaml").exists():
        return False
    for name, text in {**shipped_files(), **read_transcript_files(None)[0]}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return True


def find_free_port(host: str, wanted: int) -> int:
    """Return the wanted port, or any free one for 0; raises :class:`SettingsError` if it is in use."""
    if wanted:
        _try_port(host, wanted)
        return wanted
    for port in secrets.SystemRandom().sample(UNASSIGNED_PORTS, 50):
        with suppress(settings.SettingsError):
            _try_port(host, port)
            return port
    message = (
        f"none of 50 ports between {UNASSIGNED_PORTS.start} and {UNASSIGNED_PORTS.stop} is free; set DOORSTEP_PORT"
    )
    raise settings.SettingsError(message)


def _try_port(host: str, port: int) -> None:
    """Listen at the port for a moment; raises :class:`SettingsError` if it is in use."""
    with socket.socket() as probe:
        # As the server itself does, so that a port counts as free that an earlier demo has just left.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            remedy = f"set another, such as DOORSTEP_PORT={port + 1}"
            message = f"DOORSTEP_PORT: {port} is in use ({error.strerror}); {remedy}"
            raise settings.SettingsError(message) from None


class HandedClock:
    """A clock that can be replaced: the stand-ins start before the service whose time they show."""

    def __init__(self, now: Clock) -> None:
        """Begin with this clock."""
        self.now = now

    def __call__(self) -> datetime:
        """Return the time of the present clock."""
        return self.now()


def clock_from(start: datetime) -> Clock:
    """Return a clock that shows ``start`` now, and goes on from there."""
    ahead = start - system_now()
    return lambda: system_now() + ahead


@asynccontextmanager
async def run_demo(
    workspace: Path, *, host: str, port: int, data: Path, start: datetime | None = None, by_mailjet: bool = False
) -> AsyncIterator[Demo]:
    """Run the demo; leave to stop it.

    ``start`` is the time it begins at; None if it is the present.  With ``by_mailjet`` marketing mail goes by a
    stand-in for Mailjet, which brings it to the same mailboxes and tells what became of it.
    """
    base = f"http://{host}:{find_free_port(host, port)}"
    copy_shipped_workspace(workspace)
    secrets = load_or_make(secrets_path(data))  # the same after a restart, or links in old mails would be void
    base_clock = system_now if start is None else clock_from(start)
    clock = HandedClock(base_clock)  # the service's movable clock takes its place below
    profiles: dict[str, PlatformUser] = {}
    graph = _graph_stand_in(secrets, clock, profiles, base)
    inbox = Inbox(clock)
    async with AsyncExitStack() as stack:
        graph_url = await stack.enter_async_context(listen_at(graph.build_application(), "127.0.0.1", 0))
        smtp = f"smtp://127.0.0.1:{await inbox.start_listening()}"
        stack.push_async_callback(inbox.stop_listening)
        mailjet, mailjet_url, more = await _open_mailjet(stack, clock, base, inbox) if by_mailjet else (None, "", {})
        env = _demo_settings(secrets, base, workspace=workspace, data=data, graph_url=graph_url, mail_url=smtp, **more)
        doorstep = await stack.enter_async_context(open_doorstep(env, "all", following=True, clock=base_clock))
        clock.now = doorstep.clock.now  # from here on the stand-ins follow the clock that the visitor moves
        demo = Demo(
            url=base, workspace=workspace, doorstep=doorstep, graph=graph, inbox=inbox, secrets=secrets,
            mailjet=mailjet, mailjet_url=mailjet_url,
        )  # fmt: skip
        if mailjet:
            _follow_lists(mailjet, doorstep)
        # The playground last: whoever finds its page open may use all the rest.
        await _fill_pools(doorstep)
        await _open_playground(demo, profiles, stack)
        stack.push_async_callback(
            graph.wait_until_delivered
        )  # its echoes are still on their way to the webhook, which closes next
        yield demo


async def _open_mailjet(
    stack: AsyncExitStack, clock: Clock, base: str, inbox: Inbox
) -> tuple[MailjetStandIn, str, dict[str, str]]:
    """Play Mailjet; return it, its address, and the settings that lead to it and back."""
    login = f"mailjet:{fresh_entropy().hex()}"
    events_url = base.replace("http://", f"http://{login}@") + FEEDBACK
    playing = play_mailjet(clock, events_url=events_url, smtp_port=inbox.port)
    mailjet, url = await stack.enter_async_context(playing)
    return mailjet, url, {"mail_marketing_url": write_mail_url(url), "mailjet_events": login}


def _follow_lists(mailjet: MailjetStandIn, doorstep: Doorstep) -> None:
    """Have at Mailjet every list that the workspace names, as it is saved."""

    def add_lists() -> None:
        for sync in doorstep.editions.current_config().sync:
            if sync.list not in mailjet.account.lists:
                mailjet.account.add_list(sync.list)

    add_lists()
    doorstep.editions.listeners.append(add_lists)


def _graph_stand_in(secrets: DemoSecrets, clock: Clock, profiles: dict[str, PlatformUser], base: str) -> GraphStandIn:
    """Return the stand-in for the platform, subscribed to all that the service reads."""
    graph = GraphStandIn(
        tokens={PAGE: secrets.page_token},
        app_secret=secrets.app_secret,
        clock=clock,
        people=profiles,
        echo_to=f"{base}{WEBHOOK}",
    )
    graph.subscribed[PAGE] = list(FIELDS)
    return graph


async def _fill_pools(doorstep: Doorstep) -> None:
    """Put sample vouchers into every pool; those that were given stay given."""
    for pool in doorstep.editions.current_config().pools:
        name = pool.upper().replace("_", "-")  # hello_cup: HELLO-CUP-001, HELLO-CUP-002 …
        await doorstep.store.fill_pool(pool, [f"{name}-{number:03}" for number in range(1, SAMPLE_CODES + 1)])


async def _open_playground(demo: Demo, profiles: dict[str, PlatformUser], stack: AsyncExitStack) -> None:
    """Serve the application, with the playground in it."""
    doorstep, env = demo.doorstep, demo.doorstep.settings
    assert doorstep.app is not None  # noqa: S101  the demo runs every role
    stage = DemoServices(
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
    world = await stack.enter_async_context(open_world(stage))
    install_playground(doorstep.app, world)
    install_everybody(doorstep.app, DemoCrowd(stage, world))
    install_answer_pages(doorstep.app, stage)
    doorstep.app.router.add_get("/", _to_the_playground)
    await stack.enter_async_context(listen_at(doorstep.app, env.host, env.port))


async def _to_the_playground(_: web.Request) -> web.StreamResponse:
    """Lead from the bare address to the playground."""
    return web.Response(status=302, headers={"Location": "/playground"})


def _demo_settings(
    secrets: DemoSecrets, base: str, *, workspace: Path, data: Path, graph_url: str, **mail: str
) -> Settings:
    address = urlsplit(base)
    return settings.read_settings(
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
        api_token=secrets.api_token,
        store_url="",  # the embedded store, whatever the environment names
        **mail,
    )
