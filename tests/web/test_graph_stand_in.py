"""The stand-in for the Graph API refuses what the platform refuses."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientError, web
from aiohttp.test_utils import TestClient

import service.stand_ins.graph_webhooks
from bot.graph_api.errors import ERRORS
from bot.inbound.event_kinds import FIELDS
from service.stand_ins.graph_api import GraphStandIn, message_payload, sign_body
from service.stand_ins.graph_failures import FAILURES
from service.stand_ins.graph_page import FIELDS as KNOWN
from service.stand_ins.graph_webhooks import message_item
from tests.support.messenger_world import (
    APP_SECRET,
    PAGE,
    PSID,
    START,
    TOKEN,
    MakeServer,
    MovableTime,
    make_graph_stand_in,
)

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Client]]
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
URL = "https://a.example"
PLAIN: dict[str, object] = {"title": "a", "subtitle": "b"}
GOOD: dict[str, object] = {
    "recipient": {"id": PSID},
    "messaging_type": "RESPONSE",
    "message": {"text": "hi"},
    "access_token": TOKEN,
    "appsecret_proof": PROOF,
}


@pytest.fixture
def time() -> MovableTime:
    """Return the platform's clock."""
    return MovableTime()


@pytest.fixture
async def graph(time: MovableTime) -> GraphStandIn:
    """Return the stand-in."""
    return make_graph_stand_in(time)


@pytest.fixture
async def client(graph: GraphStandIn, aiohttp_client: MakeClient) -> Client:
    """Return a client that talks to the stand-in."""
    return await aiohttp_client(graph.build_application())


async def post(client: Client, body: dict[str, object], page: str = PAGE) -> tuple[int, dict[str, object]]:
    """Post JSON to the Send API; return status and answer."""
    return await call(client, "POST", f"{page}/messages", **body)


async def call(client: Client, method: str, path: str, **body: object) -> tuple[int, dict[str, object]]:
    """Call any edge in the Page's name; return status and answer."""
    auth = {"access_token": TOKEN, "appsecret_proof": PROOF}
    if method == "GET":
        query = {name: str(one) for name, one in (auth | body).items()}
        sent = client.get(f"/v25.0/{path}", params=query)
    else:
        sent = client.request(method, f"/v25.0/{path}", json=auth | body)
    async with sent as answer:
        return answer.status, await answer.json()


def code(answer: tuple[int, dict[str, object]]) -> tuple[object, object]:
    """Return code and subcode of a refusal; (0, 0) of an answer that is none."""
    error = answer[1].get("error", {})
    assert isinstance(error, dict)
    return error.get("code", 0), error.get("error_subcode", 0)


@pytest.mark.parametrize("page", [PAGE, "me"])
async def test_a_good_message_arrives(client: Client, graph: GraphStandIn, page: str) -> None:
    """It gets an id and stands in the person's thread."""
    status, answer = await post(client, GOOD, page)
    (sent,) = graph.messages_to(PSID)
    assert (status, answer) == (200, {"recipient_id": PSID, "message_id": sent.mid})
    assert (sent.page, sent.at, sent.message) == (PAGE, START, {"text": "hi"})


async def test_all_ways_to_hand_parameters_over_work(client: Client, graph: GraphStandIn) -> None:
    """A form with JSON texts, a query beside JSON, and a bearer header."""
    form = {name: value if isinstance(value, str) else json.dumps(value) for name, value in GOOD.items()}
    body = {name: GOOD[name] for name in ("recipient", "messaging_type", "message")}
    query = {"access_token": TOKEN, "appsecret_proof": PROOF}
    path = f"/v25.0/{PAGE}/messages"
    async with client.post(path, data=form) as answer:
        assert answer.status == 200
    async with client.post("/v6.0/me/messages", json=body, params=query) as answer:
        assert answer.status == 200
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with client.post(path, json={**body, "appsecret_proof": PROOF}, headers=bearer) as answer:
        assert answer.status == 200
    assert len(graph.sent) == 3


def template(**change: object) -> dict[str, object]:
    """Return a message with buttons."""
    payload = {"template_type": "button", "text": "t", "buttons": [{"title": "a"}], **change}
    return {"attachment": {"type": "template", "payload": payload}}


