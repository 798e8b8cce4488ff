"""The sender over real SMTP: every end a mail can come to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from structlog.testing import capture_logs

from domain.consent.address_registry import Admission
from domain.effects import SendMail, decode_posted
from domain.events import MailRefused, MailSent
from domain.ports import Claim
from email_out.feedback.return_path import ReturnPath, read_return_path
from email_out.metrics import MAILS
from email_out.transports.base import Transport
from email_out.transports.smtp import SmtpTransport, parse_smtp_url
from service.engine.address_registry import AddressRegistry
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader, unconfirmed_person, welcome_mail
from tests.support.people import KEYS, MAIL, NOON


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


async def test_a_welcome_arrives_with_its_headers(inbox: Inbox, transport: Transport) -> None:
    """A confirmed reader gets the welcome, with one-click headers and a Message-ID of ours."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    assert await world.make_sender(transport).deliver(claim) is None
    [got] = inbox.received
    assert (got.sender, got.recipients, got.subject) == (
        "lena@leaf.amseltea.example",
        (MAIL,),
        "Welcome. Put the kettle on.",
    )
    assert got.parsed_message["Message-ID"] == f"<{mail.id}@leaf.amseltea.example>"
    assert got.parsed_message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.parsed_message["List-Id"] == "<friday-leaf.amseltea.example>"
    assert got.parsed_message["Feedback-ID"] == "welcome:friday_leaf:tasting_book:leafamselteaexa"
    assert await world.list_statuses(person) == [("sent", "")]
    assert world.events == []


async def test_what_comes_back_names_the_mail(inbox: Inbox, transport: Transport) -> None:
    """A sender that declares a domain for bounces has an envelope sender of its own in each mail; From stays."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    senders = world.config.senders
    marketing = senders.marketing.model_copy(update={"bounces": "bounce.amseltea.example"})
    world.config = world.config.model_copy(update={"senders": senders.model_copy(update={"marketing": marketing})})
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [got] = inbox.received
    assert read_return_path(got.sender, KEYS) == ReturnPath(send_id=mail.id, address=ADDRESS)
    assert got.sender.endswith("@bounce.amseltea.example")
    assert "lena@leaf.amseltea.example" in str(got.parsed_message["From"])


async def test_a_confirmation_leaves_its_evidence(inbox: Inbox, transport: Transport) -> None:
    """A confirmation goes without list headers, shows the code, and the ledger event holds id and hash of what went."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [got] = inbox.received
    code = KEYS.confirmation_codes(person.id, ADDRESS, mail.nonce)[0]
    assert code in got.subject
    assert code in got.text_part
    assert code in got.html_part
    assert not {"List-Id", "List-Unsubscribe", "Feedback-ID", "Precedence"} & {name for name, _ in got.all_headers}
    assert got.sender == "hello@post.amseltea.example"
    [event] = world.events
    assert isinstance(event, MailSent)
    assert (event.send_id, event.message_id) == (mail.id, f"<{mail.id}@post.amseltea.example>")
    assert len(event.content_hash) == 64
    assert await world.list_statuses(person) == [("sent", "")]


async def test_the_next_mail_of_the_same_person_comes_back_claimed(inbox: Inbox, transport: Transport) -> None:
    """Settling hands out the next head, and one connection carries both."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    sender = world.make_sender(transport)
    following = await sender.deliver(await world.store_with_mails(person, mail, welcome_mail("come_back")))
    assert following
    assert await sender.deliver(following) is None
    assert [one.subject for one in inbox.received] == [
        "Welcome. Put the kettle on.",
        "Your Tasting Book is still blank",
    ]
    assert inbox.connections == 1


@pytest.mark.parametrize(
    ("verdict", "stop", "reason"),
    [
        (Admission(answer="no", reason="the address is suppressed: not_me"), "", "the address is suppressed: not_me"),
        (Admission(answer="yes"), "the goal was reached", "the goal was reached"),
    ],
)
async def test_a_gate_refuses_before_the_message(
    inbox: Inbox, transport: Transport, verdict: Admission, stop: str, reason: str
) -> None:
    """What the address or the sequence refuses is written down, told, and its message never handed over."""
    world, (person, mail) = MailWorld(verdict=verdict, sequence_refusal=stop), confirmed_reader()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    assert (list(inbox.received), inbox.commands) == ([], ["MAIL", "RCPT"])
    assert await world.list_statuses(person) == [("refused", reason)]
    [event] = world.events
    assert isinstance(event, MailRefused)
    assert (event.reason, event.hard_bounce) == (reason, False)


async def test_a_withdrawal_during_the_handshake_counts(inbox: Inbox, transport: Transport) -> None:
    """The record is loaded again after RCPT, so a mail whose consent ended meanwhile does not go."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    claim = await world.store_with_mails(person, mail)
    world.now += timedelta(hours=49)
    await world.make_sender(transport).deliver(claim)
    assert (list(inbox.received), await world.list_statuses(person)) == (
        [],
        [("refused", "the confirmation has expired")],
    )


