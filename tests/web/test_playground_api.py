"""The playground's routes over HTTP, before a world that stands still."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from service.playground.api import install_playground
from service.playground.sandbox import in_scheme
from tests.support.fake_playground import FLOW, HTML, MIA, NOAH, FakePlayground

Client = TestClient[web.Request, web.Application]
MakeClient = Callable[[web.Application], Awaitable[Client]]
PEOPLE = "/playground/api/people"


@pytest.fixture(name="world")
def _world() -> FakePlayground:
    return FakePlayground()


@pytest.fixture(name="client")
async def _client(aiohttp_client: MakeClient, world: FakePlayground) -> Client:
    app = web.Application()
    install_playground(app, world)
    return await aiohttp_client(app)


async def test_the_page_may_load_from_itself_only(client: Client) -> None:
    """The page's policy names no other host, and nothing inline may run."""
    response = await client.get("/playground")

    policy = response.headers["Content-Security-Policy"]
    assert response.status == 200
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
    assert "http" not in policy
    assert "unsafe" not in policy


async def test_everything_the_page_names_is_served(client: Client) -> None:
    """Style sheets, modules and the mark come from package files with their own types."""
    names = ["base.css", "page.css", "app.js", "chat.js", "hints.js", "mark.svg"]

    found = [await client.get(f"/playground/static/{name}") for name in names]

    assert [(one.status, one.content_type) for one in found] == [
        (200, "text/css"), (200, "text/css"), (200, "text/javascript"), (200, "text/javascript"),
        (200, "text/javascript"), (200, "image/svg+xml"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["..%2Fapi.py", "index.html", "none.css", "api.py", "%2e%2e%2fworld.js"])
async def test_no_other_file_is_served(client: Client, name: str) -> None:
    """Only packaged assets can be fetched by name."""
    response = await client.get(f"/playground/static/{name}")

    assert response.status == 404


async def test_the_state_is_of_the_person_asked_for(client: Client) -> None:
    """Without a name the first person is shown."""
    first = await (await client.get("/playground/api/state")).json()
    other = await (await client.get(f"/playground/api/state?person={NOAH.psid}")).json()

    assert (first["person"]["name"], other["person"]["name"]) == ("Mia", "Noah")


async def test_an_unknown_person_is_told_plainly(client: Client) -> None:
    """A stale page learns what to do."""
    response = await client.get("/playground/api/state?person=9")

    told = {"error": "Nobody by this name is here. Load the page again."}
    assert (response.status, await response.json()) == (404, told)


async def test_what_the_visitor_does_reaches_the_world(client: Client, world: FakePlayground) -> None:
    """Each action carries what the page sent."""
    mia = f"{PEOPLE}/{MIA.psid}"
    await client.post(f"{mia}/start", json={"language": "de"})
    await client.post(f"{mia}/say", json={"text": "tea", "language": "en"})
    await client.post(f"{mia}/follow", json={"ref": "gift"})
    await client.post(f"{mia}/photo", json={})
    await client.post(f"{mia}/answer", json={"text": "Hello, Lena here."})
    await client.post(f"{mia}/back", json={})
    await client.post(f"{mia}/tap", json={"title": "Not now", "payload": "no", "postback": True})
    await client.post(f"{mia}/event", json={"event": "cup.noted"})
    await client.post("/playground/api/clock", json={"hours": 24})
    await client.post("/playground/api/clock", json={"person": MIA.psid})
    await client.post(PEOPLE, json={})

    assert world.actions == [
        ("start", "1001", "de"), ("say", "1001", "tea", "en"), ("follow", "1001", "gift", ""), ("photo", "1001"),
        ("answer", "1001", "Hello, Lena here."), ("back", "1001"), ("tap", "1001", "Not now", "no", True, ""),
        ("event", "1001", "cup.noted"), ("move", timedelta(days=1)), ("next", "1001"), ("arrive",),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("clock", {"hours": -1}, 422),
        ("clock", {"hours": 1e9}, 422),
        ("clock", {"days": 1}, 422),
        (f"people/{MIA.psid}/say", {"text": 7}, 422),
        ("people/9/say", {"text": "tea"}, 404),
    ],
)
async def test_what_cannot_be_done_is_refused(
    client: Client, world: FakePlayground, path: str, body: dict[str, object], status: int
) -> None:
    """A wrong body changes nothing and is answered with a sentence."""
    response = await client.post(f"/playground/api/{path}", json=body)

    assert (response.status, list(await response.json()), world.actions) == (status, ["error"], [])


