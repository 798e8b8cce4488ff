"""Chat messages from the outbox to the Graph stand-in, over real HTTP."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from yarl import URL

import bot.outbound.sender
from bot.graph_api.errors import ERRORS, ErrorRow, SendOutcome
from bot.graph_api.http import FormChannel
from bot.outbound.handover_gate import OPEN, GateResult
from bot.outbound.rate_limit import PAUSES, pause_remedy
from domain.effects import Button, FetchProfile, SendChat
from service.stand_ins.graph_failures import FAILURES
from tests.support.messenger_world import (
    LANE,
    PSID,
    START,
    MakeServer,
    MessengerDesk,
    chat_message,
    open_desk,
    subscriber_name,
)

NAMES = {(one.code, one.subcode): name for name, one in FAILURES.items()}


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """Return a desk whose platform echoes to a real webhook."""
    async with open_desk(aiohttp_server) as desk:
        yield desk


async def test_messages_arrive_in_order(desk: MessengerDesk) -> None:
    """One turn delivers all that waits, the typing indicator first."""
    await desk.outbox.post_items(chat_message(1, typing=True), chat_message(2), chat_message(3))
    assert await desk.deliver_after() == ["[typing_on]", "1", "2", "3"]
    assert await desk.deliver_after(3600) == ["[typing_on]", "1", "2", "3"]


async def test_everything_of_a_message_arrives(desk: MessengerDesk) -> None:
    """Quick replies, the profile's address, and the id as metadata."""
    await desk.outbox.post_items(
        replace(chat_message(1), offer_email=True, quick_replies=(Button(label="Skip", payload="SKIP"),))
    )
    await desk.deliver_after()
    (sent,) = desk.graph.messages_to(PSID)
    assert sent.message == {
        "metadata": chat_message(1).id,
        "text": "1",
        "quick_replies": [
            {"content_type": "user_email"},
            {"content_type": "text", "title": "Skip", "payload": "SKIP"},
        ],
    }


async def test_many_people_at_once_keep_their_order(desk: MessengerDesk) -> None:
    """Whoever else is served meanwhile, and whatever fails in between."""
    people = [str(number) for number in range(8000, 8020)]
    for psid in people:
        await desk.outbox.post_items(*(chat_message(number, psid=psid) for number in range(5)), psid=psid)
    desk.graph.fail_next("service_unavailable", 15)
    for _ in range(4):
        await asyncio.gather(*(desk.outbox.deliver_all(desk.sender, psid) for psid in people))
        desk.time.move_seconds(60)
    assert {tuple(desk.arrived_texts(psid)) for psid in people} == {("0", "1", "2", "3", "4")}


ENDS = {
    SendOutcome.OUTSIDE_WINDOW: "outside_window",
    SendOutcome.UNAVAILABLE: "user_unavailable",
    SendOutcome.PERMANENT: "permanent",
}
WAITS = {rule.outcome for rule in PAUSES}


@pytest.mark.parametrize("row", ERRORS, ids=lambda row: f"{row.code}/{row.subcode}")
async def test_each_row_of_the_error_table_is_acted_on(desk: MessengerDesk, row: ErrorRow) -> None:
    """What ends a message lets the next one go; what pauses the Page drops nothing; nothing is doubled."""
    desk.graph.fail_next(NAMES[row.code, row.subcode])
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    at_once = await desk.deliver_after()
    paused = desk.sender.paused_lanes(desk.time.server_ms())
    later = await desk.deliver_after(86_401)
    if row.outcome in ENDS:
        assert (at_once, later, desk.refusal_reasons) == (["2"], ["2"], [ENDS[row.outcome]])
    elif row.outcome is SendOutcome.SENT_DESPITE_ERROR:
        assert (at_once, later, desk.refusal_reasons) == (["1", "2"], ["1", "2"], [])
    else:
        assert (at_once, later, desk.refusal_reasons) == ([], ["1", "2"], [])
    assert paused == ({LANE} if row.outcome in WAITS else frozenset())


