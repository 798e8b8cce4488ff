"""The pages over real HTTP: what a press does, what a mere visit does not, and what a wrong link gets."""

import gzip
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from aiohttp import FormData, web
from aiohttp.test_utils import TestClient
from msgspec.structs import replace

from domain.consent import decisions, double_opt_in
from domain.consent.confirmation_ends import newest_send
from domain.effects import SendMail
from domain.events import ConfirmPressed, NotMe, Resubscribed, StopReasonGiven
from domain.record import Subscriber
from email_out.pages.layout import link_addresses
from email_out.pages.masked_address import mask_email
from email_out.pages.routes import MailPages
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader, unconfirmed_person
from tests.support.people import KEYS, MAIL, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.serve_app import serve_app

Client = TestClient[web.Request, web.Application]


@pytest.fixture
def world() -> MailWorld:
    """Open the world."""
    return MailWorld()


@pytest.fixture
async def client(world: MailWorld) -> AsyncIterator[Client]:
    """Serve the pages."""
    pages = MailPages(
        store=world.store,
        transact=world.transact,
        unsubscribe=world.note_unsubscribe,
        keys=KEYS,
        clock=lambda: world.now,
        config=lambda: world.config,
    )
    app = web.Application()
    app.add_routes(pages.routes())
    async with TestClient(await serve_app(app)) as served:
        yield served


def confirm_path(person: Subscriber) -> str:
    """Return the link of the pending confirmation."""
    nonce = person.pending[ADDRESS].nonce
    return f"/confirm/{person.id}.{KEYS.confirm_secrets(person.id, ADDRESS, nonce)[0]}"


def signed(page: str, person: Subscriber, *more: str, purpose: str = "") -> str:
    """Return a signed link."""
    return f"/{page}/{KEYS.sign_link(purpose or page, person.id, ADDRESS, *more)}"


async def test_confirming_by_button(client: Client, world: MailWorld) -> None:
    """A visit shows the button and changes nothing; the press confirms; a second press says it is done."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    path = confirm_path(person)
    shown = await client.get(path)
    assert (shown.status, world.events) == (200, [])
    text = await shown.text()
    assert text.count("<button") == 1
    assert "Confirm my address" in text
    assert "This was not me" in text
    pressed = await client.post(path)
    assert (pressed.status, "You&#39;re in!" in await pressed.text()) == (200, True)
    again = await client.post(path)
    assert (again.status, "Already confirmed" in await again.text()) == (200, True)
    [event] = world.events
    assert isinstance(event, ConfirmPressed)
    assert (await world.load_record(person)).addresses[ADDRESS].proven_by == "button"


async def test_a_cold_link(client: Client, world: MailWorld) -> None:
    """After its time a link confirms nothing and says where to get a new one."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    world.now += timedelta(hours=48)
    for response in (await client.get(confirm_path(person)), await client.post(confirm_path(person))):
        assert (response.status, "has expired" in await response.text()) == (410, True)
    assert world.events == []


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "path",
    [
        "/confirm/nobody.secret",
        "/confirm/x",
        "/confirm/" + "a" * 500,
        "/unsubscribe/forged.address.topic.signature",
        "/preferences/a.b.c",
        "/confirm/%C3%BC.x",
        "/unsubscribe/x",
    ],
)
async def test_a_forged_link(client: Client, world: MailWorld, method: str, path: str) -> None:
    """A link that is not ours gets a kind 404 and does nothing."""
    response = await client.request(method, path)
    assert (response.status, "This link does not work" in await response.text()) == (404, True)
    assert (world.events, world.unsubscribed) == ([], [])


