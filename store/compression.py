"""The compact forms of data that are stored often: event ids, and the lines of ledgers, histories and lists.

A line has 150 to 300 bytes, mostly words that every line holds.  Compressed with a dictionary of those words
(``compression_dictionary``), a history line takes about half of that, a line of the consent ledger two fifths.
Compression is lossless.  An event id is stored as 12 bytes of its hash: platform message ids have 80 bytes and more,
and they are kept for a week.

A line begins with the frame header of zstd (RFC 8878, 3.1.1.1), without the magic number: size known, no checksum, no
dictionary id, so its lowest three bits are 0 and it is not 0.  Older lines are raw deflate, which zlib never begins
like that: lowest three bits of 0 are a stored block, and the bits beside them are 0 too.
"""

import zlib
from hashlib import blake2b

from zstandard import (
    DICT_TYPE_FULLDICT,
    FORMAT_ZSTD1_MAGICLESS,
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
    ZstdDecompressor,
)

from store.compression_dictionary import DICTIONARY

_DEFLATE_DICTIONARY = (
    b'0123456789abcdef{"number":1,"previous":"","at":"2026-01-01T00:00:00.000000Z","act":"declined","withdrawn",'
    b'"disowned","expired","moved","bounced","act":"mailed","requested","confirmed","agreed","topic":"","address":"",'
    b'"wording":"","language":"de","how":"one-click","page","preferences","button","code","typed","tap","mid":"",'
    b'"message_id":"","content_hash":""}'
)
"""The dictionary of deflated lines.  Part of the layout: a changed byte would make all of them unreadable."""

_dictionary = ZstdCompressionDict(DICTIONARY, dict_type=DICT_TYPE_FULLDICT)
FORMAT = ZstdCompressionParameters(
    format=FORMAT_ZSTD1_MAGICLESS, write_content_size=1, write_checksum=0, write_dict_id=0
)
"""A frame that says its size, and carries no magic number, checksum or id of its dictionary."""
# Two threads must not use them at once.  The store runs on one thread, that of the event loop.
_compressor = ZstdCompressor(dict_data=_dictionary, compression_params=FORMAT)
_decompressor = ZstdDecompressor(dict_data=_dictionary, format=FORMAT_ZSTD1_MAGICLESS)

compress_line = _compressor.compress
"""Returns the stored form of a line."""


def decompress_line(stored: bytes) -> bytes:
    """Return the line as it was given."""
    # First byte 0x20 or 0x60: zstd (lowest three bits 0, not 0 itself).  Deflate: 0x23, say, or 0x00.
    if stored[0] and not stored[0] & 0b111:
        return _decompressor.decompress(stored)
    return zlib.decompressobj(wbits=-15, zdict=_DEFLATE_DICTIONARY).decompress(stored)


def shorten_event_id(event_id: str) -> bytes:
    """Return the stored form of an event id: 12 bytes, long enough against collisions in a week."""
    return blake2b(event_id.encode(), digest_size=12).digest()
