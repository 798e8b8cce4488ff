"""Asks where the words and signs around an address may be pieces of it, or say that it is not the one."""

import re
from collections.abc import Iterator

from flows.answers.addresses.misspellings import has_real_ending, names_domain
from flows.answers.addresses.result import AddressReading, NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.addresses.scripts import other_scripts
from flows.answers.addresses.validity import validate_address
from flows.answers.addresses.vocabulary import FILLERS

_OPENING = frozenset("<>([\"'")
_CLOSING = {"<": ">", "(": ")", "[": "]", '"': '"'}
_OPENED_IN_WORD = re.compile(r"[^\W_][<(\[\"]\Z")
_TORN = re.compile(r"([^\W_]+(?:[._+-]+[^\W_]+)*)\s?[._+-]+$")
"""A word that ends with a sign that joins it to the next: “anna.”."""
_WORD_BEFORE = re.compile(r"[^\s,;:]+$")
_GAP = r"[\s.,;:/_-]{1,3}"
_LAST_LETTERS = re.compile(rf"{_GAP}([a-z]{{1,2}})\W*$")
"""One or two letters at the end of the text: “mia@example.co m”."""
_OWN_DOMAIN = re.compile(rf"{_GAP}((?!www\.)[a-z0-9-]+(?:\.[a-z]{{2,}})+)(?![\w@.-])", re.IGNORECASE)
"""What looks like a domain of its own: “mia@ex.am ple.com”."""
_GOES_ON = re.compile(r"[\s.,;:/_-]{0,3}\.([a-z0-9-]+(?:\.[a-z0-9-]+)*)", re.IGNORECASE)
"""A dot directly before a word: “example .co.uk”."""
_NEXT_LABEL = re.compile(rf"(?:{_GAP}|[|\\。｡…])([^\W_][\w-]*(?:\.[\w-]+)*)")
"""A word behind a gap, perhaps an ending: “example,com”."""
_SECOND_LEVEL = frozenset(
    {"co.uk", "com.au", "com.br", "co.nz", "com.mx", "com.tr", "co.at", "or.at", "co.jp", "co.in"}
)
_PIECE = re.compile(r"(?=.*[^\W\d_])[^\W_]+(?:[._+-]+[^\W_]+)+")
"""A word with a dot in it, or another sign of addresses; no date, whose parts are numbers."""
_DRAWN = re.compile(r"(\w)\1{2,}|([aeiouäöü])\2")
_LETTERS = frozenset("abcdefghjklmnopqrstuvwxyz")
"""Letters that are no word (“I” is one)."""
_SHORT_ANSWERS = frozenset({"ok", "ja", "hi", "no", "so", "is", "it", "me", "us"})
SHORT_WORD = 2
"""Letters of words that are as often the beginning of a name: “an. na@…”."""
MOST_LOOSE_WORDS = 3
"""Words before an address that may be torn-off pieces of it; more are a sentence."""


def ask_about_domain(judged: AddressReading, local: str, domain: str, behind: str) -> AddressReading:
    """Ask where what stands behind a domain may belong to it: “mia@mail.example,com”, “mia@example.co m”."""
    if re.match(r"_[^\W_]", behind):
        return NoAddress(problem="signs")
    for joined in _longer_domains(domain, behind):
        if joined.isascii() and has_real_ending(joined) and (email := validate_address(f"{local}@{joined}")):
            return SuggestedAddress(email=email, reason="spaces")
    return judged


def _longer_domains(domain: str, behind: str) -> Iterator[str]:
    """Yield the domains that this one and what may be torn off behind it make together."""
    if letters := _LAST_LETTERS.match(behind):
        yield f"{domain}{letters[1]}"
    if more := _GOES_ON.match(behind):
        yield f"{domain}.{more[1]}"
    if own := _OWN_DOMAIN.match(behind):
        yield f"{domain}{own[1]}" if behind[0].isspace() else f"{domain}.{own[1]}"
    if label := _NEXT_LABEL.match(behind):
        joined = f"{domain}.{label[1]}"
        # “mia@example.com, thanks” ends at the comma: “com” is an ending.
        is_open = "." not in domain or not has_real_ending(domain)
        if _is_second_level(joined) or (is_open and not behind[0].isspace()):
            yield joined


def _is_second_level(domain: str) -> bool:
    return ".".join(domain.casefold().split(".")[-2:]) in _SECOND_LEVEL


