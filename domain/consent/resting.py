"""Readers who rest: for months they gave no sign, and did not answer when they were asked.  Pure.

The consent stays as it is.  Its mails rest from that second on, and go again with the first sign: so nothing has to be
written when somebody comes back, and nobody who does anything rests.
"""

from datetime import datetime

from msgspec.structs import replace

from domain.deeds import second_of
from domain.effects import SendMail
from domain.record import Subscriber

RESTING = "resting: no sign of them for long, and no answer when they were asked"


def let_rest(record: Subscriber, topic: str, now: datetime) -> Subscriber:
    """Return the record with the mails of a topic resting from now on."""
    return replace(record, resting={**(record.resting or {}), topic: second_of(now)})


def is_resting(record: Subscriber, topic: str) -> bool:
    """Return True if the mails of a topic rest: the person has done nothing since."""
    since = record.resting.get(topic) if record.resting else None
    return since is not None and (record.engaged_at is None or second_of(record.engaged_at) <= since)


def find_rest(record: Subscriber, mail: SendMail) -> str:
    """Return why a marketing mail does not go to somebody who rests; empty if it may."""
    # What a flow mails was asked for, which is a sign.
    return RESTING if record.resting and not mail.flow and is_resting(record, mail.topic) else ""
