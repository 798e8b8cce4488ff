"""Everybody at once: who gets what by tomorrow night, where each one stands, what did not go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from aiohttp import web

from service.demo.compose import run_demo
from service.playground.api import install_playground
from service.playground.chat_views import ChoiceView
from service.playground.everybody.outlook import end_of_tomorrow
from service.playground.everybody.routes import install_everybody
from service.playground.everybody.subscribe import choose_reply, subscribe_newcomer
from service.playground.everybody.views import AllToldView, EverybodyView
from tests.support.fake_playground import START, FakePlayground
from tests.web.test_playground_api import MakeClient
from tests.web.test_playground_world import _post, _wait_until

EVERYBODY = "/playground/api/everybody"


class FakeCrowd:
    """Nobody is there, and nothing is declared but cups."""

    async def read_everybody(self) -> EverybodyView:
        """See the port."""
        return EverybodyView(until=START, mails=(), people=())

    async def draw_sequence(self, name: str) -> str:
        """See the port."""
        message = f"The workspace has no sequence “{name}”."
        raise ValueError(message)

    async def post_event_of_all(self, event: str) -> AllToldView:
        """See the port."""
        if event != "cup.noted":
            message = f"The workspace declares no event “{event}”."
            raise ValueError(message)
        return AllToldView(told=2)


@pytest.mark.parametrize(("month", "hours"), [(11, 47), (3, 46)])
def test_tomorrow_ends_where_the_workspace_is(month: int, hours: int) -> None:
    """At midnight there, also on a short day."""
    zone = ZoneInfo("Europe/Berlin")
    now = datetime(2027, month, 27, 1, 0, tzinfo=zone) if month == 3 else datetime(2026, 11, 23, 1, 0, tzinfo=zone)

    assert end_of_tomorrow(now.astimezone(UTC), zone).astimezone(UTC) - now.astimezone(UTC) == timedelta(hours=hours)


def test_a_newcomer_says_yes_and_takes_the_offered_address() -> None:
    """The first reply of a consent is its yes; the address of the profile goes before it."""
    yes, no = ChoiceView(label="Yes", kind="reply"), ChoiceView(label="No", kind="reply")
    address = ChoiceView(label="mia@example.com", kind="email")

    assert choose_reply((yes, no)) == yes
    assert choose_reply((no, address)) == address


async def test_who_gets_stuck_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """A chat that asks for more than a yes and an address is left to the visitor."""
    monkeypatch.setattr("service.playground.everybody.subscribe.MOST_SECONDS", 0.05)

    with pytest.raises(ValueError, match="Noah got stuck in the chat"):
        await subscribe_newcomer(FakePlayground(), "en")


async def test_wrong_requests_are_refused(aiohttp_client: MakeClient) -> None:
    """An unknown event in a sentence, a form not at all, a page of another host neither."""
    app = web.Application()
    install_playground(app, FakePlayground())
    install_everybody(app, FakeCrowd())
    client = await aiohttp_client(app)

    told = await client.post(f"{EVERYBODY}/event", json={"event": "cup.noted"})
    unknown = await client.post(f"{EVERYBODY}/event", json={"event": "cup.drunk"})
    form = await client.post(f"{EVERYBODY}/event", data={"event": "cup.noted"})
    foreign = await client.get(EVERYBODY, headers={"Host": "elsewhere.example"})

    assert (await told.json(), unknown.status, form.status, foreign.status) == ({"told": 2}, 422, 415, 421)
    assert "declares no event" in (await unknown.json())["error"]


async def test_two_people_are_seen_at_once(tmp_path: Path) -> None:
    """Both subscribe by themselves; who notes a cup does not get the mail that the other one gets."""
    async with (
        run_demo(tmp_path / "workspace", host="127.0.0.1", port=0, data=tmp_path / "var" / "store") as demo,
        aiohttp.ClientSession(demo.url) as client,
    ):
        first = (await _post(client, "everybody/subscriber", {"language": "en"}))["psid"]
        second = (await _post(client, "everybody/subscriber", {"language": "de"}))["psid"]
        await _post(client, "clock", {"hours": 50})
        for psid in (first, second):
            await _wait_until(client, psid, lambda state: len(state["mails"]) == 2)
        async with client.get(EVERYBODY) as response:
            before = await response.json()
        await _post(client, f"people/{first}/event", {"event": "cup.noted"})
        await _wait_until(client, first, lambda state: bool(state["knows"]["behaviour"]))
        async with client.get(EVERYBODY) as response:
            after = await response.json()
        told = await _post(client, "everybody/event", {"event": "cup.noted"})
        async with client.get(f"{EVERYBODY}/pictures/tasting_book.svg") as response:
            picture, kind = await response.text(), response.content_type
        async with client.get(f"{EVERYBODY}/pictures/nothing.svg") as response:
            refused = response.status

    noah, lea = (next(one for one in after["people"] if one["psid"] == psid) for psid in (first, second))
    assert [(one["name"], one["mail"], one["rests_on"]) for one in before["mails"]] == [
        ("Noah", "come back", "no “noted a cup”"), ("Lea", "come back", "no “noted a cup”"),
    ]  # fmt: skip
    assert [one["name"] for one in after["mails"]] == ["Lea"]
    assert [one["text"] for one in noah["not_sent"]] == ["“come back” did not go: noted a cup meanwhile."]
    assert (noah["subscribed"], lea["not_sent"], told) == (True, [], {"told": 2})
    assert after["sequences"][0] == {"sequence": "tasting_book", "name": "tasting book"}
    assert (kind, "2 began" in picture, "2 sent" in picture, refused) == ("image/svg+xml", True, True, 422)
