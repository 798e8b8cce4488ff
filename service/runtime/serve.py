"""Serving until told to stop: signals, and a clean end."""

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from bot.outbound.sender import ChatSender
from service.runtime.app import Doorstep, Role, composed, listening
from service.runtime.reload_secrets import Rotation
from service.runtime.settings import Settings

log = structlog.get_logger("doorstep")


@asynccontextmanager
async def until_signal() -> AsyncIterator[asyncio.Event]:
    """Yield an event that SIGTERM or SIGINT sets."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    try:
        yield stop
    finally:
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(one)


def calm_collector() -> None:
    """Set what stays for the life of the process aside from Python's collector of reference cycles.

    Modules, flows and templates are a hundred thousand objects; looking them over stops everything for some ms.
    """
    gc.collect()
    gc.freeze()


async def serve(settings: Settings, role: Role) -> None:
    """Run a role until SIGTERM or SIGINT; what is in hand is finished, the rest is left for the next.

    Raises :class:`service.runtime.supervisor.ServiceFailedError` if it had to stop by itself.
    """
    async with until_signal() as stop, composed(settings, role) as doorstep:
        doorstep.vital.keep("rotation of tokens", _rotation(doorstep).watch())
        calm_collector()
        doorstep.vital.watch(stop.set)
        await _answer_until(stop, doorstep)
        log.info("stopping", role=role)
    log.info("stopped", role=role)
    doorstep.vital.check()


def _rotation(doorstep: Doorstep) -> Rotation:
    chat = doorstep.worker.senders["chat"] if doorstep.worker else None
    renewed = chat.renewed if isinstance(chat, ChatSender) else None
    return Rotation(clients=doorstep.clients, secrets=doorstep.secrets, renewed=renewed)


async def _answer_until(stop: asyncio.Event, doorstep: Doorstep) -> None:
    settings = doorstep.settings
    if doorstep.app is None:
        log.info("working")
        await stop.wait()
        return
    async with listening(doorstep.app, settings.host, settings.port) as url:
        log.info("listening", url=url)
        await stop.wait()
