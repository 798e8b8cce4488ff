"""Judges the surroundings of each @: what belongs to the address, what does not, what only the person can tell.

The part before the @ is the whole run of signs that can belong to one (RFC 5322 atext and dots, letters of other
scripts).  It is taken whole, cut at a border that no address crosses, or asked about; it is never shortened silently.
"""

import re
import unicodedata
from collections.abc import Iterator

from email_validator import EmailNotValidError, validate_email

from flows.answers.addresses.misspellings import has_real_ending, suggest_domain
from flows.answers.addresses.result import AddressReading, NoAddress, OneAddress, SeveralAddresses, SuggestedAddress
from flows.answers.addresses.scripts import may_attach, other_scripts, split_after_latin, split_at_border
from flows.answers.addresses.vocabulary import FILLERS, LABELS, REFUSED_DOMAIN

_HARD = frozenset('<>()[],;:"\\@')
"""ASCII signs that no unquoted local part holds."""
_OPENING = frozenset("<>([\"'")
_RARE = re.compile(r"[!#$%&*/=?^{|}~`]|^[+'-]+")
"""Signs that a local part may hold, and that far more often stand between or around words."""
_WRAPPING = {"*": "*", "~": "~", "`": "`", "'": "'", "{": "}", "|": "|"}
"""Signs that mark a word up, on both its sides."""
_DOTTED = re.compile(r"\.{2,}")
_TORN = re.compile(r"([\w+-]+(?:[._-][\w+-]+)*)\s?[._+-]+$")
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
_DENIED_BEFORE = re.compile(
    r"\b(?:not|never|no longer|isn'?t|don'?t|instead of|wrong|nicht|nie|statt|kein\w*|falsch\w*)\b[^.!?\n@]{0,25}$",
    re.IGNORECASE,
)
_DENIED_BEHIND = re.compile(
    r"^[^.!?\n@]{0,25}\b(?:not|isn'?t|doesn'?t|wrong|old|nicht|falsch\w*|alte?|veraltet)\b", re.IGNORECASE
)
"""Words that say that an address is not the one: “not to mia@…”, “mia@… is wrong”."""
_PIECE = re.compile(r"(?=.*[^\W\d_])[\w]+(?:[._+-][\w]+)+")
"""A word with a dot in it, or another sign of addresses; no date, whose parts are numbers."""
_LETTERS = frozenset("abcdefghjklmnopqrstuvwxyz")
"""Letters that are no word (“I” is one)."""
_SHORT_ANSWERS = frozenset({"ok", "ja", "hi", "no", "so", "is", "it", "me", "us"})
SHORT_WORD = 2
"""Letters of words that are as often the beginning of a name: “an. na@…”."""
MOST_LOOSE_WORDS = 3
"""Words before an address that may be torn-off pieces of it; more are a sentence."""


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
    before, locals_ = _cut_local(local, text[end:] if not glued else "")
    if not locals_:
        return NoAddress(problem="signs")
    judged = _judge_all(locals_, domain, glued=before + glued)
    if not glued:
        judged = _ask_about_domain(judged, locals_[0], domain, text[end:])
    if not before:
        judged = _ask_about_beginning(judged, text[:start], locals_[0], domain)
    if isinstance(judged, OneAddress) and (_DENIED_BEFORE.search(text[:start]) or _DENIED_BEHIND.match(text[end:])):
        return SuggestedAddress(email=judged.email, reason="denied")
    return judged


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
    return next((reading for reading in readings if not isinstance(reading, NoAddress)), readings[0])


def judge_address(local: str, domain: str, *, glued: str = "") -> AddressReading:
    """Judge an address whose parts are certain: it is valid, a slip is likely, or it is none."""
    typed = validate_address(f"{local}@{domain}") if "." in domain else ""
    folded = domain.casefold()
    if folded == REFUSED_DOMAIN or folded.endswith(f".{REFUSED_DOMAIN}"):
        return NoAddress(problem="list")
    dots = f"{_DOTTED.sub('.', local).strip('.')}@{_DOTTED.sub('.', folded).strip('.')}"
    meant = suggest_domain(dots.rpartition("@")[2])
    mended = f"{dots.rpartition('@')[0]}@{meant}" if meant else dots
    # “www.mia@gmail.com”: taught by web addresses.
    mended = mended.removeprefix("www.")
    if mended.casefold() != f"{local}@{folded}".casefold() and (email := validate_address(mended)):
        return SuggestedAddress(email=email, reason="typo", typed=typed)
    if not typed:
        return NoAddress(problem="no_dot" if "." not in domain else "signs")
    if not has_real_ending(domain):
        return SuggestedAddress(email=typed, reason="typo", typed=typed)
    return OneAddress(email=typed, cut=glued)


def validate_address(address: str) -> str:
    """Return a valid address in its normalised form; empty if it is not valid.  DNS is not asked."""
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return ""


# -- what stands around it -----------------------------------------------------------------------------------------
def _ask_about_domain(judged: AddressReading, local: str, domain: str, behind: str) -> AddressReading:
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


def _ask_about_beginning(judged: AddressReading, before: str, local: str, domain: str) -> AddressReading:
    """Ask where the words before an address may belong to it: “anna. mueller@”, “anna,mueller@”, “anna mueller@”."""
    if not before or not isinstance(judged, OneAddress):
        return _join_torn(judged, before, local, domain)
    sign = before[-1]
    if sign in _OPENING or sign in "\r\n":
        return judged
    if not sign.isspace():
        return _ask_about_sign(judged, before, local, domain)
    torn, last = _TORN.search(before.rstrip(" \t\u00a0")), _last_word(before.rstrip(" ,\t\u00a0"))
    if torn and not _is_word_of_sentence(torn[1]) and "@" not in last:
        return _ask_torn(judged, before, torn, local, domain)
    # “anna.m ueller@”: the word before is a piece of an address, or an abbreviation.
    if _PIECE.fullmatch(last) and last.casefold() not in FILLERS:
        joined = validate_address(f"{last}{local}@{domain}")
        return SuggestedAddress(email=joined or judged.email, reason="spaces")
    return SuggestedAddress(email=judged.email, reason="spaces") if _may_be_torn(before, local) else judged


def _is_word_of_sentence(word: str) -> bool:
    """Tell whether a word before a sign ends a sentence: “my mail. mia@…”; short ones may be pieces of a name."""
    return word.casefold() in FILLERS and (len(word) > SHORT_WORD or word.casefold() in _SHORT_ANSWERS)


def _may_be_torn(before: str, local: str) -> bool:
    """Tell whether a few words before an address are no sentence and no name that it repeats: “anna mueller@…”."""
    words = re.findall(r"[^\W\d_]+", before.casefold())
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
    if is_edge or is_label or other_scripts(word):
        return OneAddress(email=judged.email, cut=judged.cut + sign)
    joined = validate_address(f"{word}{'-' if sign in '–—' else '.'}{local}@{domain}") if sign in ",。–—·…" else ""
    return SuggestedAddress(email=joined or judged.email, reason="signs")


def _last_word(text: str) -> str:
    found = _WORD_BEFORE.search(text)
    return found[0] if found else ""
