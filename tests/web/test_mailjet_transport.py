"""Sending by Mailjet: batches, answers that are half good, and every way in which a call goes wrong."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from domain.effects import SendMail
from domain.events import MailSent
from domain.ports import Claim
from domain.record import Subscriber
from email_out.delivery.sender import MailSender
from email_out.message.mime import Mailbox, build_mime
from email_out.transports import mailjet_batches as batches
from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown, RetryLater, SendRefused, open_gate
from email_out.transports.mailjet import MailjetTransport
from email_out.transports.mailjet_answers import ERROR_TABLE
from email_out.transports.mailjet_message import FORBIDDEN_HEADERS, write_message
from service.stand_ins.mailjet import send_rules
from service.stand_ins.mailjet.state import FIRST_ID, Lever
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader, lane_of, unconfirmed_person
from tests.support.mailjet_world import RunningMailjet, outgoing_mail, run_mailjet
from tests.support.people import KEYS, MAIL

TAKEN: tuple[Lever, ...] = ("500 after", "hang after", "cut after", "html", "half", "shuffled", "other ids", "short")
NOT_TAKEN: tuple[Lever, ...] = ("500 before", "hang before", "cut before")


@pytest.fixture
async def running() -> AsyncIterator[RunningMailjet]:
    """Run a stand-in."""
    async with run_mailjet() as mailjet:
        yield mailjet


@pytest.fixture
async def transport(running: RunningMailjet) -> AsyncIterator[MailjetTransport]:
    """Return a transport that waits half a second for an answer."""
    transport = running.open_transport(timeout=0.5)
    yield transport
    await transport.close()


async def send_many(transport: MailjetTransport, count: int) -> list[DeliveryResult]:
    """Hand so many mails over at once."""
    mails = [outgoing_mail(number) for number in range(count)]
    return await asyncio.gather(*(transport.send(mail, build_mime(mail), open_gate) for mail in mails))


async def test_what_is_ready_goes_in_batches_of_fifty(running: RunningMailjet, transport: MailjetTransport) -> None:
    """120 mails make three calls."""
    results = await send_many(transport, 120)
    assert all(isinstance(result, Delivered) for result in results)
    assert running.stand_in.account.calls == ["POST /v3.1/send"] * 3


async def test_a_name_of_a_message_is_text(transport: MailjetTransport) -> None:
    """It is larger than 2^53, so read as a float it would be the name of another message."""
    first, second = await send_many(transport, 2)
    assert isinstance(first, Delivered)
    assert isinstance(second, Delivered)
    assert first.provider_id == str(FIRST_ID + 1)
    assert first.provider_id != second.provider_id
    assert float(first.provider_id) == float(second.provider_id)


async def test_a_half_answered_batch_is_read_mail_by_mail(running: RunningMailjet, transport: MailjetTransport) -> None:
    """400 means that one was refused; the 48 others went and are not sent again."""
    account = running.stand_in.account
    account.refused = {"reader3@example.com": "mj-0013", "reader7@example.com": "send-0008"}
    results = await send_many(transport, 50)
    refused = {number: result for number, result in enumerate(results) if not isinstance(result, Delivered)}
    assert refused == {
        3: SendRefused(reason="the provider refused it: mj-0013", status="failed"),
        7: SendRefused(reason="the provider refused it: send-0008", status="failed", sender_problem="send-0008"),
    }
    assert len(account.messages) == 48


async def test_one_mail_that_cannot_be_read_does_not_cost_the_others(
    running: RunningMailjet, transport: MailjetTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that is refused as a whole, such as one that is too large, is halved until each half is taken."""
    monkeypatch.setattr(batches, "MOST_MAILS", 60)
    results = await send_many(transport, 60)
    assert all(isinstance(result, Delivered) for result in results)
    assert len(running.stand_in.account.messages) == 60
    assert len(running.stand_in.account.calls) == 3


