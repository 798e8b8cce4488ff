"""kill -9 of the sender at every moment of a send: nothing is lost, and where the echo arrives nothing is doubled.

The long form is ``make chaos``: twenty kills at each moment.
"""

import asyncio
import sys
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiohttp import web

import bot.outbound.claims
from bot.inbound.signature import AppSecrets
from bot.inbound.webhook import PATH, Webhook
from domain.effects import Media, SendChat, encode_posted
from domain.ports import Commit, Posting, Store
from service.runtime.web_app import listen_at
from service.stand_ins.graph_api import GraphStandIn
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.messenger_world import (
    APP_SECRET,
    KEYS,
    LANE,
    VERIFY,
    MovableTime,
    NotedTransactions,
    chat_message,
    make_graph_stand_in,
    subscriber_name,
)
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_SECONDS
from tests.support.sender_process import ECHO_WAIT_MS, MOMENTS, WAITS, send_all

pytestmark = pytest.mark.chaos

KILLED = -9
MESSAGES = 2
ECHO_S = 0.4
"""How long an echo is on its way: longer than the dead process's lease, so that it must be waited for."""
AT_ONCE = 3
"""Moments that are tried at a time, each with a store and a platform of its own."""
PART = 12
"""Each moment gets this fraction (1/12) of the kills that are asked for."""
CUP = Media(kind="image", url="https://example.com/cup.jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class KillCase:
    """One row of the table: when the sender is killed, what it sends, and whether the echo arrives."""

    moment: str
    media: Media | None = None
    echoed: bool = True

    def __str__(self) -> str:
        """Return a description of the case."""
        return self.moment + (", a picture" if self.media else "") + ("" if self.echoed else ", and no echo ever comes")


NO_ECHO = KillCase(moment="written, no answer yet", echoed=False)
"""Without an answer or an echo it is unknown whether this arrived, so it is sent again, once."""
CASES = (
    *(KillCase(moment=moment) for moment in MOMENTS),
    KillCase(moment="written, no answer yet", media=CUP),
    NO_ECHO,
)


async def test_a_kill_loses_and_doubles_nothing(tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each moment of a first message its process dies; another one sends what is left, in order."""
    monkeypatch.setattr(bot.outbound.claims, "ECHO_WAIT_MS", ECHO_WAIT_MS)
    room, each = asyncio.Semaphore(AT_ONCE), max(1, kills // PART)

    async def try_in_turn(number: int, case: KillCase) -> Counter[str]:
        async with room, asyncio.timeout(60 + 20 * each):
            return await _try_case(tmp_path / str(number), case, each)

    counts = await asyncio.gather(*(try_in_turn(number, case) for number, case in enumerate(CASES)))
    rows = zip(CASES, counts, strict=True)
    lines = [f"{case!s:52} " + ", ".join(f"{name} {one[name]}" for name in COUNTED) for case, one in rows]
    print("", *lines, sep="\n")  # noqa: T201  the figures are the result
    whole = {"kills": each, "messages": MESSAGES * each, "lost": 0, "doubled": 0, "out of order": 0}
    expected = [whole | {"doubled": 0 if case.echoed else each} for case in CASES]
    assert [{name: count[name] for name in COUNTED} for count in counts] == expected


COUNTED = ("kills", "messages", "lost", "doubled", "out of order")


async def _try_case(folder: Path, case: KillCase, kills: int) -> Counter[str]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(embedded_server(folder / "store"))
        store = await open_store(place, check_value=KEYS.check_value)
        stack.push_async_callback(store.close)
        graph, graph_url = await _start_platform(stack, store, case)
        counts: Counter[str] = Counter()
        for number in range(kills):
            messages = [_build_message(MESSAGES * number + later, case.media) for later in range(MESSAGES)]
            before = len(_arrived_ids(graph))
            await _post_messages(store, messages)
            if case.moment in WAITS:
                graph.hang_next(delivered=True)
            assert await _run_sender(case.moment, place, graph_url) == KILLED
            await send_all(store, "", graph_url)
            counts["kills"] += 1
            _count_arrived(counts, [message.id for message in messages], _arrived_ids(graph)[before:])
        await graph.wait_until_delivered()
        return counts


def _count_arrived(counts: Counter[str], sent: list[str], arrived: list[str]) -> None:
    once = list(dict.fromkeys(arrived))
    counts["messages"] += len(sent)
    counts["lost"] += len(set(sent) - set(once))
    counts["doubled"] += len(arrived) - len(once)
    counts["out of order"] += once != [one for one in sent if one in once]


def _arrived_ids(graph: GraphStandIn) -> list[str]:
    return [str(delivered.message["metadata"]) for delivered in graph.sent if delivered.message]


async def _run_sender(moment: str, store_url: str, graph_url: str) -> int:
    """Run a sender that is to be killed at this moment; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.sender_process", moment, store_url, graph_url,
        cwd=ROOT,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await process.wait()


async def _post_messages(store: Store, messages: list[SendChat]) -> None:
    """Put messages into the person's list."""
    name = subscriber_name()
    version = (await store.load(name)).version
    postings = tuple(Posting(lane=LANE, item=encode_posted(message)) for message in messages)
    await store.commit(Commit(subscriber=name, version=version, record=b"record", outbox=postings))


async def _start_platform(stack: AsyncExitStack, store: Store, case: KillCase) -> tuple[GraphStandIn, str]:
    """Start a platform that posts its echoes to a webhook on the same store, unless the case has none."""
    time = MovableTime()
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET),
        verify_token=VERIFY,
        transact=NotedTransactions(),
        store=store,
        keys=KEYS,
        clock=time,
    )
    door = web.Application()
    door.add_routes(webhook.routes())
    url = await stack.enter_async_context(listen_at(door, "127.0.0.1", 0))
    graph = make_graph_stand_in(time, echo_to=url + PATH if case.echoed else "")
    graph.postman.delay_s = ECHO_S
    return graph, await stack.enter_async_context(listen_at(graph.build_application(), "127.0.0.1", 0)) + "/"


def _build_message(number: int, media: Media | None) -> SendChat:
    text = chat_message(number, typing=True)
    return SendChat(id=text.id, to=text.to, text=text.text, typing=True, media=media)