async def test_a_form_on_another_site_cannot_act(client: Client, world: FakePlayground) -> None:
    """Only JSON is read, and a foreign page cannot send that without being asked first."""
    response = await client.post("/playground/api/clock", data={"hours": "1"})

    assert (response.status, world.actions) == (415, [])


async def test_a_mail_is_shown_in_a_sandbox(client: Client) -> None:
    """The rendered mail runs nothing, loads nothing from elsewhere, and opens links in a new tab."""
    response = await client.get(f"/playground/mail/{MIA.psid}/2?scheme=dark")

    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")
    assert '<base target="_blank">' in await response.text()


async def test_a_mail_that_is_not_there_is_not_found(client: Client) -> None:
    """Neither its page nor its values."""
    rendered = await client.get(f"/playground/mail/{MIA.psid}/77")
    values = await client.get(f"{PEOPLE}/{MIA.psid}/mails/77")

    assert (rendered.status, values.status) == (404, 404)


@pytest.mark.parametrize(("scheme", "query"), [("dark", "(min-width: 0)"), ("light", "(max-width: 0)")])
def test_a_mail_is_seen_in_either_scheme(scheme: str, query: str) -> None:
    """The mail's own dark styles hold, or do not, whatever the machine prefers."""
    shown = in_scheme(HTML, scheme)

    assert f"@media {query}" in shown
    assert "prefers-color-scheme" not in shown


def test_links_to_the_made_up_brand_are_explained() -> None:
    """Nothing is at .example; all other links stay as they are."""
    links = ("https://tea.example/a?b=1&amp;c=2", "https://m.me/x", "http://h/confirm/1")
    mail = "".join(f'<a href="{link}">x</a>' for link in links)

    shown = in_scheme(mail, "light")

    assert 'href="/playground/elsewhere?to=https%3A%2F%2Ftea.example%2Fa%3Fb%3D1%26c%3D2"' in shown
    assert 'href="https://m.me/x"' in shown
    assert 'href="http://h/confirm/1"' in shown


async def test_the_explaining_page_shows_the_address_as_text(client: Client) -> None:
    """What stands in the link cannot become markup."""
    response = await client.get("/playground/elsewhere", params={"to": "https://tea.example/<b>"})

    assert "https://tea.example/&lt;b&gt;" in await response.text()


async def test_a_change_is_told_at_once(client: Client, world: FakePlayground) -> None:
    """The stream says that something changed, once at the start and at every change."""
    response = await client.get("/playground/api/changes")
    first = await response.content.readuntil(b"\n\n")
    world.news.put_nowait(None)
    second = await response.content.readuntil(b"\n\n")
    response.close()

    assert (response.content_type, first, second) == (
        "text/event-stream", b"retry: 1000\nevent: change\ndata:\n\n", b"event: change\ndata:\n\n",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8080", 200), ("127.0.0.1", 200), ("[::1]:8080", 200), ("demo.localhost", 200),
        ("evil.example:8080", 421), ("127.0.0.1.evil.example", 421), ("localhost.evil.example", 421), ("", 421),
    ],
)  # fmt: skip
async def test_only_names_of_this_machine_are_answered(client: Client, host: str, status: int) -> None:
    """A site whose name was made to lead here (DNS rebinding) reaches neither the page nor its routes."""
    found = [await client.get(path, headers={"Host": host}) for path in ("/playground", "/playground/api/script")]

    assert [one.status for one in found] == [status, status]


async def test_a_file_is_saved_unless_it_changed_meanwhile(client: Client, world: FakePlayground) -> None:
    """The page sends the text it began with."""
    path = "/playground/api/files/flows/newsletter.yaml"

    good = await client.put(path, json={"text": "flow: x", "before": FLOW})
    late = await client.put(path, json={"text": "flow: y", "before": "something else"})

    assert (good.status, late.status, world.saved) == (200, 422, {"flows/newsletter.yaml": "flow: x"})
    assert "changed elsewhere" in (await late.json())["error"]


def test_a_link_into_the_chat_leads_into_the_playgrounds_chat() -> None:
    """With the ref that a phone would send along; never to the real platform."""
    mail = '<a class="b" href="https://m.me/Tea?ref=feedback">x</a><a href="https://m.me/Tea">y</a>'

    shown = in_scheme(mail, "light", "100")

    assert 'href="/playground?person=100&follow=feedback"' in shown
    assert 'href="/playground?person=100&follow="' in shown
    assert "m.me" not in shown
