"""Rate headers, Page-wide pauses and the platform's policy, from the outbox to the Graph stand-in."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from bot.graph_api.errors import SendOutcome
from bot.outbound import rate_limit
from bot.outbound.rate_limit import pause_remedy
from service.stand_ins.graph_webhooks import policy_item
from tests.support.messenger_world import LANE, PAGE, TOKEN, MakeServer, MessengerDesk, chat_message, open_desk


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


async def test_a_page_near_its_limit_sends_less(desk: MessengerDesk) -> None:
    """At 90 % half the rate; below 80 % all of it again."""
    bucket = desk.sender._rate_limiter._buckets[LANE]
    whole = bucket._gap
    gaps = []
    for number, percent in enumerate((79, 90, 99, 10)):
        desk.graph.report_usage(percent)
        await desk.outbox.post_items(chat_message(number))
        await desk.deliver_after()
        gaps.append(round(bucket._gap / whole))
    assert gaps == [1, 2, 20, 1]
    assert len(desk.arrived_texts()) == 4


async def test_a_page_at_its_limit_waits_before_it_is_refused(desk: MessengerDesk) -> None:
    """For as long as the platform says with the answer of a message that went."""
    desk.graph.report_usage(100, minutes=3)
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    with capture_logs() as logs:
        assert await desk.deliver_after() == ["1"]
    assert [(line["event"], line["remedy"]) for line in logs] == [("page_at_its_limit", pause_remedy(SendOutcome.RATE))]
    desk.graph.report_usage(0)
    assert await desk.deliver_after(179) == ["1"]
    assert await desk.deliver_after(2) == ["1", "2"]


async def test_a_platform_that_counts_loses_nothing(desk: MessengerDesk) -> None:
    """What it refuses as too much goes when the Page goes on."""
    desk.graph.limit_rate(3)
    await desk.outbox.post_items(*(chat_message(number) for number in range(5)))
    assert await desk.deliver_after() == ["0", "1", "2"]
    desk.graph.limit_rate(0)
    assert await desk.deliver_after(31) == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("kind", ["token", "abuse"])
async def test_a_circuit_opens_for_the_whole_page(desk: MessengerDesk, kind: str) -> None:
    """One refusal stops everybody's messages; the metric says until when, the log what to do."""
    desk.graph.fail_next(kind)
    await desk.outbox.post_items(chat_message(1))
    await desk.outbox.post_items(chat_message(1, psid="8"), psid="8")
    with capture_logs() as logs:
        await desk.deliver_after()
    assert await desk.deliver_after(0, "8") == []
    assert desk.sender.paused_lanes(desk.time.server_ms()) == {LANE}
    until = REGISTRY.get_sample_value("doorstep_page_paused_until", {"lane": LANE})
    assert until is not None
    assert until > desk.time.server_ms() / 1000
    assert [(line["event"], line["remedy"]) for line in logs] == [("page_paused", pause_remedy(SendOutcome(kind)))]


async def test_a_new_token_ends_the_wait_for_one(desk: MessengerDesk) -> None:
    """Without a restart, and at once; a pause for something else stays."""
    desk.graph.tokens[PAGE] = "new token"
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    assert await desk.deliver_after() == []
    assert desk.client.renew_token("new token", "app secret")
    assert not desk.client.renew_token("new token", "app secret")
    await desk.sender.resume_page(PAGE)
    assert desk.sender.paused_lanes(desk.time.server_ms()) == frozenset()
    assert await desk.deliver_after(30) == ["1", "2"]
    desk.graph.fail_next("abuse")
    await desk.outbox.post_items(chat_message(3))
    await desk.deliver_after()
    await desk.sender.resume_page(PAGE)
    assert desk.sender.paused_lanes(desk.time.server_ms()) == {LANE}
    assert desk.client.access_token != TOKEN


async def test_a_blocked_page_sends_nothing_until_it_is_unblocked(desk: MessengerDesk) -> None:
    """However long that takes: the webhook says so, and every sender keeps to it."""
    desk.graph.postman.enqueue_items(PAGE, policy_item(page=PAGE, at=desk.time.now, action="block", reason="spam"))
    await desk.graph.wait_until_delivered()
    await desk.sender.refresh_pauses()
    await desk.outbox.post_items(chat_message(1))
    assert await desk.deliver_after() == []
    assert await desk.deliver_after(86_400 * 30) == []
    assert desk.sender.paused_lanes(desk.time.server_ms()) == {LANE}
    desk.graph.postman.enqueue_items(PAGE, policy_item(page=PAGE, at=desk.time.now, action="unblock"))
    await desk.graph.wait_until_delivered()
    await desk.sender.refresh_pauses()
    assert await desk.deliver_after(rate_limit.PUT_BACK_MS / 1000) == ["1"]


async def test_an_unblock_ends_no_other_pause(desk: MessengerDesk) -> None:
    """A Page that waits for a token still does."""
    desk.graph.fail_next("token")
    await desk.outbox.post_items(chat_message(1))
    await desk.deliver_after()
    await rate_limit.unblock_page(desk.outbox.store, PAGE)
    await desk.sender.refresh_pauses()
    assert desk.sender.paused_lanes(desk.time.server_ms()) == {LANE}