async def test_a_link_of_one_purpose_opens_no_other_page(client: Client, world: MailWorld) -> None:
    """An unsubscribe token is worth nothing on the preference page, and the other way round."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    token = KEYS.sign_link("unsubscribe", person.id, ADDRESS, TOPIC)
    assert (await client.post(f"/preferences/{token}")).status == 404
    assert (await client.post(f"/confirm/{token}")).status == 404
    assert (await client.post(f"/unsubscribe/{KEYS.sign_link('preferences', person.id, ADDRESS)}")).status == 404
    assert (world.events, world.unsubscribed) == ([], [])


async def test_not_me(client: Client, world: MailWorld) -> None:
    """“This was not me” asks for one press, then the address is disowned and its confirmation void."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    path = signed("confirm", person, purpose="not-me")
    shown = await client.get(path)
    assert ("Was this not you?" in await shown.text(), world.events) == (True, [])
    for _ in range(2):
        pressed = await client.post(path)
        assert (pressed.status, "leave you alone" in await pressed.text()) == (200, True)
    [event] = world.events
    assert isinstance(event, NotMe)
    assert (await client.post(confirm_path(person))).status == 404


def not_me_path(person: Subscriber, mail: SendMail, *, old: bool) -> str:
    """Return the “not me” link of this mail, as mails carry it now or as old mails carried it."""
    return signed("confirm", person, *([] if old else [mail.id]), purpose="not-me")


@pytest.mark.parametrize("old", [True, False])
async def test_an_old_not_me_link_asks_the_mailbox(client: Client, world: MailWorld, *, old: bool) -> None:
    """Posted after a proof by code it silences nobody, shows no address, and a mail goes to the mailbox alone."""
    pending, mail = unconfirmed_person()
    person = confirmed_reader()[0]
    await world.store_person(person)
    path = not_me_path(person, mail, old=old)
    shown = await (await client.get(path)).text()
    assert ("Ask the mailbox" in shown, MAIL in shown, world.events) == (True, False, [])
    for _ in range(2):
        pressed = await client.post(path)
        text = await pressed.text()
        assert (pressed.status, "We are asking the mailbox" in text, MAIL in text) == (200, True, False)
    after = await world.load_record(person)
    assert (after.addresses[ADDRESS].status, after.consents) == ("proven", person.consents)
    assert double_opt_in.is_doubted(after.pending[ADDRESS], world.now)
    fresh = signed("confirm", person, newest_send(after, ADDRESS, KEYS), purpose="not-me")
    assert "leave you alone" in await (await client.post(fresh)).text()
    assert (await world.load_record(person)).addresses[ADDRESS].status == "disowned"
    assert pending.id == person.id


async def test_not_me_after_its_time(client: Client, world: MailWorld) -> None:
    """The link ends with its confirmation: nothing changes, and the page names no address in full."""
    person, mail = unconfirmed_person()
    await world.store_person(person)
    world.now += timedelta(hours=48)
    for old in (True, False):
        path = not_me_path(person, mail, old=old)
        for response in (await client.get(path), await client.post(path)):
            text = await response.text()
            assert (response.status, "no longer valid" in text, MAIL in text) == (410, True, False)
    assert world.events == []


@pytest.mark.parametrize("body", ["multipart", "urlencoded", "nonsense", "empty"])
async def test_one_click(client: Client, world: MailWorld, body: str) -> None:
    """RFC 8058: a POST with any body unsubscribes at once, with 200 and no redirect, however often."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    form = FormData(default_to_multipart=body == "multipart")
    form.add_field("List-Unsubscribe", "One-Click")
    data = {"multipart": form, "urlencoded": form, "nonsense": b"\xff\x00", "empty": None}[body]
    for _ in range(2):
        response = await client.post(signed("unsubscribe", person, TOPIC), data=data, allow_redirects=False)
        assert (response.status, "Stopped" in await response.text()) == (200, True)
    assert world.unsubscribed == [(person.id, ADDRESS, TOPIC, "one-click")] * 2


BROKEN = {
    "no gzip": b"List-Unsubscribe=One-Click",
    "cut off": gzip.compress(b"List-Unsubscribe=One-Click" * 50, mtime=0)[:-9],
    "damaged": gzip.compress(b"List-Unsubscribe=One-Click" * 50, mtime=0)[:20] + b"\0" * 20,
}


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("coding", ["gzip", "deflate"])
async def test_one_click_with_a_broken_compression(client: Client, world: MailWorld, coding: str, body: str) -> None:
    """Whatever its body: a proxy that damages it must not keep anybody subscribed."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    headers = {"Content-Encoding": coding, "Content-Type": "application/x-www-form-urlencoded"}
    sent = BytesIO(BROKEN[body])
    response = await client.post(signed("unsubscribe", person, TOPIC), data=sent, headers=headers)
    assert (response.status, world.unsubscribed) == (200, [(person.id, ADDRESS, TOPIC, "one-click")])
    response = await client.post(signed("preferences", person), data=BytesIO(BROKEN[body]), headers=headers)
    assert (response.status, world.events) == (200, [])


