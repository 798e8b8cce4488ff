"""Mailjet's events over real HTTP: who may post, what is taken in, and what comes twice, late or mixed."""

import dataclasses
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import BaseTestServer
from msgspec.structs import replace

from domain.effects import UpdateAddress
from domain.events import MailRefused, Unsubscribed
from email_out.message.mime import build_mime
from email_out.transports.base import Delivered, open_gate
from service.feedback.mailjet_door import MOST_BYTES, PATH, MailjetDoor
from tests.support.mail_world import ADDRESS, AwayStore
from tests.support.mailjet_world import RunningMailjet, outgoing_mail, run_mailjet
from tests.support.people import KEYS, MAIL, TOPIC
from tests.support.serve_app import serve_app
from tests.unit.service.feedback.test_desk import House

LOGIN = "mailjet:a-long-password-of-ours"


@dataclass
class Door:
    """The route with a reader behind it, and the stand-in that posts to it."""

    house: House
    running: RunningMailjet
    server: BaseTestServer
    session: aiohttp.ClientSession

    @property
    def url(self) -> str:
        """The address that Mailjet is given, without the login."""
        return str(self.server.make_url(PATH))

    async def post(self, body: object, login: str = LOGIN) -> int:
        """Post events; return the status."""
        headers = {"Authorization": aiohttp.encode_basic_auth(*login.split(":", 1))} if login else {}
        async with self.session.post(self.url, json=body, headers=headers) as answer:
            return answer.status

    async def send_mail(self) -> None:
        """Send the reader's mail by the stand-in."""
        mail = dataclasses.replace(outgoing_mail(to=MAIL), id=self.house.mail.id)
        transport = self.running.open_transport()
        assert isinstance(await transport.send(mail, build_mime(mail), open_gate), Delivered)
        await transport.close()

    def hear(self, *kinds: str, version: Literal[1, 2] = 2) -> None:
        """Let the stand-in post these kinds of events here."""
        for kind in kinds:
            url = self.url.replace("http://", f"http://{LOGIN}@")
            self.running.stand_in.postman.set_address(kind, url, version=version)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    """Open the door."""
    house = House()
    await house.open_house()
    app = web.Application()
    app.add_routes(MailjetDoor(desk=house.desk, login=LOGIN).routes())
    async with (
        run_mailjet(lambda: house.world.now) as running,
        aiohttp.ClientSession() as session,
        await serve_app(app) as server,
    ):
        yield Door(house, running, server, session)


async def test_only_who_has_the_login_may_post(door: Door) -> None:
    """Whoever has none, a wrong one, or calls where none is set, is refused; HEAD with it is answered."""
    for login in ("", "mailjet:wrong", "mailjet:", ":", LOGIN[:-1], LOGIN + "x"):
        assert await door.post([], login) == 401
    headers = {"Authorization": "Basic ?"}
    assert (await door.session.post(door.url, headers=headers)).status == 401
    assert (await door.session.head(door.url)).status == 401
    headers = {"Authorization": aiohttp.encode_basic_auth(*LOGIN.split(":"))}
    assert (await door.session.head(door.url, headers=headers)).status == 200
    app = web.Application()
    app.add_routes(MailjetDoor(desk=door.house.desk, login="").routes())
    async with await serve_app(app) as server:
        headers = {"Authorization": "Basic "}
        assert (await door.session.post(server.make_url(PATH), headers=headers)).status == 401


async def test_bodies_that_cannot_be_taken(door: Door) -> None:
    """No JSON, nested without end, too long, of another form; an empty array is fine."""
    headers = {"Authorization": aiohttp.encode_basic_auth(*LOGIN.split(":"))}
    bodies = ((b"{", 400), (b"[" * 100_000, 400), (b'"x"', 400), (b" " * (MOST_BYTES + 1), 413), (b"[]", 200))
    for body, status in bodies:
        assert (await door.session.post(door.url, data=io.BytesIO(body), headers=headers)).status == status
    mixed = [7, None, {"event": "party"}, {"event": "open", "email": MAIL}, {"event": "bounce", "email": "x@y.example"}]
    assert await door.post(mixed * 1000) == 200
    assert door.house.world.events == []


@pytest.mark.parametrize("version", [1, 2])
async def test_a_dead_mailbox_is_heard_once(door: Door, version: Literal[1, 2]) -> None:
    """In either version, and however often it comes."""
    await door.send_mail()
    door.hear("sent", "bounce", version=version)
    door.running.stand_in.postman.doubles = True
    [message] = door.running.stand_in.account.messages
    door.running.stand_in.report("bounce", message)
    door.running.stand_in.report("bounce", message)
    assert await door.running.stand_in.send_events() == 4
    person = await door.house.load_person()
    assert (person.addresses[ADDRESS].status, person.consents[TOPIC].status) == ("bounced", "withdrawn")
    assert await door.house.suppressions() == ["hard_bounce"]
    assert [one.returned for one in door.house.world.events if isinstance(one, MailRefused)] == ["hard"]


