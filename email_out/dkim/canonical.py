"""Reads a finished message the way DKIM signs it: ``relaxed/relaxed`` (RFC 6376 §3.4.2 and §3.4.4).  Pure."""

import re
from collections.abc import Sequence

Header = tuple[bytes, bytes]
"""Name as it is written, and everything behind the colon with its folds."""

_BLANKS = re.compile(rb"[ \t]+")
_FOLD = re.compile(rb"\r\n(?=[ \t])")
_BLANK_AT_END = re.compile(rb"[ \t]+(?=\r\n)")


def split_message(mime_bytes: bytes) -> tuple[list[Header], bytes]:
    """Return the headers in order, and the body."""
    head, _, body = mime_bytes.partition(b"\r\n\r\n")
    # A fold is hidden while lines are divided, and put back: relaxing needs it.
    lines = _FOLD.sub(b"\0", head).split(b"\r\n")
    parts = (line.replace(b"\0", b"\r\n").partition(b":") for line in lines)
    return [(name, value) for name, colon, value in parts if colon], body


def relax_header(name: bytes, value: bytes) -> bytes:
    """Return a header as it is signed, without its line break: lower-case name, unfolded, single blanks."""
    unfolded = _BLANKS.sub(b" ", _FOLD.sub(b"", value)).strip(b" ")
    return name.strip(b" \t").lower() + b":" + unfolded


def relax_body(body: bytes) -> bytes:
    """Return a body as it is signed: single blanks, none at the end of a line, no empty lines at the end."""
    relaxed = _BLANKS.sub(b" ", _BLANK_AT_END.sub(b"", body)).rstrip(b"\r\n \t")
    return relaxed + b"\r\n" if relaxed else b""


def pick_headers(headers: Sequence[Header], names: Sequence[bytes]) -> bytes:
    """Return the named headers as they are signed, each with its line break.

    A name that stands twice takes the next header from the bottom; one for which none is left adds nothing, which is
    what oversigning is: a header of that name, added later, breaks the signature (RFC 6376 §5.4.2).
    """
    waiting: dict[bytes, list[Header]] = {}
    for header in headers:
        waiting.setdefault(header[0].lower(), []).append(header)
    picked = [waiting[name].pop() for name in names if waiting.get(name)]
    return b"".join(relax_header(*header) + b"\r\n" for header in picked)