def carousel(*elements: dict[str, object]) -> dict[str, object]:
    """Return a message with cards."""
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": list(elements)}}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"access_token": "other"}, 190),
        ({"access_token": ""}, 190),
        ({"appsecret_proof": "0"}, 100),
        ({"appsecret_proof": "ä"}, 100),
        ({"recipient": {}}, 100),
        ({"recipient": "7"}, 100),
        ({"recipient": None}, 100),
        ({"messaging_type": ""}, 100),
        ({"messaging_type": "MESSAGE_TAG"}, 100),
        ({"message": None}, 100),
        ({"message": {}}, 100),
        ({"message": {"text": "a" * 2001}}, 100),
        ({"message": {"text": "a", "metadata": "a" * 1000}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a", "payload": "p"}] * 14}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a" * 21, "payload": "p"}]}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a", "payload": ""}]}}, 100),
        ({"message": template(text="a" * 641)}, 100),
        ({"message": template(buttons=[])}, 100),
        ({"message": template(buttons=[{"title": "a"}] * 4)}, 100),
        ({"message": template(buttons=[{"title": "a" * 21}])}, 100),
        ({"sender_action": "dance"}, 100),
        ({"sender_action": "typing_on"}, 100),
        ({"messaging_typ": "RESPONSE"}, 100),
        ({"message": {"text": "a", "txt": "b"}}, 100),
        ({"message": {"text": ""}}, 100),
        ({"message": {"text": 1}}, 100),
        ({"recipient": {"id": PSID, "comment_id": "1"}}, 100),
        ({"message": {"text": "a", "quick_replies": []}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"content_type": "location"}]}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"content_type": "user_email", "title": "x"}]}}, 100),
        ({"message": {"attachment": {"type": "gif", "payload": {"url": URL}}}}, 100),
        ({"message": {"attachment": {"type": "image", "payload": {"url": "cup.jpg"}}}}, 100),
        ({"message": {"attachment": {"type": "image", "payload": {}}}}, 100),
        ({"message": {"attachment": {"type": "image", "payload": {"url": URL, "attachment_id": "1"}}}}, 100),
        ({"message": {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}}, 100),
        ({"message": template(buttons=[{"type": "postback", "title": "a", "payload": ""}])}, 100),
        ({"message": template(buttons=[{"type": "web_url", "title": "a", "url": "a"}])}, 100),
        ({"message": template(buttons=[{"type": "web_url", "title": "a", "url": "https://a.example", "x": 1}])}, 100),
        ({"message": template(buttons=[{"type": "phone_number", "title": "a", "payload": "030 12345"}])}, 100),
        ({"message": template(template_type="list")}, 100),
        ({"message": template(elements=[])}, 100),
        ({"message": carousel()}, 100),
        ({"message": carousel({"title": "a"})}, 100),
        ({"message": carousel(*[PLAIN] * 11)}, 100),
        ({"message": carousel({"title": "a" * 81, "subtitle": "b"})}, 100),
        ({"message": carousel({"title": "a", "subtitle": "b" * 81})}, 100),
        ({"message": carousel({"title": "a", "image_url": "cup.jpg"})}, 100),
        ({"message": carousel({"title": "a", "default_action": {"type": "web_url", "url": URL, "title": "a"}})}, 100),
        ({"message": carousel({"title": "a", "default_action": {"type": "postback"}})}, 100),
        ({"message": carousel({"title": "a", "colour": "red"})}, 100),
        ({"persona_id": "1"}, 100),
    ],
)
async def test_a_bad_message_is_refused(
    client: Client, graph: GraphStandIn, change: dict[str, object], code: int
) -> None:
    """With the platform's kind of error, and nothing arrives."""
    status, answer = await post(client, {**GOOD, **change})
    error = answer["error"]
    assert isinstance(error, dict)
    assert (status >= 400, error["code"], error["type"]) == (True, code, "OAuthException")
    assert error["fbtrace_id"]
    assert graph.sent == []


async def test_an_unknown_page_is_not_addressable(client: Client) -> None:
    """Even with a good token."""
    status, answer = await post(client, GOOD, "999")
    assert (status, answer["error"]) == (
        400,
        {
            "message": "(#100) Object does not exist",
            "type": "OAuthException",
            "code": 100,
            "error_subcode": 33,
            "fbtrace_id": "A000000000000001",
        },
    )


