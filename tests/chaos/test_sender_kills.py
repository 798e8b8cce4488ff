"""kill -9 of the sender at every moment of a send: nothing is lost, and where the echo arrives nothing comes twice.

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
from service.runtime.app import listening
from service.stand_ins.graph_api import GraphStandIn
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.messenger_world import APP_SECRET, KEYS, LANE, VERIFY, Time, Transactions, chat, stand_in, subscriber
from tests.support.paths import ROOT
from tests.support.sender_process import ECHO_WAIT_MS, MOMENTS, WAITS, send_all

pytestmark = pytest.mark.chaos

KILLED = -9
MESSAGES = 2
ECHO_S = 0.4
"""How long an echo is on its way: longer than the dead process's lease, so that it must be waited for."""
AT_ONCE = 3
"""Moments that are tried at a time, each with a store and a platform of its own."""
PART = 12
"""Of the kills asked for, each moment has one in so many."""
CUP = Media(kind="image", url="https://example.com/cup.jpg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row of the table."""

    moment: str
    media: Media | None = None
    echoed: bool = True

    def __str__(self) -> str:
        """Say when it dies."""
        return self.moment + (", a picture" if self.media else "") + ("" if self.echoed else ", and no echo ever comes")


NO_ECHO = Case(moment="written, no answer yet", echoed=False)
"""Nobody can know whether this arrived: it is sent again, once."""
CASES = (*(Case(moment=one) for one in MOMENTS), Case(moment="written, no answer yet", media=CUP), NO_ECHO)


async def test_a_kill_loses_and_doubles_nothing(tmp_path: Path, kills: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each moment of a first message its process dies; another one sends what is left, in order."""
    monkeypatch.setattr(bot.outbound.claims, "ECHO_WAIT_MS", ECHO_WAIT_MS)
    room, each = asyncio.Semaphore(AT_ONCE), max(1, kills // PART)

    async def tried(number: int, case: Case) -> Counter[str]:
        async with room, asyncio.timeout(60 + 20 * each):
            return await _tried(tmp_path / str(number), case, each)

    counts = await asyncio.gather(*(tried(number, case) for number, case in enumerate(CASES)))
    rows = zip(CASES, counts, strict=True)
    lines = [f"{case!s:52} " + ", ".join(f"{name} {one[name]}" for name in COUNTED) for case, one in rows]
    print("", *lines, sep="\n")  # noqa: T201  the figures are the result
    whole = {"kills": each, "messages": MESSAGES * each, "lost": 0, "doubled": 0, "out of order": 0}
    expected = [whole | {"doubled": 0 if case.echoed else each} for case in CASES]
    assert [{name: one[name] for name in COUNTED} for one in counts] == expected


COUNTED = ("kills", "messages", "lost", "doubled", "out of order")


async def _tried(folder: Path, case: Case, kills: int) -> Counter[str]:
    async with AsyncExitStack() as stack:
        place = await stack.enter_async_context(embedded_server(folder / "store"))
        store = await open_store(place, check_value=KEYS.check_value)
        stack.push_async_callback(store.close)
        graph, graph_url = await _platform(stack, store, case)
        counts: Counter[str] = Counter()
        for number in range(kills):
            messages = [_message(MESSAGES * number + later, case.media) for later in range(MESSAGES)]
            before = len(_arrived(graph))
            await _post(store, messages)
            if case.moment in WAITS:
                graph.hang_next(delivered=True)
            assert await _run(case.moment, place, graph_url) == KILLED
            await send_all(store, "", graph_url)
            counts["kills"] += 1
            _count(counts, [one.id for one in messages], _arrived(graph)[before:])
        await graph.settled()
        return counts


def _count(counts: Counter[str], sent: list[str], arrived: list[str]) -> None:
    once = list(dict.fromkeys(arrived))
    counts["messages"] += len(sent)
    counts["lost"] += len(set(sent) - set(once))
    counts["doubled"] += len(arrived) - len(once)
    counts["out of order"] += once != [one for one in sent if one in once]


def _arrived(graph: GraphStandIn) -> list[str]:
    return [str(one.message["metadata"]) for one in graph.sent if one.message]


async def _run(moment: str, store_url: str, graph_url: str) -> int:
    """Run a sender that is to be killed at this moment; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.support.sender_process", moment, store_url, graph_url,
        cwd=ROOT,
    )  # fmt: skip
    async with asyncio.timeout(30):
        return await process.wait()


async def _post(store: Store, messages: list[SendChat]) -> None:
    """Put messages into the person's list."""
    name = subscriber()
    version = (await store.load(name)).version
    postings = tuple(Posting(lane=LANE, item=encode_posted(one)) for one in messages)
    await store.commit(Commit(subscriber=name, version=version, record=b"record", outbox=postings))


async def _platform(stack: AsyncExitStack, store: Store, case: Case) -> tuple[GraphStandIn, str]:
    """Start a platform that echoes, if it does, to a webhook on the same store."""
    time = Time()
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET), verify_token=VERIFY, transact=Transactions(), store=store, keys=KEYS, clock=time
    )
    door = web.Application()
    door.add_routes(webhook.routes())
    url = await stack.enter_async_context(listening(door, "127.0.0.1", 0))
    graph = stand_in(time, echo_to=url + PATH if case.echoed else "")
    graph.postman.delay_s = ECHO_S
    return graph, await stack.enter_async_context(listening(graph.application(), "127.0.0.1", 0)) + "/"


def _message(number: int, media: Media | None) -> SendChat:
    text = chat(number, typing=True)
    return SendChat(id=text.id, to=text.to, text=text.text, typing=True, media=media)
