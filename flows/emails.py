"""An email address in what a person wrote (RFC 5321, RFC 6531; internationalised addresses are welcome)."""

import re

from email_validator import EmailNotValidError, validate_email

MOST_CHARACTERS = 2_000
_CANDIDATE = re.compile(r"[^\s<>()\[\],;:\"“”„«»|]{1,64}@[^\s<>()\[\],;:\"“”„«»|@]{1,255}")
_AROUND = ".!?…'’‘*_~`-"


def find_email(text: str) -> str:
    """Return the first valid address in a text (“it's mia@example.com!”), normalised; empty if there is none.

    The name server is not asked.  Addresses of the ``test`` domain and of ``example`` ones are allowed.
    """
    if "@" not in text and "＠" not in text:
        return ""
    cleaned = text[:MOST_CHARACTERS].replace("＠", "@").replace("mailto:", " ")
    for found in _CANDIDATE.finditer(cleaned):
        try:
            valid = validate_email(found[0].strip(_AROUND), check_deliverability=False, test_environment=True)
        except EmailNotValidError:
            continue
        return valid.normalized
    return ""