@pytest.mark.parametrize("lever", [*TAKEN, *NOT_TAKEN])
async def test_what_is_not_said_for_certain_is_unknown(
    running: RunningMailjet, transport: MailjetTransport, lever: Lever
) -> None:
    """No mail of such a call is sent again, and none is believed to have gone unless its own name came back."""
    account = running.stand_in.account
    account.levers.append(lever)
    results = await send_many(transport, 3)
    arrived = {one.custom_id for one in account.messages}
    assert len(arrived) == (3 if lever in TAKEN else 0)
    for number, result in enumerate(results):
        assert isinstance(result, OutcomeUnknown | Delivered)
        settled = await transport.settle(f"send-{number:04d}")
        assert settled.answer == ("went" if lever in TAKEN else "did not")
    known = sum(isinstance(result, Delivered) for result in results)
    # Names decide, not places: of a shuffled answer every mail is known, of a short one all but the last.
    assert known == {"shuffled": 3, "short": 2}.get(lever, 0)


@pytest.mark.parametrize("lever", ["rate", "suspended"])
async def test_a_call_that_took_nothing_puts_its_mails_back(
    running: RunningMailjet, transport: MailjetTransport, lever: Lever
) -> None:
    """Too many calls, or a key that is not taken: no try is counted, and nothing was sent."""
    running.stand_in.account.levers.append(lever)
    results = await send_many(transport, 3)
    assert all(isinstance(result, RetryLater) and not result.failed for result in results)
    assert running.stand_in.account.messages == []


async def test_a_wrong_secret_loses_no_mail(running: RunningMailjet) -> None:
    """Whoever mends it finds every mail still waiting."""
    transport = running.open_transport(secret="wrong")
    [result] = await send_many(transport, 1)
    assert result == RetryLater(reason="the provider does not take the key", failed=False)
    await transport.close()


async def test_a_failing_provider_is_left_alone_for_a_moment(running: RunningMailjet) -> None:
    """After a call that brought nothing, mails wait without having begun, so an outage makes few of them unknown."""
    transport = MailjetTransport(running.open_api(), first_pause=60.0)
    running.stand_in.account.levers.append("500 before")
    [lost] = await send_many(transport, 1)
    assert isinstance(lost, OutcomeUnknown)
    asked = False

    async def gate() -> DeliveryResult | None:
        nonlocal asked
        asked = True
        return None

    mail = outgoing_mail(2)
    result = await transport.send(mail, build_mime(mail), gate)
    assert isinstance(result, RetryLater)
    assert (result.failed, result.unreachable, asked) == (False, True, False)
    await transport.close()


def test_both_sides_have_the_same_tables() -> None:
    """The tables were written down twice, by the sender and by the stand-in that judges it."""
    assert FORBIDDEN_HEADERS == send_rules.FORBIDDEN_HEADERS
    assert {row.code for row in ERROR_TABLE} > {"send-0003", "mj-0001"}


def test_a_mail_is_written_as_the_guide_wants_it() -> None:
    """Tracking is off, a campaign is locked, a long subject is cut, and the domain is ASCII."""
    message = write_message(outgoing_mail(to="tee@bücher.example", campaign="issue/winter", subject="x" * 300))
    assert send_rules.judge_message(json.loads(json.dumps(message)), {"*@leaf.amseltea.example"}) == []
    assert (message["TrackOpens"], message["TrackClicks"]) == ("disabled", "disabled")
    assert (message["CustomCampaign"], message["DeduplicateCampaign"]) == ("issue/winter", True)
    assert message["To"] == [{"Email": "tee@xn--bcher-kva.example"}]
    assert len(str(message["Subject"])) == 255
    plain = write_message(replace(outgoing_mail(), html="", calendar=b"BEGIN:VCALENDAR", reply_to=None))
    assert send_rules.judge_message(json.loads(json.dumps(plain)), {"*@leaf.amseltea.example"}) == []
    assert plain.keys().isdisjoint({"HTMLPart", "TrackOpens", "CustomCampaign", "ReplyTo"})
    assert write_message(replace(outgoing_mail(), to=Mailbox(email="mia@example.com")))["CustomID"] == "send-0001"


# With the sender: what is in the ledger in the end, and what is in the mailbox.


async def deliver_until_done(
    sender: MailSender, world: MailWorld, person: Subscriber, mail: SendMail, claim: Claim
) -> int:
    """Deliver, and claim again whenever the mail is ready; return the seconds until it was settled."""
    began = world.server_ms
    following: Claim | None = claim
    for _ in range(4000):
        if following is not None:
            await sender.deliver(following)
        if (await world.list_statuses(person))[0][0] not in ("queued", "attempting"):
            return (world.server_ms - began) // 1000
        world.server_ms += 1000
        following = await world.store.claim(lane_of(mail), person.id, lease_ms=60_000)
    message = "the mail was never settled"
    raise AssertionError(message)


