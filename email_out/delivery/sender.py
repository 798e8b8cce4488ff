"""Sends one claimed mail: the whole of DESIGN.md §4 “A send”, in this order and no other.

1. an attempt of a marketing mail that was never settled is ``unknown`` and is not repeated
2. load the record, render with the pinned workspace version
3. connect, MAIL, RCPT
4. ``admit``: the address's own rules (limits, suppressions, owner)
5. load again and gate: consent, then what the sequence says now
6. ``begin`` on the very version that passed, else 4 again: whoever was answered that they are unsubscribed gets no
   mail that begins later; from here on a crash leaves an attempt behind
7. DATA, final dot
8. for a confirmation, commit the evidence (``MailSent``) before
9. ``settle``

A mail to the team asks no consent and no address; the rest is the same.

What ends otherwise: a reason to wait puts the head back; a refusal is written down and told to the subscriber
(``MailRefused``).  A crash between 7 and 9 repeats a transactional mail (same Message-ID), never a marketing one; and
not a confirmation that was pressed or typed from meanwhile: it has arrived, and its evidence is kept.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from msgspec import DecodeError

from domain import record as records
from domain.consent.address_registry import Verdict
from domain.consent.decisions import may_mail
from domain.effects import SendMail, decode_posted
from domain.events import MailRefused, MailSent
from domain.keyring import Keyring
from domain.ports import Begun, Claim, Clock, SendStatus, Store, StoreAwayError, Transact
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.delivery.outcomes import Gone, Later, Refused, judged
from email_out.message.compose import address_letter, team_letter
from email_out.message.mime import HeaderError, Letter, build, message_id
from email_out.templates.render import MailBook, RenderError, render
from email_out.transports.smtp import Pool
from email_out.transports.smtp_replies import (
    OutcomeUnknownError,
    RejectedError,
    ServerAwayError,
    UnsupportedAddressError,
)

Edition = Callable[[str], Awaitable[tuple[MailBook, WorkspaceConfig]]]
"""Workspace version → its mails and declarations; an unknown version gives the current one."""
Gate = Callable[[Subscriber, SendMail, datetime], str]
"""What else must hold right before sending: empty, or why not."""
Admit = Callable[[SendMail, Subscriber], Awaitable[Verdict]]
Paused = Callable[[SendMail], bool]
"""Whether mails like this one wait for better times."""

FIRST_DELAY = timedelta(seconds=30)
LONGEST_DELAY = timedelta(hours=4)
MOST_FAILURES = 16
"""Tries before a mail is given up: about two days of an unwilling server."""
FIRST_WAIT_MS, LONGEST_WAIT_MS = 1000, 300_000
"""How long to wait for news that is on its way, or for the end of a pause; doubled with every wait."""
MOST_LOOKS = 4
"""How often a mail whose record changes under it is judged before it waits."""

log = structlog.get_logger("email_out")


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
    paused: Paused = lambda _mail: False
    """Asked before the mail server is troubled; :attr:`admit` has the last word."""
    lease_ms: int = 60_000
    """Lease of the next head that settling claims."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Bring one claimed mail to its end; return the next claimed head of this subscriber, if there is one.

        Raises ``StoreAwayError``; a claim that could not be put back runs out, and another worker takes it.
        """
        mail = _mail_in(claim)
        if mail is None:
            log.error("mail_item_unreadable", lane=claim.lane)
            return (await self.store.settle(claim, status="failed", lease_ms=self.lease_ms))[1]
        if claim.attempt and mail.lane == "marketing":
            log.warning("mail_outcome_unknown", send=mail.id, template=mail.template)
            return await self._settle(claim, mail, "unknown", "the process ended between the final dot and its answer")
        try:
            return await self._send(claim, mail)
        except Refused as refused:
            return await self._refuse(claim, mail, refused)
        except Later as later:
            return await self._wait(claim, mail, later)
        except Gone:
            return (await self.store.settle(claim, lease_ms=self.lease_ms))[1]
        except OutcomeUnknownError as error:
            return await self._unknown(claim, mail, str(error))

    async def _send(self, claim: Claim, mail: SendMail) -> Claim | None:
        if self.paused(mail):
            reason = "mails like this one are paused"
            raise Later(reason, failed=False)
        version, record = await self._load(claim)
        letter = await self._letter(mail, record)
        message = _built(letter)
        if not _arrived(claim, mail, record):
            await self._hand_over(claim, mail, letter, message, (version, record))
        await self._keep_evidence(claim, mail, letter, message)
        return await self._settle(claim, mail, "sent", "")

    async def _hand_over(
        self, claim: Claim, mail: SendMail, letter: Letter, message: bytes, known: tuple[int, Subscriber]
    ) -> None:
        try:
            async with self.pools[claim.lane].session() as session:
                await session.envelope(letter.sender.email, letter.to.email)
                if await self._begin(claim, mail, known):
                    await session.data(message)
        except RejectedError as error:
            raise judged(error, mail) from None
        except UnsupportedAddressError as error:
            raise Refused(str(error), status="failed") from None
        except HeaderError as error:
            raise Refused(str(error), status="failed") from None
        except ServerAwayError as error:
            raise Later(str(error), failed=True) from None

    async def _load(self, claim: Claim, known: tuple[int, Subscriber] | None = None) -> tuple[int, Subscriber]:
        """Return the record and its version; the one that is known, if it is still the latest."""
        loaded = await self.store.load(claim.subscriber)
        if loaded.record is None:
            reason = "the subscriber is no longer known"
            raise Refused(reason)
        if known and known[0] == loaded.version:
            return known
        return loaded.version, records.decode(loaded.record)

    async def _begin(self, claim: Claim, mail: SendMail, known: tuple[int, Subscriber]) -> bool:
        """Begin an attempt on a record that passes the gates; False if an earlier one turns out to have arrived."""
        for _ in range(MOST_LOOKS):
            if not mail.team:
                await self._ask_address(mail, known[1])
            known = version, record = await self._load(claim, known)
            if _arrived(claim, mail, record):
                return False
            if reason := self._forbidden(mail, record):
                raise Refused(reason)
            match await self._begin_on(version, claim, mail):
                case Begun.YES:
                    return True
                case Begun.LOST:
                    raise Gone
        reason = "the record changes all the time"
        raise Later(reason, failed=False)

    def _forbidden(self, mail: SendMail, record: Subscriber) -> str:
        """Return why a mail must not go now; one to the team asks nobody's consent."""
        now = self.clock()
        return "" if mail.team else may_mail(record, mail, now) or self.gate(record, mail, now)

    async def _ask_address(self, mail: SendMail, record: Subscriber) -> None:
        verdict = await self.admit(mail, record)
        if verdict.answer == "later":
            raise Later(verdict.reason, failed=False)
        if verdict.answer == "no":
            raise Refused(verdict.reason)

    async def _begin_on(self, version: int, claim: Claim, mail: SendMail) -> Begun:
        try:
            return await self.store.begin(claim, send_id=mail.id, version=version)
        except StoreAwayError:  # it may be written all the same, though nothing was sent: take it back if we can
            with suppress(StoreAwayError):
                await self._put_back(claim, mail, _wait_ms(claim), counted=False)
            raise

    async def _letter(self, mail: SendMail, record: Subscriber) -> Letter:
        book, config = await self.edition(mail.edition)
        try:
            if mail.team:
                return team_letter(mail, config)
            content = render(book, mail, record, config, self.keys, self.public_url)
        except RenderError as error:
            log.error("mail_not_rendered", send=mail.id, template=mail.template, error=str(error))
            raise Refused(str(error), status="failed") from None
        return address_letter(mail, content, config)

    async def _keep_evidence(self, claim: Claim, mail: SendMail, letter: Letter, message: bytes) -> None:
        if not mail.nonce:
            return
        event = MailSent(
            id=f"sent:{mail.id}",
            at=self.clock(),
            send_id=mail.id,
            message_id=message_id(letter),
            content_hash=hashlib.sha256(message).hexdigest(),
        )
        await self.transact(claim.subscriber, (event,))

    async def _settle(self, claim: Claim, mail: SendMail, status: SendStatus, note: str) -> Claim | None:
        _, following = await self.store.settle(claim, send_id=mail.id, status=status, note=note, lease_ms=self.lease_ms)
        return following

    async def _refuse(self, claim: Claim, mail: SendMail, refused: Refused) -> Claim | None:
        log.info("mail_refused", send=mail.id, template=mail.template, reason=refused.reason)
        event = MailRefused(
            id=f"refused:{mail.id}",
            at=self.clock(),
            send_id=mail.id,
            reason=refused.reason,
            address=mail.address if refused.hard_bounce else "",
            hard_bounce=refused.hard_bounce,
        )
        await self.transact(claim.subscriber, (event,))
        return await self._settle(claim, mail, refused.status, refused.reason)

    async def _wait(self, claim: Claim, mail: SendMail, later: Later) -> Claim | None:
        if later.failed and claim.failures >= MOST_FAILURES:
            reason = f"given up after {claim.failures} tries: {later}"
            return await self._refuse(claim, mail, Refused(reason, status="failed"))
        log.info("mail_put_back", send=mail.id, template=mail.template, reason=str(later), failures=claim.failures)
        delay = self._back_off(claim, mail) if later.failed else _wait_ms(claim)
        await self._put_back(claim, mail, delay, counted=later.failed)
        return None

    async def _put_back(self, claim: Claim, mail: SendMail, delay_ms: int, *, counted: bool) -> None:
        """Put the head back; an earlier attempt whose outcome is unknown stays known as such."""
        keep = claim.attempt is not None
        await self.store.retry(claim, delay_ms=delay_ms, send_id=mail.id, keep_attempt=keep, counted=counted)

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


def _mail_in(claim: Claim) -> SendMail | None:
    try:
        item = decode_posted(claim.item)
    except DecodeError:
        return None
    return item if isinstance(item, SendMail) else None


def _arrived(claim: Claim, mail: SendMail, record: Subscriber) -> bool:
    """Whether an earlier attempt, whose outcome nobody knew, brought the mail: its own code or button was used."""
    held = record.addresses.get(mail.address)
    return claim.attempt is not None and mail.nonce != "" and held is not None and held.nonce == mail.nonce


def _wait_ms(claim: Claim) -> int:
    return min(FIRST_WAIT_MS << min(claim.waits, 20), LONGEST_WAIT_MS)


def _built(letter: Letter) -> bytes:
    try:
        return build(letter)
    except HeaderError as error:
        raise Refused(str(error), status="failed") from None
