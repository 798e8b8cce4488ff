"""Mails that a flow sends: to the person who asked for them, with a calendar file, and to the team."""

from collections.abc import AsyncIterator
from datetime import timedelta, timezone

import pytest
from icalendar import Calendar as CalendarFile
from msgspec.structs import replace

from domain.consent.address_registry import Admission
from domain.effects import NOTICE, Calendar, SendMail
from domain.events import MailRefused, Unsubscribed
from domain.workspace_config import TeamMailbox, WorkspaceConfig
from email_out.transports.base import Transport
from email_out.transports.smtp import SmtpTransport, parse_smtp_url
from onboarding.engine import decide as onboarding
from onboarding.language.catalog import SequenceCatalog
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader, unconfirmed_person
from tests.support.people import KEYS, MAIL, NOON, SHIPPED_CONFIG, TOPIC

STARTS = NOON + timedelta(days=30)


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Run a mail server."""
    box = Inbox(lambda: NOON)
    await box.start_listening()
    yield box
    await box.stop_listening()


@pytest.fixture
async def transport(inbox: Inbox) -> AsyncIterator[Transport]:
    """Keep connections to it."""
    transport = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{inbox.port}"), connections=2, timeout=5)
    yield transport
    await transport.close()


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
    return SHIPPED_CONFIG.model_copy(update={"team": {"kitchen": TeamMailbox(email="kitchen@amseltea.example")}})


async def test_a_mail_that_was_asked_for_arrives(inbox: Inbox, transport: Transport) -> None:
    """From the transactional sender, without list headers and stop link; its footer says why it came."""
    world, (person, _) = MailWorld(), confirmed_reader()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, asked_for()))
    [got] = inbox.received
    assert (got.sender, got.recipients) == ("hello@post.amseltea.example", (MAIL,))
    assert not {"List-Id", "List-Unsubscribe", "Feedback-ID", "Precedence"} & {name for name, _ in got.all_headers}
    assert "because it was asked for in our Messenger chat. It is no subscription." in got.text_part
    assert "/unsubscribe/" not in got.html_part
    assert await world.list_statuses(person) == [("sent", "")]


async def test_an_appointment_travels_twice(inbox: Inbox, transport: Transport) -> None:
    """As a part that mail programs show, and as a file; both hold the same event, in UTC, published by the sender."""
    world, (person, _) = MailWorld(), confirmed_reader()
    starts = STARTS.astimezone(timezone(timedelta(hours=1)))
    calendar = Calendar(uid="t1", title="Tasting, with cake", starts=starts, minutes=90, where="Speicherhof 7")
    await world.make_sender(transport).deliver(await world.store_with_mails(person, asked_for(calendar=calendar)))
    [got] = inbox.received
    parts = [(part.get_content_type(), part.get_filename()) for part in got.parsed_message.walk()]
    assert parts == [
        ("multipart/mixed", None), ("multipart/alternative", None), ("text/plain", None), ("text/html", None),
        ("text/calendar", None), ("application/ics", "appointment.ics"),
    ]  # fmt: skip
    shown, file = list(got.parsed_message.walk())[-2:]
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


async def test_the_team_is_told(inbox: Inbox, transport: Transport) -> None:
    """Neither the person's address nor any gate is asked; the words arrive as they are, harmless in HTML."""
    world = MailWorld(config=with_kitchen(), verdict=Admission(answer="no", reason="never"), sequence_refusal="never")
    person, _ = unconfirmed_person()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, to_team()))
    [got] = inbox.received
    assert (got.sender, got.recipients, got.subject) == (
        "hello@post.amseltea.example", ("kitchen@amseltea.example",), "tasting: Mia wants a table for 12.",
    )  # fmt: skip
    assert got.text_part.startswith("Mia wants a table for 12.\nCall her <soon>.")
    assert "flow “tasting”, step “booked”" in got.text_part
    assert "<p>Call her &lt;soon&gt;.</p>" in got.html_part
    assert await world.list_statuses(person) == [("sent", "")]


@pytest.mark.parametrize(
    "words", ["Hi\r\nBcc: all@example.com", "\x00\x1b[31m", "x" * 5_000, None, 12, "Zwölf \u2028Tee"]
)
async def test_no_words_of_a_person_harm_the_teams_mail(inbox: Inbox, transport: Transport, words: object) -> None:
    """Line breaks add no header, control characters vanish, length is bounded."""
    world, (person, _) = MailWorld(config=with_kitchen()), confirmed_reader()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, to_team(words)))
    [got] = inbox.received
    assert got.recipients == ("kitchen@amseltea.example",)
    assert "Bcc" not in {name for name, _ in got.all_headers}
    assert len(got.subject) <= 90


async def test_a_mailbox_that_is_gone_is_told(inbox: Inbox, transport: Transport) -> None:
    """The workspace no longer declares it: the mail fails, and the reason names it."""
    world, (person, _) = MailWorld(), confirmed_reader()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, to_team()))
    assert list(inbox.received) == []
    assert await world.list_statuses(person) == [("failed", "there is no team mailbox “kitchen” in doorstep.yaml")]
    assert [type(event) for event in world.events] == [MailRefused]


async def test_a_mail_to_an_address_that_is_not_proven_stays_here(inbox: Inbox, transport: Transport) -> None:
    """Whoever only typed an address gets nothing at it but the confirmation."""
    world, (person, _) = MailWorld(), unconfirmed_person()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, asked_for()))
    assert (list(inbox.received), await world.list_statuses(person)) == ([], [("refused", "the address is pending")])


async def test_a_relay_that_is_marketing_needs_its_consent(inbox: Inbox, transport: Transport) -> None:
    """It goes while the topic is confirmed, with its stop link, and not after it was withdrawn."""
    world, (person, _) = MailWorld(), confirmed_reader()
    mail = asked_for(lane="marketing", topic=TOPIC)
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [got] = inbox.received
    assert "/unsubscribe/" in got.text_part
    assert got.parsed_message["Feedback-ID"] == "welcome:friday_leaf:tasting:leafamselteaexa"
    left = MailWorld()
    claim = await left.store_with_mails(person, mail)
    await left.transact(person.id, (Unsubscribed(id="u", at=NOON, topic=TOPIC),))
    await left.make_sender(transport).deliver(claim)
    assert (len(inbox.received), await left.list_statuses(person)) == (
        1,
        [("refused", f"no confirmed consent for {TOPIC}")],
    )


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
    person, _ = confirmed_reader()
    calendar = Calendar(uid="t1", title="Tasting", starts=NOON + starts, minutes=60) if starts else None
    mail = asked_for(calendar=calendar)
    assert onboarding.refusal_reason(SequenceCatalog(hash="", sequences={}), person, mail, NOON + after) == reason
