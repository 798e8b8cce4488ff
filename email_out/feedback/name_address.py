"""The keyed hash of an address that somebody else has written, such as a report or a provider.  Pure."""

import re
from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

from domain.keyring import Keyring

_PLAIN = re.compile(r"[A-Za-z0-9._+-]{1,64}@(?!.*xn--)[a-z0-9.-]{1,255}")
"""Addresses that normalising leaves as they are: ASCII, the domain in lower case and not encoded."""


def name_address(email: str, keys: Keyring) -> str:
    """Return the keyed hash of an address, written as the chat keeps it."""
    # Nearly every one; validating takes longer than all the rest of an event.
    if _PLAIN.fullmatch(email):
        return keys.address_hash(email)
    with suppress(EmailNotValidError):
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    return keys.address_hash(email)
