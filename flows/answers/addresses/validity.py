"""Validity of an address by its form (RFC 5321, RFC 6531)."""

from email_validator import EmailNotValidError, validate_email


def validate_address(address: str) -> str:
    """Return a valid address in its normalised form; empty if it is not valid.  DNS is not asked."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
