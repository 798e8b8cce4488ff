"""Alphabets within a word: an address and the words of a script without spaces may stand together."""

import functools
import itertools
import unicodedata

LATIN = "LATIN"
_UNSPACED = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR", "IDEOGRAPHIC"})
"""Scripts whose words stand together, and beside Latin ones, without spaces."""
_ATTACHING = _UNSPACED | {"ARABIC", "HEBREW"}
"""The same, and scripts that attach short words to the next one."""


@functools.lru_cache(maxsize=4096)
def script_of(char: str) -> str:
    """Return the script of a sign: :data:`LATIN` for ASCII too, empty for a mark that takes that of its letter."""
    if char.isascii():
        return LATIN
    if unicodedata.category(char)[0] == "M":
        return ""
    return unicodedata.name(char, "UNKNOWN").replace("-", " ").split(" ")[0].removesuffix("WIDTH")


def other_scripts(text: str) -> set[str]:
    """Return the scripts in a text that are not Latin."""
    return {script_of(char) for char in text} - {LATIN, ""}


def split_at_border(text: str) -> tuple[str, str]:
    """Return a text cut before its last run of Latin signs: “是mia” is “是” and “mia”."""
    tail = list(itertools.takewhile(lambda char: script_of(char) in (LATIN, ""), reversed(text)))
    return text[: len(text) - len(tail)], "".join(reversed(tail))


def split_after_latin(text: str) -> tuple[str, str]:
    """Return a text cut behind its first run of Latin signs: “comです” is “com” and “です”."""
    head = list(itertools.takewhile(lambda char: script_of(char) in (LATIN, ""), text))
    return text[: len(head)], text[len(head) :]


def may_attach(text: str) -> bool:
    """Tell whether words of this text stand before or behind Latin ones without a space."""
    return bool(others := other_scripts(text)) and others <= _ATTACHING
