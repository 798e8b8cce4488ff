"""Finds an email address in a message (RFC 5321, RFC 6531: internationalised addresses are allowed)."""

import functools
import re

from email_validator import EmailNotValidError, validate_email

MOST_CHARACTERS = 2_000
_PART = r"[^\s<>()\[\],;:\"“”„«»|"
# The look-arounds demand the whole word: cut to 64 characters, the end of a longer local part would be another
# person's address.
_CANDIDATE = re.compile(rf"(?<!{_PART}]){_PART}]{{1,64}}@{_PART}@]{{1,255}}(?!{_PART}])")
"""A whole word with an @."""
_PLAIN = re.compile(r"(?=[^@]{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@[a-z0-9.-]{1,100}")
"""Addresses whose local part is valid and normalised: a dot-atom (RFC 5322, 3.2.3) of at most 64 octets (RFC 5321,
4.5.3.1.1)."""
_SURROUNDING_SIGNS = ".!?…'’‘*_~`-"


def find_email(text: str) -> str:
    """Return the first valid address in a text (“it's mia@example.com!”), normalised; empty if there is none.

    DNS is not asked.  Addresses of the ``test`` domain and of ``example`` ones are allowed.
    """
    if "@" not in text and "＠" not in text:
        return ""
    # The usual case, a bare address in small letters: the validator, which takes far longer, sees only its domain.
    if _PLAIN.fullmatch(text) and text[0].isalnum() and _is_plain_domain(text.partition("@")[2]):
        return text
    # “＠” is the full-width sign of Japanese keyboards; “mailto:” comes with addresses that were copied from a page.
    cleaned = text[:MOST_CHARACTERS].replace("＠", "@").replace("mailto:", " ")
    for candidate in _CANDIDATE.finditer(cleaned):
        # “it's mia@example.com!” or “*mia@example.com*”: signs around the word are not part of the address.
        address = _normalize_address(candidate[0].strip(_SURROUNDING_SIGNS))
        if address:
            return address
    return ""


def _normalize_address(address: str) -> str:
    """Return a valid address in its normalised form; empty if it is not valid."""
    if _PLAIN.fullmatch(address) and _is_plain_domain(address.partition("@")[2]):
        return address
    return _validate_address(address)


@functools.lru_cache(maxsize=4096)
def _is_plain_domain(domain: str) -> bool:
    """Tell whether a domain is valid and already normalised; cached, because most people share a few domains."""
    return _validate_address(f"a@{domain}") == f"a@{domain}"


def _validate_address(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""
