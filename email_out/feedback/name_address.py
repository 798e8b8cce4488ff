"""The keyed hash of an address that somebody else has written, such as a report or a provider.  Pure."""

from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

from domain.keyring import Keyring


def name_address(email: str, keys: Keyring) -> str:
    """Return the keyed hash of an address, written as the chat keeps it."""
    with suppress(EmailNotValidError):
        email = validate_email(email, check_deliverability=False, test_environment=True).normalized
    return keys.address_hash(email)