def test_every_row_of_the_error_table_can_be_asked_for() -> None:
    """The failures on demand are the doors' error table, row for row."""
    assert {(one.code, one.subcode) for one in FAILURES.values()} == {(row.code, row.subcode) for row in ERRORS}


def test_a_webhook_body_is_escaped_as_the_platform_does() -> None:
    """Signed over exactly these bytes."""
    body = message_payload(page=PAGE, psid=PSID, mid="m", at=START, text='ä\U0001f375 a@b.c/<5%> "\\')
    assert rb"\u00e4\ud83c\udf75 a\u0040b.c\/\u003C5\u0025> \"\\" in body
    assert json.loads(body)["entry"][0]["messaging"][0]["message"]["text"] == 'ä\U0001f375 a@b.c/<5%> "\\'
    assert sign_body(body, "s") == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()


async def test_the_window_is_kept(client: Client, graph: GraphStandIn, time: MovableTime) -> None:
    """A day after the person wrote it closes; who never wrote cannot be written to."""
    graph.strict = True
    assert code(await post(client, GOOD)) == (100, 2018001)
    graph.open_window(PAGE, PSID)
    time.move_seconds(24 * 3600 - 1)
    assert code(await post(client, GOOD)) == (0, 0)
    time.move_seconds(1)
    assert code(await post(client, GOOD)) == (10, 2018278)


async def test_a_comment_is_answered_once_within_seven_days(
    client: Client, graph: GraphStandIn, time: MovableTime
) -> None:
    """Its author gets the message; the window stays as it was."""
    reply = {**GOOD, "recipient": {"comment_id": "c1"}}
    assert code(await post(client, reply)) == (100, 33)
    graph.allow_private_reply(PAGE, "c1", PSID)
    graph.allow_private_reply(PAGE, "c2", PSID)
    assert (await post(client, reply))[1]["recipient_id"] == PSID
    assert code(await post(client, reply)) == (10900, 0)
    time.move_seconds(7 * 86_400 + 1)
    assert code(await post(client, {**GOOD, "recipient": {"comment_id": "c2"}})) == (10, 2018278)
    assert (len(graph.messages_to(PSID)), graph.pages[PAGE].windows) == (1, {})


async def test_media_is_kept_and_sent_by_its_id(client: Client, graph: GraphStandIn) -> None:
    """Uploaded or sent as reusable; only as the kind it is, only on its Page."""
    image = {"attachment": {"type": "image", "payload": {"url": "https://a.example/a.jpg", "is_reusable": True}}}
    uploaded = await call(client, "POST", f"{PAGE}/message_attachments", message=image)
    sent = await post(client, {**GOOD, "message": image})
    kept = [str(one[1]["attachment_id"]) for one in (uploaded, sent)]
    assert graph.pages[PAGE].attachments == dict.fromkeys(kept, "image")
    by_id = {"type": "image", "payload": {"attachment_id": kept[0]}}
    assert code(await post(client, {**GOOD, "message": {"attachment": by_id}})) == (0, 0)
    assert code(await post(client, {**GOOD, "message": {"attachment": {**by_id, "type": "video"}}})) == (100, 2018074)
    once = {"attachment": {"type": "image", "payload": {"url": "https://a.example/a.jpg"}}}
    assert code(await call(client, "POST", f"{PAGE}/message_attachments", message=once)) == (100, 0)
    assert "attachment_id" not in (await post(client, {**GOOD, "message": once}))[1]


async def test_personas_are_made_listed_and_deleted(client: Client) -> None:
    """A deleted one speaks no more."""
    lena = {"name": "Lena", "profile_picture_url": "https://a.example/l.jpg"}
    _, made = await call(client, "POST", f"{PAGE}/personas", **lena)
    known = {"id": made["id"], **lena}
    assert (await call(client, "GET", f"{PAGE}/personas"))[1] == {"data": [known]}
    assert (await call(client, "GET", str(made["id"])))[1] == known
    assert code(await post(client, {**GOOD, "persona_id": made["id"]})) == (0, 0)
    assert (await call(client, "DELETE", str(made["id"])))[1] == {"success": True}
    assert code(await post(client, {**GOOD, "persona_id": made["id"]})) == (100, 0)
    assert code(await call(client, "DELETE", str(made["id"]))) == (100, 33)