async def test_news_on_its_way_makes_the_mail_wait(inbox: Inbox, transport: Transport) -> None:
    """An address that is about to hear of a proof is asked again a second later."""
    world, (person, mail) = MailWorld(verdict=Admission(answer="later", reason="soon")), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    await world.make_sender(transport).deliver(claim)
    assert (list(inbox.received), await world.list_statuses(person)) == ([], [("queued", "")])
    world.server_ms += 1001
    assert await world.store.claim(claim.lane, person.id, lease_ms=1000)


@pytest.mark.parametrize(
    ("code", "text", "stage", "status", "bounced"),
    [
        (550, "5.1.1 no such user mia@example.com", "RCPT", "failed", True),
        (550, "5.2.1 disabled", "message", "failed", True),
        (550, "5.7.1 policy", "RCPT", "failed", False),
        (552, "5.2.2 mailbox full", "RCPT", "queued", False),
        (550, "no idea", "RCPT", "failed", False),
        (550, "mia@example.com: User unknown", "RCPT", "failed", True),
        (451, "4.7.1 greylisted", "RCPT", "queued", False),
        (452, "4.3.1 full", "message", "queued", False),
    ],
)
async def test_what_a_refusal_means(
    inbox: Inbox, transport: Transport, *, code: int, text: str, stage: str, status: str, bounced: bool
) -> None:
    """Dead mailboxes are suppressed, our own faults and full mailboxes are not, and 4xx waits."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    inbox.reject_next(code, text, stage="RCPT" if stage == "RCPT" else "message")
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [(found, note)] = await world.list_statuses(person)
    assert (found, MAIL in note) == (status, False)
    held = (await world.load_record(person)).addresses[ADDRESS].status
    assert held == ("bounced" if bounced else "proven")


async def test_a_mailbox_that_is_full_for_three_mails_is_dead(inbox: Inbox, transport: Transport) -> None:
    """One mail counts once, however often it is tried; what the server accepts begins the count anew."""
    world, (person, first) = MailWorld(), confirmed_reader()
    registry = AddressRegistry(
        store=world.store, transact=world.transact, clock=lambda: world.now, config=lambda: world.config
    )
    sender = replace(world.make_sender(transport), mailboxes=registry, admit=registry.admit)
    mails = [first, *(msgspec.structs.replace(first, id=KEYS.send_id("run", number)) for number in "234")]
    claim: Claim | None = await world.store_with_mails(person, *mails)

    async def refuse_twice() -> None:
        for _ in range(2):
            inbox.reject_next(552, "5.2.2 mailbox full", stage="RCPT")
            await sender.deliver(await world.claim_head(person, first))

    await refuse_twice()
    claim = await sender.deliver(await world.claim_head(person, first))  # accepted: the count begins anew
    assert claim
    for _ in mails[1:3]:
        await refuse_twice()
        claim = await world.claim_head(person, first)
        await world.store.settle(claim, send_id=decode_posted(claim.item).id, status="failed")
    assert (await world.load_record(person)).addresses[ADDRESS].status == "proven"
    inbox.reject_next(552, "5.2.2 mailbox full", stage="RCPT")
    await sender.deliver(await world.claim_head(person, first))
    assert (await world.load_record(person)).addresses[ADDRESS].status == "bounced"
    assert ("failed", "the mailbox was full for 3 mails within 14 days") in await world.list_statuses(person)


async def test_a_connection_cut_before_the_dot_is_tried_again(inbox: Inbox, transport: Transport) -> None:
    """Until the final dot was sent, nothing can have been accepted: back to queued, then it goes once."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    inbox.drop_connection("before the dot")
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    assert (list(inbox.received), await world.list_statuses(person)) == ([], [("queued", "")])
    await sender.deliver(await world.claim_head(person, mail))
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


async def test_marketing_cut_after_the_dot_is_unknown_for_good(inbox: Inbox, transport: Transport) -> None:
    """Nobody knows whether the server took it, so it is listed and never sent again."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    inbox.drop_connection("after the dot")
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [(status, _)] = await world.list_statuses(person)
    assert (status, len(inbox.received)) == ("unknown", 1)
    assert await world.store.claim("mail-marketing", person.id, lease_ms=1000) is None


async def test_a_confirmation_cut_after_the_dot_goes_again_as_the_same_mail(inbox: Inbox, transport: Transport) -> None:
    """A confirmation is sent at least once, and a double is the same mail to the byte."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    inbox.drop_connection("after the dot")
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    again = await world.claim_head(person, mail)
    assert again.attempt
    await sender.deliver(again)
    first, second = inbox.received
    assert first.raw == second.raw
    assert await world.list_statuses(person) == [("sent", "")]