async def test_a_complaint_ends_consent_for_good(door: Door) -> None:
    """The address gets no mail any more, and nobody may lift it."""
    await door.send_mail()
    door.hear("spam")
    door.running.stand_in.report("spam", door.running.stand_in.account.messages[0])
    await door.running.stand_in.send_events()
    assert await door.house.suppressions() == ["complaint"]
    assert (await door.house.load_person()).consents[TOPIC].status == "withdrawn"


async def test_an_unsub_there_is_a_withdrawal_here(door: Door) -> None:
    """By address, since an unsub of a list names no mail; the same again changes nothing."""
    now = door.house.world.now
    event = {"event": "unsub", "email": MAIL, "time": now.timestamp(), "mj_list_id": 0, "agent": "List-Unsubscribe"}
    door.house.world.now += timedelta(minutes=1)
    assert await door.post([event, event]) == 200
    assert await door.post(event) == 200
    person = await door.house.load_person()
    assert person.consents[TOPIC].status == "withdrawn"
    assert await door.house.suppressions() == ["unsubscribed"]
    assert len([one for one in door.house.world.events if isinstance(one, Unsubscribed)]) == 1


async def test_an_unsub_ends_the_consent_of_all_who_hold_the_address(door: Door) -> None:
    """The mailbox speaks for each of them; what two records hold is ended in both."""
    house = door.house
    other = replace(house.person, id=KEYS.subscriber_id("1", "another"))
    await house.world.store_person(other)
    await house.addresses.update_address(
        other.id, UpdateAddress(id="2", address=ADDRESS, change="held", at=house.world.now)
    )
    house.world.now += timedelta(minutes=1)
    event = {"event": "unsub", "email": MAIL, "time": house.world.now.timestamp()}
    assert await door.post(event) == 200
    people = [await house.load_person(), await house.world.load_record(other)]
    assert [person.consents[TOPIC].status for person in people] == ["withdrawn", "withdrawn"]


async def test_an_unsub_that_comes_a_day_late_does_not_end_a_newer_yes(door: Door) -> None:
    """Who subscribed again meanwhile gets what they asked for."""
    house = door.house
    confirmed = (await house.load_person()).consents[TOPIC].confirmed_at
    assert confirmed
    event = {"event": "unsub", "email": MAIL, "time": (confirmed - timedelta(minutes=5)).timestamp()}
    house.world.now += timedelta(days=1)
    assert await door.post(event) == 200
    person = await house.load_person()
    assert person.consents[TOPIC].status == "confirmed"
    assert (await house.addresses.admit(replace(house.mail, address=ADDRESS), person)).answer == "yes"


async def test_mixed_late_and_reversed_events_are_all_taken(door: Door) -> None:
    """A bounce of a day ago after its “sent” of today; greylisting is no bounce."""
    await door.send_mail()
    door.hear("sent", "bounce", "blocked", "unsub", "spam")
    stand_in = door.running.stand_in
    stand_in.postman.reverses = stand_in.postman.doubles = True
    [message] = stand_in.account.messages
    yesterday = door.house.world.now - timedelta(days=1)
    stand_in.report("bounce", message, yesterday, error="greylisted", hard_bounce=False)
    stand_in.report("blocked", message, error="duplicate in campaign", error_related_to="mailjet")
    stand_in.report("bounce", message, datetime(1970, 1, 1, tzinfo=UTC), error="quota exceeded", hard_bounce=False)
    assert await stand_in.send_events() > 0
    assert stand_in.postman.count_waiting() == 0
    assert [one.returned for one in door.house.world.events if isinstance(one, MailRefused)] == ["soft"]
    assert await door.house.suppressions() == []


async def test_while_the_store_is_away_mailjet_keeps_its_events(door: Door) -> None:
    """503, and half a minute later they are taken."""
    await door.send_mail()
    door.hear("bounce")
    stand_in, store = door.running.stand_in, door.house.world.store
    stand_in.report("bounce", stand_in.account.messages[0])
    assert isinstance(store, AwayStore)
    store.away = True
    assert await stand_in.send_events() == 0
    assert stand_in.postman.answers == [503]
    store.away = False
    door.house.world.now += timedelta(seconds=30)
    assert await stand_in.send_events() == 1
    assert await door.house.suppressions() == ["hard_bounce"]


async def test_an_unsub_of_a_list_ends_its_topic_alone(door: Door) -> None:
    """Where the list is kept in step with a topic; that topic is not one of this reader's."""
    app = web.Application()
    topics = {4711: "another_topic", 4712: TOPIC}
    door_of_lists = MailjetDoor(desk=door.house.desk, login=LOGIN, find_topic=lambda number: topics.get(number, ""))
    app.add_routes(door_of_lists.routes())
    event = {"event": "unsub", "email": MAIL, "time": door.house.world.now.timestamp()}
    async with await serve_app(app) as server:
        door.server = server
        assert await door.post(event | {"mj_list_id": 4711}) == 200
        assert (await door.house.load_person()).consents[TOPIC].status == "confirmed"
        assert await door.post(event | {"mj_list_id": 4712, "MessageID": 7}) == 200
        assert (await door.house.load_person()).consents[TOPIC].status == "withdrawn"
