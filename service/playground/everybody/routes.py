"""The routes of the view of all people."""

from collections.abc import Awaitable, Callable
from typing import Protocol

import msgspec
from aiohttp import web

from service.playground.api import COMMON, explain_errors, read_body, world_of, write_json
from service.playground.everybody.subscribe import subscribe_newcomer
from service.playground.everybody.views import AllToldView, EverybodyView
from service.playground.own_hosts import refuse_foreign_hosts


class Crowd(Protocol):
    """Everybody who is played, at once."""

    async def read_everybody(self) -> EverybodyView:
        """Return where all people stand, and who gets what by tomorrow night."""

    async def draw_sequence(self, name: str) -> str:
        """Return the picture of a sequence as SVG; raises ``ValueError`` if there is none, or it cannot be drawn."""

    async def post_event_of_all(self, event: str) -> AllToldView:
        """Report an event of everybody with a proven address; raises ``ValueError`` if it is not declared."""


class AllDidBody(msgspec.Struct, forbid_unknown_fields=True):
    """Something that everybody does."""

    event: str


class SubscriberBody(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who comes and subscribes."""

    language: str = ""


def install_everybody(app: web.Application, crowd: Crowd) -> None:
    """Add the view of all people to an application that has the playground."""

    async def read_everybody(_: web.Request) -> web.Response:
        return write_json(await crowd.read_everybody())

    async def draw_sequence(request: web.Request) -> web.Response:
        drawn = await crowd.draw_sequence(request.match_info["name"])
        return web.Response(text=drawn, content_type="image/svg+xml", charset="utf-8", headers=COMMON)

    async def post_event_of_all(request: web.Request) -> web.Response:
        body = await read_body(request, AllDidBody)
        return write_json(await crowd.post_event_of_all(body.event))

    async def add_subscriber(request: web.Request) -> web.Response:
        body = await read_body(request, SubscriberBody)
        return write_json({"psid": await subscribe_newcomer(world_of(request), body.language)})

    # By hand instead of a table of web.RouteDef: each handler closes over the crowd.
    routes: tuple[tuple[str, str, Callable[[web.Request], Awaitable[web.Response]]], ...] = (
        ("GET", "", read_everybody), ("POST", "/event", post_event_of_all), ("POST", "/subscriber", add_subscriber),
        ("GET", "/pictures/{name}.svg", draw_sequence),
    )  # fmt: skip
    # Beside the page's own routes and by the same rules, which the page's router keeps to itself.
    for method, path, handler in routes:
        app.router.add_route(method, f"/playground/api/everybody{path}", refuse_foreign_hosts(explain_errors(handler)))
