"""The mail that brings a task, and the page behind its links: scanners change nothing, a press counts, once."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from msgspec.structs import replace

from domain.event_types.team import TaskSettled
from domain.record import Subscriber
from domain.sequence_runs import TeamTask
from email_out.message.compose import compose_team_mail
from email_out.pages.routes import MailPages
from onboarding.engine.questions.team_tasks import mail_task
from tests.support.mail_world import PUBLIC, MailWorld, confirmed_reader
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]
DAY = timedelta(days=1)
TASK = TeamTask(
    id="task1", sequence="leaving", run=1, step="call_back", team="sales", at=NOON, due_at=NOON + DAY,
    text="Call Mia <now>.\nShe left.", labels=("Booked", "No <b>answer"),
)  # fmt: skip


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


def person_with(task: TeamTask = TASK) -> Subscriber:
    """Return somebody about whom the team has a task."""
    return replace(confirmed_reader()[0], tasks=(task,))


def link(person: Subscriber, number: int, *, purpose: str = "t") -> str:
    """Return the link of an outcome."""
    return f"/t/{KEYS.sign_link(purpose, person.id, TASK.id, str(number))}"


async def test_scanners_change_nothing_and_a_press_counts(client: Client, world: MailWorld) -> None:
    """The page says the step and the outcome, nothing of the person."""
    person = person_with()
    await world.store_person(person)
    before = await world.store.load(person.id)
    for number in (0, 1) * 2:
        shown = await client.get(link(person, number))
        assert (shown.status, (await client.head(link(person, number))).status) == (200, 200)
        page = await shown.text()
        assert (page.count("<button"), "call back: " in page, "Mia" in page) == (1, True, False)
    assert "No &lt;b&gt;answer" in await (await client.get(link(person, 1))).text()
    assert (world.events, await world.store.load(person.id)) == ([], before)
    await client.post(link(person, 1))
    assert [(event.task, event.number) for event in world.events if isinstance(event, TaskSettled)] == [("task1", 1)]


async def test_links_that_no_longer_count(client: Client, world: MailWorld) -> None:
    """Done already, forged, of another purpose, an outcome that there is not, and a person who was erased."""
    person = person_with(replace(TASK, outcome="Booked", done_at=NOON))
    assert (await client.post(link(person, 0))).status == 404
    await world.store_person(person)
    for response in (await client.get(link(person, 1)), await client.post(link(person, 1))):
        assert (response.status, "call back: Booked." in await response.text()) == (200, True)
    wrong = (link(person, 2), link(person, 0) + "x", link(person, 0, purpose="a"))
    assert [(await client.post(one)).status for one in wrong] == [404, 404, 404]
    assert world.events == []


@pytest.mark.parametrize(
    ("language", "later", "subject", "says"),
    [
        ("en", 0 * DAY, "Task: Call Mia <now>.", "Please by "),
        ("de", 0 * DAY, "Aufgabe: Call Mia <now>.", "Bitte bis "),
        ("en", 2 * DAY, "Overdue: Call Mia <now>.", "This was due "),
        ("fr", 2 * DAY, "Overdue: Call Mia <now>.", "This was due "),
    ],
)
def test_the_mail_of_a_task(language: str, later: timedelta, subject: str, says: str) -> None:
    """What is to be done, until when, and a link for each outcome, in the text and in the HTML."""
    mail = mail_task(TASK, "m", language, NOON + later)

    composed = compose_team_mail(mail, SHIPPED_CONFIG, "sub", (KEYS, PUBLIC))

    assert composed.subject == subject
    assert says in composed.text
    assert "leaving/call_back: doorstep explain sub" in composed.text
    assert ("13:00" in composed.text, "GMT" in composed.text) == (True, False)  # noon in UTC, by Berlin's clock
    assert "Call Mia &lt;now&gt;." in composed.html
    assert "No &lt;b&gt;answer" in composed.html
    links = re.findall(r"https?://\S+/t/\S+", composed.text)
    assert [KEYS.read_link("t", one.rpartition("/")[2]) for one in links] == [
        ("sub", "task1", "0"),
        ("sub", "task1", "1"),
    ]


def test_a_task_without_outcomes_is_done_by_one_press() -> None:
    """Its mail has one link."""
    composed = compose_team_mail(
        mail_task(replace(TASK, labels=()), "m", "en", NOON), SHIPPED_CONFIG, "sub", (KEYS, PUBLIC)
    )

    assert composed.text.count("/t/") == 1
    assert "It is done: " in composed.text
