"""Judges the surroundings of each @: what belongs to the address, what does not, what only the person can tell.

The part before the @ is the whole run of signs that can belong to one (RFC 5322 atext and dots, letters of other
scripts).  It is taken whole, cut at a border that no address crosses, or asked about; it is never shortened silently.
"""

import re
import unicodedata

from domain.consent.mailboxes import is_contact_list
from flows.answers.addresses.former import ask_about_use
from flows.answers.addresses.misspellings import has_real_ending, suggest_domain
from flows.answers.addresses.result import AddressReading, NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.addresses.scripts import may_attach, other_scripts, split_after_latin, split_at_border
from flows.answers.addresses.surroundings import (
    ask_about_beginning,
    ask_about_domain,
    ask_about_opened,
)
from flows.answers.addresses.validity import validate_address
from flows.answers.addresses.vocabulary import FILLERS, LABELS

_HARD = frozenset('<>()[],;:"\\@')
"""ASCII signs that no unquoted local part holds."""
_RARE = re.compile(r"[!#$%&*/=?^{|}~`]|^[+'-]+")
"""Signs that a local part may hold, and that far more often stand between or around words."""
_WRAPPING = {"*": "*", "~": "~", "`": "`", "'": "'", "{": "}", "|": "|"}
"""Signs that mark a word up, on both its sides."""
_DOTTED = re.compile(r"\.{2,}")
LONGEST_ADDRESS = 254
"""Characters (RFC 5321, section 4.5.3.1; the path of 256 has two angle brackets)."""
NEAR = 100
"""Characters before and behind an address that are looked at."""


def judge_candidate(text: str, at: int) -> AddressReading:
    """Judge the @ at this place of a plain text."""
    start, end = _start_of_local(text, at), _end_of_domain(text, at + 1)
    local, domain = text[start:at], text[at + 1 : end].rstrip(".-")
    end = at + 1 + len(domain)
    if not local or not domain:
        is_word = bool(local or domain) and ("." in domain or not text[:start].strip() or bool(local))
        return NoAddress(problem="one_side" if is_word else "")
    if text[start - 1 : start] == "@" or text[end : end + 1] == "@":
        return NoAddress(problem="two_ats")
    domain, glued = _cut_domain(domain)
    if glued is None:
        return NoAddress(problem="signs")
    earlier, behind = text[max(0, start - NEAR) : start], text[end : end + NEAR]
    before, locals_ = _cut_local(local, behind if not glued else "")
    if not locals_:
        return NoAddress(problem="signs")
    judged = _judge_all(locals_, domain, glued=before + glued)
    if not glued:
        judged = ask_about_domain(judged, locals_[0], domain, behind)
    if not before:
        judged = ask_about_opened(ask_about_beginning(judged, earlier, locals_[0], domain), earlier, behind)
    return ask_about_use(judged, earlier, behind, domain)


# -- where it begins and ends --------------------------------------------------------------------------------------
def _start_of_local(text: str, at: int) -> int:
    start = at
    while start and _may_be_local(text[start - 1]):
        start -= 1
    return start


def _may_be_local(char: str) -> bool:
    if char.isascii():
        return char.isprintable() and char != " " and char not in _HARD
    return unicodedata.category(char) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd")


def _end_of_domain(text: str, end: int) -> int:
    while end < len(text) and _may_be_domain(text[end]):
        end += 1
    return end


def _may_be_domain(char: str) -> bool:
    return char in ".-" or (char.isalnum() if char.isascii() else _may_be_local(char))


def _cut_domain(domain: str) -> tuple[str, str | None]:
    """Return a domain without the words of another script behind it, and these; None for a mixture nobody can read."""
    labels = domain.split(".")
    for place, label in enumerate(labels):
        head, tail = split_after_latin(label)
        if not head or not tail:
            continue
        cut = ".".join((*labels[:place], head))
        # “example.comです”: an ending in ASCII, and a script that needs no space before it.
        if place and has_real_ending(cut) and other_scripts(tail):
            return cut, ".".join((tail, *labels[place + 1 :]))
        return domain, None if not may_attach(tail) else ""
    return domain, ""


def _cut_local(local: str, behind: str) -> tuple[str, tuple[str, ...]]:
    """Return what stands before the local part, and its possible readings, likeliest first; none for a mixture."""
    if other_scripts(local):
        return _cut_scripts(local)
    mark = local[0]
    # “*mia@example.com*”: marks on both sides are markup.
    if mark in _WRAPPING and behind.startswith(_WRAPPING[mark]):
        count = len(local) - len(local.lstrip(mark))
        return local[:count], (local[count:],)
    if mark == "_" and behind.startswith("_"):
        return "", (local.strip("_"), local)
    rare = list(_RARE.finditer(local))
    shorter = local[rare[-1].end() :] if rare else ""
    if not shorter:
        return "", (local,)
    label = local[: rare[-1].start()].casefold()
    return "", (shorter, local) if label in LABELS else (local, shorter)


def _cut_scripts(local: str) -> tuple[str, tuple[str, ...]]:
    before, tail = split_at_border(local)
    letters = [char for char in local if char.isascii() and char.isalpha()]
    if not letters:
        # “用户@” is whole; of “邮箱是123@” nobody can tell whether the words belong to the digits.
        return "", (local, tail) if tail else (local,)
    words = re.findall(r"[a-z0-9-]+", before.casefold())
    if tail and may_attach(before) and all(word in FILLERS for word in words):
        return before, (tail,)
    return "", ()


# -- what it comes to ----------------------------------------------------------------------------------------------
def _judge_all(locals_: tuple[str, ...], domain: str, *, glued: str) -> AddressReading:
    """Judge a domain and the readings of the local part."""
    readings = [judge_address(local, domain, glued=glued) for local in locals_]
    emails = tuple(reading.email for reading in readings if isinstance(reading, OneAddress))
    if len(emails) > 1:
        return SeveralAddresses(emails=emails)
    # Of two readings one is no address; that it is meant is a guess all the same: “aaa…aaa=leo@example.com”.
    if emails and len(locals_) > 1:
        return SuggestedAddress(email=emails[0], reason="signs")
    return next((reading for reading in readings if not isinstance(reading, NoAddress)), readings[0])


def judge_address(local: str, domain: str, *, glued: str = "") -> AddressReading:
    """Judge an address whose parts are certain: it is valid, a slip is likely, or it is none."""
    typed = validate_address(f"{local}@{domain}") if "." in domain else ""
    folded = domain.casefold()
    if is_contact_list(f"a@{domain}"):
        return NoAddress(problem="list")
    dots = f"{_DOTTED.sub('.', local).strip('.')}@{_DOTTED.sub('.', folded).strip('.')}"
    meant = suggest_domain(dots.rpartition("@")[2])
    mended = f"{dots.rpartition('@')[0]}@{meant}" if meant else dots
    # “www.mia@gmail.com”: taught by web addresses.
    mended = mended.removeprefix("www.")
    if mended.casefold() != f"{local}@{folded}".casefold() and (email := validate_address(mended)):
        return SuggestedAddress(email=email, reason="typo", typed=typed)
    if not typed:
        long = len(local) + 1 + len(domain) > LONGEST_ADDRESS
        return NoAddress(problem="no_dot" if "." not in domain else "long" if long else "signs")
    if not has_real_ending(domain):
        return SuggestedAddress(email=typed, reason="typo", typed=typed)
    return OneAddress(email=typed, cut=glued)
