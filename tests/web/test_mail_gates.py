"""The last moments before a mail: what changes then, what fails then, and what waits."""

import hashlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.consent.address_registry import Admission
from domain.effects import SendMail, encode_posted
from domain.events import ConfirmPressed, MailSent, MailsPaused, Unsubscribed
from domain.ports import MARKETING, TRANSACTIONAL, Begun, Claim, Commit, Loaded, Posting, StoreAwayError
from domain.record import Subscriber
from email_out.transports.base import Transport
from email_out.transports.smtp import SmtpTransport, parse_smtp_url
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, MailWorld, confirmed_reader, unconfirmed_person
from tests.support.people import KEYS, NOON, TOPIC


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
    transport = SmtpTransport(parse_smtp_url(f"smtp://127.0.0.1:{inbox.port}"), connections=1, timeout=5)
    yield transport
    await transport.close()


class Before:
    """Stands before a store's ``begin`` and lets something happen first, so many times."""

    def __init__(self, world: MailWorld, times: int = 1, *, leave: bool = True) -> None:
        """``leave``: Mia unsubscribes; else her record is committed as it is."""
        self.world, self.times, self.leave = world, times, leave
        self.begin = world.store.begin
        self.answers: list[Begun] = []
        world.store.begin = self  # type: ignore[method-assign]  # as another process would, between two calls

    async def __call__(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Let it happen, then begin."""
        if len(self.answers) < self.times:
            number = len(self.answers)
            left = Unsubscribed(id=f"u{number}", at=NOON, topic=TOPIC, via="one-click", address=ADDRESS)
            await self.world.transact(claim.subscriber, (left,) if self.leave else ())
        self.answers.append(await self.begin(claim, send_id=send_id, version=version))
        return self.answers[-1]


class Failing:
    """Stands before a store's ``begin`` and loses its answer."""

    def __init__(self, world: MailWorld, *, written: bool) -> None:
        """``written``: it was done all the same."""
        self.world, self.written, self.begin = world, written, world.store.begin
        world.store.begin = self  # type: ignore[method-assign]  # as a connection that breaks

    async def __call__(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Begin, or not; nobody hears of it."""
        if self.written:
            await self.begin(claim, send_id=send_id, version=version)
        message = "written, but not enough replicas have it"
        raise StoreAwayError(message)

    def mend(self) -> None:
        """Let it be as it was."""
        self.world.store.begin = self.begin  # type: ignore[method-assign]  # see above


async def test_an_unsubscribe_answered_before_the_attempt_begins_counts(inbox: Inbox, transport: Transport) -> None:
    """A withdrawal committed after the gates and before the attempt is seen: the message is never handed over."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    before = Before(world)
    await world.make_sender(transport).deliver(claim)
    assert (before.answers, list(inbox.received)) == ([Begun.CHANGED], [])
    assert await world.list_statuses(person) == [("refused", f"no confirmed consent for {TOPIC}")]


async def test_an_unsubscribe_in_a_store_that_lost_its_end_counts(inbox: Inbox, transport: Transport) -> None:
    """It may have the very version on which the gates said yes, for a record that is no more: they are asked again."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    load, loads = world.store.load, 0

    async def load_before_the_failover(name: str, event_ids: Sequence[str] = ()) -> Loaded:
        nonlocal loads
        loads += 1
        loaded = await load(name, event_ids)
        if loads == 2:
            left = Unsubscribed(id="u", at=NOON, topic=TOPIC, via="one-click", address=ADDRESS)
            data = world.store._data_of(name)
            data.records[name] = (loaded.version - 1, data.records[name][1])
            await world.transact(name, (left,))
            assert data.records[name][0] == loaded.version
            world.store.meetings += 1
        return loaded

    world.store.load = load_before_the_failover  # type: ignore[method-assign,assignment]  # as a failover, between two calls
    await world.make_sender(transport).deliver(claim)
    assert list(inbox.received) == []
    assert await world.list_statuses(person) == [("refused", f"no confirmed consent for {TOPIC}")]


async def test_a_harmless_change_is_judged_again_and_goes(inbox: Inbox, transport: Transport) -> None:
    """Who only writes in the chat meanwhile gets the mail, in the same envelope."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    before = Before(world, 2, leave=False)
    await world.make_sender(transport).deliver(claim)
    assert before.answers == [Begun.CHANGED, Begun.CHANGED, Begun.YES]
    assert (inbox.commands, await world.list_statuses(person)) == (["MAIL", "RCPT", "DATA"], [("sent", "")])


async def test_a_record_that_never_rests_makes_the_mail_wait(inbox: Inbox, transport: Transport) -> None:
    """After a few looks the mail is put back, and goes when the record rests."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    before = Before(world, 4, leave=False)
    sender = world.make_sender(transport)
    await sender.deliver(claim)
    assert (before.answers, await world.list_statuses(person)) == ([Begun.CHANGED] * 4, [("queued", "")])
    await sender.deliver(await world.claim_head(person, mail))
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


@pytest.mark.parametrize("written", [True, False])
async def test_a_store_that_goes_away_at_the_beginning_costs_no_mail(
    inbox: Inbox, transport: Transport, *, written: bool
) -> None:
    """When the answer to ``begin`` is lost nothing was sent: the marketing mail is put back and goes once, later."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    claim = await world.store_with_mails(person, mail)
    failing, sender = Failing(world, written=written), world.make_sender(transport)
    with pytest.raises(StoreAwayError):
        await sender.deliver(claim)
    assert (list(inbox.received), await world.list_statuses(person)) == ([], [("queued", "")])
    failing.mend()
    again = await world.claim_head(person, mail)
    assert (again.attempt, again.failures, again.waits) == (None, 0, 1)
    await sender.deliver(again)
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


async def test_an_earlier_unknown_attempt_outlives_a_beginning_that_failed(inbox: Inbox, transport: Transport) -> None:
    """A confirmation whose first outcome is unknown is still known as such after the store went away."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    inbox.drop_connection("after the dot")
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    failing = Failing(world, written=True)
    with pytest.raises(StoreAwayError):
        await sender.deliver(await world.claim_head(person, mail))
    failing.mend()
    assert (await world.claim_head(person, mail)).attempt


async def test_waiting_grows_longer(transport: Transport) -> None:
    """A mail that only has to wait is asked again after 1, 2, 4 … s, at most 300 s, and never counts as failed."""
    world, (person, mail) = MailWorld(verdict=Admission(answer="later", reason="soon")), unconfirmed_person()
    claim: Claim | None = await world.store_with_mails(person, mail)
    sender, waited = world.make_sender(transport), []
    for _ in range(11):
        assert claim
        assert claim.failures == 0
        await sender.deliver(claim)
        start, step = world.server_ms, 1000
        while (claim := await world.store.claim(TRANSACTIONAL, person.id, lease_ms=60_000)) is None:
            world.server_ms += step
        waited.append((world.server_ms - start) // step)
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


async def test_a_pause_leaves_the_mail_server_alone(inbox: Inbox, transport: Transport) -> None:
    """While mails like it are paused no envelope is opened; afterwards the mail goes."""
    world, (person, mail) = MailWorld(paused=True), unconfirmed_person()
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    assert (inbox.connections, inbox.commands, await world.list_statuses(person)) == (0, [], [("queued", "")])
    world.paused = False
    await sender.deliver(await world.claim_head(person, mail))
    assert await world.list_statuses(person) == [("sent", "")]


async def test_an_item_nobody_can_read_makes_way(inbox: Inbox, transport: Transport) -> None:
    """What a newer Doorstep or a fault left in the lane fails alone; the mail behind it goes."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    unreadable = Posting(lane=MARKETING, item=b"\x93\xa6newone\x01\x02")
    outbox = (unreadable, Posting(lane=MARKETING, item=encode_posted(mail), send_id=mail.id))
    await world.store.commit(Commit(subscriber=person.id, version=0, record=records.encode(person), outbox=outbox))
    following = await world.make_sender(transport).deliver(await world.claim_head(person, mail))
    assert following
    await world.make_sender(transport).deliver(following)
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


@pytest.mark.parametrize(("moment", "retried"), [("before the retry", []), ("during the retry", ["MAIL", "RCPT"])])
async def test_a_confirmation_that_was_used_has_arrived(
    inbox: Inbox, transport: Transport, moment: str, retried: list[str]
) -> None:
    """An unknown outcome is known once the mail's own button was pressed: the evidence is of the mail that went."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    inbox.drop_connection("after the dot")
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    pressed = ConfirmPressed(id="c", at=NOON, token=secret)
    if moment == "before the retry":
        await world.transact(person.id, (pressed,))
    else:
        world.event_meanwhile = pressed
    await sender.deliver(await world.claim_head(person, mail))
    assert (inbox.commands, await world.list_statuses(person)) == (["MAIL", "RCPT", "DATA", *retried], [("sent", "")])
    sent = world.events[-1]
    assert isinstance(sent, MailSent)
    assert (sent.send_id, sent.content_hash) == (mail.id, hashlib.sha256(inbox.received[0].raw).hexdigest())


async def test_a_confirmation_that_went_astray_is_not_taken_for_arrived(inbox: Inbox, transport: Transport) -> None:
    """With no attempt behind it, a confirmation that is no longer wanted is refused, and leaves no evidence."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    claim = await world.store_with_mails(person, mail)
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    await world.transact(person.id, (ConfirmPressed(id="c", at=NOON, token=secret),))
    await world.make_sender(transport).deliver(claim)
    assert (list(inbox.received), [status for status, _ in await world.list_statuses(person)]) == ([], ["refused"])
    assert not any(isinstance(event, MailSent) for event in world.events)


async def test_an_unknown_attempt_is_remembered_through_a_refusal_for_now(inbox: Inbox, transport: Transport) -> None:
    """A retry that is greylisted does not forget that an earlier attempt may have arrived."""
    world, (person, mail) = MailWorld(), unconfirmed_person()
    inbox.drop_connection("after the dot")
    sender = world.make_sender(transport)
    await sender.deliver(await world.store_with_mails(person, mail))
    inbox.reject_next(451, "4.7.1 greylisted")
    await sender.deliver(await world.claim_head(person, mail))
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    await world.transact(person.id, (ConfirmPressed(id="c", at=NOON, token=secret),))
    await sender.deliver(await world.claim_head(person, mail))
    assert (await world.list_statuses(person), type(world.events[-1])) == ([("sent", "")], MailSent)


async def test_a_break_that_begins_while_a_mail_is_queued_holds_it(inbox: Inbox, transport: Transport) -> None:
    """Whether it began before the sender looked or between the gates and the attempt; afterwards the mail goes."""
    world, (person, mail) = MailWorld(), confirmed_reader()
    mail = replace(mail, queued_at=NOON + timedelta(minutes=5))
    world.now = NOON + timedelta(minutes=10)
    claim = await world.store_with_mails(person, mail)
    pause = MailsPaused(id="p", at=world.now, until=world.now + timedelta(days=30), address=ADDRESS)
    begin = world.store.begin

    async def pause_then_begin(claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        await world.transact(claim.subscriber, (pause,))
        return await begin(claim, send_id=send_id, version=version)

    world.store.begin = pause_then_begin  # type: ignore[method-assign]  # as another process would, between two calls
    sender = world.make_sender(transport)
    await sender.deliver(claim)
    assert (list(inbox.received), await world.list_statuses(person)) == ([], [("queued", "")])
    await sender.deliver(await world.claim_head(person, mail))
    assert (inbox.commands, await world.list_statuses(person)) == (["MAIL", "RCPT"], [("queued", "")])

    world.now += timedelta(days=31)
    world.store.begin = begin  # type: ignore[method-assign]  # see above
    await sender.deliver(await world.claim_head(person, mail))
    assert (len(inbox.received), await world.list_statuses(person)) == (1, [("sent", "")])


async def test_a_break_holds_no_code_and_no_welcome(inbox: Inbox, transport: Transport) -> None:
    """Nor what a flow mails because the person asked for it."""
    for one, mail in (unconfirmed_person(), confirmed_reader(), asked_for_in_chat()):
        world, person = MailWorld(), replace(one, mails_paused_until=NOON + timedelta(days=30))
        await world.make_sender(transport).deliver(await world.store_with_mails(person, mail))
        assert await world.list_statuses(person) == [("sent", "")]
    assert len(inbox.received) == 3


def asked_for_in_chat() -> tuple[Subscriber, SendMail]:
    """Return a reader and a mail of a flow."""
    person, mail = confirmed_reader()
    return person, replace(mail, queued_at=NOON + timedelta(minutes=5), sequence="", flow="evening", step="told")
