"""Reads ``.env`` strictly: a line that cannot be read refuses to start, since its setting would be missing unseen.

python-dotenv goes on behind such a line, so that a store's URL behind a colon instead of ``=`` would make the service
start on a store of its own.  Rules:

* A line is ``NAME=value``, with or without ``export`` before it, or a comment, or empty.
* A quote that opens a value closes it on the same line, and only a comment follows.  Names of other programs may have
  values of several lines, such as a private key.
* No control characters; in lines of ours neither invisible signs nor curly quotes, which come from copying.
* A byte order mark at the very beginning is the editor's, and does no harm.

No message shows a value, nor a name that is no setting: each may be a part of a secret.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from io import StringIO
from typing import Annotated

from dotenv.parser import Binding, parse_stream
from pydantic import AfterValidator

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_LINE = re.compile(
    r"\s*(?:export\s+)?(?P<quote>['\"]?)(?P<name>[A-Za-z_][\w.-]*)(?P=quote)(?P<space>\s*)(?P<sign>[=:]?)\s*(?P<value>.*)"
)
_SPACED_NAME = re.compile(r"\s*(?:export\s+)?(?P<name>[A-Za-z_]\w*(?:[ -]+\w+)+)\s*=")
_SWALLOWED = re.compile(r"[\r\n]\s*(?:export\s+)?DOORSTEP_\w+\s*[=:]")
_CURLY_QUOTES = "“”„‟‘’‚‛"


def list_unreadable_lines(text: str, file: str, known: Collection[str]) -> list[str]:
    """Return a sentence for each line that cannot be read: file, line, what was found, remedy.

    ``known`` are the full names of all settings; no other name is shown.
    """
    return [
        f"{file}:{line}: {problem}"
        for binding in parse_stream(StringIO(text.removeprefix("\ufeff"), newline=""))
        for line, problem in _explain_binding(binding, known)
    ]


def _explain_binding(binding: Binding, known: Collection[str]) -> Iterator[tuple[int, str]]:
    """Yield line and problem of one assignment; it has several lines if its value is in quotes."""
    written = binding.original.string
    lead = len(written) - len(written.lstrip())
    assignment = written[lead:].rstrip()
    line = binding.original.line + _count_lines(written[:lead])
    if binding.key is None and not binding.error and "\0" not in written:  # a comment, or nothing
        return
    ours = "doorstep" in assignment.partition("=")[0].casefold()
    several_lines = "\n" in assignment or "\r" in assignment
    odd = next((at for at, sign in enumerate(assignment) if _is_odd(sign, ours=ours)), None)
    if odd is not None:
        yield line + _count_lines(assignment[:odd]), _explain_odd_sign(assignment[odd])
    elif several_lines and (ours or _SWALLOWED.search(assignment)):
        yield line, f"a quote opens{_behind(assignment, known)} and is not closed on its line. Close it there."
    elif binding.error or binding.value is None or not _NAME.fullmatch(binding.key or ""):
        problem = _explain_form(assignment.splitlines()[0], known)
        if problem:
            yield line, problem
    elif ours and _ends_with_lone_quote(assignment):
        yield line, f"a quote closes the value{_behind(assignment, known)}, and none opens it. Take it out."


def _count_lines(text: str) -> int:
    return len(re.findall(r"\r\n|\r|\n", text))


def _is_odd(sign: str, *, ours: bool) -> bool:
    """Return True for a sign that cannot be meant; other programs' values may hold more than ours."""
    kind = unicodedata.category(sign)
    if kind == "Cc":
        return sign not in "\t\r\n"
    return ours and (kind == "Cf" or (kind in ("Zs", "Zl", "Zp") and sign != " ") or sign in _CURLY_QUOTES)


def _explain_odd_sign(sign: str) -> str:
    name = f"U+{ord(sign):04X}"
    if sign in _CURLY_QUOTES:
        return f"a curly quote ({name}) stands in the line. Write straight quotes: ' or \"."
    if unicodedata.category(sign).startswith("Z"):
        return f"a space of another kind ({name}, {unicodedata.name(sign).lower()}) stands in the line. Type it anew."
    what = "NUL" if sign == "\0" else unicodedata.name(sign, "control character").lower()
    return f"an invisible sign ({name}, {what}) stands in the line. Type the line anew instead of copying it."


def _explain_form(line: str, known: Collection[str]) -> str:
    """Return what is wrong in a line that is no ``NAME=value``; empty if it only names a variable to a shell."""
    spaced, match = _SPACED_NAME.match(line), _LINE.match(line)
    if spaced:
        joined = re.sub(r"[ -]+", "_", spaced["name"]).upper()
        example = f": {joined}=…" if joined in known else ", with _ between its words."
        return f"spaces stand in the name before =. Write it as one word{example}"
    name = match["name"].upper() if match else ""
    shown = name if name in known else "NAME"
    after = f" behind {name}" if name in known else ""
    if match and match["sign"] == ":":
        return f"a colon stands{after or ' behind the name'} where = belongs. Write {shown}=…"
    if match and match["sign"] == "=" and match["value"][:1] in ("'", '"'):
        return _explain_quotes(match["value"], after)
    if match and name in known:
        return f"= is missing{after}. Write {name}=…"
    if match and line.split(maxsplit=1)[0] == "export" and not match["value"]:
        return ""
    return "this is no line such as NAME=value. Mend it, or begin it with # if it is a comment."


def _explain_quotes(value: str, after: str) -> str:
    sign = value[0]
    if re.search(rf"(?<!\\){sign}", value[1:]):
        return f"something follows the closing quote{after}. End the line there, or put one pair of quotes around all."
    return f"the quote that opens the value{after} is never closed. Put {sign} at its end."


def _ends_with_lone_quote(assignment: str) -> bool:
    value = assignment.partition("=")[2].strip()
    return value[-1:] in ("'", '"') and not value.startswith(value[-1]) and value.count(value[-1]) % 2 == 1


def _behind(assignment: str, known: Collection[str]) -> str:
    match = _LINE.match(assignment)
    return f" behind {match['name'].upper()}" if match and match["name"].upper() in known else ""


FAULT_TEXTS = {
    "int_parsing": "must be a number, such as 8080",
    "string_pattern_mismatch": "must be a version such as 25.0",
    "greater_than_equal": "must be {ge} or more",
    "less_than_equal": "must be {le} or less",
}
"""Texts for pydantic's kinds of error."""


def _check_lmtp(value: str) -> str:
    host, _, port = value.rpartition(":")
    if value and not value.startswith("/") and not (host and port.isascii() and port.isdigit()):
        message = "must be host and port, such as 127.0.0.1:2424, or the path of a socket, such as /run/doorstep/lmtp"
        raise ValueError(message)
    return value


Lmtp = Annotated[str, AfterValidator(_check_lmtp)]
"""Where to listen for a mail server: ``host:port``, or the path of a unix socket."""