@pytest.mark.parametrize("kind", ["marketing", "transactional"])
@pytest.mark.parametrize("lever", [*TAKEN, *NOT_TAKEN, "rate", "suspended"])
async def test_every_failure_ends_with_one_mail_or_a_line(
    running: RunningMailjet, transport: MailjetTransport, lever: Lever, kind: str
) -> None:
    """Lost 0, doubled 0: a mail went once, or is listed as unknown and did not go; a confirmation always goes."""
    world, (person, mail) = MailWorld(), confirmed_reader() if kind == "marketing" else unconfirmed_person()
    account = running.stand_in.account
    account.levers.append(lever)
    sender = world.make_sender(transport)
    took = await deliver_until_done(sender, world, person, mail, await world.store_with_mails(person, mail))
    [(status, note)] = await world.list_statuses(person)
    arrived = account.messages_to(MAIL)
    if kind == "marketing" and lever in NOT_TAKEN:
        assert (status, note, len(arrived)) == ("unknown", "the provider does not know it", 0)
        assert took >= 600
    else:
        assert (status, len(arrived)) == ("sent", 1)
    if kind == "transactional":
        [event] = world.events
        assert isinstance(event, MailSent)
        assert event.message_id == str(arrived[0].id)


@pytest.mark.parametrize(("kind", "status"), [("marketing", "unknown"), ("transactional", "sent")])
async def test_a_search_that_is_blind_or_broken_doubles_no_newsletter(
    running: RunningMailjet, transport: MailjetTransport, kind: str, status: str
) -> None:
    """The third look finds what the first two did not; a search that fails for an hour is asked again."""
    world, (person, mail) = MailWorld(), confirmed_reader() if kind == "marketing" else unconfirmed_person()
    account = running.stand_in.account
    account.levers.append("cut after")
    account.blind_looks = 2
    sender = world.make_sender(transport)
    took = await deliver_until_done(sender, world, person, mail, await world.store_with_mails(person, mail))
    assert ((await world.list_statuses(person))[0][0], len(account.messages_to(MAIL))) == ("sent", 1)
    assert 600 <= took < 610
    other, again = (confirmed_reader if kind == "marketing" else unconfirmed_person)("ben@example.com")
    account.levers.append("cut before")
    account.failing_looks = 5
    account.by_custom_id.clear()  # both mails of this test have the same id
    world = MailWorld()
    sender = world.make_sender(transport)
    took = await deliver_until_done(sender, world, other, again, await world.store_with_mails(other, again))
    assert took >= 1800
    assert (await world.list_statuses(other))[0][0] == status
    assert len(account.messages_to("ben@example.com")) == (0 if kind == "marketing" else 1)


@pytest.mark.parametrize(("kind", "status"), [("marketing", "unknown"), ("transactional", "sent")])
async def test_a_process_that_died_in_the_call_is_asked_about(
    running: RunningMailjet, transport: MailjetTransport, kind: str, status: str
) -> None:
    """Nothing was sent: a newsletter is listed, a confirmation goes; a code that was typed meanwhile ends it."""
    world, (person, mail) = MailWorld(), confirmed_reader() if kind == "marketing" else unconfirmed_person()
    claim = await world.store_with_mails(person, mail)
    assert await world.store.begin(claim, send_id=mail.id)
    world.server_ms += 61_000
    again = await world.store.claim(lane_of(mail), person.id, lease_ms=60_000)
    assert again
    assert again.attempt
    sender = world.make_sender(transport)
    await deliver_until_done(sender, world, person, mail, again)
    assert (await world.list_statuses(person))[0][0] == status
    assert len(running.stand_in.account.messages_to(MAIL)) == (0 if kind == "marketing" else 1)


async def test_a_second_mail_of_an_issue_is_stopped_by_the_second_lock(
    running: RunningMailjet, transport: MailjetTransport
) -> None:
    """Even if our own ledger were lost, a contact gets one mail of a campaign."""
    for number in (1, 2):
        mail = outgoing_mail(number, to=MAIL, campaign="issue/winter_teas")
        assert isinstance(await transport.send(mail, build_mime(mail), open_gate), Delivered)
    assert len(running.stand_in.account.messages_to(MAIL)) == 1
    assert KEYS.address_hash(MAIL) == ADDRESS
