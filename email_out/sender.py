"""Sends one claimed mail: the whole of DESIGN.md §4 “A send”, in this order and no other.

1. an attempt of a marketing mail that was never settled is ``unknown`` and is not repeated
2. load the record, render with the pinned workspace version
3. connect, MAIL, RCPT
4. ``admit``: the address's own rules (limits, suppressions, owner)
5. load again and gate: consent, then what the sequence says now
6. ``begin``: from here on a crash leaves an attempt behind
7. DATA, final dot
8. for a confirmation, commit the evidence (``MailSent``) before
9. ``settle``

What ends otherwise: a reason to wait puts the head back; a refusal is written down and told to the subscriber
(``MailRefused``).  A crash between 7 and 9 repeats a transactional mail (same Message-ID), never a marketing one.
"""

import hashlib
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from email_out.message import Bulk, HeaderError, Letter, Mailbox, build, message_id
from email_out.render import Content, MailBook, RenderError, render
from email_out.replies import OutcomeUnknownError, RejectedError, ServerAwayError, UnsupportedAddressError
from email_out.smtp import Pool
from subscribers import record as records
from subscribers.address import Verdict
from subscribers.consent import may_mail
from subscribers.declarations import Declarations
from subscribers.effects import SendMail, decode_posted
from subscribers.events import MailRefused, MailSent
from subscribers.keyring import Keyring
from subscribers.ports import Claim, Clock, SendStatus, Store, Transact
from subscribers.record import Subscriber

Edition = Callable[[str], Awaitable[tuple[MailBook, Declarations]]]
"""Workspace version → its mails and declarations; an unknown version gives the current one."""
Gate = Callable[[Subscriber, SendMail, datetime], str]
"""What else must hold right before sending: empty, or why not."""
Admit = Callable[[SendMail, Subscriber], Awaitable[Verdict]]

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
MOST_FAILURES = 16
"""Tries before a mail is given up: about two days of an unwilling server."""
NEWS_DELAY_MS = 1000
"""How long to wait for news that is on its way to the address."""
_NO_LETTERS = re.compile(r"[^a-z0-9]")

log = structlog.get_logger("email_out")