@pytest.mark.parametrize("bad", [{"name": "a" * 51}, {"name": ""}, {"profile_picture_url": "l.jpg"}, {"more": 1}])
async def test_a_bad_persona_is_refused(client: Client, bad: dict[str, object]) -> None:
    """Name up to 50 characters, and a picture's address."""
    lena = {"name": "Lena", "profile_picture_url": "https://a.example/l.jpg"} | bad
    assert code(await call(client, "POST", f"{PAGE}/personas", **lena)) == (100, 0)


def menu(*items: dict[str, object], locale: str = "default") -> list[dict[str, object]]:
    """Return a persistent menu."""
    return [{"locale": locale, "composer_input_disabled": False, "call_to_actions": list(items)}]


TAP: dict[str, object] = {"type": "postback", "title": "Tea", "payload": "TEA"}
STARTED: dict[str, object] = {"get_started": {"payload": "START"}}
ASK: dict[str, object] = {"question": "What is the Leaf?", "payload": "LEAF"}


@pytest.mark.parametrize(
    ("profile", "good"),
    [
        (STARTED, True),
        ({"get_started": {"payload": "a" * 1001}}, False),
        ({"get_started": {}}, False),
        ({"greeting": [{"locale": "default", "text": "a" * 160}]}, True),
        ({"greeting": [{"locale": "default", "text": "a" * 161}]}, False),
        ({"greeting": [{"locale": "de_DE", "text": "a"}]}, False),
        ({"greeting": [{"locale": "default", "text": "a"}] * 2}, False),
        ({"greeting": "hello"}, False),
        ({"persistent_menu": menu(TAP)}, False),
        ({"persistent_menu": menu(TAP)} | STARTED, True),
        ({"persistent_menu": menu(*[TAP] * 20)} | STARTED, True),
        ({"persistent_menu": menu(*[TAP] * 21)} | STARTED, False),
        ({"persistent_menu": menu(TAP, locale="de_DE")} | STARTED, False),
        ({"persistent_menu": menu()} | STARTED, False),
        ({"persistent_menu": menu({**TAP, "title": "a" * 31})} | STARTED, False),
        ({"persistent_menu": menu({"type": "web_url", "title": "Us", "url": "https://a.example"})} | STARTED, True),
        ({"persistent_menu": menu({"type": "web_url", "title": "Us", "url": "us"})} | STARTED, False),
        ({"ice_breakers": [ASK] * 4}, True),
        ({"ice_breakers": [ASK] * 5}, False),
        ({"ice_breakers": []}, False),
        ({"ice_breakers": [{"locale": "default", "call_to_actions": [ASK]}]}, True),
        ({"ice_breakers": [{"locale": "default", "call_to_actions": [ASK] * 5}]}, False),
        ({"ice_breakers": [{**ASK, "question": "a" * 81}]}, False),
        ({"whitelisted_domains": []}, True),
        ({"colour": "red"}, False),
        ({}, False),
    ],
)
async def test_a_profile_keeps_the_platforms_limits(client: Client, profile: dict[str, object], good: bool) -> None:  # noqa: FBT001  a column of the table
    """What is taken can be read; what is refused changes nothing."""
    path = f"{PAGE}/messenger_profile"
    answer = await call(client, "POST", path, **profile)
    assert code(answer) == ((0, 0) if good else (100, 0))
    fields = ",".join(profile) or "greeting"
    known = (await call(client, "GET", path, fields=fields))[1]["data"]
    assert known == ([profile] if good else [])


async def test_a_profile_field_is_deleted(client: Client, graph: GraphStandIn) -> None:
    """But not the get-started button while a menu needs it."""
    path = f"{PAGE}/messenger_profile"
    await call(client, "POST", path, **STARTED, persistent_menu=menu(TAP))
    assert code(await call(client, "DELETE", path, fields=["get_started"])) == (100, 0)
    assert code(await call(client, "DELETE", path, fields=["get_started", "persistent_menu"])) == (0, 0)
    assert graph.profiles[PAGE] == {}


async def test_the_profile_may_be_called_ten_times_in_ten_minutes(client: Client, time: MovableTime) -> None:
    """Then the platform asks to wait."""
    codes = [code(await call(client, "GET", f"{PAGE}/messenger_profile", fields="greeting")) for _ in range(11)]
    assert codes == [(0, 0)] * 10 + [(613, 0)]
    time.move_seconds(601)
    assert code(await call(client, "GET", f"{PAGE}/messenger_profile", fields="greeting")) == (0, 0)


