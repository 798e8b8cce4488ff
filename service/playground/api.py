"""The playground's routes: the page, its values as JSON, its actions, and a stream of changes."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape
from importlib import resources
from typing import TypeVar

import msgspec
from aiohttp import web

from service.playground.chat_views import View
from service.playground.own_hosts import refuse_foreign_hosts
from service.playground.ports import PlaygroundWorld, UnknownPersonError
from service.playground.request_bodies import ClockBody, EventBody, FileBody, FollowBody, SayBody, StartBody, TapBody
from service.playground.sandbox import MAIL_POLICY, in_scheme

WORLD = web.AppKey("playground_world", PlaygroundWorld)
STREAMS = web.AppKey("playground_streams", set[asyncio.Task[None]])

LONGEST_STEP = timedelta(days=400)
"""Limit of one move of the clock."""

# Nothing inline, nothing from other hosts: a text of the workspace that looks like markup stays text.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
STATIC = resources.files("service.playground") / "static"

COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}
KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
"""Content types of the packaged files, by ending."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_FILE = re.compile(r"[a-z]+\.(css|js|svg)")  # app.js, base.css, mark.svg


def install_playground(app: web.Application, world: PlaygroundWorld) -> None:
    """Add the playground to an application."""
    app[WORLD] = world
    app[STREAMS] = set()
    for route in _list_routes():
        app.router.add_route(route.method, route.path, refuse_foreign_hosts(route.handler))
    app.on_shutdown.append(_end_streams)


async def _end_streams(app: web.Application) -> None:
    """End the streams of changes when the server stops."""
    # They have no end of their own, and the server waits for every request that is still being answered.
    for task in app[STREAMS]:
        task.cancel()


def _list_routes() -> list[web.RouteDef]:
    person = "/playground/api/people/{psid}"
    return [
        web.get("/playground", _serve_page),
        web.get("/playground/static/{name}", _serve_static),
        web.get("/playground/elsewhere", _serve_elsewhere),
        web.get("/playground/mail/{psid}/{mail}", _get_mail_html),
        web.get("/playground/api/state", _get_state),
        web.get("/playground/api/script", _get_script),
        web.put("/playground/api/files/{path:.+}", _save_file),
        web.get("/playground/api/changes", _stream_changes),
        web.post("/playground/api/clock", _move_clock),
        web.post("/playground/api/people", _add_newcomer),
        web.get(person + "/mails/{mail}", _get_mail),
        web.post(person + "/start", _get_started),
        web.post(person + "/follow", _follow_link),
        web.post(person + "/say", _type_text),
        web.post(person + "/photo", _send_photo),
        web.post(person + "/answer", _answer_as_team),
        web.post(person + "/back", _hand_back),
        web.post(person + "/tap", _tap_choice),
        web.post(person + "/event", _post_event),
        web.post(person + "/scan", _scan_links),
    ]


def _packaged_file(name: str, **headers: str) -> web.Response:
    kind = KINDS[name.rsplit(".", 1)[-1]]
    return web.Response(body=(STATIC / name).read_bytes(), content_type=kind, charset="utf-8", headers=COMMON | headers)


async def _serve_page(_: web.Request) -> web.Response:
    return _packaged_file("index.html", **{"Content-Security-Policy": PAGE_POLICY})


async def _serve_elsewhere(request: web.Request) -> web.Response:
    """Serve a page that stands for the website of the invented brand."""
    page = (STATIC / "elsewhere.html").read_text("utf-8").replace("{{ to }}", escape(request.query.get("to", "")))
    headers = COMMON | {"Content-Security-Policy": PAGE_POLICY}
    return web.Response(text=page, content_type="text/html", charset="utf-8", headers=headers)


async def _serve_static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if not _FILE.fullmatch(name):  # a bare file name: no folder, no "..", nothing but assets
        raise web.HTTPNotFound
    try:
        return _packaged_file(name)
    except FileNotFoundError:
        raise web.HTTPNotFound from None


def write_json(value: View | dict[str, str]) -> web.Response:
    """Return an answer to the page."""
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", headers=COMMON)


def _refusal_response(status: int, text: str) -> web.Response:
    response = write_json({"error": text})
    response.set_status(status)
    return response