def ask_about_beginning(judged: AddressReading, before: str, local: str, domain: str) -> AddressReading:
    """Ask where the words before an address may belong to it: “anna. mueller@”, “anna,mueller@”, “anna mueller@”."""
    if not before or not isinstance(judged, OneAddress):
        return _join_torn(judged, before, local, domain)
    sign = before[-1]
    if sign in _OPENING or sign in "\r\n":
        return judged
    if not sign.isspace():
        return _ask_about_sign(judged, before, local, domain)
    torn, last = _TORN.search(before.rstrip(" \t\u00a0")), _last_word(before.rstrip(" ,\t\u00a0"))
    # “Gmail, not gmial. mia@gmail.com”: what is named is its domain.
    if (torn and names_domain(torn[1], domain)) or names_domain(last, domain):
        return judged
    if torn and not _is_word_of_sentence(torn[1]) and "@" not in last:
        return _ask_torn(judged, before, torn, local, domain)
    # “anna.m ueller@”: the word before is a piece of an address, or an abbreviation.
    if _PIECE.fullmatch(last) and last.casefold() not in FILLERS:
        joined = validate_address(f"{last}{local}@{domain}")
        return SuggestedAddress(email=joined or judged.email, reason="spaces")
    return SuggestedAddress(email=judged.email, reason="spaces") if _may_be_torn(before, local) else judged


def _is_word_of_sentence(word: str) -> bool:
    """Tell whether a word before a sign ends a sentence: “my mail. mia@…”; short ones may be pieces of a name."""
    word = shorten_drawn(word.casefold())
    return word in FILLERS and (len(word) > SHORT_WORD or word.casefold() in _SHORT_ANSWERS)


def shorten_drawn(word: str) -> str:
    """Return a word without the letters that draw it out: “jaaa” is “ja”, “yesss” is “yes”."""
    return word if word in FILLERS else _DRAWN.sub(lambda found: found[1] or found[2], word)


def _may_be_torn(before: str, local: str) -> bool:
    """Tell whether a few words before an address are no sentence and no name that it repeats: “anna mueller@…”."""
    words = [shorten_drawn(word) for word in re.findall(r"[^\W\d_]+", before.casefold())]
    return (
        0 < len(words) <= MOST_LOOSE_WORDS
        and re.sub(r"[\s,]", "", before).isalpha()
        and all(word in _LETTERS or (word not in FILLERS and word not in local.casefold()) for word in words)
        and not other_scripts(before)
    )


def _ask_torn(judged: OneAddress, before: str, torn: re.Match[str], local: str, domain: str) -> AddressReading:
    sign = torn[0].rstrip()[-1]
    joined = validate_address(f"{torn[1]}{sign}{local}@{domain}")
    if not joined:
        return judged
    # “1. mia@…” is a list, more often than a name.
    if torn[1].isdecimal():
        return SeveralAddresses(emails=(judged.email, joined))
    # At the end of a sentence the full stop is one; whether this is a sentence, only the person knows.
    if len(before.split()) > MOST_LOOSE_WORDS - 1:
        return SeveralAddresses(emails=(joined, judged.email))
    return SuggestedAddress(email=joined, reason="spaces")


def _join_torn(judged: AddressReading, before: str, local: str, domain: str) -> AddressReading:
    """Join “anna .mueller@”: the part behind the space is no local part alone."""
    if not before.endswith(" ") or local[:1] not in (".", "-", "_", "+"):
        return judged
    joined = validate_address(f"{_last_word(before.rstrip())}{local}@{domain}")
    return SuggestedAddress(email=joined, reason="spaces") if joined else judged


def _ask_about_sign(judged: OneAddress, before: str, local: str, domain: str) -> AddressReading:
    sign, word = before[-1], _last_word(before[:-1])
    bare = word.casefold().strip("(-–[<\"'")
    is_edge = not word or not (word[-1].isalnum() or word[-1] in "._+-") or "@" in word
    is_label = bare in FILLERS and len(bare) > 1 if sign == ":" else _is_word_of_sentence(bare)
    if is_edge or is_label or names_domain(bare, domain) or other_scripts(word):
        return OneAddress(email=judged.email, cut=judged.cut + sign)
    joined = validate_address(f"{word}{'-' if sign in '–—' else '.'}{local}@{domain}") if sign in ",。–—·…" else ""
    return SuggestedAddress(email=joined or judged.email, reason="signs")


def _last_word(text: str) -> str:
    found = _WORD_BEFORE.search(text)
    return found[0] if found else ""


def ask_about_opened(judged: AddressReading, before: str, behind: str) -> AddressReading:
    """Ask where a quote or bracket in the midst of a word is never closed: “mia<meyer@…”, “mia"meyer@…”."""
    if not isinstance(judged, OneAddress) or not _OPENED_IN_WORD.search(before):
        return judged
    if behind.startswith(_CLOSING[before[-1]]):
        return judged
    return SuggestedAddress(email=judged.email, reason="signs")
