"""Threads passed to the Page inbox and taken back, in their place among the messages, over HTTP to the stand-in."""

from collections.abc import AsyncIterator

import pytest

from bot.thread_control import INBOX_APP_ID
from domain.effects import MoveThread
from tests.support.messenger_world import (
    PAGE,
    PSID,
    MakeServer,
    MessengerDesk,
    chat_message,
    open_desk,
    subscriber_name,
)

PASS = MoveThread(id="t1", to=PSID, action="pass")
TAKE = MoveThread(id="t2", to=PSID, action="take")


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


async def test_a_thread_is_passed_after_what_was_said_before(desk: MessengerDesk) -> None:
    """Then nothing of ours gets in, until it is taken back."""
    await desk.outbox.post_items(chat_message(1), PASS)
    await desk.deliver_after()
    assert (desk.arrived_texts(), desk.graph.pages[PAGE].passed) == (["1"], {PSID: INBOX_APP_ID})
    await desk.outbox.post_items(chat_message(2), TAKE, chat_message(3))
    await desk.deliver_after(60)
    assert (desk.arrived_texts(), desk.graph.pages[PAGE].passed) == (["1", "3"], {})
    assert desk.refusal_reasons == ["permanent"]


@pytest.mark.parametrize("failure", ["service_unavailable", "page_rate", "token"])
async def test_what_is_temporary_is_waited_for(desk: MessengerDesk, failure: str) -> None:
    """Order is kept: what follows in the lane waits too."""
    desk.graph.fail_next(failure, edge="pass_thread_control")
    await desk.outbox.post_items(PASS, TAKE, chat_message(1))
    assert await desk.deliver_after() == []
    for _ in range(4):
        await desk.deliver_after(30)
    assert (desk.arrived_texts(), desk.graph.pages[PAGE].passed) == (["1"], {})


async def test_what_is_refused_for_good_holds_nothing_up(desk: MessengerDesk) -> None:
    """Without routing the platform refuses: it is settled, and no flow is told of a refused message."""
    desk.graph.fail_next("no_permission", edge="pass_thread_control")
    await desk.outbox.post_items(PASS, chat_message(1))
    await desk.deliver_after()
    assert (desk.arrived_texts(), desk.refusal_reasons) == (["1"], [])
    assert await desk.outbox.store.count_waiting(f"chat:{PAGE}", subscriber_name()) == 0
