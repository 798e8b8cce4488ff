"""Whatever is sent, each gets its proper status, nothing is lost, and the service goes on."""

import gzip
import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import compression_utils

from bot.inbound.webhook import PATH
from service.runtime.demo_secrets import PAGE
from service.stand_ins.graph_api import message_payload, sign_body
from tests.support.running_service import RunningService, own_links

MIA, MAIL = "1001", "mia@example.com"
JSON = "application/json"
BOMB = gzip.compress(bytes(100_000_000), mtime=0)


@pytest.fixture
async def after(running: RunningService) -> AsyncIterator[RunningService]:
    """Return a running service in which somebody can still subscribe at the end, whatever the test has done."""
    yield running
    await running.subscribe_person("9999", "last@example.com")


async def _post_body(running: RunningService, body: bytes, *, signature: str | None = None, **headers: str) -> int:
    given = {"Content-Type": JSON, **headers}
    if signature is not None:
        given["X-Hub-Signature-256"] = signature
    async with running.http.post(running.demo.url + PATH, data=io.BytesIO(body), headers=given) as answer:
        return answer.status


async def _post_signed(running: RunningService, body: bytes) -> int:
    return await _post_body(running, body, signature=sign_body(body, running.demo.secrets.app_secret))


def _message_item(running: RunningService, mid: str, text: str, psid: str = MIA) -> dict[str, Any]:
    raw = message_payload(page=PAGE, psid=psid, mid=mid, at=running.demo.doorstep.clock.now(), text=text)
    item: dict[str, Any] = json.loads(raw)["entry"][0]["messaging"][0]
    return item


def _webhook_body(*items: object) -> bytes:
    return json.dumps({"object": "page", "entry": [{"id": PAGE, "time": 1, "messaging": list(items)}]}).encode()


async def test_webhook_bodies_that_are_not_genuine_are_refused(after: RunningService) -> None:
    """Unsigned, wrongly signed, signed with another hash or for another body: 403, and nobody is known."""
    body = _webhook_body(_message_item(after, "m1", "newsletter"))
    good = sign_body(body, after.demo.secrets.app_secret)
    for signature in (None, "", "sha256=", "sha256=00", "sha1=" + good[7:], good[:-1], good.upper() + "0", "é"):
        assert await _post_body(after, body, signature=signature) == 403
    assert await _post_body(after, body + b" ", signature=good) == 403
    assert (await after.demo.doorstep.store.load(after.subscriber_name(MIA))).record is None


async def test_webhook_bodies_that_cannot_be_read_are_told_so(after: RunningService) -> None:
    """No JSON, no object, no UTF-8, nested without end: 400; too large: 413; packed: 415."""
    deep = b'{"object":"page","entry":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    for body in (b"", b"{", b"[]", b"null", b'"page"', b'{"object": "page", "x": "\xff"}', b"\xff\xfe{}"):
        assert await _post_signed(after, body) == 400
    assert await _post_signed(after, deep) in (200, 400)
    assert await _post_signed(after, b'{"x": "' + b"a" * 9 * 1024 * 1024 + b'"}') == 413
    packed = sign_body(b"x", after.demo.secrets.app_secret)
    assert await _post_body(after, b"no gzip", signature=packed, **{"Content-Encoding": "gzip"}) == 415


async def test_odd_items_do_not_hold_up_the_good_ones(after: RunningService) -> None:
    """Unknown kinds, missing parts and wrong types beside a real message: 200, and the message is answered."""
    odd: list[object] = [
        None,
        7,
        "text",
        [],
        {},
        {"sender": {"id": MIA}},
        {"sender": {}, "message": {"text": "x"}},
        {"sender": {"id": MIA}, "message": None},
        {"sender": {"id": MIA}, "message": {"mid": 5, "text": {"a": 1}}},
        {"sender": {"id": MIA}, "teleport": {"to": "moon"}},
        {"sender": {"id": [1]}, "postback": {"payload": 1}},
        {"sender": {"id": MIA}, "reaction": {"mid": None}},
        {"sender": {"id": MIA}, "read": {"watermark": 1}},
    ]
    assert await _post_signed(after, _webhook_body(*odd, _message_item(after, "m1", "newsletter"), *odd)) == 200
    await after.wait_until(
        lambda: any("Friday Leaf" in text for text in after.received_texts(MIA)), "the newsletter's first words"
    )
    for body in (b'{"object": "instagram", "entry": [1]}', b'{"object": "page"}', b'{"object": "page", "entry": 1}'):
        assert await _post_signed(after, body) == 200


