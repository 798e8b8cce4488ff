"""The composition: every room built once, handed what it needs, and taken down in the right order.

``web`` answers the doors, ``worker`` wakes and sends, ``all`` is both in one process.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp import web

import onboarding.engine.decide
from bot.graph_api.page_client import MessengerClient, open_session
from bot.inbound.fast_path import past_router
from bot.inbound.signature import AppSecrets
from bot.inbound.webhook import MOST_BYTES, PATH, Webhook
from bot.outbound.handover_gate import Hush
from bot.outbound.sender import ChatSender
from bot.private_replies import Invitations
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.ports import INTERNAL, LATER, MARKETING, TRANSACTIONAL, Store, StoreError, chat_lane
from domain.record import Subscriber
from email_out.delivery.sender import MailSender
from email_out.pages.routes import Pages
from email_out.transports.smtp import Pool, parse_url
from onboarding.events_api.routes import EventsApi
from service.engine.address_registry import Addresses
from service.engine.clock import MovableClock, fresh_entropy
from service.engine.draft_links import Trying
from service.engine.transact import Transactor
from service.runtime import health, scheduled_jobs
from service.runtime.circuit_breakers import Breakers
from service.runtime.internal_sender import InternalSender
from service.runtime.notify_workers import Hinter
from service.runtime.page_upkeep import Upkeep, upkeep
from service.runtime.settings import Settings, SettingsError, need
from service.runtime.supervisor import Vital
from service.runtime.worker import Worker
from service.workspace.publishing.editions import Editions, opened
from store.embedded.server import embedded_server
from store.valkey.store import open_store

log = structlog.get_logger("doorstep")

MAIL_CONNECTIONS = 8
"""Kept connections to the mail server, each lane; mailbox providers mind more."""

WEBHOOK = web.AppKey("webhook", Webhook)
"""What takes webhooks in; it needs no router before it."""

Role = Literal["all", "web", "worker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorstep:
    """A running installation: what commands, pages and tests reach into."""

    settings: Settings
    store: Store
    keys: Keyring
    clock: MovableClock
    editions: Editions
    transact: Transactor
    addresses: Addresses
    breakers: Breakers
    vital: Vital
    """Fails when a task failed that nobody would miss otherwise."""
    clients: dict[str, MessengerClient]
    """By Page id."""
    secrets: AppSecrets
    """What webhooks are signed with."""
    upkeep: Upkeep
    worker: Worker | None
    app: web.Application | None


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store the settings name; without a URL, the embedded one."""
    keys = keyring(settings)
    async with AsyncExitStack() as stack:
        url = settings.store_url
        if not url:
            url = await stack.enter_async_context(embedded_server(settings.data))
        store = await open_store(url, check_value=keys.check_value)
        stack.push_async_callback(store.close)
        yield store


def keyring(settings: Settings) -> Keyring:
    """Return the keys of this installation; raises :class:`SettingsError` without a secret."""
    need(settings, "secret")
    return Keyring(settings.secret, older=settings.older_secrets)


async def stored_clock(store: Store) -> MovableClock:
    """Return business time with the offset that the playground left in the store."""
    kept = await store.meta("clock")

    async def keep(offset: timedelta) -> None:
        await store.set_meta("clock", str(offset.total_seconds()).encode())

    return MovableClock(timedelta(seconds=float(kept or b"0")), keep=keep)


