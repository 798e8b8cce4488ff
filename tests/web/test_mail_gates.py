"""The last moments before a mail: what changes then, what fails then, and what waits."""

import hashlib
from collections.abc import AsyncIterator

import pytest

from domain import record as records
from domain.consent.address_registry import Verdict
from domain.effects import encode_posted
from domain.events import ConfirmPressed, MailSent, Unsubscribed
from domain.ports import MARKETING, TRANSACTIONAL, Begun, Claim, Commit, Posting, StoreAwayError
from email_out.transports.smtp import Pool, parse_url
from service.stand_ins.smtp_server import Inbox
from tests.support.mail_world import ADDRESS, Office, reader, waiting
from tests.support.people import KEYS, NOON, TOPIC


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
    pool = Pool(parse_url(f"smtp://127.0.0.1:{inbox.port}"), size=1, timeout=5)
    yield pool
    await pool.close()


class Before:
    """Stands before a store's ``begin`` and lets something happen first, so many times."""

    def __init__(self, office: Office, times: int = 1, *, leave: bool = True) -> None:
        """``leave``: Mia unsubscribes; else her record is committed as it is."""
        self.office, self.times, self.leave = office, times, leave
        self.begin = office.store.begin
        self.answers: list[Begun] = []
        office.store.begin = self  # type: ignore[method-assign]  # as another process would, between two calls

    async def __call__(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Let it happen, then begin."""
        if len(self.answers) < self.times:
            number = len(self.answers)
            left = Unsubscribed(id=f"u{number}", at=NOON, topic=TOPIC, via="one-click", address=ADDRESS)
            await self.office.transact(claim.subscriber, (left,) if self.leave else ())
        self.answers.append(await self.begin(claim, send_id=send_id, version=version))
        return self.answers[-1]


class Failing:
    """Stands before a store's ``begin`` and loses its answer."""

    def __init__(self, office: Office, *, written: bool) -> None:
        """``written``: it was done all the same."""
        self.office, self.written, self.begin = office, written, office.store.begin
        office.store.begin = self  # type: ignore[method-assign]  # as a connection that breaks

    async def __call__(self, claim: Claim, *, send_id: str = "", version: int | None = None) -> Begun:
        """Begin, or not; nobody hears of it."""
        if self.written:
            await self.begin(claim, send_id=send_id, version=version)
        message = "written, but not enough replicas have it"
        raise StoreAwayError(message)

    def mend(self) -> None:
        """Let it be as it was."""
        self.office.store.begin = self.begin  # type: ignore[method-assign]  # see above


async def test_an_unsubscribe_answered_before_the_attempt_begins_counts(inbox: Inbox, pool: Pool) -> None:
    """A withdrawal committed after the gates and before the attempt is seen: the message is never handed over."""
    office, (person, mail) = Office(), reader()
    claim = await office.post(person, mail)
    before = Before(office)
    await office.sender(pool).deliver(claim)
    assert (before.answers, list(inbox.received)) == ([Begun.CHANGED], [])
    assert await office.statuses(person) == [("refused", f"no confirmed consent for {TOPIC}")]


async def test_a_harmless_change_is_judged_again_and_goes(inbox: Inbox, pool: Pool) -> None:
    """Who only writes in the chat meanwhile gets the mail, in the same envelope."""
    office, (person, mail) = Office(), reader()
    claim = await office.post(person, mail)
    before = Before(office, 2, leave=False)
    await office.sender(pool).deliver(claim)
    assert before.answers == [Begun.CHANGED, Begun.CHANGED, Begun.YES]
    assert (inbox.commands, await office.statuses(person)) == (["MAIL", "RCPT", "DATA"], [("sent", "")])


async def test_a_record_that_never_rests_makes_the_mail_wait(inbox: Inbox, pool: Pool) -> None:
    """After a few looks the mail is put back, and goes when the record rests."""
    office, (person, mail) = Office(), reader()
    claim = await office.post(person, mail)
    before = Before(office, 4, leave=False)
    sender = office.sender(pool)
    await sender.deliver(claim)
    assert (before.answers, await office.statuses(person)) == ([Begun.CHANGED] * 4, [("queued", "")])
    await sender.deliver(await office.claim(person, mail))
    assert (len(inbox.received), await office.statuses(person)) == (1, [("sent", "")])


@pytest.mark.parametrize("written", [True, False])
async def test_a_store_that_goes_away_at_the_beginning_costs_no_mail(
    inbox: Inbox, pool: Pool, *, written: bool
) -> None:
    """When the answer to ``begin`` is lost nothing was sent: the marketing mail is put back and goes once, later."""
    office, (person, mail) = Office(), reader()
    claim = await office.post(person, mail)
    failing, sender = Failing(office, written=written), office.sender(pool)
    with pytest.raises(StoreAwayError):
        await sender.deliver(claim)
    assert (list(inbox.received), await office.statuses(person)) == ([], [("queued", "")])
    failing.mend()
    again = await office.claim(person, mail)
    assert (again.attempt, again.failures, again.waits) == (None, 0, 1)
    await sender.deliver(again)
    assert (len(inbox.received), await office.statuses(person)) == (1, [("sent", "")])


async def test_an_earlier_unknown_attempt_outlives_a_beginning_that_failed(inbox: Inbox, pool: Pool) -> None:
    """A confirmation whose first outcome is unknown is still known as such after the store went away."""
    office, (person, mail) = Office(), waiting()
    inbox.drop_connection("after the dot")
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    failing = Failing(office, written=True)
    with pytest.raises(StoreAwayError):
        await sender.deliver(await office.claim(person, mail))
    failing.mend()
    assert (await office.claim(person, mail)).attempt


async def test_waiting_grows_longer(pool: Pool) -> None:
    """A mail that only has to wait is asked again after 1, 2, 4 … s, at most 300 s, and never counts as failed."""
    office, (person, mail) = Office(verdict=Verdict(answer="later", reason="soon")), waiting()
    claim: Claim | None = await office.post(person, mail)
    sender, waited = office.sender(pool), []
    for _ in range(11):
        assert claim
        assert claim.failures == 0
        await sender.deliver(claim)
        start, step = office.server_ms, 1000
        while (claim := await office.store.claim(TRANSACTIONAL, person.id, lease_ms=60_000)) is None:
            office.server_ms += step
        waited.append((office.server_ms - start) // step)
    assert waited == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


async def test_a_pause_leaves_the_mail_server_alone(inbox: Inbox, pool: Pool) -> None:
    """While mails like it are paused no envelope is opened; afterwards the mail goes."""
    office, (person, mail) = Office(paused=True), waiting()
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    assert (inbox.connections, inbox.commands, await office.statuses(person)) == (0, [], [("queued", "")])
    office.paused = False
    await sender.deliver(await office.claim(person, mail))
    assert await office.statuses(person) == [("sent", "")]


async def test_an_item_nobody_can_read_makes_way(inbox: Inbox, pool: Pool) -> None:
    """What a newer Doorstep or a fault left in the lane fails alone; the mail behind it goes."""
    office, (person, mail) = Office(), reader()
    unreadable = Posting(lane=MARKETING, item=b"\x93\xa6newone\x01\x02")
    outbox = (unreadable, Posting(lane=MARKETING, item=encode_posted(mail), send_id=mail.id))
    await office.store.commit(Commit(subscriber=person.id, version=0, record=records.encode(person), outbox=outbox))
    following = await office.sender(pool).deliver(await office.claim(person, mail))
    assert following
    await office.sender(pool).deliver(following)
    assert (len(inbox.received), await office.statuses(person)) == (1, [("sent", "")])


@pytest.mark.parametrize(("moment", "retried"), [("before the retry", []), ("during the retry", ["MAIL", "RCPT"])])
async def test_a_confirmation_that_was_used_has_arrived(
    inbox: Inbox, pool: Pool, moment: str, retried: list[str]
) -> None:
    """An unknown outcome is known once the mail's own button was pressed: the evidence is of the mail that went."""
    office, (person, mail) = Office(), waiting()
    inbox.drop_connection("after the dot")
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    pressed = ConfirmPressed(id="c", at=NOON, token=secret)
    if moment == "before the retry":
        await office.transact(person.id, (pressed,))
    else:
        office.meanwhile = pressed
    await sender.deliver(await office.claim(person, mail))
    assert (inbox.commands, await office.statuses(person)) == (["MAIL", "RCPT", "DATA", *retried], [("sent", "")])
    sent = office.events[-1]
    assert isinstance(sent, MailSent)
    assert (sent.send_id, sent.content_hash) == (mail.id, hashlib.sha256(inbox.received[0].raw).hexdigest())


async def test_a_confirmation_that_went_astray_is_not_taken_for_arrived(inbox: Inbox, pool: Pool) -> None:
    """With no attempt behind it, a confirmation that is no longer wanted is refused, and leaves no evidence."""
    office, (person, mail) = Office(), waiting()
    claim = await office.post(person, mail)
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    await office.transact(person.id, (ConfirmPressed(id="c", at=NOON, token=secret),))
    await office.sender(pool).deliver(claim)
    assert (list(inbox.received), [status for status, _ in await office.statuses(person)]) == ([], ["refused"])
    assert not any(isinstance(event, MailSent) for event in office.events)


async def test_an_unknown_attempt_is_remembered_through_a_refusal_for_now(inbox: Inbox, pool: Pool) -> None:
    """A retry that is greylisted does not forget that an earlier attempt may have arrived."""
    office, (person, mail) = Office(), waiting()
    inbox.drop_connection("after the dot")
    sender = office.sender(pool)
    await sender.deliver(await office.post(person, mail))
    inbox.reject_next(451, "4.7.1 greylisted")
    await sender.deliver(await office.claim(person, mail))
    secret = KEYS.confirm_secrets(person.id, ADDRESS, mail.nonce)[0]
    await office.transact(person.id, (ConfirmPressed(id="c", at=NOON, token=secret),))
    await sender.deliver(await office.claim(person, mail))
    assert (await office.statuses(person), type(office.events[-1])) == ([("sent", "")], MailSent)