async def test_unsubscribing_by_button(client: Client, world: MailWorld) -> None:
    """The page for people changes nothing until its button is pressed, and the ledger will know it was the page."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    path = signed("unsubscribe", person, TOPIC)
    shown = await client.get(path)
    assert ("Stop The Friday Leaf?" in await shown.text(), world.unsubscribed) == (True, [])
    await client.post(path, data={"from": "page"})
    assert world.unsubscribed == [(person.id, ADDRESS, TOPIC, "page")]


async def test_unsubscribing_after_erasure(client: Client, world: MailWorld) -> None:
    """A genuine link works for ever, also when nobody is known behind it any more."""
    person, _ = confirmed_reader()
    response = await client.post(signed("unsubscribe", person, TOPIC))
    assert (response.status, world.unsubscribed) == (200, [(person.id, ADDRESS, TOPIC, "one-click")])


async def test_preferences_stop_and_start(client: Client, world: MailWorld) -> None:
    """A topic stops at once; it starts again only with the wording that was shown."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    path = signed("preferences", person)
    assert ">subscribed<" in await (await client.get(path)).text()
    await client.post(path, data={"stop": TOPIC})
    assert world.unsubscribed == [(person.id, ADDRESS, TOPIC, "preferences")]
    stale = await client.post(path, data={"start": TOPIC, f"wording.{TOPIC}": "older"})
    assert ("wording has changed" in await stale.text(), world.events) == (True, [])
    wording = SHIPPED_CONFIG.consent_wording(TOPIC, "en")[0]
    started = await client.post(path, data={"start": TOPIC, f"wording.{TOPIC}": wording})
    assert "Done. The Friday Leaf: subscribed." in await started.text()
    [event] = world.events
    assert isinstance(event, Resubscribed)
    assert (event.wording, event.language) == (wording, "en")


async def test_a_forwarded_link_agrees_to_nothing(client: Client, world: MailWorld) -> None:
    """After “stop all” its holder sees no address and gets no consent back: the mailbox is asked, and may say yes."""
    stopped = decisions.withdraw_consent(confirmed_reader()[0], "", deciding_context(), how="page").record
    await world.store_person(stopped)
    path = signed("preferences", stopped)
    assert MAIL not in await (await client.get(path)).text()
    form = {"start": TOPIC, f"wording.{TOPIC}": SHIPPED_CONFIG.consent_wording(TOPIC, "en")[0]}
    for _ in range(2):
        said = await (await client.post(path, data=form)).text()
        assert ("A mail is on its way to m…@e….com." in said, MAIL in said) == (True, False)
        assert "waits for the button" in said
    after = await world.load_record(stopped)
    assert (after.consents[TOPIC].status, after.consents[TOPIC].confirmed_at) == ("agreed", None)
    shown = await (await client.get(confirm_path(after))).text()
    assert MAIL in shown  # the mail is fresh, and in the mailbox
    await client.post(confirm_path(after))
    assert (await world.load_record(stopped)).consents[TOPIC].status == "confirmed"
    assert ">subscribed<" in await (await client.get(path)).text()


