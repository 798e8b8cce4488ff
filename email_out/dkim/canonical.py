"""Reads a finished message the way DKIM signs it: ``relaxed/relaxed`` (RFC 6376 §3.4.2 and §3.4.4).  Pure."""

import re
from collections.abc import Sequence

Header = tuple[bytes, bytes]
"""Name as it is written, and everything behind the colon with its folds."""

_FOLD = re.compile(rb"\r\n(?=[ \t])")
_TABS_TO_BLANKS = bytes.maketrans(b"\t", b" ")


def split_message(mime_bytes: bytes) -> tuple[list[Header], bytes]:
    """Return the headers in order, and the body."""
    head, _, body = mime_bytes.partition(b"\r\n\r\n")
    # A fold is hidden while lines are divided, and put back: relaxing needs it.
    lines = _FOLD.sub(b"\0", head).split(b"\r\n")
    parts = (line.replace(b"\0", b"\r\n").partition(b":") for line in lines)
    return [(name, value) for name, colon, value in parts if colon], body


def relax_header(name: bytes, value: bytes) -> bytes:
    """Return a header as it is signed, without its line break: lower-case name, unfolded, single blanks."""
    unfolded = _FOLD.sub(b"", value) if b"\r\n" in value else value
    return name.strip(b" \t").lower() + b":" + _collapse_blanks(unfolded).strip(b" ")


def relax_body(body: bytes) -> bytes:
    """Return a body as it is signed: single blanks, none at the end of a line, no empty lines at the end."""
    # Blanks are single by now, so one step takes all that stands at the end of a line.
    relaxed = _collapse_blanks(body).replace(b" \r\n", b"\r\n").rstrip(b"\r\n ")
    return relaxed + b"\r\n" if relaxed else b""


def _collapse_blanks(text: bytes) -> bytes:
    """Return the text with one blank for each run of blanks and tabs; a run at its very end may be gone."""
    # Not a regular expression, which stops at each of the 1,500 single blanks of a mail: half of what signing cost.
    spaced = text.translate(_TABS_TO_BLANKS) if b"\t" in text else text
    first, *others = spaced.split(b"  ")
    # A longer run leaves empty pieces, and a blank in front of what follows it if its length is odd.
    return b" ".join((first, *[piece.lstrip(b" ") for piece in others if piece])) if others else spaced


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
