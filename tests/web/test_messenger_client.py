"""The Graph API client over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from bot.graph_api.errors import GraphAnswer, SendOutcome
from bot.graph_api.page_client import GraphError, MessengerClient, open_session
from domain.record import Profile
from service.stand_ins.graph_api import GraphStandIn
from tests.support.messenger_world import PAGE, PSID, TOKEN, MovableTime, make_graph_stand_in, page_client

MakeServer = Callable[[web.Application], Awaitable[TestServer]]


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return a session that gives up soon."""
    async with open_session(total_s=0.3, connect_s=0.2) as session:
        yield session


@pytest.fixture
async def graph() -> GraphStandIn:
    """Return the stand-in."""
    return make_graph_stand_in(MovableTime())


@pytest.fixture
async def bot(graph: GraphStandIn, session: aiohttp.ClientSession, aiohttp_server: MakeServer) -> MessengerClient:
    """Return a client that talks to the stand-in."""
    server = await aiohttp_server(graph.build_application())
    return page_client(session, str(server.make_url("/")))


async def send(bot: MessengerClient, text: str) -> GraphAnswer:
    """Send a text to Mia."""
    return await bot.send_raw({"recipient": {"id": PSID}, "message": {"text": text}})


async def test_pymessengers_builders_send(bot: MessengerClient, graph: GraphStandIn) -> None:
    """They return awaitables, and ``messaging_type`` is added."""
    builders: Any = bot  # the base class has no annotations
    button = {"type": "postback", "title": "Go", "payload": "GO"}
    answers = [
        await builders.send_text_message(PSID, "Tee? Köstlich & 100 %"),
        await builders.send_button_message(PSID, "Choose", [button]),
        await builders.send_action(PSID, "typing_on"),
    ]
    assert [answer.outcome for answer in answers] == [SendOutcome.SENT] * 3
    template = {"template_type": "button", "text": "Choose", "buttons": [button]}
    assert [(one.action, one.message) for one in graph.sent] == [
        ("", {"text": "Tee? Köstlich & 100 %"}),
        ("", {"attachment": {"type": "template", "payload": template}}),
        ("typing_on", {}),
    ]
    assert [answer.message_id for answer in answers] == [one.mid for one in graph.sent]


async def test_the_token_stands_in_no_url(session: aiohttp.ClientSession, aiohttp_server: MakeServer) -> None:
    """Neither of a POST nor of a GET."""
    seen: list[str] = []

    async def note(request: web.Request) -> web.Response:
        seen.append(str(request.url))
        return web.json_response({})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    server = await aiohttp_server(application)
    bot = page_client(session, str(server.make_url("/")))
    await send(bot, "hi")
    await bot.fetch_person(PSID)
    await bot.subscribed_fields()
    await bot.subscribe_fields(["messages"])
    assert len(seen) == 4
    assert [url for url in seen if TOKEN in url or "access_token" in url] == []


async def test_a_profile_is_read(bot: MessengerClient) -> None:
    """The offset becomes a zone; the sign of Etc zones is reversed."""
    assert await bot.fetch_person(PSID) == Profile(first_name="Mia", locale="en_US", timezone="Etc/GMT-1")


async def test_a_token_stands_in_the_header_as_it_is(
    session: aiohttp.ClientSession, graph: GraphStandIn, aiohttp_server: MakeServer
) -> None:
    """Whatever its characters, except those that would end the header: what is left is an unknown token."""
    url = str((await aiohttp_server(graph.build_application())).make_url("/"))
    graph.tokens[PAGE] = "a page's token|100%"
    assert await page_client(session, url, token="a page's token|100%").fetch_person(PSID) is not None
    assert await page_client(session, url, token="a page's token|100%\r\nX: 1").fetch_person(PSID) is None


async def test_who_has_no_profile_has_an_empty_one(bot: MessengerClient) -> None:
    """2018218: a phone account."""
    assert await bot.fetch_person("999") == Profile()


async def test_a_profile_that_cannot_be_asked_for_now_is_none(
    graph: GraphStandIn, session: aiohttp.ClientSession, aiohttp_server: MakeServer
) -> None:
    """A token that is no good, a hanging platform, or none at all."""
    server = await aiohttp_server(graph.build_application())
    url = str(server.make_url("/"))
    assert await page_client(session, url, token="other").fetch_person(PSID) is None
    graph.answer_slowly(5)
    assert (await send(page_client(session, url), "hi")).outcome is SendOutcome.UNKNOWN
    nowhere = page_client(session, f"http://127.0.0.1:{unused_port()}")
    assert await nowhere.fetch_person(PSID) is None


async def test_without_connection_nothing_was_sent(session: aiohttp.ClientSession) -> None:
    """So it may be tried again at once."""
    nowhere = page_client(session, f"http://127.0.0.1:{unused_port()}")
    assert (await send(nowhere, "hi")).outcome is SendOutcome.UNREACHABLE


async def test_a_connection_lost_after_writing_leaves_it_unknown(session: aiohttp.ClientSession) -> None:
    """It may have arrived."""

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1000)
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        answer = await send(page_client(session, f"http://127.0.0.1:{port}"), "hi")
        assert answer.outcome is SendOutcome.UNKNOWN


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "{}"), (200, '{"recipient_id": "1"}'), (200, "[]"), (500, "<html>"), (400, '{"error": {"code": "x"}}')],
)
async def test_an_answer_that_is_not_the_platforms_leaves_it_unknown(
    session: aiohttp.ClientSession, aiohttp_server: MakeServer, status: int, body: str
) -> None:
    """Only an id says that a message was taken; its echo settles the others."""

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type="application/json")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    server = await aiohttp_server(application)
    bot = page_client(session, str(server.make_url("/")))
    assert (await send(bot, "hello")).outcome is SendOutcome.UNKNOWN


async def test_connections_are_kept(bot: MessengerClient, session: aiohttp.ClientSession) -> None:
    """One message after the other takes one connection."""
    for number in range(5):
        await send(bot, str(number))
    connector = session.connector
    assert connector is not None
    assert sum(len(kept) for kept in connector._conns.values()) == 1


async def test_setting_a_page_up(bot: MessengerClient, graph: GraphStandIn) -> None:
    """Get-started, greeting, and the webhook fields."""
    greeting = [{"locale": "default", "text": "Hello"}]
    await bot.set_profile({"get_started": {"payload": "START"}, "greeting": greeting})
    assert await bot.subscribed_fields() == {}
    await bot.subscribe_fields(["messages", "messaging_postbacks"])
    assert graph.profiles == {
        PAGE: {"get_started": {"payload": "START"}, "greeting": [{"locale": "default", "text": "Hello"}]}
    }
    assert list((await bot.subscribed_fields()).values()) == [("messages", "messaging_postbacks")]


async def test_a_refused_set_up_says_why(
    graph: GraphStandIn, session: aiohttp.ClientSession, aiohttp_server: MakeServer
) -> None:
    """With code and outcome, without the token."""
    server = await aiohttp_server(graph.build_application())
    bot = page_client(session, str(server.make_url("/")), token="secret token")
    why = r"POST subscribed_apps of Page 1234 was refused: status 401, code 190/0 \(token\)"
    with pytest.raises(GraphError, match=why) as told:
        await bot.subscribe_fields(["messages"])
    assert "secret token" not in str(told.value)