class _Refused(Exception):  # noqa: N818  a way out of the order above, seen by nobody else
    """The mail is not to be sent."""

    def __init__(self, reason: str, *, status: SendStatus = "refused", hard_bounce: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.status: SendStatus = status
        self.hard_bounce = hard_bounce


class _Later(Exception):  # noqa: N818  a way out of the order above, seen by nobody else
    """The mail is to be tried again; without a delay, after the usual back-off."""

    def __init__(self, reason: str, delay_ms: int | None = None) -> None:
        super().__init__(reason)
        self.delay_ms = delay_ms


class _Gone(Exception):  # noqa: N818  a way out of the order above, seen by nobody else
    """The claim is no longer ours, or its line in the send ledger may not be sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """Delivers claims of the mail lanes; one for all lanes, with a pool each, so that none waits for another."""

    store: Store
    transact: Transact
    keys: Keyring
    clock: Clock
    edition: Edition
    gate: Gate
    admit: Admit
    pools: Mapping[str, Pool]
    """By outbox lane (``mail-transactional``, ``mail-marketing``)."""
    public_url: str
    lease_ms: int = 60_000
    """Lease of the next head that settling claims."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Bring one claimed mail to its end; return the next claimed head of this subscriber, if there is one.

        Raises ``StoreAwayError``; the claim then runs out and another worker takes it.
        """
        mail = decode_posted(claim.item)
        if not isinstance(mail, SendMail):
            return (await self.store.settle(claim, status="failed", lease_ms=self.lease_ms))[1]
        if claim.attempt and mail.lane == "marketing":
            log.warning("mail_outcome_unknown", send=mail.id, template=mail.template)
            return await self._settle(claim, mail, "unknown", "the process ended between the final dot and its answer")
        try:
            return await self._send(claim, mail)
        except _Refused as refused:
            return await self._refuse(claim, mail, refused)
        except _Later as later:
            return await self._wait(claim, mail, later)
        except _Gone:
            return (await self.store.settle(claim, lease_ms=self.lease_ms))[1]
        except OutcomeUnknownError as error:
            return await self._unknown(claim, mail, str(error))

    async def _send(self, claim: Claim, mail: SendMail) -> Claim | None:
        raw, record = await self._load(claim)
        letter = await self._letter(mail, record)
        message = _built(letter)
        try:
            async with self.pools[claim.lane].session() as session:
                await session.envelope(letter.sender.email, letter.to.email)
                await self._pass_gates(claim, mail, raw, record)
                if not await self.store.begin(claim, send_id=mail.id):
                    raise _Gone
                await session.data(message)
        except RejectedError as error:
            raise _judged(error, mail) from None
        except UnsupportedAddressError as error:
            raise _Refused(str(error), status="failed") from None
        except HeaderError as error:
            raise _Refused(str(error), status="failed") from None
        except ServerAwayError as error:
            raise _Later(str(error)) from None
        await self._keep_evidence(claim, mail, letter, message)
        return await self._settle(claim, mail, "sent", "")

    async def _load(self, claim: Claim) -> tuple[bytes, Subscriber]:
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None:
            reason = "the subscriber is no longer known"
            raise _Refused(reason)
        return loaded.record, records.decode(loaded.record)

    async def _pass_gates(self, claim: Claim, mail: SendMail, raw: bytes, record: Subscriber) -> None:
        verdict = await self.admit(mail, record)
        if verdict.answer == "later":
            raise _Later(verdict.reason, NEWS_DELAY_MS)
        if verdict.answer == "no":
            raise _Refused(verdict.reason)
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None:
            reason = "the subscriber is no longer known"
            raise _Refused(reason)
        latest = record if loaded.record == raw else records.decode(loaded.record)
        now = self.clock()
        reason = may_mail(latest, mail, now) or self.gate(latest, mail, now)
        if reason:
            raise _Refused(reason)

    async def _letter(self, mail: SendMail, record: Subscriber) -> Letter:
        book, house = await self.edition(mail.edition)
        try:
            content = render(book, mail, record, house, self.keys, self.public_url)
        except RenderError as error:
            log.error("mail_not_rendered", send=mail.id, template=mail.template, error=str(error))
            raise _Refused(str(error), status="failed") from None
        return address_letter(mail, content, house)

    async def _keep_evidence(self, claim: Claim, mail: SendMail, letter: Letter, message: bytes) -> None:
        if not mail.nonce:
            return
        event = MailSent(
            id=f"sent:{mail.id}", at=self.clock(), send_id=mail.id, message_id=message_id(letter),
            content_hash=hashlib.sha256(message).hexdigest(),
        )
        await self.transact(claim.subscriber, (event,))

    async def _settle(self, claim: Claim, mail: SendMail, status: SendStatus, note: str) -> Claim | None:
        _, following = await self.store.settle(
            claim, send_id=mail.id, status=status, note=note, lease_ms=self.lease_ms
        )
        return following

    async def _refuse(self, claim: Claim, mail: SendMail, refused: _Refused) -> Claim | None:
        log.info("mail_refused", send=mail.id, template=mail.template, reason=refused.reason)
        event = MailRefused(
            id=f"refused:{mail.id}", at=self.clock(), send_id=mail.id, reason=refused.reason,
            address=mail.address if refused.hard_bounce else "", hard_bounce=refused.hard_bounce,
        )
        await self.transact(claim.subscriber, (event,))
        return await self._settle(claim, mail, refused.status, refused.reason)

    async def _wait(self, claim: Claim, mail: SendMail, later: _Later) -> Claim | None:
        if later.delay_ms is None and claim.failures >= MOST_FAILURES:
            reason = f"given up after {claim.failures} tries: {later}"
            return await self._refuse(claim, mail, _Refused(reason, status="failed"))
        log.info("mail_put_back", send=mail.id, template=mail.template, reason=str(later), failures=claim.failures)
        delay = later.delay_ms if later.delay_ms is not None else self._back_off(claim, mail)
        await self.store.retry(claim, delay_ms=delay, send_id=mail.id, counted=later.delay_ms is None)
        return None

    def _back_off(self, claim: Claim, mail: SendMail) -> int:
        delay = min(FIRST_DELAY * 2 ** min(claim.failures, 20), LONGEST_DELAY)
        spread = 0.75 + 0.5 * self.keys.fraction(claim.subscriber, f"{mail.id}:{claim.failures}")
        return int(delay.total_seconds() * spread * 1000)

    async def _unknown(self, claim: Claim, mail: SendMail, note: str) -> Claim | None:
        log.warning("mail_outcome_unknown", send=mail.id, template=mail.template)
        if mail.lane == "marketing":
            return await self._settle(claim, mail, "unknown", note)
        await self.store.retry(claim, delay_ms=self._back_off(claim, mail), send_id=mail.id, keep_attempt=True)
        return None


def address_letter(mail: SendMail, content: Content, house: Declarations) -> Letter:
    """Return the letter for a rendered mail: sender and headers by stream."""
    sender = house.senders.marketing if mail.lane == "marketing" else house.senders.transactional
    domain = sender.email.rpartition("@")[2]
    topic = house.topics.get(mail.topic)
    bulk = Bulk(
        list_id=(topic.list_id if topic else "") or f"{mail.topic}.{domain}",
        unsubscribe_url=content.unsubscribe_url,
        feedback_id=f"{mail.template}:{mail.topic}:{mail.sequence or 'direct'}:{_sender_id(domain)}",
    )
    return Letter(
        id=mail.id,
        sender=Mailbox(email=sender.email, name=sender.name_for(mail.language)),
        reply_to=Mailbox(email=sender.reply_to) if sender.reply_to else None,
        to=Mailbox(email=content.to),
        subject=content.subject,
        date=mail.queued_at,
        text=content.text,
        html=content.html,
        bulk=bulk if mail.lane == "marketing" else None,
    )


def _sender_id(domain: str) -> str:
    """Return Google's SenderId: 5 to 15 characters, the same for all mail of this stream."""
    return _NO_LETTERS.sub("", domain.casefold())[:15].ljust(5, "0")


def _built(letter: Letter) -> bytes:
    try:
        return build(letter)
    except HeaderError as error:
        raise _Refused(str(error), status="failed") from None


def _judged(error: RejectedError, mail: SendMail) -> _Refused | _Later:
    if error.meaning == "later":
        return _Later(str(error))
    if error.meaning == "sender":
        log.error("mail_sender_problem", template=mail.template, lane=mail.lane, status=error.reply.status)
    return _Refused(str(error), status="failed", hard_bounce=error.meaning == "hard_bounce")
