"""One person of a transcript: the record, the thread on their phone, and their mailbox."""

from dataclasses import dataclass, field
from datetime import datetime

from domain.decision import Reason
from domain.effects import SendChat, SendMail
from domain.record import Subscriber


@dataclass(slots=True, kw_only=True)
class Participant:
    """A person, and everything that reached them so far."""

    name: str
    record: Subscriber
    email: str = ""
    """What their Messenger profile offers."""
    phone: str = ""
    wake: datetime | None = None
    """When they are due next; None if nothing is planned."""
    # What follows only grows.  A line is judged by what is new since it began.
    thread: list[SendChat] = field(default_factory=list)
    typed: list[tuple[str, str]] = field(default_factory=list)
    """Message id and text of what they wrote."""
    mails: list[SendMail] = field(default_factory=list)
    """What arrived in their mailbox."""
    team_mails: list[SendMail] = field(default_factory=list)
    """Mails to the team that they caused."""
    vouchers: list[str] = field(default_factory=list)
    """Voucher codes they were given."""
    reasons: list[Reason] = field(default_factory=list)
    """Why things were done, in the latest line only."""
    product_events: list[str] = field(default_factory=list)
    """Product events that were reported of them."""
