"""The load generator and the stand-in that the bench rests on."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bench import load, processes, stand_in, traffic
from bench.graph import fetch_report


@pytest.fixture
async def graph() -> AsyncIterator[tuple[int, stand_in.ReplyCounter]]:
    """Serve a Graph stand-in; yield its port and what it took."""
    inbox = stand_in.ReplyCounter()
    server = await asyncio.get_running_loop().create_server(lambda: stand_in.StandInConnection(inbox), "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], inbox


async def test_every_request_is_sent_once_and_its_answer_counted(graph: tuple[int, stand_in.ReplyCounter]) -> None:
    """Lanes that run dry end the run, with an answer for each of their requests."""
    port, inbox = graph
    lanes = traffic.build_lanes(traffic.ChattingCrowd(connections=4, messages=400), traffic.messenger_requests())

    result = await load.send_at_full_rate(port, lanes, seconds=30, warm_up=0)

    assert (len(result.latencies), result.failed, result.answered, inbox.count) == (400, 0, 400, 400)
    assert 0 < result.latency_percentile(50) <= result.latency_percentile(99) <= result.latency_percentile(100)


async def test_a_paced_run_keeps_its_rate(graph: tuple[int, stand_in.ReplyCounter]) -> None:
    """200 requests at 1,000 a second take a fifth of a second or, on a busy machine, longer; never less."""
    port, _ = graph
    lanes = traffic.build_lanes(traffic.ChattingCrowd(connections=8, messages=200), traffic.messenger_requests())

    result = await load.send_at_pace(port, lanes, rate=1000, seconds=30, warm_up=0)

    assert result.answered == 200
    assert result.rate < 1100


async def test_typing_is_no_message(graph: tuple[int, stand_in.ReplyCounter]) -> None:
    """The stand-in counts what a person would read, and tells the newest."""
    port, _ = graph
    typing, text = b'{"sender_action":"typing_on"}', b'{"message":{"text":"Hi!"}}'
    lanes = [[traffic.http_request("/v25.0/1/messages", body, {}) for body in (typing, text, typing)]]

    await load.send_at_full_rate(port, lanes, seconds=5, warm_up=0)

    told = await fetch_report(port)
    assert (told.messages, told.actions, len(told.times)) == (1, 2, 1)
    assert await processes.fetch_body(port, "/last") == text


def test_a_subscriber_keeps_to_one_lane_in_order() -> None:
    """All texts of a person go through one connection, one after another, each with an id of its own."""
    lanes = traffic.build_lanes(
        traffic.ChattingCrowd(connections=2, messages=12, first=5), traffic.messenger_requests()
    )

    events = [
        [json.loads(request.partition(b"\r\n\r\n")[2])["entry"][0]["messaging"][0] for request in lane]
        for lane in lanes
    ]

    mids = [[event["message"]["mid"] for event in lane] for lane in events]
    assert mids == [
        ["m_5.0", "m_5.1", "m_5.2", "m_5.3", "m_7.0", "m_7.1", "m_7.2", "m_7.3"],
        ["m_6.0", "m_6.1", "m_6.2", "m_6.3"],
    ]
    assert events[1][3]["message"]["text"] == "mia.6@example.com"
