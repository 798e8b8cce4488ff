"""The page of an answer in the frame of its mail: fetched from the service, its button posts back the same way."""

from types import SimpleNamespace
from typing import cast

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.playground.answer_pages.routes import install_answer_pages
from service.playground.player import DemoServices
from service.playground.sandbox import in_scheme
from tests.web.test_playground_api import MakeClient

PAGE = (
    "<style>@media (prefers-color-scheme: dark){body{color:#eee}}</style>"
    '<form method="post"><input type="hidden" name="from" value="page"><button>Send</button></form>'
    '<a href="/privacy">P</a>'
)


async def test_the_page_is_shown_and_its_button_counts(aiohttp_client: MakeClient) -> None:
    """GET shows it in the visitor's colours, POST sends the form on; nothing runs, links leave the frame."""
    pressed: list[tuple[str, str]] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "POST":
            pressed.append((request.match_info["token"], str((await request.post())["from"])))
        return web.Response(text=PAGE, content_type="text/html")

    service = web.Application()
    service.router.add_route("*", "/a/{token}", answer)
    app = web.Application()
    async with TestServer(service) as server, aiohttp.ClientSession() as http:
        install_answer_pages(
            app, cast("DemoServices", SimpleNamespace(http=http, url=str(server.make_url("")).rstrip("/")))
        )
        client = await aiohttp_client(app)
        shown = await client.get("/playground/page/a/tok.en", params={"scheme": "dark"})
        text = await shown.text()
        nothing_yet = list(pressed)
        sent = await client.post("/playground/page/a/tok.en", data={"from": "page"})
        foreign = await client.get("/playground/page/a/tok.en", headers={"Host": "elsewhere.example"})
        other = await client.get("/playground/page/unsubscribe/tok.en")

    assert (shown.status, sent.status, foreign.status, other.status) == (200, 200, 421, 404)
    assert (nothing_yet, pressed) == ([], [("tok.en", "page")])
    assert "@media (min-width: 0)" in text
    assert '<a target="_blank" href="/privacy">' in text
    assert "sandbox allow-forms" in shown.headers["Content-Security-Policy"]
    assert "script-src" not in shown.headers["Content-Security-Policy"]


def test_answers_and_tasks_open_in_the_frame_of_the_mail() -> None:
    """Those of this machine only; every other link opens in a new tab as before."""
    mail = (
        '<a href="http://127.0.0.1:8080/a/x.y" style="a">Yes</a><a href="http://localhost/t/x">Done</a>'
        '<a href="https://tea.shop/a/x">Tea</a><a href="http://127.0.0.1:8080/unsubscribe/x">Stop</a>'
    )

    shown = in_scheme(mail, "dark")

    assert '<a href="/playground/page/a/x.y?scheme=dark" target="_self" style="a">' in shown
    assert '<a href="/playground/page/t/x?scheme=dark" target="_self">' in shown
    assert '<a href="https://tea.shop/a/x">' in shown
    assert '<a href="http://127.0.0.1:8080/unsubscribe/x">' in shown
