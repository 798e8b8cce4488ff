"""The playground's routes: the page, its values as JSON, its actions, and a stream that tells of changes."""

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
from service.playground.ports import UnknownPersonError, World
from service.playground.request_bodies import Ahead, Come, Did, Follow, Say, Tap
from service.playground.sandbox import MAIL_POLICY, in_scheme

WORLD = web.AppKey("playground_world", World)
STREAMS = web.AppKey("playground_streams", set[asyncio.Task[None]])

LONGEST_STEP = timedelta(days=400)
"""How far one press may move the clock."""

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

_FILE = re.compile(r"[a-z]+\.(css|js|svg)")


def install(app: web.Application, world: World) -> None:
    """Add the playground to an application."""
    app[WORLD] = world
    app[STREAMS] = set()
    app.add_routes(_routes())
    app.on_shutdown.append(_end_streams)


async def _end_streams(app: web.Application) -> None:
    """A stream has no end of its own, and the server waits for whatever is still answering."""
    for task in app[STREAMS]:
        task.cancel()


def _routes() -> list[web.RouteDef]:
    person = "/playground/api/people/{psid}"
    return [
        web.get("/playground", _page),
        web.get("/playground/static/{name}", _static),
        web.get("/playground/elsewhere", _elsewhere),
        web.get("/playground/mail/{psid}/{mail}", _rendered),
        web.get("/playground/api/state", _state),
        web.get("/playground/api/script", _script),
        web.get("/playground/api/changes", _changes),
        web.post("/playground/api/clock", _clock),
        web.post("/playground/api/people", _arrive),
        web.get(person + "/mails/{mail}", _mail),
        web.post(person + "/start", _start),
        web.post(person + "/follow", _follow),
        web.post(person + "/say", _say),
        web.post(person + "/photo", _photo),
        web.post(person + "/answer", _answer),
        web.post(person + "/back", _back),
        web.post(person + "/tap", _tap),
        web.post(person + "/event", _event),
        web.post(person + "/scan", _scan),
    ]


def _packaged(name: str, **headers: str) -> web.Response:
    kind = KINDS[name.rsplit(".", 1)[-1]]
    return web.Response(body=(STATIC / name).read_bytes(), content_type=kind, charset="utf-8", headers=COMMON | headers)


async def _page(_: web.Request) -> web.Response:
    return _packaged("index.html", **{"Content-Security-Policy": PAGE_POLICY})


async def _elsewhere(request: web.Request) -> web.Response:
    """Stand in for a website of the made-up brand."""
    page = (STATIC / "elsewhere.html").read_text("utf-8").replace("{{ to }}", escape(request.query.get("to", "")))
    headers = COMMON | {"Content-Security-Policy": PAGE_POLICY}
    return web.Response(text=page, content_type="text/html", charset="utf-8", headers=headers)


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if not _FILE.fullmatch(name):
        raise web.HTTPNotFound
    try:
        return _packaged(name)
    except FileNotFoundError:
        raise web.HTTPNotFound from None


def _json(value: View | dict[str, str]) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json", headers=COMMON)


def _refusal(status: int, text: str) -> web.Response:
    response = _json({"error": text})
    response.set_status(status)
    return response


_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _told_plainly(handler: _Handler) -> _Handler:
    """Answer what the page asked wrongly with a status and a sentence."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except UnknownPersonError:
            return _refusal(404, "Nobody by this name is here. Load the page again.")
        except (msgspec.DecodeError, ValueError) as error:
            return _refusal(422, str(error))

    return answer


_Asked = TypeVar("_Asked")


async def _asked(request: web.Request, kind: type[_Asked]) -> _Asked:
    """Read a JSON body.  Another content type is refused: a form on a foreign page could send it unasked."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    return msgspec.json.decode(await request.read(), type=kind)


def _world(request: web.Request) -> World:
    return request.app[WORLD]


@_told_plainly
async def _state(request: web.Request) -> web.Response:
    return _json(await _world(request).state(request.query.get("person", "")))


