"""Counted links on the web pages, over real HTTP: the switch, the notice, and requests that count nobody."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from msgspec.structs import replace

from domain.event_types.links import CountingEnded, LinkFollowed
from domain.link_evidence.hits import PIXEL, LinkRecord
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.links.tokens import CountedLink, write_token
from email_out.pages.routes import MailPages
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader
from tests.support.people import KEYS, SHIPPED_CONFIG, TOPIC
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]
URL = "https://amseltea.example/book"


def counting() -> WorkspaceConfig:
    """Return the shipped declarations with a wording that announces counting."""
    told = SHIPPED_CONFIG.model_dump(by_alias=True, mode="json")
    told["topics"][TOPIC]["measures"] = ["clicks"]
    return WorkspaceConfig.model_validate(told)


@pytest.fixture
def world() -> MailWorld:
    """Open a world in which clicks are counted."""
    return MailWorld(config=counting())


@pytest.fixture
async def client(world: MailWorld) -> AsyncIterator[Client]:
    """Serve the pages."""
    pages = MailPages(
        store=world.store, transact=world.transact, unsubscribe=world.note_unsubscribe, keys=KEYS,
        clock=lambda: world.now, config=lambda: world.config, list_sends=world.store.sends_of,
    )  # fmt: skip
    app = web.Application()
    app.add_routes(pages.routes())
    async with TestClient(await serve_app(app)) as served:
        yield served


async def store_reader(world: MailWorld, *measures: str) -> Subscriber:
    """Store a reader whose wording announced this."""
    record, _ = confirmed_reader()
    consent = replace(record.consents[TOPIC], measures=measures)
    links = LinkRecord(clicked={"one": 1}) if measures else None
    record = replace(record, consents={**record.consents, TOPIC: consent}, links=links)
    await world.store_person(record)
    return record


def link_of(record: Subscriber, link: int = 1) -> str:
    """Return the token of a link in a mail to this reader."""
    counted = CountedLink(
        subscriber=record.id, send=KEYS.send_id("x"), link=link, links=2, topic=TOPIC, mail="welcome", url=URL
    )
    return write_token(counted, KEYS)


async def test_counting_is_shown_and_ended_by_one_press(client: Client, world: MailWorld) -> None:
    """The mails go on, the ledger has a line, what was known of clicks is gone, and no later request counts."""
    record = await store_reader(world, "clicks")
    page = f"/preferences/{KEYS.sign_link('preferences', record.id, ADDRESS)}"
    shown = await (await client.get(page)).text()
    assert shown.count("Do not count my clicks") == 1
    assert world.events == []
    for _ in range(2):
        pressed = await (await client.post(page, data={"uncount": TOPIC})).text()
        assert "your clicks are not counted any more" in pressed
        assert "Do not count my clicks" not in pressed
    after = await world.load_record(record)
    assert (after.consents[TOPIC].status, after.consents[TOPIC].measures, after.links) == ("confirmed", (), None)
    assert after.ledger_size == record.ledger_size + 1
    assert [type(event) for event in world.events[:1]] == [CountingEnded]
    followed = await client.get(f"/r/{link_of(record)}", allow_redirects=False)
    assert (followed.status, followed.headers["Location"]) == (302, URL)
    assert not any(isinstance(event, LinkFollowed) for event in world.events)
    assert (await client.post(page, data={"uncount": "nothing"})).status == 200


async def test_who_is_not_counted_sees_no_word_of_it(client: Client, world: MailWorld) -> None:
    """No switch for them; the notice of the house tells that some are counted."""
    record = await store_reader(world)
    page = f"/preferences/{KEYS.sign_link('preferences', record.id, ADDRESS)}"
    assert "clicks" not in (await (await client.get(page)).text()).replace("opens nor clicks", "")
    await client.get(f"/r/{link_of(record)}", allow_redirects=False)
    assert world.events == []
    assert "Which links of our mails you follow" in await (await client.get("/privacy")).text()
    world.config = SHIPPED_CONFIG
    assert "Which links of our mails you follow" not in await (await client.get("/privacy")).text()


async def test_a_request_keeps_a_word_and_nothing_of_who_asked(client: Client, world: MailWorld) -> None:
    """No address and no agent in the event; caches keep nothing, and the target learns no token."""
    record = await store_reader(world, "clicks")
    headers = {"User-Agent": "curl/8 secret-agent", "X-Forwarded-For": "203.0.113.9"}
    answer = await client.get(f"/r/{link_of(record)}", headers=headers, allow_redirects=False)
    assert (answer.headers["Cache-Control"], answer.headers["Referrer-Policy"]) == ("no-store", "no-referrer")
    [event] = world.events
    assert isinstance(event, LinkFollowed)
    assert event.doubt == "agent"
    assert "secret" not in repr(event)
    assert "203.0.113.9" not in repr(event)
    # a token of a link is no picture, and the other way round
    assert (await client.get(f"/r/{link_of(record, PIXEL)}", allow_redirects=False)).status == 404
    await client.get(f"/o/{link_of(record)}")
    assert len(world.events) == 1


async def test_a_reader_gets_there_while_the_store_is_away(client: Client, world: MailWorld) -> None:
    """The click is lost, the way is not."""
    record = await store_reader(world, "clicks")
    world.store.away = True
    answer = await client.get(f"/r/{link_of(record)}", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (302, URL)
    assert world.events == []
