"""Runs the service until a signal, and ends it cleanly."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.outbound.sender import ChatSender
from email_out.transports.open_transport import open_transport
from service.feedback.desk import FeedbackDesk
from service.feedback.forward_letters import LetterForwarder
from service.runtime.app import Doorstep, Role, open_doorstep
from service.runtime.reload_secrets import SecretReloader
from service.runtime.settings import Settings
from service.runtime.web_app import check_port, listen_at

log = structlog.get_logger("doorstep")


@asynccontextmanager
async def until_signal() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    # A second signal sets the same event: a clean stop cannot be cut short by pressing Ctrl-C again.
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def freeze_long_lived() -> None:
    """Exempt objects that live as long as the process from Python's garbage collector."""
    # Modules, flows and templates are about 100,000 objects.  A full collection over them would stop all work for ms.
    gc.collect()
    gc.freeze()


async def serve_until_signal(settings: Settings, role: Role) -> None:
    """Run a role until SIGTERM or SIGINT; work in progress is finished, and the rest stays in the store.

    Raises :class:`service.runtime.supervisor.ServiceFailedError` if a vital task failed, and
    :class:`service.runtime.settings.SettingsError`, before anything is opened, if its port is taken.
    """
    if role != "worker":
        check_port(settings.host, settings.port)
    async with until_signal() as stop, open_doorstep(settings, role) as doorstep, _hear_feedback(doorstep, role):
        doorstep.supervisor.run_vital("rotation of tokens", _make_reloader(doorstep).watch_file())
        freeze_long_lived()
        doorstep.supervisor.call_on_failure(stop.set)
        await _listen_until(stop, doorstep)
        log.info("stopping", role=role)
    log.info("stopped", role=role)
    doorstep.supervisor.raise_failure()


@asynccontextmanager
async def _hear_feedback(doorstep: Doorstep, role: Role) -> AsyncIterator[None]:
    """Take what comes back about mails from a mail server, where one is to hand it over."""
    if not doorstep.settings.lmtp or role == "worker":
        yield
        return
    from service.feedback.lmtp_door import listen_lmtp  # noqa: PLC0415  a mail server that few installations need

    desk = FeedbackDesk(
        store=doorstep.store,
        transact=doorstep.transact,
        addresses=doorstep.addresses,
        keys=doorstep.keys,
        clock=doorstep.clock.now,
        recent=doorstep.transact.cache,
    )
    transport = open_transport(
        doorstep.settings.mail_url_for("transactional"), signing_keys=doorstep.settings.dkim_keys
    )
    letters = LetterForwarder(
        store=doorstep.store,
        config=doorstep.editions.current_config,
        transport=transport,
        clock=doorstep.clock.now,
    )
    try:
        async with listen_lmtp(doorstep.settings.lmtp, desk, letters):
            yield
    finally:
        await transport.close()


def _make_reloader(doorstep: Doorstep) -> SecretReloader:
    chat = doorstep.worker.senders["chat"] if doorstep.worker else None
    resume = chat.resume_page if isinstance(chat, ChatSender) else None
    return SecretReloader(clients=doorstep.clients, secrets=doorstep.secrets, resume=resume)


async def _listen_until(stop: asyncio.Event, doorstep: Doorstep) -> None:
    settings = doorstep.settings
    if doorstep.app is None:
        log.info("working")
        await stop.wait()
        return
    async with listen_at(doorstep.app, settings.host, settings.port) as url:
        log.info("listening", url=url)
        await stop.wait()
