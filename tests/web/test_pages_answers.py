"""The answer page over real HTTP: scanners change nothing, a press counts, and every old or wrong link is told so."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from msgspec.structs import replace

from domain.events import ChoiceAnswered
from domain.record import Subscriber
from domain.sequence_runs import OpenQuestion, Run
from email_out.pages.routes import MailPages
from email_out.templates.compile import compile_mails
from email_out.templates.render import render
from tests.support.mail_world import ADDRESS, PUBLIC, SHIPPED, MailWorld, confirmed_reader, welcome_mail
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]
LABELS = ("Keep <me>", "Take me off")
DAY = timedelta(days=1)


@pytest.fixture
def world() -> MailWorld:
    """Open the world."""
    return MailWorld()


@pytest.fixture
async def client(world: MailWorld) -> AsyncIterator[Client]:
    """Serve the pages."""
    pages = MailPages(
        store=world.store, transact=world.transact, unsubscribe=world.note_unsubscribe, keys=KEYS,
        clock=lambda: world.now, config=lambda: world.config,
    )  # fmt: skip
    app = web.Application()
    app.add_routes(pages.routes())
    async with TestClient(await serve_app(app)) as served:
        yield served


def asked_reader(**asked: object) -> Subscriber:
    """Return somebody whom a mail asks something."""
    person, mail = confirmed_reader()
    question = OpenQuestion(step="still", send=mail.id, at=NOON, until=NOON + 14 * DAY, labels=LABELS)
    run = Run(
        number=1, sequence_hash="h", step="still", started_at=NOON, entered_at=NOON, address=ADDRESS, sent=("still",),
        question=replace(question, **asked),
    )  # fmt: skip
    return replace(person, runs={"sunset": run})


def link(person: Subscriber, number: int, *, purpose: str = "a") -> str:
    """Return the link of an answer."""
    return f"/a/{KEYS.sign_link(purpose, person.id, ADDRESS, welcome_mail().id, str(number))}"


async def test_scanners_change_nothing_and_a_press_counts(client: Client, world: MailWorld) -> None:
    """All links opened three times, by GET and HEAD: nothing is written; then one press is one event."""
    person = asked_reader()
    await world.store_person(person)
    before = await world.store.load(person.id)
    for number in (0, 1) * 3:
        shown = await client.get(link(person, number))
        assert (shown.status, (await client.head(link(person, number))).status) == (200, 200)
        assert (await shown.text()).count("<button") == 1
    assert "Keep &lt;me&gt;" in await (await client.get(link(person, 0))).text()
    assert (world.events, await world.store.load(person.id)) == ([], before)
    await client.post(link(person, 1))  # this small world decides by consent alone, so only the event is looked at
    assert [(event.send, event.number) for event in world.events if isinstance(event, ChoiceAnswered)] == [
        (welcome_mail().id, 1)
    ]


@pytest.mark.parametrize(
    ("asked", "later", "says", "status"),
    [
        ({}, 15 * DAY, "This question has closed", 410),
        ({"given": LABELS[0], "given_at": NOON}, DAY, "Thank you!", 200),
        ({"given": LABELS[1], "given_at": NOON}, DAY, "You have answered already", 200),
        ({"labels": ()}, DAY, "This link does not work", 404),
    ],
)
async def test_links_that_no_longer_count(
    client: Client, world: MailWorld, asked: dict[str, object], later: timedelta, says: str, status: int
) -> None:
    """Expired, pressed twice, answered otherwise, and an answer that the mail never had."""
    person = asked_reader(**asked)
    await world.store_person(person)
    world.now = NOON + later
    for response in (await client.get(link(person, 0)), await client.post(link(person, 0))):
        assert (response.status, says in await response.text()) == (status, True)
    assert world.events == []


async def test_a_press_that_had_counted_before_another_one_is_told_so(client: Client, world: MailWorld) -> None:
    """Two people press in one moment; a repeat of the first press finds the answer of the other on a working page."""
    person = asked_reader(given=LABELS[1], given_at=NOON)
    await world.store_person(person)
    world.now = NOON
    pressed = await client.post(link(person, 0))
    assert (pressed.status, "You have answered already" in await pressed.text()) == (200, True)


async def test_own_words_can_be_added_to_an_answer(client: Client, world: MailWorld) -> None:
    """Where the question asks for them, and only after the answer; an empty form adds nothing."""
    person = asked_reader(given=LABELS[0], given_at=NOON, free=True)
    await world.store_person(person)
    shown = await (await client.get(link(person, 0))).text()
    assert (shown.count("<textarea"), shown.count("<label")) == (1, 1)
    assert "<textarea" not in await (await client.get(link(person, 1))).text()

    for words in ("", "  \n "):
        await client.post(link(person, 0), data={"words": words})
    assert world.events == []
    said = await (await client.post(link(person, 0), data={"words": "Too <b>few</b>\x00 teas"})).text()

    (event,) = (one for one in world.events if isinstance(one, ChoiceAnswered))
    assert (event.number, event.text.replace("  ", " ")) == (0, "Too <b>few</b> teas")
    assert "Your words have arrived" in said


async def test_links_of_others(client: Client, world: MailWorld) -> None:
    """A link signed for another page, a forged one, and one of somebody who was erased."""
    person = asked_reader()
    assert (await client.post(link(person, 0))).status == 404
    await world.store_person(person)
    assert (await client.get(link(person, 0, purpose="preferences"))).status == 404
    assert (await client.post(f"{link(person, 0)}x")).status == 404
    assert world.events == []


def test_a_mail_shows_its_answers_as_links() -> None:
    """One link an answer, in the HTML escaped, in the text a line each."""
    mjml = SHIPPED["emails/come_back.mjml"]
    start, end = mjml.index("<mj-button"), mjml.index("</mj-button>") + len("</mj-button>")
    mails = {**SHIPPED, "emails/come_back.mjml": f"{mjml[:start]}<mj-text>{{{{ choices }}}}</mj-text>{mjml[end:]}"}
    catalog, findings = compile_mails(mails, SHIPPED_CONFIG)
    assert [finding for finding in findings if finding.severity == "error"] == []
    person = asked_reader()
    mail = replace(welcome_mail("come_back"), variables={"choices": "\n".join(LABELS), "cups": 0})

    rendered = render(catalog, mail, person, SHIPPED_CONFIG, KEYS, PUBLIC)

    assert rendered.to == MAIL
    assert ">Keep &lt;me&gt;</a>" in rendered.html
    token = KEYS.sign_link("a", person.id, ADDRESS, mail.id, "1")
    assert f'href="{PUBLIC}/a/{token}"' in rendered.html
    assert f"Take me off: {PUBLIC}/a/{token}" in rendered.text