async def test_replayed_and_reordered_batches_count_once(after: RunningService) -> None:
    """The same body again, and its items again in another order, change nothing and say nothing."""
    items = [_message_item(after, f"m{number}", text) for number, text in enumerate(("newsletter", "yes", MAIL))]
    assert await _post_signed(after, _webhook_body(*items)) == 200
    await after.wait_for_code(MAIL)
    await after.wait_until(lambda: any(MAIL in text for text in after.received_texts(MIA)), "the question for the code")
    before, texts = await after.load_record(MIA), after.received_texts(MIA)
    assert await _post_signed(after, _webhook_body(*items)) == 200
    assert await _post_signed(after, _webhook_body(*reversed(items), *items)) == 200
    record = await after.load_record(MIA)
    assert (record.conversation, record.consents, record.chat_serial) == (
        before.conversation,
        before.consents,
        before.chat_serial,
    )
    assert after.received_texts(MIA) == texts
    assert len(after.received_mails(MAIL)) == 1


async def test_two_answers_at_once_are_both_heard(after: RunningService) -> None:
    """Yes and no in one breath: the yes agrees, the no declines to give an address; nothing breaks."""
    await after.get_started(MIA)
    body = _webhook_body(_message_item(after, "a", "yes"), _message_item(after, "b", "no"))
    assert await _post_signed(after, body) == 200
    await after.wait_until(lambda: len(after.received_texts(MIA)) >= 4, "two answers")
    record = await after.load_record(MIA)
    assert record.consents["friday_leaf"].status == "agreed"
    assert record.addresses == {}


async def test_texts_of_every_kind_are_answered(after: RunningService) -> None:
    """Emoji, right-to-left, controls, lone surrogates, 20,000 characters, markup: each gets an answer."""
    await after.get_started(MIA)
    await after.send_text(MIA, "yes")
    for text in (
        "🍵" * 50,
        "שלום עולם",
        "مرحبا \u202e abc",
        "\u0000\u0007\ud800",
        "x" * 20_000,
        "{{ 7 * 7 }}{% raw %}",
        "<script>alert(1)</script>",
        "' OR 1=1 --",
    ):
        await after.send_text(MIA, text)
    assert not any("49" in text for text in after.received_texts(MIA))
    assert await _post_signed(after, _webhook_body(_message_item(after, "blank", " \n "))) == 200


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("nobody", "mia@example.com"), ("a@b", "no dot behind the @"), ("@example.com", "missing beside the @"),
        ("x" * 300 + "@example.com", "longer than an address can be"),
    ],
)  # fmt: skip
async def test_invalid_addresses_are_asked_again(address: str, told: str, after: RunningService) -> None:
    """No mail goes, and the chat says what is wrong with the address."""
    await after.get_started(MIA)
    await after.send_text(MIA, "yes")
    await after.send_text(MIA, address)
    assert told in after.received_texts(MIA)[-1]
    assert list(after.demo.inbox.received) == []


@pytest.mark.parametrize(
    ("typed", "mailbox"),
    [
        ("mía@example.com", "mía@example.com"),
        ("mia@bücher.example", "mia@xn--bcher-kva.example"),
        ("  <MIA@Example.COM>. ", "MIA@example.com"),
    ],
)
async def test_addresses_of_the_world_are_delivered_to(typed: str, mailbox: str, after: RunningService) -> None:
    """SMTPUTF8 before the @, IDN after it, and what people type around it: code and welcome mail arrive there."""
    await after.get_started(MIA)
    await after.send_text(MIA, "yes")
    await after.send_text(MIA, typed)
    await after.wait_until(lambda: after.demo.inbox.received, "a confirmation mail")
    first = after.demo.inbox.received[0]
    assert [recipient.casefold() for recipient in first.recipients] == [mailbox.casefold()]
    assert first.smtputf8 == (not mailbox.isascii())
    await after.send_text(MIA, await after.wait_for_code(first.recipients[0]))
    await after.wait_until(lambda: len(after.demo.inbox.received) == 2, "a welcome mail")