async def test_a_pause_for_thirty_days_and_its_end(client: Client, world: MailWorld) -> None:
    """A look changes nothing; a press holds the mails and writes the ledger; another one ends the pause."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    path = signed("preferences", person)
    assert "Pause for 30 days" in await (await client.get(path)).text()
    assert world.events == []
    for _ in range(2):  # a double press is one pause
        said = await (await client.post(path, data={"pause": "days"})).text()
        assert "Paused: mails come again from 23 December 2026 on." in said
    paused = await world.load_record(person)
    assert paused.mails_paused_until == datetime(2026, 12, 22, 23, tzinfo=UTC)  # midnight in Berlin
    assert paused.consents == person.consents
    assert "End the pause now" in await (await client.get(path)).text()
    assert "Mails come again, as before." in await (await client.post(path, data={"pause": "end"})).text()
    resumed = await world.load_record(person)
    assert (resumed.mails_paused_until, resumed.ledger_size) == (world.now, person.ledger_size + 2)


@pytest.mark.parametrize(
    ("day", "until"),
    [
        ("2026-12-06", datetime(2026, 12, 5, 23, tzinfo=UTC)), ("2027-06-01", datetime(2027, 5, 31, 22, tzinfo=UTC)),
        ("2026-11-23", None), ("2026-01-01", None), ("2028-01-01", None), ("", None), ("tomorrow", None),
    ],
)  # fmt: skip
async def test_a_pause_until_a_day(client: Client, world: MailWorld, day: str, until: datetime | None) -> None:
    """A day within the next year counts; anything else changes nothing and says so."""
    person, _ = confirmed_reader()
    await world.store_person(person)

    said = await (await client.post(signed("preferences", person), data={"pause": "until", "until": day})).text()

    assert ("Please choose a day within the next year." in said) == (until is None)
    assert (await world.load_record(person)).mails_paused_until == until


async def test_who_gets_nothing_is_offered_no_pause(client: Client, world: MailWorld) -> None:
    """There is nothing to pause."""
    stopped = decisions.withdraw_consent(confirmed_reader()[0], "", deciding_context(), how="page").record
    await world.store_person(stopped)

    assert "Pause for 30 days" not in await (await client.get(signed("preferences", stopped))).text()


async def test_how_often_mails_come_is_chosen(client: Client, world: MailWorld) -> None:
    """A look changes nothing; a press holds, and what is not offered changes nothing."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    path = signed("preferences", person)
    assert "At most once a week" in await (await client.get(path)).text()
    assert world.events == []
    said = await (await client.post(path, data={"often": "7"})).text()
    assert "From now on, one mail a week at most." in said
    assert '<p class="state on">At most once a week</p>' in said
    for nonsense in ("8", "-7", "week", ""):
        await client.post(path, data={"often": nonsense})
    chosen = await world.load_record(person)
    assert (chosen.mail_days, chosen.consents) == (7, person.consents)
    assert "Mails come again as we write them." in await (await client.post(path, data={"often": "0"})).text()
    assert (await world.load_record(person)).mail_days is None


async def test_why_somebody_stopped_is_counted_once(client: Client, world: MailWorld) -> None:
    """The page that says it is over offers a way back and reasons, and nobody must choose one."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    text = await (await client.post(signed("unsubscribe", person, TOPIC), data={"from": "page"})).text()
    assert (text.count('type="radio"'), "Send it to me again" in text, MAIL in text) == (5, True, False)
    path = signed("preferences", person)
    assert f'action="{path}"' in text
    assert 'type="radio"' not in await (await client.get(path)).text()
    assert (await (await client.post(path, data={"stop": TOPIC})).text()).count('type="radio"') == 5
    for reason in ("too_often", "too_often", "nonsense"):
        await client.post(path, data={"why": reason})
    [event] = world.events
    assert isinstance(event, StopReasonGiven)
    assert event.reason == "too_often"


async def test_addresses_in_a_wording_can_be_pressed(client: Client, world: MailWorld) -> None:
    """The privacy address that the wording names is a link, and nothing else of it is markup."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    text = await (await client.get(signed("preferences", person))).text()
    url = SHIPPED_CONFIG.privacy_url
    assert f'<a href="{url}">{url}</a>' in text
    assert link_addresses("<b> a@b.example, (https://x.example/y?a=1&b=2).") == (
        '&lt;b&gt; <a href="mailto:a@b.example">a@b.example</a>, '
        '(<a href="https://x.example/y?a=1&amp;b=2">https://x.example/y?a=1&amp;b=2</a>).'
    )


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("mia@example.com", "m…@e….com"),
        ("m@x.com", "…@….com"),
        ("wilhelmine@mail.mueller.example", "w…@m….example"),
        ("用户名@例子.广告", "用…@….广告"),
        ("", "…@…"),
    ],
)
def test_a_masked_address(email: str, shown: str) -> None:
    """Neither the name nor an own domain can be read, and the mask is as long for everybody."""
    assert mask_email(email) == shown