async def test_a_temporary_failure_is_tried_three_more_times(desk: MessengerDesk) -> None:
    """After 10, 20 and 40 seconds; then it counts as permanent, and the next message goes."""
    desk.graph.fail_next("send_failed", 4)
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    begun = desk.time.now
    for _ in range(120):
        await desk.deliver_after(1)
        if desk.refusal_reasons:
            break
    assert (desk.refusal_reasons, desk.arrived_texts()) == (["permanent"], ["2"])
    assert 70 <= (desk.time.now - begun).total_seconds() <= 109


async def test_a_failure_that_arrived_all_the_same_is_settled_by_its_echo(desk: MessengerDesk) -> None:
    """The platform called it failed and delivered it; it is not sent again."""
    failure = dataclasses.replace(FAILURES["send_failed"], delivered=True)
    desk.graph._unreachable["7"] = failure
    await desk.outbox.post_items(chat_message(1))
    assert await desk.deliver_after() == ["1"]
    desk.graph._unreachable.clear()
    assert await desk.deliver_after(3600) == ["1"]


async def test_a_platform_out_of_reach_loses_nothing(desk: MessengerDesk) -> None:
    """However long the network is away, the message waits with its Page, and goes when the network is back."""
    there = desk.client._send_channel
    desk.client._send_channel = FormChannel(desk.client._session, URL("http://127.0.0.1:9/v25.0/away/messages"))
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    for _ in range(20):
        await desk.deliver_after(61)
    assert (desk.refusal_reasons, desk.arrived_texts()) == ([], [])
    desk.client._send_channel = there
    assert await desk.deliver_after(61) == ["1", "2"]


async def test_a_page_waits_as_long_as_the_platform_asks(desk: MessengerDesk) -> None:
    """Two minutes by its usage header; no other message is tried meanwhile."""
    desk.graph.fail_next("business_rate")
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    await desk.outbox.post_items(chat_message(1, psid="8"), psid="8")
    assert await desk.deliver_after() == []
    assert await desk.deliver_after(60, psid="8") == []
    assert await desk.deliver_after(50) == []
    assert await desk.deliver_after(12) == ["1", "2"]
    assert await desk.deliver_after(0, psid="8") == ["1"]


async def test_an_unanswered_message_is_settled_by_its_echo(desk: MessengerDesk) -> None:
    """It arrived; the answer did not. It is not sent again."""
    desk.graph.hang_next(delivered=True)
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    assert await desk.deliver_after() == ["1"]
    assert await desk.deliver_after(1) == ["1", "2"]
    assert await desk.deliver_after(3600) == ["1", "2"]


async def test_an_unanswered_message_without_echo_goes_again_after_ten_seconds(desk: MessengerDesk) -> None:
    """Not before, since the echo might still come; and the next one waits behind it."""
    desk.graph.hang_next(delivered=False)
    await desk.outbox.post_items(chat_message(1), chat_message(2))
    assert await desk.deliver_after() == []
    assert await desk.deliver_after(9.9) == []
    assert await desk.deliver_after(0.2) == ["1", "2"]


async def test_each_unanswered_attempt_doubles_the_wait(desk: MessengerDesk) -> None:
    """A hanging platform is not flooded, and nothing is given up."""
    desk.graph.hang_next(delivered=False, times=3)
    await desk.outbox.post_items(chat_message(1))
    tried = []
    for second in range(80):
        before = len(desk.graph._losses)
        await desk.deliver_after(1)
        if len(desk.graph._losses) != before or desk.arrived_texts():
            tried.append(second)
        if desk.arrived_texts():
            break
    assert tried == [0, 10, 30, 70]


async def test_an_attempt_cut_off_by_a_crash_waits_for_its_echo(desk: MessengerDesk) -> None:
    """Another worker finds the attempt begun, and sends only when no echo came within ten seconds of it."""
    await desk.outbox.post_items(chat_message(1))
    claim = await desk.outbox.store.claim(LANE, subscriber_name(), lease_ms=1000)
    assert claim is not None
    assert await desk.outbox.store.begin(claim)
    assert await desk.deliver_after(5) == []
    assert await desk.deliver_after(4.9) == []
    assert await desk.deliver_after(0.2) == ["1"]