async def test_only_known_fields_can_be_subscribed_to(client: Client, graph: GraphStandIn) -> None:
    """A typo subscribes to nothing."""
    for fields in ("messages,mesages", ""):
        assert code(await call(client, "POST", f"{PAGE}/subscribed_apps", subscribed_fields=fields)) == (100, 0)
    assert graph.subscribed == {}
    assert set(FIELDS) <= KNOWN


async def test_an_edge_fails_on_demand(client: Client, graph: GraphStandIn) -> None:
    """Each on its own."""
    graph.fail_next("call_rate", edge="subscribed_apps")
    assert code(await call(client, "GET", f"{PAGE}/subscribed_apps")) == (613, 0)
    assert code(await call(client, "GET", f"{PAGE}/subscribed_apps")) == (0, 0)


async def test_the_rate_is_counted_and_told(client: Client, graph: GraphStandIn) -> None:
    """With every answer, and refused above it."""
    graph.limit_rate(1)
    graph.report_usage(85, minutes=2)
    async with client.post(f"/v25.0/{PAGE}/messages", json=GOOD) as answer:
        assert answer.status == 200
        (use,) = json.loads(answer.headers["X-Business-Use-Case-Usage"])["1"]
        assert (use["call_count"], use["estimated_time_to_regain_access"]) == (85, 2)
    assert code(await post(client, GOOD)) == (4, 2018022)


async def test_somebody_who_blocked_the_page_gets_nothing(client: Client, graph: GraphStandIn) -> None:
    """Until the end."""
    graph.make_unreachable(PSID)
    assert [code(await post(client, GOOD)) for _ in range(2)] == [(551, 1545041)] * 2
    assert graph.sent == []


@pytest.mark.parametrize("delivered", [True, False])
async def test_an_answer_is_lost_after_or_before_delivery(
    client: Client,
    graph: GraphStandIn,
    delivered: bool,  # noqa: FBT001  a column of the table
) -> None:
    """The connection ends; only who has the phone knows."""
    graph.cut_next(delivered=delivered)
    with pytest.raises(ClientError):
        await post(client, GOOD)
    assert len(graph.sent) == delivered


async def test_webhooks_come_in_order_in_batches_until_they_are_answered(aiohttp_server: MakeServer) -> None:
    """What gathers while one is on its way goes as one; what is refused comes again, whole."""
    bodies: list[bytes] = []
    busy, went_on = asyncio.Event(), asyncio.Event()

    async def door(request: web.Request) -> web.Response:
        bodies.append(await request.read())
        if len(bodies) == 1:
            busy.set()
            await went_on.wait()
            return web.Response(status=503)
        return web.Response()

    application = web.Application()
    application.add_routes([web.post("/door", door)])
    server = await aiohttp_server(application)
    graph = make_graph_stand_in(MovableTime(), echo_to=str(server.make_url("/door")))
    await aiohttp_server(graph.build_application())
    items = [message_item(page=PAGE, psid=PSID, mid=f"m{number}", at=START, text="hi") for number in range(3)]
    graph.deliver_webhooks(PAGE, items[0])
    await busy.wait()
    graph.deliver_webhooks(PAGE, items[1])
    graph.deliver_webhooks("99", items[2])
    went_on.set()
    await graph.wait_until_delivered()
    told = [[(entry["id"], len(entry["messaging"])) for entry in json.loads(body)["entry"]] for body in bodies]
    assert told == [[(PAGE, 1)], [(PAGE, 1)], [(PAGE, 1), ("99", 1)]]
    assert bodies[0] == bodies[1]
    assert graph.pages[PAGE].windows.keys() == {PSID}


async def test_a_webhook_that_is_never_answered_is_given_up(
    aiohttp_server: MakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And counted."""
    monkeypatch.setattr(service.stand_ins.graph_webhooks, "RETRIES_S", (0.0, 0.0))
    graph = make_graph_stand_in(MovableTime(), echo_to="http://127.0.0.1:9/door")
    await aiohttp_server(graph.build_application())
    graph.deliver_webhooks(PAGE, message_item(page=PAGE, psid=PSID, mid="m", at=START, text="hi"))
    await graph.wait_until_delivered()
    assert graph.postman.given_up == 1
