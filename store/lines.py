"""The compact forms of what is kept many times over: event ids and ledger lines.  Nothing is lost in either.

A ledger line is about 300 bytes of JSON, half of it hex digits and field names; deflated against the words that
every line holds it takes about half.  An event id is known again by 12 bytes of its hash: platform message ids are
80 bytes and more, and they are kept for a week.
"""

import zlib
from hashlib import blake2b

_WORDS = (
    b'0123456789abcdef{"number":1,"previous":"","at":"2026-01-01T00:00:00.000000Z","act":"declined","withdrawn",'
    b'"disowned","expired","moved","bounced","act":"mailed","requested","confirmed","agreed","topic":"","address":"",'
    b'"wording":"","language":"de","how":"one-click","page","preferences","button","code","typed","tap","mid":"",'
    b'"message_id":"","content_hash":""}'
)
"""What deflate may refer to.  Part of the layout: a changed word would make every stored line unreadable."""

_WINDOW, _MEMORY = -12, 4
"""4 KiB of window, raw, and little memory: lines are short, and making the usual 256 KiB ready for each costs more
than squeezing it.  What reads them takes any window."""


def pack(line: bytes) -> bytes:
    """Return the stored form of a line."""
    squeezer = zlib.compressobj(level=6, wbits=_WINDOW, memLevel=_MEMORY, zdict=_WORDS)
    return squeezer.compress(line) + squeezer.flush()


def unpack(stored: bytes) -> bytes:
    """Return the line as it was given."""
    return zlib.decompressobj(wbits=-15, zdict=_WORDS).decompress(stored)


def short(event_id: str) -> bytes:
    """Return the form in which an event id is remembered."""
    return blake2b(event_id.encode(), digest_size=12).digest()
