"""The webhook over real HTTP: every status, and what is told to whom."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from io import BytesIO

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

import bot.inbound.webhook
from bot.inbound.own_app import OwnApp
from bot.inbound.signature import AppSecrets, sign_body
from bot.inbound.webhook import MOST_BYTES, PATH, Webhook
from bot.thread_control import INBOX_APP_ID
from domain.effects import SendChat, decode_posted
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, Message, Postback, ThreadControlChanged
from domain.ports import Claim, StoreAwayError, Transacted
from domain.private_replies import reply_id_prefix
from domain.record import Identity
from service.stand_ins.graph_webhooks import (
    control_item,
    echo_item,
    message_item,
    message_payload,
    policy_item,
    postback_payload,
    write_batch,
    write_body,
)
from tests.support.memory_store.store import MemoryStore
from tests.support.messenger_world import (
    APP_SECRET,
    KEYS,
    PAGE,
    PSID,
    START,
    VERIFY,
    MovableTime,
    NotedTransactions,
    Outbox,
    chat_message,
    subscriber_name,
)
from tests.support.patience import PATIENCE_SECONDS
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application | TestServer], Awaitable[Client]]


class Door:
    """A webhook with a client that talks to it."""

    def __init__(self) -> None:
        """Build the webhook."""
        self.time = MovableTime()
        self.outbox = Outbox(self.time)
        self.transactions = NotedTransactions()
        self.client: Client
        self.webhook = Webhook(
            secrets=AppSecrets([APP_SECRET, "older secret"]),
            verify_token=VERIFY,
            transact=self.transactions,
            store=self.outbox.store,
            keys=KEYS,
            clock=self.time,
        )

    async def post(self, body: bytes, signature: str | None = None, **headers: str) -> tuple[int, str]:
        """Post a body, signed unless a signature is given; return status and text."""
        header = sign_body(body, APP_SECRET) if signature is None else signature
        signed = {"X-Hub-Signature-256": header} if header else {}
        async with self.client.post(PATH, data=BytesIO(body), headers={**signed, **headers}) as answer:
            return answer.status, await answer.text()


@pytest.fixture
async def door(aiohttp_client: MakeClient) -> Door:
    """Return a door that listens on 127.0.0.1."""
    door = Door()
    application = web.Application()
    application.add_routes(door.webhook.routes())
    door.client = await aiohttp_client(await serve_app(application))
    return door


HELLO = message_payload(page=PAGE, psid=PSID, mid="m1", at=START, text="büro@example.com / hi")


@pytest.mark.parametrize("challenge", ["1158201444", "007", "a<b&c ä", ""])
async def test_the_handshake_echoes_the_challenge_as_it_is(door: Door, challenge: str) -> None:
    """It is a text, not a number, and not HTML."""
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": challenge}
    async with door.client.get(PATH, params=query) as answer:
        assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", challenge)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"hub.mode": "subscribe"},
        {"hub.mode": "subscribe", "hub.verify_token": "no"},
        {"hub.mode": "unsubscribe", "hub.verify_token": VERIFY},
        {"hub.mode": "subscribe", "hub.verify_token": "ä"},
    ],
)
async def test_a_wrong_handshake_is_forbidden(door: Door, query: dict[str, str]) -> None:
    """Only who knows the token is answered."""
    async with door.client.get(PATH, params={**query, "hub.challenge": "1"}) as answer:
        assert (answer.status, await answer.text()) == (403, "")


async def test_a_message_is_told_with_its_sender(door: Door) -> None:
    """The platform's escaped body arrives as typed, with the identity that may create a record."""
    assert await door.post(HELLO) == (200, "")
    ((name, events, identity),) = door.transactions.told
    assert (name, identity) == (subscriber_name(), Identity(page=PAGE, psid=PSID))
    assert events == [Message(id=events[0].id, at=START, mid="m1", text="büro@example.com / hi")]


async def test_a_tap_is_told_with_its_link(door: Door) -> None:
    """Get-started carries the ref of the link that was followed."""
    body = postback_payload(page=PAGE, psid=PSID, mid="m1", at=START, payload="START", title="Go", ref="spring")
    assert await door.post(body) == (200, "")
    (event,) = door.transactions.events
    entry = EntryPoint(ref="spring", source="SHORTLINK")
    assert event == Postback(id=event.id, at=START, mid="m1", payload="START", title="Go", entry=entry)


