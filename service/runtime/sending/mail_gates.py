"""The gates of a mail, joined: what each room has against it now, and what its end means for the rooms that count.

Whoever is asked last has the last word (:mod:`email_out.delivery.sender`): the mail's sequence or issue, its address,
and the day's share of its mailbox provider, which must not be taken by a mail that somebody else refuses.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import onboarding.engine.decide
from domain.consent.address_registry import Admission
from domain.decision import Context
from domain.effects import SendMail
from domain.keyring import Keyring
from domain.record import Subscriber
from email_out.transports.base import DeliveryResult
from onboarding.engine.hold_back import find_queued_hold
from service.engine.address_registry import AddressRegistry
from service.engine.clock import MovableClock, fresh_entropy
from service.engine.house.watch import HouseWatch
from service.issues.gate import GateParts, hold_issue, refuse_issue
from service.mail_pace.share_keeper import ShareKeeper
from service.runtime.lane_brake.brake import LaneBrake


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
    def lane_brake(self) -> LaneBrake:
        """What may stop the lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailGates:
    """The gates of one process."""

    parts: SendingParts
    addresses: AddressRegistry

    def is_paused(self, mail: SendMail) -> bool:
        """Return True if all mails like this one wait."""
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
        return self.parts.pace.find_hold(record, mail)

    async def admit(self, mail: SendMail, record: Subscriber) -> Admission:
        """Return whether a mail may go to its address now."""
        if held := self._hold_by_plan(mail, record):
            return Admission(answer="later", reason=held)
        admission = await self.addresses.admit(mail, record)
        if admission.answer == "yes" and (held := await self.parts.pace.take_place(record, mail)):
            return Admission(answer="later", reason=held)
        return admission

    def note_result(self, record: Subscriber, mail: SendMail, result: DeliveryResult) -> None:
        """Take in how a try has ended."""
        self.parts.pace.note_result(mail, result)
        self.parts.lane_brake.note_result(record, mail, result)

    def _hold_by_plan(self, mail: SendMail, record: Subscriber) -> str:
        parts, house = self.parts, self.parts.house.current_values()
        if mail.issue:
            return hold_issue(parts, parts.clock.now, record, mail)
        if not house.silent or not mail.sequence:
            return ""
        context = Context(
            now=parts.clock.now(), entropy=fresh_entropy(), keys=parts.keys, config=parts.editions.current_config(),
            house=house,
        )  # fmt: skip
        return find_queued_hold(parts.editions.sequences_for(record), record, mail, context)
