"""The reason that the history keeps of a withdrawal, and how reports read it.  Pure."""

from domain.consent.confirmation_requests import consent_reason
from domain.decision import Reason

LAPSED, COMPLAINED = "lapsed", "complaint"
"""How a consent ends without a wish of the person: a step of a sequence took it off, or a mail was reported as spam."""
_BEGIN = "withdrawn ("


def tell_withdrawal(topic: str, how: str) -> Reason:
    """Return the reason of a withdrawal."""
    return consent_reason(f"{_BEGIN}{how})", topic)


def is_own_stop(reason: Reason) -> bool:
    """Return True if the person stopped: in a mail, on a page or in the chat.  A report of spam is counted as such."""
    if reason.room != "consent" or not reason.text.startswith(_BEGIN):
        return False
    return reason.text.removeprefix(_BEGIN).rstrip(")") not in {LAPSED, COMPLAINED}