async def test_an_older_secret_still_fits(door: Door) -> None:
    """While the app secret is changed, both are good."""
    assert await door.post(HELLO, sign_body(HELLO, "older secret")) == (200, "")


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha1=00", sign_body(HELLO, "wrong"), sign_body(b"other", APP_SECRET)]
)
async def test_what_is_not_signed_by_the_platform_is_forbidden(door: Door, signature: str) -> None:
    """Nothing is told, nothing is answered."""
    assert await door.post(HELLO, signature) == (403, "")
    assert door.transactions.told == []


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"hello", "the body is not JSON"),
        (b"", "the body is not JSON"),
        (b"[]", "the body is JSON, but no object"),
        (b'{"object":"\xff"}', "the body is not UTF-8"),
        (b'{"a":' * 50_000, "the body is nested too deeply"),
    ],
)
async def test_a_signed_body_that_is_no_object_is_bad(door: Door, body: bytes, text: str) -> None:
    """The answer says what is wrong."""
    assert await door.post(body) == (400, text)


@pytest.mark.parametrize(
    "body", [b'{"object":"instagram","entry":[]}', b"{}", write_batch(PAGE, [{"read": {}}], START)]
)
async def test_what_is_ignored_is_answered_200(door: Door, body: bytes) -> None:
    """An error would only be sent again."""
    assert await door.post(body) == (200, "")
    assert door.transactions.told == []


async def test_a_page_without_a_token_is_ignored(door: Door, aiohttp_client: MakeClient) -> None:
    """Its messages would wait for ever in a lane that is never polled; the dashboard's test button names Page “0”."""
    door.webhook = Webhook(
        secrets=AppSecrets(APP_SECRET),
        verify_token=VERIFY,
        transact=door.transactions,
        store=door.outbox.store,
        keys=KEYS,
        clock=door.time,
        pages=[PAGE],
    )
    application = web.Application()
    application.add_routes(door.webhook.routes())
    before = REGISTRY.get_sample_value("doorstep_webhook_events_total", {"kind": "unknown_page"}) or 0
    door.client = await aiohttp_client(application)
    with capture_logs() as lines:
        for page in ("0", "another", "another", PAGE):
            item = message_item(page=page, psid=PSID, mid=f"m{page}", at=START, text="hi")
            assert await door.post(write_batch(page, [item], START)) == (200, "")
    assert [identity and identity.page for _, _, identity in door.transactions.told] == [PAGE]
    assert REGISTRY.get_sample_value("doorstep_webhook_events_total", {"kind": "unknown_page"}) == before + 3
    assert [(line["event"], line["what"]) for line in lines] == [("unknown_page", "another")]


async def test_a_large_batch_is_taken_and_a_huge_one_refused(door: Door) -> None:
    """Up to 8 MiB, whatever aiohttp's own limit is."""
    padded = HELLO + b" " * (MOST_BYTES - len(HELLO))
    assert await door.post(padded) == (200, "")
    assert (await door.post(padded + b" "))[0] == 413
    assert len(door.transactions.told) == 1