async def test_a_claim_taken_over_is_left_alone(desk: MessengerDesk) -> None:
    """Whoever has the newer token sends."""
    await desk.outbox.post_items(chat_message(1))
    stale = await desk.outbox.claim()
    assert stale is not None
    desk.time.move_seconds(61)
    taken = await desk.outbox.claim()
    assert await desk.sender.deliver(stale) is None
    assert desk.arrived_texts() == []
    assert taken is not None
    await desk.sender.deliver(taken)
    assert desk.arrived_texts() == ["1"]


async def test_a_message_of_a_closed_window_is_not_sent(desk: MessengerDesk) -> None:
    """It is told, and the next one goes."""
    await desk.outbox.post_items(replace(chat_message(1), good_until=START), chat_message(2))
    assert await desk.deliver_after() == ["2"]
    assert desk.refusal_reasons == ["outside_window"]


async def test_a_message_that_may_have_come_in_time_is_not_told_as_refused(desk: MessengerDesk) -> None:
    """Its window closed while its echo is under way: only when that has not come, it was refused."""
    await desk.outbox.post_items(replace(chat_message(1), good_until=START + timedelta(seconds=1)))
    claim = await desk.outbox.claim()
    assert claim is not None
    assert await desk.outbox.store.begin(claim)
    assert await desk.outbox.store.retry(claim, delay_ms=0, keep_attempt=True)
    assert (await desk.deliver_after(5), desk.refusal_reasons) == ([], [])
    assert (await desk.deliver_after(6), desk.refusal_reasons) == ([], ["outside_window"])


async def test_who_lost_the_claim_tells_of_no_refusal(desk: MessengerDesk) -> None:
    """It stood still until the window closed; another process has sent the message, so nothing must go by mail."""
    await desk.outbox.post_items(replace(chat_message(1), good_until=START + timedelta(seconds=62)))
    stale = await desk.outbox.claim()
    assert stale is not None
    assert await desk.deliver_after(61) == ["1"]
    desk.time.move_seconds(10)
    assert await desk.sender.deliver(stale) is None
    assert desk.refusal_reasons == []


async def test_a_message_over_a_limit_is_refused_loudly(desk: MessengerDesk) -> None:
    """The log names the limit and nothing of the person."""
    await desk.outbox.post_items(chat_message(1, "Mia " * 501), chat_message(2))
    with capture_logs() as logs:
        assert await desk.deliver_after() == ["2"]
    assert desk.refusal_reasons == ["permanent"]
    assert logs == [
        {
            "event": "chat_message_over_limit",
            "log_level": "error",
            "lane": LANE,
            "error": "characters of a text: 2004, the platform takes 2000 at most",
        }
    ]


async def test_the_log_of_a_refusal_names_no_person(desk: MessengerDesk) -> None:
    """Page, code and trace are enough to act."""
    desk.graph.fail_next("token")
    await desk.outbox.post_items(chat_message(1, "secret text"))
    with capture_logs() as logs:
        await desk.deliver_after()
    assert logs == [
        {
            "event": "page_paused",
            "log_level": "error",
            "lane": LANE,
            "outcome": "token",
            "status": 401,
            "code": 190,
            "subcode": 0,
            "trace": "A000000000000001",
            "strikes": 1,
            "remedy": pause_remedy(SendOutcome.TOKEN),
        }
    ]


@pytest.mark.parametrize("item", [b"", b"junk", b"\x92\xa4chat\x01"])
async def test_an_unreadable_item_blocks_nothing(desk: MessengerDesk, item: bytes) -> None:
    """It is settled as failed; what follows it goes."""
    await desk.outbox.post_raw(item)
    await desk.outbox.post_items(FetchProfile(id="p"), chat_message(1))
    assert await desk.deliver_after() == ["1"]


