"""What follows for a mail whose answer was lost, where the provider can be asked what became of it.  Pure.

It is asked 30, 120 and 600 seconds after the attempt began.  What it knows has gone; of what it does not know by then,
a marketing mail is ``unknown`` and never repeated, and a transactional one is sent again.  While it cannot tell, it is
asked every ten minutes for a day.  A process that died in the middle of a call leaves such a mail, too.
"""

from dataclasses import dataclass
from datetime import timedelta

from domain.effects import SendMail
from email_out.transports.base import Delivered, OutcomeUnknown, Settlement

LOOKS = (timedelta(seconds=30), timedelta(seconds=120), timedelta(seconds=600))
"""After the attempt began."""
FIRST_LOOK_MS = int(LOOKS[0].total_seconds() * 1000)
LOOK_AGAIN = timedelta(minutes=10)
"""Between two looks after those, while the provider cannot tell."""
LONGEST_ASKED = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """The provider is to be asked again later."""

    delay_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAgain:
    """It did not go, and may be sent anew."""


def wait_for_look(age_ms: int) -> LookAgain | None:
    """Return how long to wait before the first look at an attempt of this age; None if it may be looked at."""
    return LookAgain(delay_ms=FIRST_LOOK_MS - age_ms) if age_ms < FIRST_LOOK_MS else None


def judge_settlement(
    told: Settlement, mail: SendMail, age_ms: int
) -> Delivered | OutcomeUnknown | LookAgain | SendAgain:
    """Return what follows from what the provider told of an attempt that began ``age_ms`` ago."""
    if told.answer == "went":
        return Delivered(provider_id=told.provider_id)
    following = next((at for at in map(_as_ms, LOOKS) if at > age_ms), None)
    if following is not None:
        return LookAgain(delay_ms=following - age_ms)
    # An outage that loses answers often loses the search, too: no answer is no news.
    if told.answer == "cannot tell" and age_ms < _as_ms(LONGEST_ASKED):
        return LookAgain(delay_ms=_as_ms(LOOK_AGAIN))
    return SendAgain() if mail.lane == "transactional" else OutcomeUnknown(reason="the provider does not know it")


def _as_ms(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)