@pytest.mark.parametrize("data", [{}, {"stop": "unknown"}, {"start": "unknown"}])
async def test_preferences_with_nonsense(client: Client, world: MailWorld, data: dict[str, str]) -> None:
    """A form that names no topic changes nothing."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    response = await client.post(signed("preferences", person), data=data)
    assert (response.status, world.events, world.unsubscribed) == (200, [], [])


@pytest.mark.parametrize("kind", ["multipart/form-data", "application/x-www-form-urlencoded; charset=nonsense", "a/b"])
async def test_preferences_with_no_form(client: Client, world: MailWorld, kind: str) -> None:
    """A body that is no form is no wish."""
    person, _ = confirmed_reader()
    await world.store_person(person)
    response = await client.post(signed("preferences", person), data=b"\xff\xfestop", headers={"Content-Type": kind})
    assert (response.status, world.events, world.unsubscribed) == (200, [], [])


async def test_scanners_change_nothing(client: Client, world: MailWorld) -> None:
    """GET, HEAD and OPTIONS on every link, twenty times: no event, no withdrawal, the same record."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    before = await world.load_record(person)
    paths = [
        confirm_path(person),
        signed("confirm", person, purpose="not-me"),
        signed("unsubscribe", person, TOPIC),
        signed("preferences", person),
        "/privacy",
    ]
    for _ in range(20):
        for path in paths:
            assert (await client.get(path)).status == 200
            assert (await client.head(path)).status == 200
            assert (await client.options(path)).status == 405
    assert (world.events, world.unsubscribed, await world.load_record(person)) == ([], [], before)


@pytest.mark.parametrize("page", ["confirm", "unsubscribe", "preferences", "privacy"])
async def test_headers_and_marks(client: Client, world: MailWorld, page: str) -> None:
    """No page is kept, tells where it was, sets a cookie, runs a script or can be framed; each names its language."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    path = {
        "confirm": confirm_path(person),
        "unsubscribe": signed("unsubscribe", person, TOPIC),
        "preferences": signed("preferences", person),
        "privacy": "/privacy",
    }[page]
    response = await client.get(path)
    policy = response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "Set-Cookie" not in response.headers
    text = await response.text()
    assert '<html lang="en">' in text
    assert "<script" not in text
    assert "<main>" in text
    assert "Amsel Tea GmbH, Speicherhof 7" in text


@pytest.mark.parametrize(
    ("own", "accept", "title"),
    [
        ("de", "en", "Ist das deine Adresse?"),
        ("", "de-DE,de;q=0.9", "Ist das deine Adresse?"),
        ("", "fr", "Is this your address?"),
        ("", "", "Is this your address?"),
    ],
)
async def test_language(client: Client, world: MailWorld, own: str, accept: str, title: str) -> None:
    """The person's own language counts, then the browser's, then the workspace's."""
    person = replace(unconfirmed_person()[0], language=own)
    await world.store_person(person)
    response = await client.get(confirm_path(person), headers={"Accept-Language": accept})
    assert title in await response.text()


async def test_a_store_that_is_away(client: Client, world: MailWorld) -> None:
    """When the records cannot be reached, the page says so with 503, and nothing is claimed to be done."""
    person, _ = unconfirmed_person()
    await world.store_person(person)
    world.store.away = True
    response = await client.post(confirm_path(person))
    assert (response.status, response.headers["Retry-After"]) == (503, "60")
    assert "nothing was changed" in await response.text()


async def test_the_notice_comes_from_the_workspace(client: Client) -> None:
    """The privacy notice names controller, contact, provider, topics with their wording, and events."""
    text = await (await client.get("/privacy", headers={"Accept-Language": "de"})).text()
    told = ("Amsel Tea GmbH", "privacy@amseltea.example", "Mailjet", "Das Freitagsblatt", "hat eine Tasse eingetragen")
    for said in told:
        assert said in text
    assert MAIL not in text
