"""kill -9 of the sender at every moment of a send: nothing is lost, and where the echo arrives nothing comes twice."""

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp import web

import bot.sender
from bot.signature import AppSecrets
from bot.webhook import PATH, Webhook
from service.demo.graph import GraphStandIn
from store.embedded import embedded_server
from store.valkey import open_store
from subscribers.effects import Media, SendChat, encode_posted
from subscribers.ports import Commit, Posting, Store
from tests.web.messenger import (
    APP_SECRET,
    KEYS,
    LANE,
    VERIFY,
    MakeServer,
    Time,
    Transactions,
    chat,
    stand_in,
    subscriber,
)
from tests.web.sender_process import ECHO_WAIT_MS, MOMENTS, send_all

KILLED = -9
UNANSWERED = "written, no answer yet"
MESSAGES = 2
ECHO_S = 0.4
"""How long an echo is on its way: longer than the dead process's lease, so that it must be waited for."""
CUP = Media(kind="image", url="https://example.com/cup.jpg")
KILLS: list[tuple[str, Media | None]] = [*((moment, None) for moment in MOMENTS), (UNANSWERED, CUP)]
"""Every moment with a text; the one that only an echo can settle with a picture, too."""


async def run(moment: str, store_url: str, graph_url: str) -> int:
    """Run a sender that is to be killed at this moment; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.web.sender_process", moment, store_url, graph_url,
        cwd=Path(__file__).parents[2],
    )
    async with asyncio.timeout(30):
        return await process.wait()


async def post(store: Store, messages: list[SendChat]) -> None:
    """Put messages into the person's list."""
    name = subscriber()
    version = (await store.load(name)).version
    postings = tuple(Posting(lane=LANE, item=encode_posted(one)) for one in messages)
    await store.commit(Commit(subscriber=name, version=version, record=b"record", outbox=postings))


async def test_a_kill_loses_and_doubles_nothing(
    aiohttp_server: MakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each moment of a first message its process dies; another one sends what is left, in order."""
    monkeypatch.setattr(bot.sender, "ECHO_WAIT_MS", ECHO_WAIT_MS)
    async with embedded_server(tmp_path / "store") as place:
        store = await open_store(place, check_value=KEYS.check_value)
        graph, graph_url = await _platform(aiohttp_server, store)
        graph.postman.delay_s = ECHO_S
        expected: list[str] = []
        for number, (moment, media) in enumerate(KILLS):
            messages = [_message(10 * number + following, media) for following in range(MESSAGES)]
            await post(store, messages)
            if moment == UNANSWERED:
                graph.hang_next(delivered=True)
            assert (moment, await run(moment, place, graph_url)) == (moment, KILLED)
            await send_all(store, "", graph_url)
            expected += [one.id for one in messages]
            assert [str(one.message["metadata"]) for one in graph.sent if one.message] == expected
        await graph.settled()
        await store.close()


async def _platform(aiohttp_server: MakeServer, store: Store) -> tuple[GraphStandIn, str]:
    """Start a platform that echoes to a webhook on the same store."""
    time = Time()
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET), verify_token=VERIFY, transact=Transactions(), store=store, keys=KEYS, clock=time
    )
    door = web.Application()
    door.add_routes(webhook.routes())
    server = await aiohttp_server(door)
    graph = stand_in(time, echo_to=str(server.make_url(PATH)))
    platform = await aiohttp_server(graph.application())
    return graph, str(platform.make_url("/"))


def _message(number: int, media: Media | None) -> SendChat:
    text = chat(number, typing=True)
    return SendChat(id=text.id, to=text.to, text=text.text, typing=True, media=media)
