"""Makes the text around an address plain: one form for each sign, and none that nobody sees."""

import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote

ZERO_WIDTH_SPACE = "\u200b"
_UNSEEN = {"\u034f", "\u115f", "\u1160", "\u3164", "\uffa0", "\u180b", "\u180c", "\u180d", "\u180e", "\u200b"}
"""Signs without a shape that are not of the class Cf (format), and the zero-width space."""
_JOINING = frozenset(".!#$%&'*+/=?^_`{|}~-")
"""Signs besides letters and digits that an address may hold (RFC 5322 atext, and the dot)."""
_SEPARATING = frozenset("！＃＄％＆＊／＝？＾｀｛｜｝～")
"""Full-width signs that stay: in ASCII a local part may hold them, while these stand around it."""
_JOINERS = "\u200c\u200d"
"""They change the shape of letters in some scripts, and emoji."""
_MAILTO = re.compile(r"mailto:\s*([^\s<>\"“”?]*)(?:\?[^\s<>\"“”]*)?", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:https?|ftp|sip|xmpp|skype)://", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])[’‘ʼ′´＇](?=[^\W\d_]+[^\s@]*@)")
"""Keyboards set “O’Brien” for “O'Brien”; only before an @, where it can be part of a name."""
_ESCAPE = re.compile(r"\\(?=[_*.+~-])")
"""Markdown sets “mia\\_anna” for “mia_anna”; no unquoted address holds a backslash."""
_HYPHENS = "‐‑"
_MANY_ATS = re.compile(r"@{2,}")


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text whose signs are plain."""

    text: str
    is_doubtful: bool = False
    """True if making it plain may have changed an address, so that the person must be asked."""


def make_plain(text: str) -> PlainText:
    """Return a text in the form that addresses are looked for in."""
    doubtful = False
    if not text.isascii():
        text, doubtful = _map_signs(*_drop_unseen(unicodedata.normalize("NFC", text)))
        text = _APOSTROPHE.sub("'", text)
    if "://" in text:
        text = _SCHEME.sub(" ", text)
    if "mailto:" in text.casefold():
        text = _MAILTO.sub(lambda link: f" {_decode(link[1])} ", text)
    if "\\" in text:
        text = _ESCAPE.sub("", text)
    if "@" not in text and "%40" in text:
        text, doubtful = text.replace("%40", "@"), True
    if "@@" in text:
        text, doubtful = _MANY_ATS.sub("@", text), True
    return PlainText(text, doubtful)


def _drop_unseen(text: str) -> tuple[str, bool]:
    """Drop what nobody sees; True if a zero-width space stood between two signs, where it may have parted words."""
    kept: list[str] = []
    doubtful = False
    for place, char in enumerate(text):
        if unicodedata.category(char) != "Cf" and char not in _UNSEEN and not _is_variation_selector(char):
            kept.append(" " if char == "\u2800" else char)
            continue
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        if char == ZERO_WIDTH_SPACE or char in _JOINERS:
            doubtful |= _may_join(before) and _may_join(after)
    return "".join(kept), doubtful


def _may_join(char: str) -> bool:
    return char.isalnum() or char in _JOINING


def _is_variation_selector(char: str) -> bool:
    return "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef"


def _map_signs(text: str, doubtful: bool) -> tuple[str, bool]:  # noqa: FBT001  passed on beside its text
    """Map full-width and other forms of ASCII signs to ASCII (the letters, digits and marks of NFKC, no “™” or “²”)."""
    words = text.split(" ")
    mapped = [_map_word(word) for word in words]
    # “ｍｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ” is one alphabet; half of each may be two words that have no space between them.
    mixes = any(
        "@" in plain and any(a != b and b.isalnum() for a, b in zip(word, plain, strict=False))
        and any(char.isascii() and char.isalnum() for char in word)
        for word, plain in zip(words, mapped, strict=True)
    )  # fmt: skip
    return " ".join(mapped), doubtful or mixes


def _map_word(word: str) -> str:
    if word.isascii():
        return word
    return "".join(_map_sign(char) for char in word)


def _map_sign(char: str) -> str:
    if char.isascii() or char in _SEPARATING:
        return char
    if char in _HYPHENS:
        return "-"
    plain = unicodedata.normalize("NFKC", char)
    category = unicodedata.category(char)
    is_form = "FULLWIDTH" in unicodedata.name(char, "") or unicodedata.name(char, "").startswith("SMALL ")
    if plain.isascii() and ((category[0] == "L" or category == "Nd") or (is_form and len(plain) == 1)):
        return plain
    return " " if category == "Zs" else char


def _decode(address: str) -> str:
    """Decode the address of a ``mailto:`` link; signs that are no text stay as they are written."""
    try:
        decoded = unquote(address, errors="strict")
    except UnicodeDecodeError:
        return address
    return decoded if decoded.isprintable() else address
