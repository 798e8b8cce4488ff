"""Cleans what people typed, or have in their profile, before it is filled into a text: chat, mail, header, calendar.

This is the one place that says which characters a filled-in value may hold:

* control characters and line separators become a space or a line break; halves of characters and noncharacters go;
* marks of direction (embeddings, overrides, isolates, single marks) go: they would turn the rest of a line round;
* signs that cannot be seen (zero-width space, soft hyphen, Hangul fillers …) go, so that a name of nothing is no name;
* a joiner stays behind a character, where emoji and several scripts need it; so do the selectors of variants, and the
  tags that make a flag behind its black flag.

Everything else stays, in whatever script it is written.
"""

import re

_LINE_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CONTROL = re.compile(r"[\x00-\x09\x0e-\x1f\x7f-\x9f\u2800]")
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
"""A flag of a region, such as Scotland's: a black flag, tags that name it, and the closing tag (UTS #51)."""
_HIDDEN = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffc\ufffe\uffff\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
"""Unicode's Default_Ignorable_Code_Point besides joiners and selectors of variants, and what no text may hold."""
_REMOVED = re.compile(f"({_FLAG})|[{_HIDDEN}]")
_LOOSE_JOINER = re.compile("(?<![^\\s\u200c\u200d])[\u200c\u200d]+")
"""Joiners (ZWNJ, ZWJ) that stand behind no character."""
_HIDDEN_BUT_PRINTABLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""What Python counts as printable although nothing is to be seen."""


def clean_lines(value: str) -> str:
    """Return a text without characters that harm the text around it; its line breaks stay."""
    # Nearly every value is clean, and this question costs a twentieth of the work below.
    if value.isprintable() and _HIDDEN_BUT_PRINTABLE.isdisjoint(value):
        return value
    text = _CONTROL.sub(" ", _LINE_BREAK.sub("\n", value))
    text = _REMOVED.sub(lambda found: found[1] or "", text)
    return _LOOSE_JOINER.sub("", text)


def clean_line(value: object, longest: int) -> str:
    """Return a value as clean text on one line of at most ``longest`` characters."""
    if value is None or value == "":
        return ""
    # Cut twice: the first cut keeps a text of megabytes from being searched.
    text = str(value)[: 4 * longest]
    line = " ".join(clean_lines(text).split())
    # The second cut may leave half of a joined character.
    return line if len(line) <= longest else line[:longest].rstrip(" \u200c\u200d")
