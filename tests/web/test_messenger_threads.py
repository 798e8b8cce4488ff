"""Threads passed to the Page inbox and taken back, in their place among the messages, over HTTP to the stand-in."""

from collections.abc import AsyncIterator

import pytest

from bot.thread_control import INBOX
from domain.effects import MoveThread
from tests.support.messenger_world import PAGE, PSID, Desk, MakeServer, chat, open_desk, subscriber

PASS = MoveThread(id="t1", to=PSID, action="pass")
TAKE = MoveThread(id="t2", to=PSID, action="take")


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[Desk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


async def test_a_thread_is_passed_after_what_was_said_before(desk: Desk) -> None:
    """Then nothing of ours gets in, until it is taken back."""
    await desk.outbox.post(chat(1), PASS)
    await desk.turn()
    assert (desk.arrived(), desk.graph.pages[PAGE].passed) == (["1"], {PSID: INBOX})
    await desk.outbox.post(chat(2), TAKE, chat(3))
    await desk.turn(60)
    assert (desk.arrived(), desk.graph.pages[PAGE].passed) == (["1", "3"], {})
    assert desk.refusals == ["permanent"]


@pytest.mark.parametrize("failure", ["service_unavailable", "page_rate", "token"])
async def test_what_is_temporary_is_waited_for(desk: Desk, failure: str) -> None:
    """Order is kept: what follows in the lane waits too."""
    desk.graph.fail_next(failure, edge="pass_thread_control")
    await desk.outbox.post(PASS, TAKE, chat(1))
    assert await desk.turn() == []
    for _ in range(4):
        await desk.turn(30)
    assert (desk.arrived(), desk.graph.pages[PAGE].passed) == (["1"], {})


async def test_what_is_refused_for_good_holds_nothing_up(desk: Desk) -> None:
    """Without routing the platform refuses: it is let be, and nobody is told that a message was refused."""
    desk.graph.fail_next("no_permission", edge="pass_thread_control")
    await desk.outbox.post(PASS, chat(1))
    await desk.turn()
    assert (desk.arrived(), desk.refusals) == (["1"], [])
    assert await desk.outbox.store.waiting(f"chat:{PAGE}", subscriber()) == 0
