"""The web application of the roles that answer HTTP, and the server that listens with it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from bot.inbound.fast_path import bypass_router
from bot.inbound.silent_connections import SilentConnections
from bot.inbound.webhook import MOST_BYTES, PATH, Webhook
from email_out.pages.routes import MailPages
from onboarding.events_api.routes import EventsApi
from service.engine.address_registry import AddressRegistry
from service.engine.transact import Transactor
from service.feedback.desk import FeedbackDesk
from service.feedback.mailjet_door import MailjetDoor
from service.issues.web_view import IssueViews
from service.openapi.describe import add_description
from service.runtime import health
from service.runtime.base_parts import BaseParts
from service.runtime.page_upkeep import PageUpkeep
from service.runtime.settings import SettingsError

KEPT_SECONDS = 75.0
"""How long a connection is kept after an answer; aiohttp would keep it for an hour."""
WEBHOOK = web.AppKey("webhook", Webhook)
"""The webhook of an application, for the fast path past its router."""


def build_web_app(
    parts: BaseParts, transact: Transactor, addresses: AddressRegistry, upkeep: PageUpkeep
) -> web.Application:
    """Return the application: webhook, pages behind links in mails, events API, deletion requests, and health."""
    settings, editions = parts.settings, parts.editions
    webhook = Webhook(
        secrets=parts.secrets,
        verify_token=settings.messenger_verify_token,
        transact=transact,
        store=parts.store,
        keys=parts.keys,
        clock=parts.clock.now,
        pages=parts.clients,
        app_id=settings.messenger_app_id,
        is_answered=editions.answers_comment,
        note_arrival=upkeep.watchdog.note_webhook,
    )
    pages = MailPages(
        store=parts.store,
        transact=transact,
        unsubscribe=addresses.unsubscribe,
        keys=parts.keys,
        clock=parts.clock.now,
        config=editions.current_config,
        find_owner=addresses.find_owner,
        list_sends=parts.store.sends_of,
        show_issue=IssueViews(
            find_edition=editions.find_edition, states=lambda: parts.issues.current, public_url=settings.public_url
        ).show,
    )
    api = EventsApi(
        store=parts.store,
        transact=transact,
        keys=parts.keys,
        clock=parts.clock.now,
        config=editions.current_config,
        find_owner=addresses.find_owner,
        note_events=parts.house.note_events,
        token=settings.api_token,
    )
    # For the routes behind the router; the webhook's fast path bounds its bodies itself.
    app = web.Application(client_max_size=MOST_BYTES)
    app[WEBHOOK] = webhook
    app.add_routes(webhook.routes())
    app.add_routes(pages.routes())
    app.add_routes(api.routes())
    app.add_routes(upkeep.deletions.routes())
    mailjet_door = _make_mailjet_door(parts, transact, addresses)
    app.add_routes(mailjet_door.routes())
    app.on_cleanup.append(mailjet_door.end_log)
    app.add_routes(
        health.health_routes(
            parts.store,
            lambda: editions.current.hash,
            lambda: parts.supervisor.failure,
            parts.watch.find_fault,
        )
    )
    add_description(app)
    return app


def _make_mailjet_door(parts: BaseParts, transact: Transactor, addresses: AddressRegistry) -> MailjetDoor:
    desk = FeedbackDesk(
        store=parts.store,
        transact=transact,
        addresses=addresses,
        keys=parts.keys,
        clock=parts.clock.now,
        recent=transact.cache,
    )

    def find_topic(list_id: int) -> str:
        return next((one.topic for one in parts.editions.current_config().sync if one.list == list_id), "")

    return MailjetDoor(desk=desk, login=parts.settings.mailjet_events, find_topic=find_topic)


def check_port(host: str, port: int) -> None:
    """Raise :class:`SettingsError` if nobody can listen there: told before the store is opened."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise _cannot_listen(host, port, error) from None


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    reason = os.strerror(error.errno or 0)
    return SettingsError(f"DOORSTEP_HOST, DOORSTEP_PORT: cannot listen at {host}:{port} ({reason})")


@asynccontextmanager
async def listen_at(app: web.Application, host: str, port: int) -> AsyncIterator[str]:
    """Serve an application; yield the URL at which it listens."""
    # No access log, since the paths of links in mails carry tokens.
    # Nothing is unpacked on the way in: aiohttp would unpack what nobody reads too, and half a megabyte can become
    # gigabytes.  The events API, the one route that takes compressed bodies, unpacks them itself.
    runner = web.AppRunner(
        app, access_log=None, shutdown_timeout=10, auto_decompress=False, keepalive_timeout=KEPT_SECONDS
    )
    await runner.setup()
    server = runner.server
    # The fast path skips the application, and with it every middleware; where there is one, it must see webhooks too.
    if server and WEBHOOK in app and not app.middlewares:
        server.request_handler = bypass_router(PATH, app[WEBHOOK].receive_events, server.request_handler)
    closing = asyncio.create_task(SilentConnections(server).close_late()) if server else None
    try:
        site = web.TCPSite(runner, host, port, reuse_address=True)
        try:
            await site.start()
        except OSError as error:
            raise _cannot_listen(host, port, error) from None
        # With port 0 the system chooses; tests and the demo read the port here.
        bound = runner.addresses[0][1]
        yield f"http://{host}:{bound}"
    finally:
        if closing:
            closing.cancel()
        await runner.cleanup()
