"""The gates of a mail, joined: what each room has against it now, and what its end means for the rooms that count.

Whoever is asked last has the last word (:mod:`email_out.delivery.sender`): the mail's sequence or issue, its address,
and the day's share of its mailbox provider, which must not be taken by a mail that somebody else refuses.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import onboarding.engine.decide
from domain.consent.address_registry import Admission
from domain.decision import Context
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.ports import MARKETING, TRANSACTIONAL
from domain.record import Subscriber
from email_out.transports.base import Delivered, DeliveryResult, OutcomeUnknown
from onboarding.engine.hold_back import find_queued_hold
from onboarding.engine.mail_hours.sending_hold import find_sending_hold
from service.engine.address_registry import AddressRegistry
from service.engine.clock import MovableClock, fresh_entropy
from service.engine.house.watch import HouseWatch
from service.issues.gate import GateParts, hold_issue, refuse_issue
from service.mail_pace.lately_sent import LatelySent
from service.mail_pace.share_keeper import ShareKeeper
from service.runtime.lane_brake.brake import LaneBrake
from service.runtime.store_watch.watch import StoreWatch

PAUSED = Admission(answer="later", reason="mails like this one are paused")


class SendingParts(GateParts, Protocol):
    """What the gates ask."""

    @property
    def clock(self) -> MovableClock:
        """Business time."""

    @property
    def keys(self) -> Keyring:
        """The keys of the installation."""

    @property
    def house(self) -> HouseWatch:
        """What is halted, and which events are silent."""

    @property
    def pace(self) -> ShareKeeper:
        """Each mailbox provider's share of the day."""

    @property
    def watch(self) -> StoreWatch:
        """Which lanes are paused."""

    @property
    def lane_brake(self) -> LaneBrake:
        """What may stop the lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGates:
    """The gates of one process."""

    parts: SendingParts
    addresses: AddressRegistry
    lately_sent: LatelySent = field(default_factory=LatelySent)

    def is_paused(self, mail: SendMail) -> bool:
        """Return True if all mails like this one wait."""
        lane = MARKETING if mail.lane == "marketing" else TRANSACTIONAL
        if self.parts.watch.is_paused(lane):  # the head behind one that has just gone is claimed without a poll
            return True
        is_halted = f"{mail.sequence}/{mail.step}" in self.parts.house.current.halted
        return is_halted or self.addresses.is_paused(mail) or self.parts.issues.is_paused(mail)

    def find_refusal(self, record: Subscriber, mail: SendMail, now: datetime) -> str:
        """Return why the issue or the sequence of a mail no longer wants it; empty if it does."""
        # Since it was queued, the person may have left the sequence or reached its goal.
        if mail.issue:
            return refuse_issue(self.parts, record, mail, now)
        return onboarding.engine.decide.refusal_reason(self.parts.editions.sequences_for(record), record, mail, now)

    def find_hold(self, record: Subscriber, mail: SendMail) -> str:
        """Return why a mail waits, as far as that is known without asking anybody; empty if it need not."""
        return self._hold_by_time(record, mail) or self.parts.pace.find_hold(record, mail)

    async def admit(self, mail: SendMail, record: Subscriber) -> Admission:
        """Return whether a mail may go to its address now."""
        if self.is_paused(mail):  # since it was looked at first: whoever pauses a lane reads that nothing goes
            return PAUSED
        if held := await self._hold_by_plan(mail, record) or self._hold_by_time(record, mail):
            return Admission(answer="later", reason=held)
        admission = await self.addresses.admit(mail, record)
        if admission.answer == "yes" and (held := await self.parts.pace.take_place(record, mail)):
            return Admission(answer="later", reason=held)
        return admission

    def note_result(self, record: Subscriber, mail: SendMail, result: DeliveryResult) -> None:
        """Take in how a try has ended."""
        # The place first: what waits for one may go in the same moment.
        self.parts.pace.note_result(mail, result)
        self.parts.lane_brake.note_result(record, mail, result)
        if mail.lane == "marketing" and isinstance(result, Delivered | OutcomeUnknown):
            self.lately_sent.note(record.id, self.parts.clock.now())

    def _hold_by_time(self, record: Subscriber, mail: SendMail) -> str:
        config, now = self.parts.editions.current_config(), self.parts.clock.now()
        went = self.lately_sent.list_moments(record.id)
        return find_sending_hold(record, mail, went, config, now, catalog=self.parts.editions.sequences_for(record))

    async def _hold_by_plan(self, mail: SendMail, record: Subscriber) -> str:
        parts, house = self.parts, self.parts.house.current_values()
        if mail.issue:
            return await hold_issue(parts, parts.clock.now, record, mail)
        if not house.silent or not mail.sequence:
            return ""
        context = Context(
            now=parts.clock.now(), entropy=fresh_entropy(), keys=parts.keys, config=parts.editions.current_config(),
            house=house,
        )  # fmt: skip
        return find_queued_hold(parts.editions.sequences_for(record), record, mail, context)
