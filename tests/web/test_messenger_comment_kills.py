"""kill -9 of the sender at every moment of a private reply: each comment is answered, and none twice."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohttp import web

import bot.outbound.claims
from bot.inbound.signature import AppSecrets
from bot.inbound.webhook import PATH, Webhook
from domain import private_replies
from domain.effects import SendChat, encode_posted
from domain.events import PrivateReplyDelivered
from domain.ports import Commit, Posting, Store
from domain.private_replies import PrivateReply
from service.engine.clock import system_now
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.support.messenger_world import (
    APP_SECRET,
    KEYS,
    LANE,
    PAGE,
    PSID,
    VERIFY,
    MakeServer,
    MovableTime,
    NotedTransactions,
    make_graph_stand_in,
    subscriber_name,
)
from tests.support.paths import ROOT
from tests.support.patience import PATIENCE_SECONDS
from tests.support.reply_process import MOMENTS, answer_all
from tests.support.sender_process import ECHO_WAIT_MS

KILLED = -9
ECHO_S = 0.2
SENT = ("written, no answer yet", "answered", "told")
"""Moments at which the platform has it, so that only its refusal of a second reply, or the echo, can tell."""


async def killed(moment: str, store_url: str, graph_url: str, comment: str) -> int:
    """Run a sender that is to be killed at this moment; return its exit code."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.support.reply_process",
        moment,
        store_url,
        graph_url,
        comment,
        cwd=ROOT,
    )
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await process.wait()


async def post(store: Store, comment: str) -> str:
    """Let a comment wait for its reply; return the name of its record."""
    name = KEYS.subscriber_id(PAGE, private_replies.placeholder_psid(comment))
    told = PrivateReply(flow="tea", language="", post="1_5", comment=comment)
    reply = SendChat(
        id=private_replies.write_reply_id(private_replies.reply_id_prefix(KEYS, PAGE), told),
        to="",
        comment=comment,
        text=comment,
    )
    posting = Posting(lane=LANE, item=encode_posted(reply))
    await store.commit(Commit(subscriber=name, version=0, record=b"record", outbox=(posting,)))
    return name


@pytest.mark.parametrize(("moments", "echoed"), [(MOMENTS, True), (SENT, False)], ids=["echoed", "not echoed"])
async def test_a_kill_neither_loses_nor_doubles_a_reply(
    aiohttp_server: MakeServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moments: Sequence[str], echoed: object
) -> None:
    """One reply a comment, and nothing is left of it; with the echo, it is also known who was reached."""
    monkeypatch.setattr(bot.outbound.claims, "ECHO_WAIT_MS", ECHO_WAIT_MS)
    async with embedded_server(tmp_path / "store") as place:
        store, told = await open_store(place, check_value=KEYS.check_value), NotedTransactions()
        webhook = Webhook(
            secrets=AppSecrets(APP_SECRET),
            verify_token=VERIFY,
            transact=told,
            store=store,
            keys=KEYS,
            clock=system_now,
        )
        door = web.Application()
        door.add_routes(webhook.routes())
        graph = make_graph_stand_in(
            MovableTime(), echo_to=str((await aiohttp_server(door)).make_url(PATH)) if echoed else ""
        )
        graph.postman.delay_s = ECHO_S
        graph_url = str((await aiohttp_server(graph.build_application())).make_url("/"))
        for number, moment in enumerate(moments):
            comment = f"5_{number}"
            graph.allow_private_reply(PAGE, comment, PSID)
            name = await post(store, comment)
            assert (moment, await killed(moment, place, graph_url, comment)) == (moment, KILLED)
            after = await answer_all(store, "", graph_url, comment)
            await graph.wait_until_delivered()
            assert [one.message["text"] for one in graph.sent] == [f"5_{each}" for each in range(number + 1)]
            assert (await store.load(name)).record is None
            known = {one.comment for one in (*told.events, *after.events) if isinstance(one, PrivateReplyDelivered)}
            assert (comment in known) or not echoed
            assert {who for who, _, _ in (*told.told, *after.told)} <= {subscriber_name()}
        await store.close()