@pytest.mark.parametrize(("kind", "status", "sent"), [("marketing", "unknown", 0), ("transactional", "sent", 1)])
async def test_a_claim_left_by_a_crash(inbox: Inbox, transport: Transport, kind: str, status: str, sent: int) -> None:
    """An attempt that nobody settled: marketing is never repeated, a confirmation is."""
    world, (person, mail) = MailWorld(), confirmed_reader() if kind == "marketing" else unconfirmed_person()
    claim = await world.store_with_mails(person, mail)
    assert await world.store.begin(claim, send_id=mail.id)
    await world.make_sender(transport).deliver(await world.claim_head(person, mail))
    [(found, _)] = await world.list_statuses(person)
    assert (found, len(inbox.received)) == (status, sent)


async def test_a_claim_that_ran_out_sends_nothing(inbox: Inbox, transport: Transport) -> None:
    """Whoever lost the claim stops before the message; the new holder sends it once."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    old = await world.store_with_mails(person, mail)
    new = await world.claim_head(person, mail)
    sender = world.make_sender(transport)
    assert await sender.deliver(old) is None
    assert list(inbox.received) == []
    await sender.deliver(new)
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


async def test_who_lost_the_claim_does_not_say_that_the_mail_was_refused(inbox: Inbox, transport: Transport) -> None:
    """It stood still, and another process has sent the mail; what would refuse it by now came after that."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    old = await world.store_with_mails(person, mail)
    sender = world.make_sender(transport)
    await sender.deliver(await world.claim_head(person, mail))
    world.sequence_refusal = "the sequence has ended"
    counted = _count_mails()
    assert await sender.deliver(old) is None
    assert _count_mails() == counted
    assert (len(inbox.received), world.events) == (1, [])
    assert await world.list_statuses(person) == [("sent", "")]


def _count_mails() -> float:
    samples = (sample for metric in MAILS.collect() for sample in metric.samples)
    return sum(sample.value for sample in samples if sample.name.endswith("_total"))


async def test_no_server_puts_the_mail_back(transport: Transport, inbox: Inbox) -> None:
    """A server that is away costs nothing but time."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    await inbox.stop_listening()
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    assert await world.list_statuses(person) == [("queued", "")]


async def test_a_unicode_mailbox(inbox: Inbox, transport: Transport) -> None:
    """A local part that is not ASCII travels by SMTPUTF8, its domain in ASCII."""
    world, (person, mail) = MailWorld(), confirmed_reader("jürgen@tee-händler.example")
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [got] = inbox.received
    assert (got.recipients, got.smtputf8) == (("jürgen@xn--tee-hndler-u5a.example",), True)
    assert await world.list_statuses(person) == [("sent", "")]


async def test_a_unicode_mailbox_at_an_old_server() -> None:
    """Without SMTPUTF8 such an address is undeliverable, but not suppressed."""
    box = Inbox(lambda: NOON, smtputf8=False)
    transport = SmtpTransport(
        parse_smtp_url(f"smtp://127.0.0.1:{await box.start_listening()}"), connections=1, timeout=5
    )
    world, (person, mail) = MailWorld(), confirmed_reader("jürgen@example.com")
    await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
    [(status, note)] = await world.list_statuses(person)
    assert (status, "SMTPUTF8" in note, list(box.received)) == ("failed", True, [])
    assert (await world.load_record(person)).addresses[mail.address].status == "proven"
    await transport.close()
    await box.stop_listening()


async def test_a_mail_that_cannot_be_made_fails_alone(inbox: Inbox, transport: Transport) -> None:
    """A template that is gone is a failed mail with a reason, and the lane goes on."""
    world, (person, _) = MailWorld(), confirmed_reader()
    following = await world.make_sender(transport).deliver(
        await world.store_with_mails(person, welcome_mail("gone"), welcome_mail())
    )
    assert following
    assert (await world.list_statuses(person))[0] == ("failed", "there is no mail “gone” in the workspace")
    assert inbox.commands == []


async def test_somebody_erased_gets_nothing(inbox: Inbox, transport: Transport) -> None:
    """A mail whose address is no longer in the record is refused before any connection, and no fault of ours."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    stranger = SendMail(
        id="x", template="welcome", address="gone", lane="marketing", language="en", queued_at=NOON, topic=mail.topic
    )
    with capture_logs() as logs:
        await world.make_sender(transport).deliver(await world.store_with_mails(person, stranger))
    assert (await world.list_statuses(person), inbox.commands) == ([("refused", "the address is no longer known")], [])
    assert [line["log_level"] for line in logs] == ["info"]
