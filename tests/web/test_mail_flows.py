"""Mails that a flow sends: to the person who asked for them, with a calendar file, and to the team."""

from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest
from icalendar import Calendar as CalendarFile
from msgspec.structs import replace

from domain.consent.address_registry import Verdict
from domain.effects import NOTICE, Calendar, SendMail
from domain.events import MailRefused, Unsubscribed
from domain.workspace_config import Team, WorkspaceConfig
from email_out.transports.smtp import Pool, parse_url
from onboarding.engine import decide as onboarding
from onboarding.language.catalog import SequenceBook
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, Office, reader, waiting
from tests.support.people import HOUSE, KEYS, MAIL, NOON, TOPIC

STARTS = NOON + timedelta(days=30)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Run a mail server."""
    box = Inbox(lambda: NOON)
    await box.start()
    yield box
    await box.stop()


@pytest.fixture
async def pool(inbox: Inbox) -> AsyncIterator[Pool]:
    """Keep connections to it."""
    pool = Pool(parse_url(f"smtp://127.0.0.1:{inbox.port}"), size=2, timeout=5)
    yield pool
    await pool.close()


def asked_for(**changes: object) -> SendMail:
    """Return a mail that a step sends to Mia."""
    mail = SendMail(
        id=KEYS.send_id("flow", "tasting", "booked"),
        template="welcome",
        address=ADDRESS,
        lane="transactional",
        language="en",
        queued_at=NOON,
        flow="tasting",
        step="booked",
    )
    return replace(mail, **changes)


def to_team(text: object = "Mia wants a table for 12.\nCall her <soon>.") -> SendMail:
    """Return a word to the kitchen."""
    return asked_for(template=NOTICE, address="", team="kitchen", variables={NOTICE: text})


def with_kitchen() -> WorkspaceConfig:
    """Return declarations with a mailbox of the team."""
    return HOUSE.model_copy(update={"team": {"kitchen": Team(email="kitchen@amseltea.example")}})


async def test_a_mail_that_was_asked_for_arrives(inbox: Inbox, pool: Pool) -> None:
    """From the transactional sender, without list headers and stop link; its footer says why it came."""
    office, (person, _) = Office(), reader()
    await office.sender(pool).deliver(await office.post(person, asked_for()))
    [got] = inbox.received
    assert (got.sender, got.recipients) == ("hello@post.amseltea.example", (MAIL,))
    assert not {"List-Id", "List-Unsubscribe", "Feedback-ID", "Precedence"} & {name for name, _ in got.headers}
    assert "because it was asked for in our Messenger chat. It is no subscription." in got.text
    assert "/unsubscribe/" not in got.html
    assert await office.statuses(person) == [("sent", "")]


async def test_an_appointment_travels_twice(inbox: Inbox, pool: Pool) -> None:
    """As a part that mail programs show, and as a file; both hold the same event, in UTC, published by the sender."""
    office, (person, _) = Office(), reader()
    starts = STARTS.astimezone(timezone(timedelta(hours=1)))
    calendar = Calendar(uid="t1", title="Tasting, with cake", starts=starts, minutes=90, where="Speicherhof 7")
    await office.sender(pool).deliver(await office.post(person, asked_for(calendar=calendar)))
    [got] = inbox.received
    parts = [(part.get_content_type(), part.get_filename()) for part in got.message.walk()]
    assert parts == [
        ("multipart/mixed", None), ("multipart/alternative", None), ("text/plain", None), ("text/html", None),
        ("text/calendar", None), ("application/ics", "appointment.ics"),
    ]  # fmt: skip
    shown, file = list(got.message.walk())[-2:]
    assert shown.get_param("method") == "PUBLISH"
    raw = file.get_payload(decode=True)
    assert isinstance(raw, bytes)
    assert shown.get_payload(decode=True) == raw
    read = CalendarFile.from_ical(raw)
    [event] = read.walk("VEVENT")
    assert (read["METHOD"], event["UID"], event["SUMMARY"], event["LOCATION"]) == (
        "PUBLISH", "t1@post.amseltea.example", "Tasting, with cake", "Speicherhof 7",
    )  # fmt: skip
    assert b"TZID" not in raw
    assert [event.decoded(name) for name in ("DTSTART", "DTEND")] == [STARTS, STARTS + timedelta(minutes=90)]
    assert event["ORGANIZER"] == "mailto:hello@post.amseltea.example"


async def test_the_team_is_told(inbox: Inbox, pool: Pool) -> None:
    """Neither the person's address nor any gate is asked; the words arrive as they are, harmless in HTML."""
    office = Office(config=with_kitchen(), verdict=Verdict(answer="no", reason="never"), stop="never")
    person, _ = waiting()
    await office.sender(pool).deliver(await office.post(person, to_team()))
    [got] = inbox.received
    assert (got.sender, got.recipients, got.subject) == (
        "hello@post.amseltea.example", ("kitchen@amseltea.example",), "tasting: Mia wants a table for 12.",
    )  # fmt: skip
    assert got.text.startswith("Mia wants a table for 12.\nCall her <soon>.")
    assert "flow “tasting”, step “booked”" in got.text
    assert "<p>Call her &lt;soon&gt;.</p>" in got.html
    assert await office.statuses(person) == [("sent", "")]


