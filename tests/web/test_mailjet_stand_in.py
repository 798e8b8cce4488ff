"""The stand-in for Mailjet refuses what Mailjet refuses, and makes nothing up."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from service.stand_ins.mailjet.send_rules import (
    FORBIDDEN_HEADERS,
    PROPERTIES,
    NotEstablishedError,
    judge_call,
    judge_message,
)
from service.stand_ins.mailjet.state import AcceptedMessage
from tests.support.mailjet_world import KEY, SECRET, RunningMailjet, run_mailjet
from tests.support.people import NOON

Json = dict[str, Any]
FROM = {"Email": "lena@leaf.amseltea.example"}
TO = [{"Email": "mia@example.com"}]
GOOD: Json = {"From": FROM, "To": TO, "Subject": "Tea", "TextPart": "Hello", "HTMLPart": "<p>Hello</p>"}
FILE = {"ContentType": "text/plain", "Filename": "a.txt", "Base64Content": "YQ=="}


class Calls:
    """Calls with the key."""

    def __init__(self, running: RunningMailjet, session: aiohttp.ClientSession) -> None:
        """Take both."""
        self.account, self.stand_in = running.stand_in.account, running.stand_in
        self.session = session
        self.base = f"http://127.0.0.1:{running.port}"

    async def __call__(self, method: str, path: str, body: object = None, secret: str = SECRET) -> tuple[int, Any]:
        """Return status and JSON."""
        headers = {"Authorization": aiohttp.encode_basic_auth(KEY, secret)}
        async with self.session.request(method, f"{self.base}{path}", json=body, headers=headers) as answer:
            return answer.status, await answer.json(content_type=None)


@pytest.fixture
def now() -> list[datetime]:
    """Return a clock that a test moves."""
    return [NOON]


@pytest.fixture
async def call(now: list[datetime]) -> AsyncIterator[Calls]:
    """Run a stand-in with one list."""
    async with run_mailjet(lambda: now[0]) as running, aiohttp.ClientSession() as session:
        running.stand_in.account.add_list(4711, "friday")
        yield Calls(running, session)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"From": None}, ["mj-0003"]),
        ({"To": []}, ["mj-0007"]),
        ({"To": "mia@example.com"}, ["mj-0004"]),
        ({"To": [{"Email": ""}]}, ["mj-0012"]),
        ({"To": [{"Email": "invalid@123.4"}]}, ["mj-0013"]),
        ({"To": [{"Name": "Mia"}]}, ["mj-0003"]),
        ({"To": [{"Email": f"a{number}@example.com"} for number in range(51)]}, ["send-0015"]),
        ({"From": [FROM]}, ["mj-0004"]),
        ({"From": {"Email": "lena@other.example"}}, ["send-0008"]),
        ({"Subject": "x" * 256}, ["mj-0006"]),
        ({"Subject": 7}, ["mj-0004"]),
        ({"URLTags": "x" * 257}, ["mj-0006"]),
        ({"TrackOpens": "never"}, ["mj-0005"]),
        ({"Priority": "2"}, ["mj-0004"]),
        ({"Priority": True}, ["mj-0004"]),
        ({"DeduplicateCampaign": 1}, ["mj-0004"]),
        ({"DeduplicateCampaign": True}, ["send-0012"]),
        ({"TemplateErrorDeliver": True}, ["send-0016"]),
        ({"Headers": {"List-Id": "<a.b>"}}, ["send-0011"]),
        ({"Headers": {"X-Own": 7}}, ["mj-0004"]),
        ({"Attachments": [FILE | {"Base64Content": ""}]}, ["mj-0012"]),
        ({"InlinedAttachments": [FILE]}, ["mj-0003"]),
        ({"Attachments": FILE}, ["mj-0004"]),
        ({"Variables": "a"}, ["mj-0004"]),
        ({"Subject": 7, "To": [{"Email": ""}]}, ["mj-0012", "mj-0004"]),
    ],
)
def test_each_rule_refuses(change: Json, codes: list[str]) -> None:
    """With the code of the guide's table; several faults of one message are all told."""
    senders = {"*@leaf.amseltea.example"}
    assert judge_message(GOOD, senders) == []
    assert [fault.code for fault in judge_message(GOOD | change, senders)] == codes