@asynccontextmanager
async def composed(settings: Settings, role: Role, *, following: bool = False) -> AsyncIterator[Doorstep]:
    """Build everything for a role; on leaving, finish what is in hand and let go of the store.

    ``following`` is the demo's way: what is saved in the workspace's folder is live at once.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened_store(settings))
        clock = await stored_clock(store)
        editions = await opened(store, settings.workspace, clock.now, following=following)
        breakers = Breakers(store=store, clock=clock.now, config=editions.config)
        transact = Transactor(
            store=store,
            keys=keyring(settings),
            clock=clock.now,
            entropy=fresh_entropy,
            rules=editions.rules,
            epoch=editions.number,
            renew=editions.renew,
            codes_paused=lambda: breakers.codes,
        )
        transact.trials = Trying(store=store, keys=transact.keys, editions=editions)
        addresses = Addresses(
            store=store, transact=transact, clock=clock.now, config=editions.config, mails_paused=lambda: breakers.mails
        )
        session = await stack.enter_async_context(open_session())
        vital = Vital()
        stack.push_async_callback(vital.close)
        clients, secrets = _clients(settings, session), _secrets(settings)
        kept_up = upkeep(
            settings, addresses, transact.keys, editions.config, clients=clients, secrets=secrets, session=session
        )
        stack.push_async_callback(kept_up.pool.close)
        doorstep = Doorstep(
            settings=settings,
            store=store,
            keys=transact.keys,
            clock=clock,
            editions=editions,
            transact=transact,
            addresses=addresses,
            breakers=breakers,
            vital=vital,
            clients=clients,
            secrets=secrets,
            upkeep=kept_up,
            worker=None,
            app=None,
        )
        yield await _started(doorstep, role, stack, following=following)


def _secrets(settings: Settings) -> AppSecrets:
    return AppSecrets(settings.messenger_app_secret, settings.messenger_page_secrets)


def _clients(settings: Settings, session: aiohttp.ClientSession) -> dict[str, MessengerClient]:
    return {
        page: MessengerClient(
            page=page,
            token=token,
            app_secret=settings.app_secret_for(page),
            session=session,
            graph_url=settings.graph_url,
            api_version=settings.graph_version,
        )
        for page, token in settings.messenger_page_tokens.items()
    }


async def _started(doorstep: Doorstep, role: Role, stack: AsyncExitStack, *, following: bool) -> Doorstep:
    """Add what the role needs: worker, chores, web application, file watcher.

    Taken down from the last to the first: chores, what is being decided, the worker, its connections, the hints.
    """
    settings = doorstep.settings
    hinter = Hinter(partition=doorstep.store.partition, hint=doorstep.store.hint)
    stack.push_async_callback(hinter.settle)
    doorstep.transact.nudged = hinter
    worker = None if role == "web" else await _working(doorstep, stack)
    stack.push_async_callback(doorstep.transact.settle)
    doorstep.vital.keep("live edition", doorstep.editions.follow())
    if settings.workspace and following:
        doorstep.vital.keep("file watcher", doorstep.editions.watch(settings.workspace))
    scheduler = scheduled_jobs.schedule(doorstep.store, doorstep.breakers)
    if role != "web":
        scheduler.add_job(doorstep.editions.forget, "cron", hour=3, id="versions")
    doorstep.upkeep.schedule(scheduler, hears=role != "worker", looks=worker.leads if worker else None)
    stack.callback(scheduler.shutdown, wait=False)
    app = None if role == "worker" else _web(doorstep)
    return replace(doorstep, worker=worker, app=app)


async def _working(doorstep: Doorstep, stack: AsyncExitStack) -> Worker:
    settings, store = doorstep.settings, doorstep.store
    lease_ms = settings.lease_seconds * 1000
    chat = ChatSender(
        store=store,
        clients=doorstep.clients,
        transact=doorstep.transact,
        clock=doorstep.clock.now,
        entropy=fresh_entropy,
        lease_ms=lease_ms,
        texts_a_second=settings.messenger_texts_a_second,
        personas=lambda: doorstep.editions.config().personas,
    )
    chat.silenced = Hush(store=store, believed=doorstep.transact.believed, forget=doorstep.transact.forget)
    chat.invitations = Invitations(
        store=store, transact=doorstep.transact, keys=doorstep.keys, clock=doorstep.clock.now
    )
    mail = _mail_sender(doorstep, stack, lease_ms)
    internal = InternalSender(
        store=store,
        transact=doorstep.transact,
        addresses=doorstep.addresses,
        clients=doorstep.clients,
        clock=doorstep.clock.now,
        lease_ms=lease_ms,
    )
    worker = Worker(
        name=f"{socket.gethostname()}:{os.getpid()}:{fresh_entropy().hex()[:8]}",
        store=store,
        transact=doorstep.transact,
        clock=doorstep.clock.now,
        lease_ms=lease_ms,
        lanes=(*(chat_lane(page) for page in doorstep.clients), INTERNAL, LATER, TRANSACTIONAL, MARKETING),
        senders={"chat": chat, TRANSACTIONAL: mail, MARKETING: mail, INTERNAL: internal, LATER: internal},
        paused=chat.paused_lanes,
        shared=chat.share,
    )
    transact = doorstep.transact
    transact.sending, transact.roomy, transact.lease_ms = worker.take, worker.roomy, lease_ms
    doorstep.vital.keep("worker", worker.run())
    doorstep.vital.keep("pauses of Pages", _refreshing(chat))
    stack.push_async_callback(worker.stop)
    return worker


async def _refreshing(chat: ChatSender) -> None:
    """Learn every second which Pages other processes have paused."""
    while True:
        try:
            await chat.refresh()
        except StoreError as error:
            log.warning("store_away", error=type(error).__name__)
        await asyncio.sleep(1)


def _mail_sender(doorstep: Doorstep, stack: AsyncExitStack, lease_ms: int) -> MailSender:
    settings = doorstep.settings
    hello = urlsplit(settings.public_url).hostname or "localhost"
    pools = {
        TRANSACTIONAL: Pool(parse_url(settings.mail_for("transactional")), size=MAIL_CONNECTIONS, hello=hello),
        MARKETING: Pool(parse_url(settings.mail_for("marketing")), size=MAIL_CONNECTIONS, hello=hello),
    }
    for pool in pools.values():
        stack.push_async_callback(pool.close)

    def gate(record: Subscriber, mail: SendMail, now: datetime) -> str:
        return onboarding.engine.decide.gate(doorstep.editions.sequences(record), record, mail, now)

    return MailSender(
        store=doorstep.store,
        transact=doorstep.transact,
        keys=doorstep.keys,
        clock=doorstep.clock.now,
        edition=doorstep.editions.mails,
        gate=gate,
        admit=doorstep.addresses.admit,
        pools=pools,
        paused=doorstep.addresses.paused,
        public_url=settings.public_url,
        lease_ms=lease_ms,
    )


def _web(doorstep: Doorstep) -> web.Application:
    """Return the application with the routes of DESIGN.md §7."""
    settings, store = doorstep.settings, doorstep.store
    webhook = Webhook(
        secrets=doorstep.secrets,
        verify_token=settings.messenger_verify_token,
        transact=doorstep.transact,
        store=store,
        keys=doorstep.keys,
        clock=doorstep.clock.now,
        pages=doorstep.clients,
        app_id=settings.messenger_app_id,
    )
    webhook.answers = doorstep.editions.answers
    webhook.heard = doorstep.upkeep.watchdog.heard
    pages = Pages(
        store=store,
        transact=doorstep.transact,
        unsubscribe=doorstep.addresses.unsubscribe,
        keys=doorstep.keys,
        clock=doorstep.clock.now,
        config=doorstep.editions.config,
    )
    api = EventsApi(
        store=store,
        transact=doorstep.transact,
        keys=doorstep.keys,
        clock=doorstep.clock.now,
        config=doorstep.editions.config,
        token=settings.api_token,
    )
    app = web.Application(client_max_size=MOST_BYTES)
    app[WEBHOOK] = webhook
    app.add_routes(webhook.routes())
    app.add_routes(pages.routes())
    app.add_routes(api.routes())
    app.add_routes(doorstep.upkeep.deletions.routes())
    app.add_routes(health.routes(store, lambda: doorstep.editions.current.hash, lambda: doorstep.vital.failure))
    return app


@asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve an application; yields the URL it listens at.  There is no access log: paths carry tokens."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=10)
    await runner.setup()
    server = runner.server
    if server and WEBHOOK in app and not app.middlewares:
        server.request_handler = past_router(PATH, app[WEBHOOK].receive, server.request_handler)
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            why = f"DOORSTEP_HOST, DOORSTEP_PORT: cannot listen at {host}:{port} ({os.strerror(error.errno or 0)})"
            raise SettingsError(why) from None
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}"
    finally:
        await runner.cleanup()
