"""Reads the email addresses in what a person typed.

The mail goes to the mailbox that was typed, or the person is asked.  Rules, in the order in which they apply:

1.  The text is made plain (:mod:`flows.answers.addresses.plain_text`): one Unicode form, full-width signs as ASCII,
    no signs that nobody sees (U+200B, U+200E, U+FEFF, U+2060, U+00AD …), “O’Brien” with a straight apostrophe,
    ``mailto:`` links decoded and without their question part, “http://” gone.
2.  Around each @ stands the whole run of signs that can belong to an address
    (:mod:`flows.answers.addresses.candidates`).  It is never shortened silently: “_mia@” stays “_mia@”.
3.  It ends where no address can go on: at spaces, brackets, quotes, punctuation of any script, emoji, and at the border
    to words of a script without spaces (“我的邮箱是mia@example.com”, “mia@example.comです”).
4.  Signs that an address may hold but seldom does (“email=mia@…”, “-mia@…”) are asked about: which of the two?
5.  Words before it that may be torn off (“anna. mueller@…”, “anna,mueller@…”, “anna mueller@…”) are asked about.
    So is one beside a “not” or “wrong” (:mod:`flows.answers.addresses.surroundings`).
    What is told to be of the past (“mia@… doesn't work any more”) is never taken: another one in the text is, or the
    person is asked for the present one (:mod:`flows.answers.addresses.former`).
6.  An address of a contact list is refused.
7.  Likely slips (“gmial.com”, “gmail.con”, “mia@gmail”, “mia..b@…”) and endings that do not exist are asked about.
8.  Where nothing was found, spaces around the @ and in the domain, commas for dots and spoken signs (“mia at example
    dot com”) are mended (:mod:`flows.answers.addresses.spoken`), and the result is asked about.
9.  The same address twice is one; different ones are asked about.
"""

import functools
import re

from domain.consent.mailboxes import is_contact_list
from flows.answers.addresses.candidates import judge_candidate
from flows.answers.addresses.misspellings import has_real_ending, suggest_domain
from flows.answers.addresses.plain_text import make_plain
from flows.answers.addresses.result import AddressReading, NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.addresses.spoken import mend_spaces, mend_spoken
from flows.answers.addresses.validity import validate_address
from flows.language.remember import remember_short_texts

MOST_CHARACTERS = 2_000
MOST_MENDED = 300
"""Characters of a text in which torn and spoken addresses are mended; longer ones are no answers."""
MOST_ADDRESSES = 20
"""Signs @ that are looked at."""
_PLAIN = re.compile(r"(?=[^@]{1,64}@)[a-z0-9][a-z0-9_+-]*(?:\.[a-z0-9_+-]+)*@[a-z0-9.-]{1,100}")
"""Addresses whose local part is valid and normalised: a dot-atom (RFC 5322, 3.2.3) of at most 64 octets (RFC 5321,
4.5.3.1.1)."""
_LOOKS_LIKE_ONE = re.compile(r"\S+\.[^\W\d_]{2,}")
"""“mia.example.com”: somebody forgot the @."""


@remember_short_texts
def read_addresses(text: str) -> AddressReading:
    """Return what addresses a text holds.  DNS is not asked; ``test`` and ``example`` domains are allowed."""
    # The usual case, a bare address in small letters: the validator, which takes far longer, sees only its domain.
    if _PLAIN.fullmatch(text) and not text.startswith("www.") and _is_plain_domain(text.partition("@")[2]):
        return OneAddress(email=text)
    plain = make_plain(text[:MOST_CHARACTERS])
    reading = _read_plain(plain.text)
    if plain.is_doubtful and isinstance(reading, OneAddress):
        return SuggestedAddress(email=reading.email, reason="signs")
    return reading


def find_email(text: str) -> str:
    """Return the one address in a text that is beyond doubt, normalised; empty if there is none, or if one must ask."""
    reading = read_addresses(text)
    return reading.email if isinstance(reading, OneAddress) else ""


@functools.lru_cache(maxsize=4096)
def _is_plain_domain(domain: str) -> bool:
    """Tell whether a domain is beyond doubt and normalised already; cached, because most people share a few domains."""
    return (
        "." in domain
        and validate_address(f"a@{domain}") == f"a@{domain}"
        and has_real_ending(domain)
        and not suggest_domain(domain)
        and not is_contact_list(f"a@{domain}")
    )


def _read_plain(text: str) -> AddressReading:
    reading = _read_signs(text) if "@" in text else NoAddress()
    is_usable = isinstance(reading, OneAddress | SeveralAddresses) or (
        isinstance(reading, SuggestedAddress) and reading.typed != ""
    )
    if is_usable or (isinstance(reading, NoAddress) and reading.problem == "list"):
        return reading
    for mend, reason in ((mend_spaces, "spaces"), (mend_spoken, "spoken")):
        mended = mend(text) if len(text) <= MOST_MENDED else text
        if mended == text:
            continue
        again = _read_signs(mended)
        if isinstance(again, OneAddress | SuggestedAddress):
            return SuggestedAddress(email=again.email, reason="spoken" if reason == "spoken" else "spaces")
        if isinstance(again, SeveralAddresses):
            return again
    if reading == NoAddress() and "@" not in text and _LOOKS_LIKE_ONE.fullmatch(text.strip()):
        return NoAddress(problem="no_at")
    return reading


def _read_signs(text: str) -> AddressReading:
    """Read a plain text by its signs alone, and put together what stands around each @."""
    places = [match.start() for match in re.finditer("@", text)][:MOST_ADDRESSES]
    readings = [judge_candidate(text, place) for place in places]
    # Case tells no mailboxes apart at any provider; the last form counts, as a correction would.
    emails: dict[str, str] = {}
    for reading in readings:
        emails |= {email.casefold(): email for email in _emails_of(reading)}
    asked = [reading for reading in readings if isinstance(reading, SuggestedAddress | SeveralAddresses)]
    certain = [reading for reading in readings if isinstance(reading, OneAddress)]
    if not emails:
        return next((reading for reading in readings if _problem_of(reading)), NoAddress())
    # “mia@example.com/leo@example.com”: a second @ of which nobody can tell where its address begins.
    if certain and len(emails) == 1 and NoAddress(problem="two_ats") in readings:
        return SuggestedAddress(email=certain[-1].email, reason="signs")
    if len(emails) == 1:
        return certain[-1] if certain else asked[-1]
    if len(asked) == 1 and not certain:
        return asked[0]
    return SeveralAddresses(emails=tuple(emails.values()))


def _emails_of(reading: AddressReading) -> tuple[str, ...]:
    match reading:
        case OneAddress() | SuggestedAddress():
            return (reading.email,)
        case SeveralAddresses():
            return reading.emails
        case _:
            return ()


def _problem_of(reading: AddressReading) -> str:
    return reading.problem if isinstance(reading, NoAddress) else ""