@_told_plainly
async def _script(request: web.Request) -> web.Response:
    return _json(await _world(request).script())


@_told_plainly
async def _mail(request: web.Request) -> web.Response:
    mail = await _world(request).mail(request.match_info["psid"], request.match_info["mail"])
    return _refusal(404, "There is no such mail.") if mail is None else _json(mail)


@_told_plainly
async def _rendered(request: web.Request) -> web.Response:
    mail = await _world(request).mail(request.match_info["psid"], request.match_info["mail"])
    if mail is None:
        raise web.HTTPNotFound
    html = in_scheme(mail.html, request.query.get("scheme", "light"))
    headers = COMMON | {"Content-Security-Policy": MAIL_POLICY}
    return web.Response(text=html, content_type="text/html", charset="utf-8", headers=headers)


@_told_plainly
async def _arrive(request: web.Request) -> web.Response:
    await _asked(request, dict[str, str])
    return _json({"psid": await _world(request).arrive()})


@_told_plainly
async def _clock(request: web.Request) -> web.Response:
    asked = await _asked(request, Ahead)
    if asked.hours is None:
        await _world(request).move_to_next(asked.person)
        return _json({})
    if not 0 <= asked.hours <= LONGEST_STEP / timedelta(hours=1):
        return _refusal(422, f"The clock moves ahead only, at most {LONGEST_STEP.days} days at once.")
    await _world(request).move(timedelta(hours=asked.hours))
    return _json({})


@_told_plainly
async def _start(request: web.Request) -> web.Response:
    asked = await _asked(request, Come)
    await _world(request).get_started(request.match_info["psid"], asked.language)
    return _json({})


@_told_plainly
async def _follow(request: web.Request) -> web.Response:
    asked = await _asked(request, Follow)
    await _world(request).follow(request.match_info["psid"], asked.ref, asked.language)
    return _json({})


@_told_plainly
async def _say(request: web.Request) -> web.Response:
    asked = await _asked(request, Say)
    await _world(request).say(request.match_info["psid"], asked.text, asked.language)
    return _json({})


@_told_plainly
async def _photo(request: web.Request) -> web.Response:
    await _asked(request, dict[str, str])
    await _world(request).send_photo(request.match_info["psid"])
    return _json({})


@_told_plainly
async def _answer(request: web.Request) -> web.Response:
    asked = await _asked(request, Say)
    await _world(request).answer(request.match_info["psid"], asked.text)
    return _json({})


@_told_plainly
async def _back(request: web.Request) -> web.Response:
    await _asked(request, dict[str, str])
    await _world(request).hand_back(request.match_info["psid"])
    return _json({})


@_told_plainly
async def _tap(request: web.Request) -> web.Response:
    asked = await _asked(request, Tap)
    await _world(request).tap(
        request.match_info["psid"],
        title=asked.title,
        payload=asked.payload,
        postback=asked.postback,
        language=asked.language,
    )
    return _json({})


@_told_plainly
async def _event(request: web.Request) -> web.Response:
    asked = await _asked(request, Did)
    return _json(await _world(request).post_event(request.match_info["psid"], asked.event))


@_told_plainly
async def _scan(request: web.Request) -> web.Response:
    await _asked(request, dict[str, str])
    return _json(await _world(request).scan(request.match_info["psid"]))


async def _changes(request: web.Request) -> web.StreamResponse:
    """Tell of changes (Server-Sent Events); the page then asks for the state."""
    response = web.StreamResponse(headers=COMMON | {"Content-Type": "text/event-stream"})
    await response.prepare(request)
    task = asyncio.create_task(_tell(response, _world(request)))
    request.app[STREAMS].add(task)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        request.app[STREAMS].discard(task)
    return response


async def _tell(response: web.StreamResponse, world: World) -> None:
    await response.write(b"retry: 1000\n")
    with contextlib.suppress(ConnectionResetError):
        async for _ in world.changes():
            await response.write(b"event: change\ndata:\n\n")
