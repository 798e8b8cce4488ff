"""An email address in what a person wrote (RFC 5321, RFC 6531; internationalised addresses are welcome)."""

import functools
import re

from email_validator import EmailNotValidError, validate_email

MOST_CHARACTERS = 2_000
_PART = r"[^\s<>()\[\],;:\"“”„«»|"
_CANDIDATE = re.compile(rf"(?<!{_PART}]){_PART}]{{1,64}}@{_PART}@]{{1,255}}(?!{_PART}])")
"""A whole word with an @: the end of a longer one would be somebody else's address."""
_PLAIN = re.compile(r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9.-]{1,100}")
"""Addresses whose local part needs no judging: a dot-atom (RFC 5322, 3.2.3) of at most 64 octets (RFC 5321, 4.5.3.1.1)
that no normalising changes."""
_AROUND = ".!?…'’‘*_~`-"


def find_email(text: str) -> str:
    """Return the first valid address in a text (“it's mia@example.com!”), normalised; empty if there is none.

    The name server is not asked.  Addresses of the ``test`` domain and of ``example`` ones are allowed.
    """
    if "@" not in text and "＠" not in text:
        return ""
    if _PLAIN.fullmatch(text) and text[0].isalnum() and _is_plain(text.partition("@")[2]):
        return text
    cleaned = text[:MOST_CHARACTERS].replace("＠", "@").replace("mailto:", " ")
    for found in _CANDIDATE.finditer(cleaned):
        address = _normalized(found[0].strip(_AROUND))
        if address:
            return address
    return ""


def _normalized(address: str) -> str:
    """Return a valid address normalised, else nothing; a plain one at a domain that was judged before is quick."""
    if _PLAIN.fullmatch(address) and _is_plain(address.partition("@")[2]):
        return address
    return _judged(address)


@functools.lru_cache(maxsize=4096)
def _is_plain(domain: str) -> bool:
    """Tell whether a domain is valid and stays as it is."""
    return _judged(f"a@{domain}") == f"a@{domain}"


def _judged(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