async def test_a_compressed_body_is_refused_unread(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """The platform compresses nothing; whoever does could make gigabytes of half a megabyte."""
    packed = gzip.compress(HELLO + b" " * MOST_BYTES)
    for body in (packed, b"no gzip"):
        status, _ = await door.post(body, "sha256=" + "0" * 64, **{"Content-Encoding": "gzip"})
        assert (status, caplog.records) == (415, [])


async def test_a_body_that_does_not_come_holds_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who sends the beginning of a body and no more is told so, long before a connection would be closed."""
    monkeypatch.setattr(bot.inbound.webhook, "BODY_S", 0.05)

    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    async with door.client.post(PATH, data=body(), headers={"X-Hub-Signature-256": "sha256=" + "0" * 64}) as answer:
        assert answer.status == 408


async def test_a_store_that_is_away_asks_for_another_try(door: Door) -> None:
    """503 with Retry-After; the next delivery goes through."""
    door.transactions.failures.append(StoreAwayError("away"))
    async with door.client.post(
        PATH, data=HELLO, headers={"X-Hub-Signature-256": sign_body(HELLO, APP_SECRET)}
    ) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert await door.post(HELLO) == (200, "")


async def test_one_failure_in_a_batch_tells_the_others(door: Door) -> None:
    """All of a batch is tried; the answer asks for the rest."""
    items = [message_item(page=PAGE, psid=psid, mid=f"m{psid}", at=START, text="hi") for psid in ("1", "2", "3")]
    door.transactions.failures.append(StoreAwayError("away"))
    assert (await door.post(write_batch(PAGE, items, START)))[0] == 503
    assert len(door.transactions.told) == 2


@pytest.mark.parametrize("psids", [("1",), ("1", "2")])
async def test_an_unexpected_failure_is_500_without_a_word(door: Door, psids: tuple[str, ...]) -> None:
    """Its text might hold something personal."""
    items = [message_item(page=PAGE, psid=psid, mid=f"m{psid}", at=START, text="hi") for psid in psids]
    door.transactions.failures.append(ValueError("mia@example.com"))
    assert await door.post(write_batch(PAGE, items, START)) == (500, "")


async def test_a_batch_is_told_in_order_for_each_person(door: Door) -> None:
    """One call a person, with all of theirs in order."""
    items = [
        message_item(page=PAGE, psid=psid, mid=f"m{number}", at=START, text=str(number))
        for number, psid in enumerate(["7", "8", "7", "8", "7"])
    ]
    assert await door.post(write_batch(PAGE, items, START)) == (200, "")
    told = {
        name: [event.text for event in events if isinstance(event, Message)]
        for name, events, _ in door.transactions.told
    }
    assert told == {subscriber_name("7"): ["0", "2", "4"], subscriber_name("8"): ["1", "3"]}


async def test_people_of_a_batch_do_not_wait_for_each_other(aiohttp_client: MakeClient) -> None:
    """They are decided at once, and the answer comes when all are."""
    together = asyncio.Barrier(3)

    class Meeting(NotedTransactions):
        async def __call__(
            self,
            subscriber: str,
            events: Sequence[AnyEvent],
            identity: Identity | None = None,
            *,
            held: Claim | None = None,
        ) -> Transacted:
            await asyncio.wait_for(together.wait(), PATIENCE_SECONDS)
            return await super().__call__(subscriber, events, identity, held=held)

    time = MovableTime()
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET),
        verify_token=VERIFY,
        transact=Meeting(),
        store=MemoryStore(server_ms=time.server_ms),
        keys=KEYS,
        clock=time,
    )
    application = web.Application()
    application.add_routes(webhook.routes())
    client = await aiohttp_client(application)
    items = [message_item(page=PAGE, psid=psid, mid=f"m{psid}", at=START, text="hi") for psid in ("1", "2", "3")]
    body = write_batch(PAGE, items, START)
    async with client.post(PATH, data=body, headers={"X-Hub-Signature-256": sign_body(body, APP_SECRET)}) as answer:
        assert answer.status == 200


async def test_the_same_body_again_has_the_same_ids(door: Door) -> None:
    """So that the store can tell."""
    assert await door.post(HELLO) == (200, "")
    assert await door.post(HELLO) == (200, "")
    first, again = door.transactions.events
    assert first.id == again.id


async def test_our_echo_settles_our_message(door: Door) -> None:
    """Only the head, by its id, once its attempt is open; what a human or another app wrote touches nothing."""

    async def echo(**message: object) -> SendChat:
        """Tell an echo and return the head of the list after it."""
        item = echo_item(page=PAGE, psid=PSID, mid="e1", at=START, app_id="10", message={"text": "1", **message})
        assert await door.post(write_batch(PAGE, [item], START)) == (200, "")
        door.time.move_seconds(61)
        claim = await door.outbox.claim()
        assert claim is not None
        assert await door.outbox.store.begin(claim)
        head = decode_posted(claim.item)
        assert isinstance(head, SendChat)
        return head

    await door.outbox.post_items(chat_message(1), chat_message(2))
    assert await echo(metadata=chat_message(1).id) == chat_message(1)  # nothing was attempted yet
    assert await echo() == chat_message(1)
    assert await echo(metadata=chat_message(2).id) == chat_message(1)
    assert await echo(metadata=chat_message(1).id) == chat_message(2)
    assert door.transactions.told == []


async def told(door: Door, *items: dict[str, object], array: str = "messaging") -> list[tuple[str, str]]:
    """Post items; return action and app of the control events that came of them."""
    door.transactions.told.clear()
    assert (await door.post(write_batch(PAGE, items, START, array=array)))[0] == 200
    return [(event.action, event.app) for event in door.transactions.events if isinstance(event, ThreadControlChanged)]


def echoed(mid: str, app_id: str, **message: object) -> dict[str, object]:
    """Return the echo of a message to Mia."""
    return echo_item(page=PAGE, psid=PSID, mid=mid, at=START, app_id=app_id, message={"text": "1", **message})


async def test_somebody_of_the_team_who_writes_is_told(door: Door) -> None:
    """From the inbox, with its app id or none, and from another app; a nonce of somebody else is not ours."""
    items = [echoed("a", INBOX_APP_ID), echoed("b", ""), echoed("c", "77", metadata=f"{subscriber_name('8')}:1")]
    assert await told(door, *items) == [("spoke", INBOX_APP_ID), ("spoke", ""), ("spoke", "77")]
    assert {name for name, _, _ in door.transactions.told} == {subscriber_name()}
    assert all(identity is not None for _, _, identity in door.transactions.told)


async def test_our_app_is_learned_from_our_own_echo(door: Door) -> None:
    """After it, what our app sent otherwise is ours, and a thread taken by us is given back."""
    taken, later = (
        control_item(page=PAGE, psid=PSID, at=at, kind="take_thread_control", new_owner_app_id="10")
        for at in (START, START + timedelta(days=1))
    )
    assert await told(door, echoed("a", "10"), taken) == [("spoke", "10"), ("taken", "10")]
    assert await told(door, echoed("b", "10", metadata=f"{subscriber_name()}:1")) == []
    assert await told(door, echoed("c", "10"), later, echoed("d", "11")) == [("given_back", "10"), ("spoke", "11")]


async def test_the_app_of_a_page_with_its_own_secret_is_learned(door: Door) -> None:
    """There the id of our other app is somebody else's."""
    secrets = AppSecrets(APP_SECRET, {PAGE: APP_SECRET})
    ours = OwnApp(KEYS, "55", secrets.has_own_app)
    assert (ours.is_our_app("99", "55"), ours.is_our_app(PAGE, "55")) == (True, None)
    door.webhook.secrets, door.webhook._own_app = secrets, ours
    assert await told(door, echoed("a", "55"), echoed("b", "10", metadata=f"{subscriber_name()}:1")) == [
        ("spoke", "55")
    ]
    assert (ours.is_our_app(PAGE, "10"), ours.is_our_app(PAGE, "55")) == (True, False)


async def test_a_private_reply_of_ours_is_ours(door: Door) -> None:
    """Its metadata names the Page, since the person's id was not known yet; that of another Page is not ours."""
    mine, theirs = (f"{reply_id_prefix(KEYS, page)}:c1" for page in (PAGE, "99"))
    assert await told(door, echoed("a", "10", metadata=mine), echoed("b", "", metadata=theirs)) == [("spoke", "")]


async def test_what_stands_by_is_not_answered(door: Door) -> None:
    """The person's words arrive as what they mean: somebody else has the thread."""
    item = message_item(page=PAGE, psid=PSID, mid="m1", at=START, text="hi")
    assert await told(door, item, array="standby") == [("taken", "")]
    assert len(door.transactions.events) == 1


async def test_a_policy_is_logged_with_what_to_do(door: Door) -> None:
    """The Page, the action and the remedy; the platform's reason may quote somebody."""
    with capture_logs() as logs:
        for action in ("warning", "block", "unblock", "shout"):
            item = policy_item(page=PAGE, at=START, action=action, reason="to mia@example.com")
            assert (await door.post(write_batch(PAGE, [item], START)))[0] == 200
    assert [(line["event"], line["what"], line["state"]) for line in logs] == [
        ("policy_enforcement", PAGE, action) for action in ("warning", "block", "unblock", "shout")
    ]
    assert all(line["remedy"] for line in logs)
    assert "mia" not in str(logs)


async def test_an_app_speaks_only_for_its_own_pages(door: Door) -> None:
    """What another app signs of a Page is ignored; of a batch, only that."""
    door.webhook.secrets.replace_secrets([APP_SECRET], {"99": "other app's"})
    items = [message_item(page=page, psid=PSID, mid=f"m{page}", at=START, text="hi") for page in (PAGE, "99")]
    both = write_body([{"id": page, "messaging": [item]} for page, item in zip((PAGE, "99"), items, strict=True)])
    with capture_logs() as logs:
        assert await door.post(both) == (200, "")
    assert [identity and identity.page for _, _, identity in door.transactions.told] == [PAGE]
    assert [(line["event"], line["what"]) for line in logs] == [("another_app", "99")]
    assert await door.post(both, sign_body(both, "other app's")) == (200, "")
    assert [identity and identity.page for _, _, identity in door.transactions.told] == [PAGE, "99"]
    assert (await door.post(both, sign_body(both, "older secret")))[0] == 403


async def test_the_urls_of_what_is_attached_arrive(door: Door) -> None:
    """In the order of the kinds, unescaped."""
    item = message_item(page=PAGE, psid=PSID, mid="m1", at=START, text="")
    url = "https://cdn.example.com/a.jpg?x=1%202&y=<3"
    item["message"] = {"mid": "m1", "attachments": [{"type": "image", "payload": {"url": url}}, {"type": "location"}]}
    assert (await door.post(write_batch(PAGE, [item], START)))[0] == 200
    (event,) = door.transactions.events
    assert isinstance(event, Message)
    assert (event.attachments, event.urls) == (("image", "location"), (url, ""))