async def test_a_slow_typing_indicator_holds_nothing_up(desk: MessengerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message goes though the platform is slow to show the dots."""
    monkeypatch.setattr(bot.outbound.sender, "TYPING_S", 0.02)
    desk.graph.answer_slowly(0.1)
    await desk.outbox.post_items(chat_message(1, typing=True), chat_message(2))
    assert [one for one in await desk.deliver_after() if one != "[typing_on]"] == ["1", "2"]


async def test_a_person_who_left_is_told_once(desk: MessengerDesk) -> None:
    """Telling it again after a crash has the same id."""
    desk.graph.fail_next("blocked", 2)
    await desk.outbox.post_items(chat_message(1))
    claim = await desk.outbox.claim()
    assert claim is not None
    await desk.sender.deliver(claim)
    await desk.outbox.post_items(chat_message(1))
    await desk.deliver_after(61)
    first, again = desk.transactions.events
    assert (first.id, desk.refusal_reasons) == (again.id, ["user_unavailable"] * 2)
    assert {name for name, _, _ in desk.transactions.told} == {subscriber_name()}


async def test_another_process_keeps_the_pause(desk: MessengerDesk) -> None:
    """It learns of it with its next refresh."""
    desk.graph.fail_next("app_rate")
    await desk.outbox.post_items(chat_message(1))
    await desk.deliver_after()
    other = desk.make_sender()
    assert other.paused_lanes(desk.time.server_ms()) == frozenset()
    await other.refresh_pauses()
    assert other.paused_lanes(desk.time.server_ms()) == {LANE}


async def test_a_message_that_the_gate_stops_is_not_sent(desk: MessengerDesk) -> None:
    """The flow is told, and what comes after it goes on."""
    first, second = chat_message(1), chat_message(2)

    async def gate(name: str, one: SendChat, *, fresh: bool = False) -> GateResult:
        assert not fresh
        return GateResult(silenced=(name, one.id) == (subscriber_name(), first.id))

    desk.sender = desk.make_sender(gate=gate)
    await desk.outbox.post_items(first, second)
    assert (await desk.deliver_after(), desk.refusal_reasons) == (["2"], ["silenced"])


@pytest.mark.parametrize(
    ("spoken", "heard", "told"), [(True, ["[typing_on]"], ["silenced"]), (False, ["[typing_on]", "1"], [])]
)
async def test_the_gate_reads_the_store_when_the_record_has_changed(
    desk: MessengerDesk,
    spoken: bool,  # noqa: FBT001  as parametrised
    heard: list[str],
    told: list[str],
) -> None:
    """An attempt begins only on the version that the gate looked at: an agent who joined a moment ago counts."""
    looks: list[bool] = []

    async def gate(_name: str, _one: SendChat, *, fresh: bool = False) -> GateResult:
        looks.append(fresh)
        return (GateResult(silenced=True) if spoken else OPEN) if fresh else GateResult(silenced=False, version=7)

    desk.sender = desk.make_sender(gate=gate)
    await desk.outbox.post_items(chat_message(1, typing=True))
    assert (await desk.deliver_after(), desk.refusal_reasons, looks) == (heard, told, [False, True])


async def test_the_gate_is_asked_again_once_the_store_was_met_anew(desk: MessengerDesk) -> None:
    """After a failover that lost writes, a version may be that of another record: of one that an agent holds."""
    looks: list[bool] = []

    async def gate(_name: str, _one: SendChat, *, fresh: bool = False) -> GateResult:
        looks.append(fresh)
        return GateResult(silenced=fresh, version=0, met=desk.outbox.store.meetings - (not fresh))

    desk.outbox.store.meetings = 1
    desk.sender = desk.make_sender(gate=gate)
    await desk.outbox.post_items(chat_message(1))
    assert (await desk.deliver_after(), desk.refusal_reasons, looks) == ([], ["silenced"], [False, True])