def explain_errors(handler: _Handler) -> _Handler:
    """Return a handler that answers a wrong request with a status and a sentence."""

    async def answer_plainly(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except UnknownPersonError:
            return _refusal_response(404, "Nobody by this name is here. Load the page again.")
        except (msgspec.DecodeError, ValueError) as error:
            return _refusal_response(422, str(error))

    return answer_plainly


_Body = TypeVar("_Body")


async def read_body(request: web.Request, kind: type[_Body]) -> _Body:
    """Return the JSON body of a request; raises ``HTTPUnsupportedMediaType`` for another content type."""
    # A browser sends JSON to another site only after asking that site (CORS); a form it sends unasked, so a foreign
    # page could act here if forms were read.
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return msgspec.json.decode(await request.read(), type=kind)


def world_of(request: web.Request) -> PlaygroundWorld:
    """Return the world behind the page."""
    return request.app[WORLD]


@explain_errors
async def _get_state(request: web.Request) -> web.Response:
    return write_json(await world_of(request).read_state(request.query.get("person", "")))


@explain_errors
async def _get_script(request: web.Request) -> web.Response:
    return write_json(await world_of(request).read_script())


@explain_errors
async def _get_mail(request: web.Request) -> web.Response:
    mail = await world_of(request).read_mail(request.match_info["psid"], request.match_info["mail"])
    return _refusal_response(404, "There is no such mail.") if mail is None else write_json(mail)


@explain_errors
async def _get_mail_html(request: web.Request) -> web.Response:
    mail = await world_of(request).read_mail(request.match_info["psid"], request.match_info["mail"])
    if mail is None:
        raise web.HTTPNotFound  # shown in a frame, where a sentence as JSON would not help
    # The mail's own page in a sandboxed frame; its policy holds there, whatever the page around it may do.
    html = in_scheme(mail.html, request.query.get("scheme", "light"), request.match_info["psid"])
    headers = COMMON | {"Content-Security-Policy": MAIL_POLICY}
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)


@explain_errors
async def _save_file(request: web.Request) -> web.Response:
    body = await read_body(request, FileBody)
    await world_of(request).save_file(request.match_info["path"], body.text, body.before)
    return write_json({})


@explain_errors
async def _add_newcomer(request: web.Request) -> web.Response:
    await read_body(request, dict[str, str])
    return write_json({"psid": await world_of(request).add_newcomer()})


@explain_errors
async def _move_clock(request: web.Request) -> web.Response:
    body = await read_body(request, ClockBody)
    if body.hours is None:  # the button that names what is due next
        await world_of(request).move_to_next(body.person)
        return write_json({})
    if not 0 <= body.hours <= LONGEST_STEP / timedelta(hours=1):
        return _refusal_response(422, f"The clock moves ahead only, at most {LONGEST_STEP.days} days at once.")
    await world_of(request).move_clock(timedelta(hours=body.hours))
    return write_json({})


@explain_errors
async def _get_started(request: web.Request) -> web.Response:
    body = await read_body(request, StartBody)
    await world_of(request).get_started(request.match_info["psid"], body.language)
    return write_json({})


@explain_errors
async def _follow_link(request: web.Request) -> web.Response:
    body = await read_body(request, FollowBody)
    await world_of(request).follow_link(request.match_info["psid"], body.ref, body.language)
    return write_json({})


@explain_errors
async def _type_text(request: web.Request) -> web.Response:
    body = await read_body(request, SayBody)
    await world_of(request).type_text(request.match_info["psid"], body.text, body.language)
    return write_json({})


@explain_errors
async def _send_photo(request: web.Request) -> web.Response:
    await read_body(request, dict[str, str])
    await world_of(request).send_photo(request.match_info["psid"])
    return write_json({})


@explain_errors
async def _answer_as_team(request: web.Request) -> web.Response:
    body = await read_body(request, SayBody)
    await world_of(request).answer_as_team(request.match_info["psid"], body.text)
    return write_json({})


@explain_errors
async def _hand_back(request: web.Request) -> web.Response:
    await read_body(request, dict[str, str])
    await world_of(request).hand_back(request.match_info["psid"])
    return write_json({})


@explain_errors
async def _tap_choice(request: web.Request) -> web.Response:
    body = await read_body(request, TapBody)
    await world_of(request).tap_choice(
        request.match_info["psid"],
        title=body.title,
        payload=body.payload,
        postback=body.postback,
        language=body.language,
    )
    return write_json({})


@explain_errors
async def _post_event(request: web.Request) -> web.Response:
    body = await read_body(request, EventBody)
    return write_json(await world_of(request).post_event(request.match_info["psid"], body.event))


@explain_errors
async def _scan_links(request: web.Request) -> web.Response:
    await read_body(request, dict[str, str])
    return write_json(await world_of(request).scan_links(request.match_info["psid"]))


async def _stream_changes(request: web.Request) -> web.StreamResponse:
    """Send an event whenever something has changed (Server-Sent Events); the page then fetches the state."""
    response = web.StreamResponse(headers=COMMON | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    # A task of its own, so that stopping the server can cancel it without cancelling the request.
    task = asyncio.create_task(_write_changes(response, world_of(request)))
    request.app[STREAMS].add(task)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        request.app[STREAMS].discard(task)
    return response


async def _write_changes(response: web.StreamResponse, world: PlaygroundWorld) -> None:
    await response.write(b"retry: 1000\n")  # ms after which the browser connects again
    with contextlib.suppress(ConnectionResetError):  # the page was closed
        async for _ in world.watch_changes():
            await response.write(b"event: change\ndata:\n\n")
