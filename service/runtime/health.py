"""``/healthz``, ``/readyz`` and ``/metrics``."""

import asyncio
from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from domain.ports import Store, StoreAwayError, StoreError

PROBE_EVERY_S = 2.0
"""Seconds for which a write that succeeded speaks for the store, however often somebody asks."""
PROBE_AGAIN_S = 0.5
"""The same for a write that failed: it is to be noticed soon that the store is back."""
PROBE_PATIENCE_S = 2.5
"""Seconds that the store has for it, two rounds to its replicas included; whoever asks waits no longer."""


class WriteProbe:
    """Tells whether the store takes writes, by a tiny write every few seconds at most."""

    def __init__(self, store: Store, fault: Callable[[], str]) -> None:
        """Ask this store, unless ``fault`` says why it cannot be used; nothing is asked yet."""
        self._fault = fault
        self._store = store
        self._probe: asyncio.Task[str] | None = None
        self._probed_at = 0.0

    async def find_fault(self) -> str:
        """Return why the store cannot serve; empty if it can."""
        if fault := self._fault():
            return fault
        now = asyncio.get_running_loop().time()
        if self._probe is None or (self._probe.done() and now - self._probed_at >= self._pause()):
            self._probe, self._probed_at = asyncio.create_task(self._try_write()), now
        # Shielded: whoever asked and went away must not cancel the write of the others.
        return await asyncio.shield(self._probe)

    def _pause(self) -> float:
        return PROBE_AGAIN_S if self._probe and self._probe.done() and self._probe.result() else PROBE_EVERY_S

    async def _try_write(self) -> str:
        try:
            async with asyncio.timeout(PROBE_PATIENCE_S):
                await self._store.try_write()
        except StoreAwayError as error:
            return str(error)
        except (StoreError, TimeoutError):
            return "the store does not answer as it should"
        return ""


def health_routes(
    store: Store, edition: Callable[[], str], failure: Callable[[], str], fault: Callable[[], str] = str
) -> list[web.RouteDef]:
    """Return the routes.

    ``edition`` returns the hash of the live edition, and ``failure`` why this process cannot work,
    and ``fault`` why its store cannot be used now, or an empty text.
    """
    probe = WriteProbe(store, fault)

    async def answer_alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    # Ready means: send traffic here.  A process whose vital task failed is still alive, so that it can finish.
    async def answer_ready(_: web.Request) -> web.Response:
        # Without writes, every webhook would be answered 503 and sent again.
        if fault := await probe.find_fault():
            answer = {"status": "store away", "reason": fault}
            return web.json_response(answer, status=503, headers={"Retry-After": "2"})
        if failure():
            return web.json_response({"status": "failed"}, status=503)
        return web.json_response({"status": "ready", "workspace": edition()})

    async def answer_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", answer_alive), web.get("/readyz", answer_ready), web.get("/metrics", answer_metrics)]