def test_a_message_without_content_is_refused() -> None:
    """Text, HTML or a template."""
    assert [one.code for one in judge_message({"From": FROM, "To": TO}, {FROM["Email"]})] == ["send-0003"]
    assert all(
        [one.code for one in judge_message(GOOD | {"Headers": {header.title(): "a"}}, {FROM["Email"]})] == ["send-0011"]
        for header in FORBIDDEN_HEADERS
    )
    assert all(row.says for row in PROPERTIES.values())


@pytest.mark.parametrize(
    "change",
    [
        {"Own": 1},
        {"TemplateID": 7},
        {"MonitoringCategory": "a"},
        {"Sender": FROM},
        {"To": [{"Email": "mia@example.com", "Age": 7}]},
        {"Headers": {"X-Own": "a\r\nBcc: b@example.com"}},
    ],
)
async def test_what_no_source_says_is_not_made_up(call: Calls, change: Json) -> None:
    """501, and nothing is taken."""
    status, body = await call("POST", "/v3.1/send", {"Messages": [GOOD | change]})
    assert (status, body["ErrorMessage"].startswith("not established: ")) == (501, True)
    assert call.account.messages == []
    assert (await call("GET", "/v3/REST/message?FromTS=1"))[0] == 501
    assert (await call("GET", "/v3/REST/campaign"))[0] == 501
    with pytest.raises(NotEstablishedError):
        judge_call({"Messages": [GOOD], "Globals": {}})


async def test_a_call_is_refused_as_a_whole(call: Calls) -> None:
    """Malformed, without messages, with too many, with a wrong secret."""
    assert (await call("POST", "/v3.1/send", {"Messages": [GOOD] * 51}))[1]["ErrorCode"] == "mj-0008"
    assert (await call("POST", "/v3.1/send", {"Messages": []}))[1]["ErrorCode"] == "mj-0007"
    assert (await call("POST", "/v3.1/send", {"Messages": "a"}))[1]["ErrorCode"] == "mj-0004"
    assert (await call("POST", "/v3.1/send", {}))[1]["ErrorCode"] == "mj-0003"
    assert (await call("POST", "/v3.1/send", [GOOD]))[1]["ErrorCode"] == "mj-0002"
    status, body = await call("POST", "/v3.1/send", {"Messages": [GOOD]}, secret="wrong")
    assert (status, body["ErrorCode"]) == (401, "mj-0015")
    assert call.account.messages == []


async def test_good_and_bad_messages_of_one_call(call: Calls) -> None:
    """400, in the order of the call; the good one is taken."""
    status, body = await call("POST", "/v3.1/send", {"Messages": [GOOD | {"To": []}, GOOD | {"CustomID": "a"}]})
    assert status == 400
    assert [one["Status"] for one in body["Messages"]] == ["error", "success"]
    found = await call("GET", "/v3/REST/message?CustomID=a")
    assert found[1]["Data"][0]["ID"] == body["Messages"][1]["To"][0]["MessageID"]
    assert (await call("GET", "/v3/REST/message?CustomID=b"))[1] == {"Count": 0, "Data": [], "Total": 0}


async def test_the_sandbox_delivers_nothing(call: Calls) -> None:
    """It answers without ids."""
    _, body = await call("POST", "/v3.1/send", {"Messages": [GOOD], "SandboxMode": True})
    assert (body["Messages"][0]["To"][0]["MessageID"], call.account.messages) == (0, [])


async def finish_job(call: Calls, path: str, body: Json) -> Json:
    """Start a job and look at it until it ends."""
    status, answer = await call("POST", path, body)
    assert status == 200, answer
    for _ in range(9):
        job: Json = (await call("GET", f"{path}/{answer['Data'][0]['JobID']}"))[1]["Data"][0]
        if job["Status"] in ("Completed", "Error"):
            return job
    raise AssertionError(answer)


