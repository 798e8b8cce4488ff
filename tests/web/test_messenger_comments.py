"""Private replies to comments on real HTTP: from the feed's webhook to the person behind the comment."""

from collections.abc import AsyncIterator

import pytest

from bot.event_ids import make_event_id
from bot.outbound.claims import ECHO_WAIT_MS
from bot.outbound.sender import ChatSender
from bot.private_replies import PrivateReplies
from domain import private_replies
from domain.effects import SendChat, encode_posted
from domain.events import Commented, PrivateReplyDelivered
from domain.ports import Claim, Commit, Posting
from domain.private_replies import PrivateReply
from domain.record import Identity
from service.stand_ins.graph_page import COMMENT
from service.stand_ins.graph_webhooks import comment_change
from tests.support.messenger_world import (
    KEYS,
    LANE,
    PAGE,
    PSID,
    START,
    MakeServer,
    MessengerDesk,
    open_desk,
    subscriber_name,
)

NAME = "77_1"
STAND_IN = KEYS.subscriber_id(PAGE, private_replies.placeholder_psid(NAME))
REPLY = SendChat(
    id=private_replies.write_reply_id(
        private_replies.reply_id_prefix(KEYS, PAGE), PrivateReply(flow="tea", language="de", post="1_5", comment=NAME)
    ),
    to="", comment=NAME, text="Hello!", good_until=START + COMMENT,
)  # fmt: skip
INVITED = PrivateReplyDelivered(
    id=make_event_id("invited", PAGE, NAME), at=START, flow="tea", post="1_5", comment=NAME, language="de"
)


@pytest.fixture
async def desk(aiohttp_server: MakeServer) -> AsyncIterator[MessengerDesk]:
    """A desk with a comment that waits to be answered."""
    async with open_desk(aiohttp_server) as open_one:
        open_one.sender = sender(open_one)
        open_one.graph.allow_private_reply(PAGE, NAME, PSID)
        posting = Posting(lane=LANE, item=encode_posted(REPLY))
        await open_one.outbox.store.commit(
            Commit(subscriber=STAND_IN, version=0, record=b"record", event_ids=("c",), outbox=(posting,))
        )
        yield open_one


def sender(desk: MessengerDesk) -> ChatSender:
    """Return a sender that tells whom private replies reached."""
    replies = PrivateReplies(store=desk.outbox.store, transact=desk.transactions, keys=KEYS, clock=desk.time)
    return desk.make_sender(private_replies=replies)


async def answer(desk: MessengerDesk, seconds: float = 0) -> list[str]:
    """Let time pass, send what waits, and return what has arrived at the person."""
    desk.time.move_seconds(seconds)
    claim: Claim | None = await desk.outbox.store.claim(LANE, STAND_IN, lease_ms=60_000)
    while claim is not None:
        claim = await desk.sender.deliver(claim)
    await desk.graph.wait_until_delivered()
    return desk.arrived_texts()


async def nothing_left(desk: MessengerDesk) -> bool:
    """Tell whether the record of the comment, and what waited for it, are gone."""
    store = desk.outbox.store
    loaded = await store.load(STAND_IN, ["c"])
    return loaded.record is None and loaded.seen == {"c"} and await store.claim(LANE, STAND_IN, lease_ms=1) is None


def told(desk: MessengerDesk) -> list[tuple[str, str, Identity | None]]:
    """Return whom private replies reached, each once, as a store that counts an event once has it."""
    reached = {
        (name, event.id, event.flow): (name, event.flow, identity)
        for name, events, identity in desk.transactions.told
        for event in events
        if isinstance(event, PrivateReplyDelivered)
    }
    return list(reached.values())


WHO = [(subscriber_name(), "tea", Identity(page=PAGE, psid=PSID))]


async def test_a_reply_goes_to_the_comment_and_tells_who_it_was(desk: MessengerDesk) -> None:
    """The person is known from then on; what stood for the comment is gone, but not that it was seen."""
    assert await answer(desk) == ["Hello!"]
    assert (told(desk), await nothing_left(desk)) == (WHO, True)
    assert desk.transactions.events[0] == INVITED
    assert desk.graph.sent[0].message == {"metadata": REPLY.id, "text": "Hello!"}


async def test_a_lost_answer_is_settled_by_its_echo(desk: MessengerDesk) -> None:
    """The connection broke after the reply had gone: its echo tells who it was, and nothing goes twice."""
    desk.graph.cut_next(delivered=True)
    assert await answer(desk) == ["Hello!"]
    assert (told(desk), await nothing_left(desk)) == (WHO, True)
    assert await answer(desk, ECHO_WAIT_MS / 1000) == ["Hello!"]


async def test_a_second_reply_is_refused_and_taken_for_sent(desk: MessengerDesk) -> None:
    """As after a kill between sending and settling, where the echo was lost too: one reply arrived, and stays one."""
    desk.graph.postman.url = ""
    desk.graph.cut_next(delivered=True)
    assert await answer(desk) == ["Hello!"]
    assert not await nothing_left(desk)
    assert await answer(desk, ECHO_WAIT_MS / 1000 + 61) == ["Hello!"]
    assert await nothing_left(desk)


async def test_a_page_at_its_limit_answers_later(desk: MessengerDesk) -> None:
    """Nothing is lost by a rate limit or a failure that passes."""
    desk.graph.fail_next("send_rate")
    assert await answer(desk) == []
    desk.graph.fail_next("send_failed")
    assert await answer(desk, 61) == []
    assert await answer(desk, 61) == ["Hello!"]
    assert (told(desk), await nothing_left(desk)) == (WHO, True)


@pytest.mark.parametrize("kind", ["not_addressable", "no_permission", "blocked", "outside_window"])
async def test_a_comment_that_cannot_be_answered_is_forgotten(desk: MessengerDesk, kind: str) -> None:
    """Removed, or its author takes no messages: no event is told, and nothing is kept."""
    desk.graph.fail_next(kind)
    assert (await answer(desk), await nothing_left(desk), desk.transactions.told) == ([], True, [])


async def test_a_comment_is_too_old_after_a_week(desk: MessengerDesk) -> None:
    """The platform would refuse it; nothing is sent."""
    assert await answer(desk, COMMENT.total_seconds()) == []
    assert ((await desk.outbox.store.load(STAND_IN)).record, desk.graph.sent) == (None, [])


async def test_only_comments_that_a_flow_answers_are_taken_in(aiohttp_server: MakeServer) -> None:
    """Of the others nothing is kept; what is delivered again is the same event."""
    async with open_desk(aiohttp_server, lambda event: "tea" in event.text) as desk:
        for comment, text in (("5_1", "tea!"), ("5_2", "nice"), ("5_1", "tea!")):
            desk.graph.deliver_webhooks(
                PAGE, comment_change(comment=comment, post="1_5", psid=PSID, at=START, text=text)
            )
        await desk.graph.wait_until_delivered()
        events = [event for event in desk.transactions.events if isinstance(event, Commented)]
        assert {event.id for event in events} == {make_event_id(PAGE, "comment", "5_1")}
        assert {one.psid for _, _, one in desk.transactions.told if one} == {"comment:5_1"}