@pytest.mark.parametrize(
    "words", ["Hi\r\nBcc: all@example.com", "\x00\x1b[31m", "x" * 5_000, None, 12, "Zwölf \u2028Tee"]
)
async def test_no_words_of_a_person_harm_the_teams_mail(inbox: Inbox, pool: Pool, words: object) -> None:
    """Line breaks add no header, control characters vanish, length is bounded."""
    office, (person, _) = Office(config=with_kitchen()), reader()
    await office.sender(pool).deliver(await office.post(person, to_team(words)))
    [got] = inbox.received
    assert got.recipients == ("kitchen@amseltea.example",)
    assert "Bcc" not in {name for name, _ in got.headers}
    assert len(got.subject) <= 90


async def test_a_mailbox_that_is_gone_is_told(inbox: Inbox, pool: Pool) -> None:
    """The workspace no longer declares it: the mail fails, and the reason names it."""
    office, (person, _) = Office(), reader()
    await office.sender(pool).deliver(await office.post(person, to_team()))
    assert list(inbox.received) == []
    assert await office.statuses(person) == [("failed", "there is no team mailbox “kitchen” in doorstep.yaml")]
    assert [type(event) for event in office.events] == [MailRefused]


async def test_a_mail_to_an_address_that_is_not_proven_stays_here(inbox: Inbox, pool: Pool) -> None:
    """Whoever only typed an address gets nothing at it but the confirmation."""
    office, (person, _) = Office(), waiting()
    await office.sender(pool).deliver(await office.post(person, asked_for()))
    assert (list(inbox.received), await office.statuses(person)) == ([], [("refused", "the address is pending")])


async def test_a_relay_that_is_marketing_needs_its_consent(inbox: Inbox, pool: Pool) -> None:
    """It goes while the topic is confirmed, with its stop link, and not after it was withdrawn."""
    office, (person, _) = Office(), reader()
    mail = asked_for(lane="marketing", topic=TOPIC)
    await office.sender(pool).deliver(await office.post(person, mail))
    [got] = inbox.received
    assert "/unsubscribe/" in got.text
    assert got.message["Feedback-ID"] == "welcome:friday_leaf:tasting:leafamselteaexa"
    left = Office()
    claim = await left.post(person, mail)
    await left.transact(person.id, (Unsubscribed(id="u", at=NOON, topic=TOPIC),))
    await left.sender(pool).deliver(claim)
    assert (len(inbox.received), await left.statuses(person)) == (1, [("refused", f"no confirmed consent for {TOPIC}")])


@pytest.mark.parametrize(
    ("after", "starts", "reason"),
    [
        (timedelta(days=6), None, ""),
        (timedelta(days=8), None, "it could not be sent for 7 days"),
        (timedelta(days=1), timedelta(days=2), ""),
        (timedelta(days=2), timedelta(days=2), "its appointment has begun"),
    ],
)
def test_a_mail_that_missed_its_moment_is_dropped(after: timedelta, starts: timedelta | None, reason: str) -> None:
    """After a week, or when the appointment it brings has begun; no run is asked."""
    person, _ = reader()
    calendar = Calendar(uid="t1", title="Tasting", starts=NOON + starts, minutes=60) if starts else None
    mail = asked_for(calendar=calendar)
    assert onboarding.gate(SequenceBook(hash="", sequences={}), person, mail, NOON + after) == reason
