"""The stand-in for the Graph API refuses what the platform refuses."""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from bot.errors import ERRORS
from service.demo.graph import GraphStandIn, message_payload, sign
from service.demo.graph_rules import FAILURES
from tests.web.messenger import APP_SECRET, PAGE, PSID, START, TOKEN, Time, stand_in

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Client]]
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
GOOD: dict[str, object] = {
    "recipient": {"id": PSID}, "messaging_type": "RESPONSE", "message": {"text": "hi"}, "access_token": TOKEN,
    "appsecret_proof": PROOF,
}


@pytest.fixture
async def graph() -> GraphStandIn:
    """Return the stand-in."""
    return stand_in(Time())


@pytest.fixture
async def client(graph: GraphStandIn, aiohttp_client: MakeClient) -> Client:
    """Return a client that talks to the stand-in."""
    return await aiohttp_client(graph.application())


async def post(client: Client, body: dict[str, object], page: str = PAGE) -> tuple[int, dict[str, object]]:
    """Post JSON to the Send API; return status and answer."""
    async with client.post(f"/v25.0/{page}/messages", json=body) as answer:
        return answer.status, await answer.json()


@pytest.mark.parametrize("page", [PAGE, "me"])
async def test_a_good_message_arrives(client: Client, graph: GraphStandIn, page: str) -> None:
    """It gets an id and stands in the person's thread."""
    status, answer = await post(client, GOOD, page)
    (sent,) = graph.thread(PSID)
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


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"access_token": "other"}, 190), ({"access_token": ""}, 190),
        ({"appsecret_proof": "0"}, 100), ({"appsecret_proof": "ä"}, 100),
        ({"recipient": {}}, 100), ({"recipient": "7"}, 100), ({"recipient": None}, 100),
        ({"messaging_type": ""}, 100), ({"messaging_type": "MESSAGE_TAG"}, 100),
        ({"message": None}, 100), ({"message": {}}, 100), ({"message": {"text": "a" * 2001}}, 100),
        ({"message": {"text": "a", "metadata": "a" * 1000}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a", "payload": "p"}] * 14}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a" * 21, "payload": "p"}]}}, 100),
        ({"message": {"text": "a", "quick_replies": [{"title": "a", "payload": ""}]}}, 100),
        ({"message": template(text="a" * 641)}, 100), ({"message": template(buttons=[])}, 100),
        ({"message": template(buttons=[{"title": "a"}] * 4)}, 100),
        ({"message": template(buttons=[{"title": "a" * 21}])}, 100),
        ({"sender_action": "dance"}, 100),
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
            "message": "(#100) Object does not exist", "type": "OAuthException", "code": 100, "error_subcode": 33,
            "fbtrace_id": "A000000000000001",
        },
    )


def test_every_row_of_the_error_table_can_be_asked_for() -> None:
    """The failures on demand are the doors' error table, row for row."""
    assert {(one.code, one.subcode) for one in FAILURES.values()} == {(row.code, row.subcode) for row in ERRORS}


def test_a_webhook_body_is_escaped_as_the_platform_does() -> None:
    """Signed over exactly these bytes."""
    body = message_payload(page=PAGE, psid=PSID, mid="m", at=START, text='ä\U0001f375 a@b.c/<5%> "\\')
    assert rb'\u00e4\ud83c\udf75 a\u0040b.c\/\u003C5\u0025> \"\\' in body
    assert json.loads(body)["entry"][0]["messaging"][0]["message"]["text"] == 'ä\U0001f375 a@b.c/<5%> "\\'
    assert sign(body, "s") == "sha256=" + hmac.new(b"s", body, hashlib.sha256).hexdigest()
