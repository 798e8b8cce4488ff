"""Serving until told to stop: signals, and a clean end."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.outbound.sender import ChatSender
from service.runtime.app import Doorstep, Role, open_doorstep
from service.runtime.reload_secrets import SecretReloader
from service.runtime.settings import Settings
from service.runtime.web_app import listen_at

log = structlog.get_logger("doorstep")


@asynccontextmanager
async def until_signal() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def freeze_long_lived() -> None:
    """Set what stays for the life of the process aside from Python's collector of reference cycles.

    Modules, flows and templates are a hundred thousand objects; looking them over stops everything for some ms.
    """
    gc.collect()
    gc.freeze()


async def serve_until_signal(settings: Settings, role: Role) -> None:
    """Run a role until SIGTERM or SIGINT; what is in hand is finished, the rest is left for the next.

    Raises :class:`service.runtime.supervisor.ServiceFailedError` if it had to stop by itself.
    """
    async with until_signal() as stop, open_doorstep(settings, role) as doorstep:
        doorstep.supervisor.run_vital("rotation of tokens", _make_reloader(doorstep).watch_file())
        freeze_long_lived()
        doorstep.supervisor.on_failure(stop.set)
        await _listen_until(stop, doorstep)
        log.info("stopping", role=role)
    log.info("stopped", role=role)
    doorstep.supervisor.raise_failure()


def _make_reloader(doorstep: Doorstep) -> SecretReloader:
    chat = doorstep.worker.senders["chat"] if doorstep.worker else None
    renewed = chat.resume_page if isinstance(chat, ChatSender) else None
    return SecretReloader(clients=doorstep.clients, secrets=doorstep.secrets, resume=renewed)


async def _listen_until(stop: asyncio.Event, doorstep: Doorstep) -> None:
    settings = doorstep.settings
    if doorstep.app is None:
        log.info("working")
        await stop.wait()
        return
    async with listen_at(doorstep.app, settings.host, settings.port) as url:
        log.info("listening", url=url)
        await stop.wait()