async def test_links_that_are_not_ours_lead_nowhere(after: RunningService) -> None:
    """Forged, cut, of another purpose, endless, or not even text: a kind page, never a change, never an error."""
    await after.subscribe_person(MIA, MAIL)
    welcome = await after.wait_for_mail(MAIL, "Welcome")
    stop = str(welcome.parsed_message["List-Unsubscribe"]).strip("<>")
    token = stop.rpartition("/")[2]
    inner = len(token) - 10
    forged = [
        token[:-1],
        token[:inner] + ("A" if token[inner] != "A" else "B") + token[inner + 1 :],
        token + "x",
        "x",
        "a.b",
        "." * 50,
        "%00",
        "%ff%fe",
        "é",
        "x" * 5_000,
        "a" * 201,
    ]
    before = await after.stored_state()
    for route in ("confirm", "unsubscribe", "preferences"):
        for bad_token in [*forged, *([token] if route != "unsubscribe" else [])]:
            for method in ("GET", "POST"):
                async with after.http.request(method, f"{after.demo.url}/{route}/{bad_token}", data=None) as answer:
                    assert answer.status in (400, 404), (route, method, bad_token)
    assert await after.stored_state() == before


async def test_used_and_expired_links_say_so(after: RunningService) -> None:
    """A confirm link pressed twice is “already done”; one that is too old has expired; neither changes more."""
    for psid, mail in (("1", MAIL), ("2", "old@example.com")):
        await after.get_started(psid)
        await after.send_text(psid, "yes")
        await after.send_text(psid, mail)
    confirm = {
        mail: next(link for link in own_links(await after.wait_for_mail(mail, "code")) if "/confirm/" in link)
        for mail in (MAIL, "old@example.com")
    }
    statuses = []
    for _ in range(2):
        async with after.http.post(confirm[MAIL]) as answer:
            statuses.append(answer.status)
    assert statuses == [200, 200]
    await after.wait_for_mail(MAIL, "Welcome")
    await after.pass_time(timedelta(hours=49))
    async with after.http.post(confirm["old@example.com"]) as answer:
        assert answer.status in (404, 410)
    record = await after.load_record("2")
    assert record.consents["friday_leaf"].status == "agreed"
    assert len(after.received_mails("old@example.com")) == 1


async def test_odd_bodies_of_pages_are_taken(after: RunningService) -> None:
    """One-click with any body ends it; a preference form that is none, or names no topic, changes nothing."""
    await after.subscribe_person(MIA, MAIL)
    welcome = await after.wait_for_mail(MAIL, "Welcome")
    prefer = next(link for link in own_links(welcome) if "/preferences/" in link)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for body in (b"\xff" * 100, b"stop=nonsense", b"start=nonsense", b"start=friday_leaf", b""):
        async with after.http.post(prefer, data=body, headers=form) as answer:
            assert answer.status in (200, 400)
    assert (await after.load_record(MIA)).consents["friday_leaf"].status == "confirmed"
    stop = str(welcome.parsed_message["List-Unsubscribe"]).strip("<>")
    async with after.http.post(stop, data=b"\xff" * 100_000, headers={"Content-Type": "image/png"}) as answer:
        assert answer.status == 200
    assert (await after.load_record(MIA)).consents["friday_leaf"].status == "withdrawn"


