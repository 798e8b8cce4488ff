"""Sends one claimed mail, in this order and no other.

1. an attempt that was never settled is asked about where the provider can tell
   (:mod:`email_out.delivery.lost_answers`); elsewhere a marketing mail is ``unknown`` and is not repeated
2. load the record, render with the pinned workspace version
3. the transport connects and announces sender and recipient
4. ``admit``: the address's own rules (limits, suppressions, owner)
5. load again and ask the gates: a break that the person takes, consent, then what the sequence says now
6. ``begin`` on the very version that passed, else 4 again: a person who was answered that they are unsubscribed gets
   no mail that begins later; from here on a crash leaves an attempt behind
7. the transport hands the message over
8. for a confirmation, commit the evidence (``MailSent``) before
9. ``settle``

Steps 4 to 6 are the *gate* that the transport awaits at its last safe moment (:mod:`email_out.transports.base`).  A
mail to the team needs no consent and asks no address; the rest is the same.

How a send can end, and what follows: a reason to wait puts the mail back at the head of its lane; a refusal is written
to the send ledger and committed to the subscriber (``MailRefused``).  A crash between 7 and 9 repeats a transactional
mail (same Message-ID), never a marketing one.  A confirmation whose code or button was used meanwhile is not repeated
either: it has arrived, and its evidence is kept.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

import structlog
from msgspec import structs

from domain.consent.full_mailboxes import SOFT_BOUNCES, SOFT_SPAN
from domain.consent.mail_break import is_held_by_break
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.links.measured import note_counting
from domain.ports import Begun, Claim, Clock, SendStatus, Store, StoreAwayError, TransactHeld
from domain.record import Subscriber
from email_out.delivery.envelopes import OpenEnvelopes
from email_out.delivery.lost_answers import FIRST_LOOK_MS, LookAgain, SendAgain, judge_settlement, wait_for_look
from email_out.delivery.outcomes import (
    MOST_FAILURES,
    MailboxCounts,
    decode_mail,
    evidence_event,
    find_delay_ms,
    has_arrived,
    refusal_event,
    retry_delay_ms,
    wait_ms,
)
from email_out.delivery.prepared_mail import (
    BROKEN_OFF,
    FORGOTTEN,
    MOST_LOOKS,
    ON_BREAK,
    Admit,
    IsPaused,
    MailsOfEdition,
    NoteHold,
    PreparedMail,
    SequenceRefusal,
    Snapshot,
    ask_address,
    judge_record,
    leave_unnoted,
    load_snapshot,
    write_prepared,
)
from email_out.delivery.server_rests import ServerRests
from email_out.metrics import MAILS
from email_out.transports.base import (
    ClaimLost,
    Delivered,
    DeliveryResult,
    OutcomeUnknown,
    RetryLater,
    SendRefused,
    Transport,
)
from email_out.transports.way_out import pick_transport

log = structlog.get_logger("email_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """Delivers claims of the mail lanes; one for all lanes, with a transport each, so that none waits for another."""

    store: Store
    transact: TransactHeld
    keys: Keyring
    clock: Clock
    mails_of_edition: MailsOfEdition
    sequence_refusal: SequenceRefusal
    admit: Admit
    transports: Mapping[str, Transport]
    """By outbox lane (``mail-transactional``, ``mail-marketing``)."""
    public_url: str
    is_paused: IsPaused = lambda _mail: False
    """Asked before the mail server is troubled; :attr:`admit` has the last word."""
    mailboxes: MailboxCounts | None = None
    """None if full mailboxes are only tried again."""
    edition_of: Callable[[SendMail], str] = lambda mail: mail.edition
    """Edition to write a mail with; of a newsletter issue that was corrected, a newer one than it was decided with."""
    find_hold: Callable[[Subscriber, SendMail], str] = lambda _record, _mail: ""
    """Why a mail waits, known without asking anybody; empty if it need not.  :attr:`admit` has the last word."""
    note_result: Callable[[Subscriber, SendMail, DeliveryResult], None] = lambda _record, _mail, _result: None
    """Called with how each try to hand a mail over has ended."""
    note_hold: NoteHold = leave_unnoted
    """Called with each mail that was put back without a failed try."""
    note_sent: Callable[[str, SendMail], None] = lambda _subscriber, _mail: None
    """Called with each mail that went out, or may have."""
    watch_claims: Callable[[], Callable[[], bool]] = lambda: lambda: True
    """Called before an attempt begins; what it returns is asked right before the mail: others may have the claim."""
    lease_ms: int = 60_000
    """Lease of the next head that settling claims."""

    envelopes: OpenEnvelopes = field(default_factory=OpenEnvelopes)
    rests: ServerRests = field(default_factory=ServerRests)
    """Lanes whose server cannot be reached; the worker claims nothing of them."""

    async def deliver(self, claim: Claim) -> Claim | None:
        """Bring one claimed mail to its end; return the next claimed head of this subscriber, if there is one.

        Raises ``StoreAwayError``; a claim that could not be put back runs out, and another worker takes it.
        """
        mail = decode_mail(claim)
        if mail is None:
            log.error("mail_item_unreadable", lane=claim.lane)
            return (await self.store.settle(claim, status="failed", lease_ms=self.lease_ms))[1]
        if claim.attempt and self.transports[claim.lane].can.settle:
            return await self._ask_provider(claim, mail, claim.server_ms - claim.attempt.begun_ms)
        if claim.attempt and mail.lane == "marketing":
            # The attempt was begun and never settled.  A newsletter that comes twice is worse than one that is lost.
            log.warning("mail_outcome_unknown", send=mail.id, template=mail.template)
            return await self._settle(claim, mail, "unknown", "the process ended between the final dot and its answer")
        return await self._apply_result(claim, mail, await self._send_mail(claim, mail))

    async def _send_mail(self, claim: Claim, mail: SendMail) -> DeliveryResult:
        prepared = await self._prepare_mail(claim, mail)
        if not isinstance(prepared, PreparedMail):
            return prepared
        result: DeliveryResult = BROKEN_OFF
        try:
            result = await self._hand_over(claim, mail, prepared)
        finally:
            self.note_result(prepared.snapshot.record, mail, result)
        if isinstance(result, Delivered) and mail.nonce:
            await self._keep_evidence(claim, mail, prepared, result)
        return replace(result, counted=prepared.outgoing.counted) if isinstance(result, Delivered) else result

    async def _keep_evidence(self, claim: Claim, mail: SendMail, prepared: PreparedMail, sent: Delivered) -> None:
        # Before the mail is settled: a crash here repeats the confirmation, but no proof of one is ever missing.
        event = evidence_event(mail, prepared.outgoing, prepared.mime_bytes, self.clock(), sent.provider_id)
        await self.transact(claim.subscriber, (event,))

    async def _ask_provider(self, claim: Claim, mail: SendMail, age_ms: int) -> Claim | None:
        """Ask what became of an attempt that began ``age_ms`` ago, and do what follows."""
        follows: Delivered | OutcomeUnknown | LookAgain | SendAgain | None = wait_for_look(age_ms)
        if follows is None:
            follows = judge_settlement(await self.transports[claim.lane].settle(mail.id), mail, age_ms)
        if isinstance(follows, LookAgain):
            await self._put_back(claim, mail, follows.delay_ms, counted=False)
            return None
        if isinstance(follows, OutcomeUnknown):
            return await self._settle(claim, mail, "unknown", follows.reason)
        prepared = await self._prepare_mail(claim, mail)
        # The mail that went is the one that would be written now: the same record and edition give the same mail.
        if isinstance(prepared, PreparedMail) and isinstance(follows, Delivered):
            follows = replace(follows, counted=prepared.outgoing.counted)
        if isinstance(prepared, PreparedMail) and mail.nonce:
            # Its code was typed although nobody knows of it: then it came, and is not sent again.
            if isinstance(follows, SendAgain) and has_arrived(claim, mail, prepared.snapshot.record):
                follows = Delivered()
            if isinstance(follows, Delivered):
                await self._keep_evidence(claim, mail, prepared, follows)
        if isinstance(follows, Delivered):
            return await self._settle_sent(claim, mail, follows)
        # Forgotten, so that the next attempt is a new one with looks of its own.
        await self.store.retry(structs.replace(claim, attempt=None), delay_ms=0, send_id=mail.id)
        return None

    async def _prepare_mail(self, claim: Claim, mail: SendMail) -> PreparedMail | SendRefused | RetryLater:
        """Render the mail for the record as it is now, before a connection is taken."""
        # Before anything is loaded: thousands of paused mails are looked at again and again.
        if self.is_paused(mail):
            return RetryLater(reason="mails like this one are paused", failed=False)
        snapshot = await load_snapshot(self.store, claim)
        if snapshot is None:
            return FORGOTTEN
        if is_held_by_break(snapshot.record, mail, self.clock()):
            return ON_BREAK
        if held := self.find_hold(snapshot.record, mail):
            return RetryLater(reason=held, failed=False)
        edition = await self.mails_of_edition(self.edition_of(mail))
        return write_prepared(mail, snapshot, edition, (self.keys, self.public_url))

    async def _hand_over(self, claim: Claim, mail: SendMail, prepared: PreparedMail) -> DeliveryResult:
        # Asked before a connection is taken, and again in the gate: the code may be typed while the mail waits for one.
        if has_arrived(claim, mail, prepared.snapshot.record):
            return Delivered()

        async def gate() -> DeliveryResult | None:
            self.envelopes.note_gate()
            return await self._pass_gates(claim, mail, prepared.snapshot)

        transport = pick_transport(self.transports[claim.lane], began=claim.attempt is not None)
        sending = transport.send(prepared.outgoing, prepared.mime_bytes, gate)
        return await self.envelopes.watch(sending)

    async def _pass_gates(self, claim: Claim, mail: SendMail, snapshot: Snapshot) -> DeliveryResult | None:
        """Begin an attempt on a record that passes the gates; return None then, else how the send ends."""
        for _ in range(MOST_LOOKS):
            met = self.store.meetings
            # The address is in another partition of the store, so its yes cannot be part of begin below.  Asking again
            # in the next round is harmless: admit counts a mail once, by its id.
            if not mail.team and (held := await ask_address(self.admit, mail, snapshot.record)):
                return held
            latest = await load_snapshot(self.store, claim, snapshot)
            if latest is None:
                return FORGOTTEN
            snapshot = latest
            if ending := judge_record(claim, mail, snapshot.record, self.clock(), self.sequence_refusal):
                return ending
            # The store begins only if the record still has the version that passed.  Whatever was committed since,
            # such as an unsubscribe that was already answered, makes it ask the gates again.
            may_send = self.watch_claims()
            # A store that lost its end counts the same versions again, perhaps for a record with an unsubscribe.
            if met != self.store.meetings:
                continue
            match await self._begin_attempt(snapshot.version, claim, mail):
                case Begun.YES:
                    # Whoever took the claim over may have sent it; the ledger counts that, and puts nothing back.
                    return None if may_send() else RetryLater(reason="this process stood still", failed=False)
                case Begun.LOST:
                    return ClaimLost()
        return RetryLater(reason="the record changes all the time", failed=False)

    async def _begin_attempt(self, version: int, claim: Claim, mail: SendMail) -> Begun:
        try:
            return await self.store.begin(claim, send_id=mail.id, version=version)
        except StoreAwayError:
            # The attempt may be written although its answer was lost, and nothing was sent.  Left there, it would
            # make a marketing mail "unknown" for good: so it is taken back if the store can be reached at all.
            with suppress(StoreAwayError):
                await self._put_back(claim, mail, wait_ms(claim), counted=False)
            raise

    async def _apply_result(self, claim: Claim, mail: SendMail, result: DeliveryResult) -> Claim | None:
        if isinstance(result, Delivered | OutcomeUnknown):
            self.note_sent(claim.subscriber, mail)
        self.rests.note_result(claim.lane, result)
        match result:
            case Delivered():
                following = await self._settle_sent(claim, mail, result)
                if self.mailboxes and not mail.team:
                    await self.mailboxes.note_accepted(mail.address)
                return following
            case SendRefused():
                return await self._refuse(claim, mail, result)
            case RetryLater():
                return await self._retry(claim, mail, result)
            case OutcomeUnknown():
                return await self._settle_unknown(claim, mail, result.reason)
            case ClaimLost():
                return (await self.store.settle(claim, lease_ms=self.lease_ms))[1]

    async def _settle_sent(self, claim: Claim, mail: SendMail, sent: Delivered) -> Claim | None:
        # Of an issue that is corrected on its way it is counted who got which edition.
        note = self.edition_of(mail) if mail.issue else sent.provider_id
        return await self._settle(claim, mail, "sent", note_counting(note, sent.counted, self.clock()))

    async def _settle(self, claim: Claim, mail: SendMail, status: SendStatus, note: str) -> Claim | None:
        # Of a claim that was lost, somebody else counts what became of the mail.
        ended, after = await self.store.settle(claim, send_id=mail.id, status=status, note=note, lease_ms=self.lease_ms)
        MAILS.labels(claim.lane, status).inc(ended)
        return after

    async def _refuse(self, claim: Claim, mail: SendMail, refused: SendRefused) -> Claim | None:
        # Who stood still has lost the claim: another process may have sent the mail, and nobody may say that it failed.
        told = await self.transact(claim.subscriber, (refusal_event(mail, refused, self.clock()),), held=claim)
        if told.fresh:
            if refused.sender_problem:
                log.error("mail_sender_problem", template=mail.template, lane=mail.lane, status=refused.sender_problem)
            log.info("mail_refused", send=mail.id, template=mail.template, reason=refused.reason)
        return await self._settle(claim, mail, refused.status, refused.reason)

    async def _retry(self, claim: Claim, mail: SendMail, later: RetryLater) -> Claim | None:
        """Put the mail back at the head of its lane, or give it up after too many failed tries."""
        reason, failures = later.reason, claim.failures
        counts = self.mailboxes if later.mailbox_full and not mail.team else None
        if counts and await counts.count_full(mail.address, mail.id):
            dead = f"the mailbox was full for {SOFT_BOUNCES} mails within {SOFT_SPAN.days} days"
            return await self._refuse(claim, mail, SendRefused(reason=dead, status="failed", hard_bounce=True))
        if later.failed and failures >= MOST_FAILURES:
            given_up = f"given up after {failures} tries: {reason}"
            return await self._refuse(claim, mail, SendRefused(reason=given_up, status="failed"))
        log.info("mail_put_back", send=mail.id, template=mail.template, reason=reason, failures=failures)
        delay_ms = find_delay_ms(claim, mail, self.keys, later)
        await self._put_back(claim, mail, delay_ms, counted=later.failed)
        if not later.failed:
            await self.note_hold(claim, mail, reason)
        return None

    async def _put_back(self, claim: Claim, mail: SendMail, delay_ms: int, *, counted: bool) -> None:
        """Put the mail back; an earlier attempt whose outcome is unknown stays known as such."""
        await self.store.retry(claim, delay_ms=delay_ms, send_id=mail.id, counted=counted)

    async def _settle_unknown(self, claim: Claim, mail: SendMail, note: str) -> Claim | None:
        log.warning("mail_outcome_unknown", send=mail.id, template=mail.template)
        can_ask = self.transports[claim.lane].can.settle
        if mail.lane == "marketing" and not can_ask:
            return await self._settle(claim, mail, "unknown", note)
        # A confirmation is worth coming twice; the kept attempt lets has_arrived notice that it did come.
        delay_ms = FIRST_LOOK_MS if can_ask else retry_delay_ms(claim, mail, self.keys, may_have_come=True)
        await self.store.retry(claim, delay_ms=delay_ms, send_id=mail.id, keep_attempt=True, counted=not can_ask)
        return None
