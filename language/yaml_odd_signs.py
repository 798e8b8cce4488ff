"""Finds signs that look like others, or like nothing, in the lines of a YAML file: they come from web pages and phones.

YAML takes a no-break space, a full-width colon and a zero-width sign for letters, and whatever follows a ``#`` for a
comment, so its own message names another line or another mistake.
"""

import re
import unicodedata
from collections.abc import Iterator

from language.yaml_text_errors import LONGEST_LINE, SyntaxProblem, quote_line

_COLON_AND_ODD_SPACE = re.compile(
    r"^(?P<lead>\s*(?:-\s+)*[^\s:#\"'\[\]{}]+:)(?P<sign>[^\S \t\r\n]|[\u200b-\u200f\u2060\ufeff])"
)
_DASH_AND_ODD_SPACE = re.compile(r"^(?P<lead>\s*-)(?P<sign>[^\S \t\r\n]|[\u200b-\u200f\u2060\ufeff])")
_OTHER_COLON = re.compile(r"^(?P<lead>\s*(?:-\s+)*[A-Za-z_]\w*)(?P<sign>[：﹕꞉∶])")
_HASH_IN_BRACKETS = re.compile(r"[\[{,]\s*(?P<item>#[^,\]}\s][^,\]}]*)")
_LOST_LINE = re.compile(r"^(?P<lead>\s+)(?P<name>#\d+\b[^:]*):\s+(?P<value>\S.*)$")
"""A choice such as “#1 Red: two”, which is a comment as a whole."""
_WORD = re.compile(r"[^\W\d]\w*(?:[.-]\w+)*")
CURLY_QUOTES = (
    "Curly quotes are letters to YAML, so they belong to the text, and a comma between them ends it.",
    'Write straight quotes: "…"',
)
"""Message and hint of quotes that a word processor has turned."""
_QUESTION_MARK = re.compile(r"^(?P<lead>\s*)\?\s+(?P<name>[^:]+):\s*(?P<value>.*)$")


def name_sign(sign: str) -> str:
    """Return a sign by its number and name: “U+00A0, no-break space”."""
    return f"U+{ord(sign):04X}, {unicodedata.name(sign, 'control character').lower()}"


def find_odd_sign(lines: list[str], line: int) -> SyntaxProblem | None:
    """Find a sign that looks like a space, a colon or nothing, on this line or up to two above; ``#`` in brackets."""
    for number in range(line, max(-1, line - 3), -1):
        problem = explain_odd_sign(lines[number], number)
        if problem:
            return problem
    return None


def explain_odd_sign(text: str, number: int) -> SyntaxProblem | None:
    """Return what is odd in a line; None if nothing is."""
    for pattern, place in ((_COLON_AND_ODD_SPACE, "behind the colon"), (_DASH_AND_ODD_SPACE, "behind the dash")):
        if match := pattern.match(text):
            rest = text[match.end() :].strip()
            return SyntaxProblem(
                line=number,
                column=match.start("sign"),
                code="no-break-space" if match["sign"].isspace() else "invisible-sign",
                message=f"{place.capitalize()} stands a sign that is no plain space ({name_sign(match['sign'])}).",
                hint=f"Type a plain space instead: {match['lead'].strip()} {rest}",
            )
    if match := _OTHER_COLON.match(text):
        return SyntaxProblem(
            line=number,
            column=match.start("sign"),
            code="no-colon",
            message=f"A colon of another script stands behind the name ({name_sign(match['sign'])}).",
            hint=f"Type a plain one: {match['lead'].strip()}: {text[match.end() :].strip()}",
        )
    match = _HASH_IN_BRACKETS.search(text)
    if match and not text.lstrip().startswith("#"):
        item = match["item"].strip()
        return SyntaxProblem(
            line=number,
            column=match.start("item"),
            code="cut-text",
            message="“#” begins a comment, so the list in brackets ends here.",
            hint=f'Put it in quotes: "{item}"',
        )
    return None


def find_invisible_sign(text: str) -> tuple[str, str]:
    """Return the first invisible sign of a word and the word without such signs; no sign if it is more than a word.

    In sentences such signs do no harm, and join emoji; in a name they make another name.
    """
    odd = [sign for sign in text if unicodedata.category(sign) == "Cf" or (sign.isspace() and sign not in " \t\n")]
    word = "".join(sign for sign in text if sign not in odd) if odd else ""
    return (odd[0], word) if _WORD.fullmatch(word) else ("", text)


def find_lost_value(lines: list[str], line: int) -> tuple[int, int, str, str] | None:
    """Return line, column, message and hint of a comment in place of an empty value, which libyaml marks at ``line``.

    The mark stands behind the colon or dash, or where the next part begins.
    """
    for number in (line, line - 1):
        text = lines[number - 1][:LONGEST_LINE] if 0 < number <= len(lines) else ""
        if lost := _explain_lost_text(text):
            return number, text.index("#") + 1, *lost
    return None


def _explain_lost_text(text: str) -> tuple[str, str] | None:
    """Return message and hint if a ``#`` made a comment of the only text of a line: “say: #tea is great”."""
    before, sign, after = text.partition("#")
    if not sign or not after[:1].strip() or (before.strip() and not before.rstrip().endswith((":", "-"))):
        return None
    return "“#” begins a comment, so nothing stands here.", f"Put the text in quotes: {quote_line(text)}"


def find_lost_lines(lines: list[str]) -> Iterator[tuple[int, int, str, str, int]]:
    """Yield line, column, message, hint of each comment that reads like a choice, and the line of the key it empties.

    That line is 0 if the key has other values.
    """
    for number, line in enumerate(lines):
        text = line[:LONGEST_LINE]
        if "#" in text and (lost := _explain_lost_line(text)):
            yield number + 1, text.index("#") + 1, *lost, _find_emptied_line(lines, number)


def _explain_lost_line(text: str) -> tuple[str, str] | None:
    """Return message and hint if a whole line is a comment that reads like a choice: “#1 Red: two”."""
    match = _LOST_LINE.match(text)
    if match is None:
        return None
    hint = f'Put the name in quotes: "{match["name"].strip()}": {match["value"]}'
    return "This line begins with #, so all of it is a comment.", hint


def _find_emptied_line(lines: list[str], line: int) -> int:
    """Return the number (from 1) of the key above a comment that was meant as its only value; 0 if it has others."""
    above = next((at for at in range(line - 1, -1, -1) if not lines[at].lstrip().startswith("#")), -1)
    below = next((text for text in lines[line + 1 :] if text.strip() and not text.lstrip().startswith("#")), "")
    indent = len(lines[above]) - len(lines[above].lstrip())
    is_last = len(below) - len(below.lstrip()) <= indent
    return above + 1 if above >= 0 and lines[above].rstrip().endswith(":") and is_last else 0


def has_curly_quotes_in_list(line: str, column: int) -> bool:
    """Return True if a curly quote opens an item of a list in brackets there."""
    return line[column : column + 1] in tuple("“„‚‘") and line[:column].rstrip()[-1:] in ("[", ",")


def quote_question_mark(line: str) -> str:
    """Return a line that begins with “? ” with its name in quotes; empty if it does not."""
    match = _QUESTION_MARK.match(line)
    return f'"? {match["name"].strip()}": {match["value"].strip()}'.rstrip() if match else ""