async def test_malformed_product_events_are_judged_one_by_one(after: RunningService) -> None:
    """Every item has its result and reason; the good ones among them count."""
    await after.subscribe_person(MIA, MAIL)
    good = {"id": "good", "event": "cup.noted", "email": MAIL}
    bad: list[Any] = [
        None,
        1,
        "x",
        [],
        {},
        {**good, "id": ""},
        {**good, "id": "a" * 200},
        {**good, "event": "cup.note"},
        {**good, "email": "nobody"},
        {**good, "at": "yesterday"},
        {**good, "at": 5},
        {**good, "properties": [1]},
        {**good, "properties": {"a": {"b": 1}}},
        {**good, "extra": 1},
        {"id": "z", "event": "cup.noted"},
    ]
    told = await after.post_events([*bad, good, good, {**good, "id": "who", "email": "who@example.com"}])
    results = [item["result"] for item in told["results"]]
    assert results == ["invalid"] * len(bad) + ["accepted", "duplicate", "unknown_person"]
    assert all(result["why"] for result in told["results"][: len(bad)])
    assert (await after.load_record(MIA)).behaviour["cup.noted"].count == 1


async def test_events_api_bodies_that_cannot_be_taken_are_told_so(after: RunningService) -> None:
    """No token 401, no JSON 400 or 415, too much 413; each with a reason, none takes anything in."""
    url, token = f"{after.demo.url}/api/events", {"Authorization": f"Bearer {after.demo.secrets.api_token}"}
    calls: list[tuple[int, dict[str, str], bytes]] = [
        (401, {"Content-Type": JSON}, b'{"events": []}'),
        (401, {"Content-Type": JSON, "Authorization": "Bearer wrong"}, b'{"events": []}'),
        (401, {"Content-Type": JSON, "Authorization": "Basic eDp5"}, b'{"events": []}'),
        (415, {**token, "Content-Type": "text/plain"}, b'{"events": []}'),
        (400, {**token, "Content-Type": JSON}, b"{"),
        (400, {**token, "Content-Type": JSON}, b"\xff"),
        (400, {**token, "Content-Type": JSON}, b"[" * 50_000),
        (400, {**token, "Content-Type": JSON}, b'{"events": 1}'),
        (413, {**token, "Content-Type": JSON}, json.dumps({"events": [{}] * 501}).encode()),
        (413, {**token, "Content-Type": JSON}, b'{"events": ["' + b"a" * 2_000_000 + b'"]}'),
    ]
    for status, headers, body in calls:
        async with after.http.post(url, data=io.BytesIO(body), headers=headers) as answer:
            assert (answer.status, bool((await answer.json())["error"]["message"])) == (status, True), body[:40]


async def test_nobody_unpacks_what_nobody_reads(running: RunningService, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a megabyte that would become half a gigabyte, to routes with no use for a body, and to one-click."""

    def unpack(*_: object, **__: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(compression_utils.ZLibDecompressor, "decompress_sync", unpack)
    headers = {"Content-Encoding": "gzip", "X-Hub-Signature-256": "sha256=" + "0" * 64}
    statuses = {}
    for path in ("/healthz", "/nowhere", "/messenger/webhook", "/unsubscribe/x", "/preferences/x", "/api/events"):
        async with running.http.post(running.demo.url + path, data=io.BytesIO(BOMB), headers=headers) as answer:
            statuses[path] = answer.status
    assert statuses == {
        "/healthz": 405, "/nowhere": 404, "/messenger/webhook": 415, "/unsubscribe/x": 404, "/preferences/x": 404,
        "/api/events": 401,
    }  # fmt: skip


async def test_unknown_routes_and_methods_are_refused(after: RunningService) -> None:
    """404 and 405, and the wrong verify token 403."""
    for method, path, status in (
        ("GET", "/nowhere", 404),
        ("PUT", PATH, 405),
        ("DELETE", "/api/events", 405),
        ("PUT", "/unsubscribe/x", 405),
        ("GET", f"{PATH}?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", 403),
        ("GET", PATH, 403),
        ("GET", "/../../etc/passwd", 404),
        ("GET", "/%2e%2e/%2e%2e/etc/passwd", 404),
    ):
        async with after.http.request(method, after.demo.url + path) as answer:
            assert answer.status == status, (method, path)
