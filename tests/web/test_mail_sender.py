"""The sender over real SMTP: every end a mail can come to."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from domain.consent.address_registry import Verdict
from domain.effects import SendMail
from domain.events import MailRefused, MailSent
from email_out.transports.smtp import Pool, parse_url
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, Office, reader, waiting, welcome
from tests.support.people import KEYS, MAIL, NOON


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


async def test_a_welcome_arrives_with_its_headers(inbox: Inbox, pool: Pool) -> None:
    """A confirmed reader gets the welcome, with one-click headers and a Message-ID of ours."""
    office, (person, mail) = Office(), reader()
    claim = await office.post(person, mail)
    assert await office.sender(pool).deliver(claim) is None
    [got] = inbox.received
    assert (got.sender, got.recipients, got.subject) == (
        "lena@leaf.amseltea.example",
        (MAIL,),
        "Welcome. Put the kettle on.",
    )
    assert got.message["Message-ID"] == f"<{mail.id}@leaf.amseltea.example>"
    assert got.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.message["List-Id"] == "<friday-leaf.amseltea.example>"
    assert got.message["Feedback-ID"] == "welcome:friday_leaf:tasting_book:leafamselteaexa"
    assert await office.statuses(person) == [("sent", "")]
    assert office.events == []


async def test_a_confirmation_leaves_its_evidence(inbox: Inbox, pool: Pool) -> None:
    """A confirmation goes without list headers, shows the code, and the ledger event holds id and hash of what went."""
    office, (person, mail) = Office(), waiting()
    await office.sender(pool).deliver(await office.post(person, mail))
    [got] = inbox.received
    code = KEYS.codes(person.id, ADDRESS, mail.nonce)[0]
    assert code in got.subject
    assert code in got.text
    assert code in got.html
    assert not {"List-Id", "List-Unsubscribe", "Feedback-ID", "Precedence"} & {name for name, _ in got.headers}
    assert got.sender == "hello@post.amseltea.example"
    [event] = office.events
    assert isinstance(event, MailSent)
    assert (event.send_id, event.message_id) == (mail.id, f"<{mail.id}@post.amseltea.example>")
    assert len(event.content_hash) == 64
    assert await office.statuses(person) == [("sent", "")]


async def test_the_next_mail_of_the_same_person_comes_back_claimed(inbox: Inbox, pool: Pool) -> None:
    """Settling hands out the next head, and one connection carries both."""
    office, (person, mail) = Office(), reader()
    sender = office.sender(pool)
    following = await sender.deliver(await office.post(person, mail, welcome("come_back")))
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
        (Verdict(answer="no", reason="the address is suppressed: not_me"), "", "the address is suppressed: not_me"),
        (Verdict(answer="yes"), "the goal was reached", "the goal was reached"),
    ],
)
async def test_a_gate_refuses_before_the_message(
    inbox: Inbox, pool: Pool, verdict: Verdict, stop: str, reason: str
) -> None:
    """What the address or the sequence refuses is written down, told, and its message never handed over."""
    office, (person, mail) = Office(verdict=verdict, stop=stop), reader()
    await office.sender(pool).deliver(await office.post(person, mail))
    assert (list(inbox.received), inbox.commands) == ([], ["MAIL", "RCPT"])
    assert await office.statuses(person) == [("refused", reason)]
    [event] = office.events
    assert isinstance(event, MailRefused)
    assert (event.reason, event.hard_bounce) == (reason, False)


async def test_a_withdrawal_during_the_handshake_counts(inbox: Inbox, pool: Pool) -> None:
    """The record is loaded again after RCPT, so a mail whose consent ended meanwhile does not go."""
    office, (person, mail) = Office(), waiting()
    claim = await office.post(person, mail)
    office.now += timedelta(hours=49)
    await office.sender(pool).deliver(claim)
    assert (list(inbox.received), await office.statuses(person)) == (
        [],
        [("refused", "the confirmation has expired")],
    )


async def test_news_on_its_way_makes_the_mail_wait(inbox: Inbox, pool: Pool) -> None:
    """An address that is about to hear of a proof is asked again a second later."""
    office, (person, mail) = Office(verdict=Verdict(answer="later", reason="soon")), reader()
    claim = await office.post(person, mail)
    await office.sender(pool).deliver(claim)
    assert (list(inbox.received), await office.statuses(person)) == ([], [("queued", "")])
    office.server_ms += 1001
    assert await office.store.claim(claim.lane, person.id, lease_ms=1000)


@pytest.mark.parametrize(
    ("code", "text", "stage", "status", "bounced"),
    [
        (550, "5.1.1 no such user mia@example.com", "RCPT", "failed", True),
        (550, "5.2.1 disabled", "message", "failed", True),
        (550, "5.7.1 policy", "RCPT", "failed", False),
        (552, "5.2.2 mailbox full", "RCPT", "failed", False),
        (550, "no idea", "RCPT", "failed", False),
        (451, "4.7.1 greylisted", "RCPT", "queued", False),
        (452, "4.3.1 full", "message", "queued", False),
    ],
)
async def test_what_a_refusal_means(
    inbox: Inbox, pool: Pool, *, code: int, text: str, stage: str, status: str, bounced: bool
) -> None:
    """Dead mailboxes are suppressed, our own faults and full mailboxes are not, and 4xx waits."""
    office, (person, mail) = Office(), reader()
    inbox.reject_next(code, text, stage="RCPT" if stage == "RCPT" else "message")
    await office.sender(pool).deliver(await office.post(person, mail))
    [(found, note)] = await office.statuses(person)
    assert (found, MAIL in note) == (status, False)
    held = (await office.record(person)).addresses[ADDRESS].status
    assert held == ("bounced" if bounced else "proven")


async def test_a_connection_cut_before_the_dot_is_tried_again(inbox: Inbox, pool: Pool) -> None:
    """Until the final dot was sent, nothing can have been accepted: back to queued, then it goes once."""
    office, (person, mail) = Office(), reader()
    inbox.drop_connection("before the dot")
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    assert (list(inbox.received), await office.statuses(person)) == ([], [("queued", "")])
    await sender.deliver(await office.claim(person, mail))
    assert (len(inbox.received), await office.statuses(person)) == (1, [("sent", "")])


async def test_marketing_cut_after_the_dot_is_unknown_for_good(inbox: Inbox, pool: Pool) -> None:
    """Nobody knows whether the server took it, so it is listed and never sent again."""
    office, (person, mail) = Office(), reader()
    inbox.drop_connection("after the dot")
    await office.sender(pool).deliver(await office.post(person, mail))
    [(status, _)] = await office.statuses(person)
    assert (status, len(inbox.received)) == ("unknown", 1)
    assert await office.store.claim("mail-marketing", person.id, lease_ms=1000) is None


async def test_a_confirmation_cut_after_the_dot_goes_again_as_the_same_mail(inbox: Inbox, pool: Pool) -> None:
    """A confirmation is sent at least once, and a double is the same mail to the byte."""
    office, (person, mail) = Office(), waiting()
    inbox.drop_connection("after the dot")
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    again = await office.claim(person, mail)
    assert again.attempt
    await sender.deliver(again)
    first, second = inbox.received
    assert first.raw == second.raw
    assert await office.statuses(person) == [("sent", "")]


@pytest.mark.parametrize(("kind", "status", "sent"), [("marketing", "unknown", 0), ("transactional", "sent", 1)])
async def test_a_claim_left_by_a_crash(inbox: Inbox, pool: Pool, kind: str, status: str, sent: int) -> None:
    """An attempt that nobody settled: marketing is never repeated, a confirmation is."""
    office, (person, mail) = Office(), reader() if kind == "marketing" else waiting()
    claim = await office.post(person, mail)
    assert await office.store.begin(claim, send_id=mail.id)
    await office.sender(pool).deliver(await office.claim(person, mail))
    [(found, _)] = await office.statuses(person)
    assert (found, len(inbox.received)) == (status, sent)


async def test_a_claim_that_ran_out_sends_nothing(inbox: Inbox, pool: Pool) -> None:
    """Whoever lost the claim stops before the message; the new holder sends it once."""
    office, (person, mail) = Office(), reader()
    old = await office.post(person, mail)
    new = await office.claim(person, mail)
    sender = office.sender(pool)
    assert await sender.deliver(old) is None
    assert list(inbox.received) == []
    await sender.deliver(new)
    assert (len(inbox.received), await office.statuses(person)) == (1, [("sent", "")])


async def test_no_server_puts_the_mail_back(pool: Pool, inbox: Inbox) -> None:
    """A server that is away costs nothing but time."""
    office, (person, mail) = Office(), reader()
    await inbox.stop()
    await office.sender(pool).deliver(await office.post(person, mail))
    assert await office.statuses(person) == [("queued", "")]


async def test_a_unicode_mailbox(inbox: Inbox, pool: Pool) -> None:
    """A local part that is not ASCII travels by SMTPUTF8, its domain in ASCII."""
    office, (person, mail) = Office(), reader("jürgen@tee-händler.example")
    await office.sender(pool).deliver(await office.post(person, mail))
    [got] = inbox.received
    assert (got.recipients, got.smtputf8) == (("jürgen@xn--tee-hndler-u5a.example",), True)
    assert await office.statuses(person) == [("sent", "")]


async def test_a_unicode_mailbox_at_an_old_server() -> None:
    """Without SMTPUTF8 such an address is undeliverable, but not suppressed."""
    box = Inbox(lambda: NOON, smtputf8=False)
    pool = Pool(parse_url(f"smtp://127.0.0.1:{await box.start()}"), size=1, timeout=5)
    office, (person, mail) = Office(), reader("jürgen@example.com")
    await office.sender(pool).deliver(await office.post(person, mail))
    [(status, note)] = await office.statuses(person)
    assert (status, "SMTPUTF8" in note, list(box.received)) == ("failed", True, [])
    assert (await office.record(person)).addresses[mail.address].status == "proven"
    await pool.close()
    await box.stop()


async def test_a_mail_that_cannot_be_made_fails_alone(inbox: Inbox, pool: Pool) -> None:
    """A template that is gone is a failed mail with a reason, and the lane goes on."""
    office, (person, _) = Office(), reader()
    following = await office.sender(pool).deliver(await office.post(person, welcome("gone"), welcome()))
    assert following
    assert (await office.statuses(person))[0] == ("failed", "there is no mail “gone” in the workspace")
    assert inbox.commands == []


async def test_somebody_erased_gets_nothing(inbox: Inbox, pool: Pool) -> None:
    """A mail whose address is no longer in the record fails before any connection."""
    office, (person, mail) = Office(), reader()
    stranger = SendMail(
        id="x", template="welcome", address="gone", lane="marketing", language="en", queued_at=NOON, topic=mail.topic
    )
    await office.sender(pool).deliver(await office.post(person, stranger))
    assert (await office.statuses(person), inbox.commands) == ([("failed", "the address is no longer known")], [])
