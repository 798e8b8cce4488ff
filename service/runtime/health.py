"""``/healthz``, ``/readyz`` and ``/metrics``."""

from collections.abc import Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from domain.ports import Store, StoreError


def health_routes(store: Store, edition: Callable[[], str], failure: Callable[[], str]) -> list[web.RouteDef]:
    """Return the routes.

    ``edition`` returns the hash of the live edition, and ``failure`` why this process cannot work, or an empty text.
    """

    async def answer_alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    # Ready means: send traffic here.  A process whose vital task failed is still alive, so that it can finish.
    async def answer_ready(_: web.Request) -> web.Response:
        try:
            await store.ping()  # without a store, every webhook would be answered 503 and sent again
        except StoreError:
            return web.json_response({"status": "store away"}, status=503, headers={"Retry-After": "2"})
        if failure():
            return web.json_response({"status": "failed"}, status=503)
        return web.json_response({"status": "ready", "workspace": edition()})

    async def answer_metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/healthz", answer_alive), web.get("/readyz", answer_ready), web.get("/metrics", answer_metrics)]