async def test_lists_keep_who_unsubscribed(call: Calls) -> None:
    """A gentle add changes nothing for who unsubscribed; a mail to the list's own address reaches all others."""
    path, people = (
        "/v3/REST/contactslist/4711/managemanycontacts",
        [{"Email": "mia@example.com"}, {"Email": "b@b.example"}],
    )
    assert (await finish_job(call, path, {"Action": "addnoforce", "Contacts": people}))["Count"] == 2
    await finish_job(call, path, {"Action": "unsub", "Contacts": people[:1]})
    await finish_job(call, path, {"Action": "addnoforce", "Contacts": people})
    places = (await call("GET", "/v3/REST/contact/mia@example.com/getcontactslists"))[1]["Data"]
    assert [(one["ListID"], one["IsUnsub"]) for one in places] == [(4711, True)]
    await call("POST", "/v3.1/send", {"Messages": [GOOD | {"To": [{"Email": "friday@lists.mailjet.com"}]}]})
    assert [one.email for one in call.account.messages] == ["b@b.example"]
    wrong = {"ContactsLists": [{"ListID": 9, "Action": "addnoforce"}]}
    assert (await call("POST", "/v3/REST/contact/mia@example.com/managecontactslists", wrong))[0] == 400
    call.account.failing_jobs = 1
    assert (await finish_job(call, path, {"Action": "unsub", "Contacts": people}))["Status"] == "Error"
    rows = (await call("GET", "/v3/REST/listrecipient?ContactsList=4711&Limit=1"))[1]
    assert (rows["Count"], rows["Total"]) == (1, 2)


async def test_a_deleted_contact_has_no_name(call: Calls, now: list[datetime]) -> None:
    """At once; after 30 days it is gone."""
    contact = call.account.make_contact("mia@example.com", "Mia")
    assert (await call("DELETE", f"/v4/contacts/{contact.id}"))[0] == 200
    assert (await call("GET", "/v3/REST/contact/mia@example.com"))[0] == 404
    shown = (await call("GET", f"/v3/REST/contact/{contact.id}"))[1]["Data"][0]
    assert (shown["Name"], shown["Email"].endswith("@domain.invalid")) == ("Anonymized", True)
    now[0] += timedelta(days=30)
    assert (await call("GET", f"/v3/REST/contact/{contact.id}"))[0] == 404


async def test_events_come_until_they_are_taken(call: Calls, now: list[datetime]) -> None:
    """Every 30 seconds for 24 hours, in an array or bare; then the backup address is used."""
    got: list[object] = []
    status = [503]

    async def take(request: web.Request) -> web.Response:
        got.append(await request.json())
        return web.Response(status=status[0])

    app = web.Application()
    app.router.add_post("/{anything}", take)
    async with TestServer(app) as server:
        main, backup = str(server.make_url("/main")), str(server.make_url("/backup"))
        body = {"EventType": "sent", "Url": main, "Version": 2}
        assert (await call("POST", "/v3/REST/eventcallbackurl", body))[0] == 200
        await call("POST", "/v3/REST/eventcallbackurl", body | {"Url": backup, "Version": 1, "isBackup": True})
        await call("POST", "/v3.1/send", {"Messages": [GOOD, GOOD]})
        assert await call.stand_in.send_events() == 0
        assert [len(one) for one in got if isinstance(one, list)] == [2]
        assert await call.stand_in.send_events() == 0
        assert len(got) == 1
        now[0] += timedelta(hours=24)
        assert await call.stand_in.send_events() == 0
        status[0] = 200
        now[0] += timedelta(seconds=30)
        assert await call.stand_in.send_events() == 2
        assert [isinstance(one, dict) for one in got] == [False, False, True, True]
        assert call.stand_in.postman.count_waiting() == 0


def test_a_message_keeps_its_names() -> None:
    """CustomID and campaign are those of its body."""
    message = AcceptedMessage(id=1, uuid="u", contact=2, email="a@b.example", at=NOON, body={"CustomID": "c"})
    assert (message.custom_id, message.campaign) == ("c", "")
