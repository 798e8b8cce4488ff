"""The compact forms of what is kept many times over: event ids, and the lines of ledgers, histories and books.

A line is 150 to 300 bytes, mostly words that every line holds; compressed against those (``compression_dictionary``)
a line of the history takes about half, one of the consent ledger two fifths.  Nothing is lost.  An event id is known
again by 12 bytes of its hash: platform message ids are 80 bytes and more, and they are kept for a week.

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

from store.compression_dictionary import WORDS

_DEFLATE_WORDS = (
    b'0123456789abcdef{"number":1,"previous":"","at":"2026-01-01T00:00:00.000000Z","act":"declined","withdrawn",'
    b'"disowned","expired","moved","bounced","act":"mailed","requested","confirmed","agreed","topic":"","address":"",'
    b'"wording":"","language":"de","how":"one-click","page","preferences","button","code","typed","tap","mid":"",'
    b'"message_id":"","content_hash":""}'
)
"""What deflated lines refer to.  Part of the layout: a changed word would make every one of them unreadable."""

_words = ZstdCompressionDict(WORDS, dict_type=DICT_TYPE_FULLDICT)
_form = ZstdCompressionParameters(
    format=FORMAT_ZSTD1_MAGICLESS, write_content_size=1, write_checksum=0, write_dict_id=0
)
# Neither may be used by two threads at once: the store runs on one, that of the event loop.
_compressor = ZstdCompressor(dict_data=_words, compression_params=_form)
_decompressor = ZstdDecompressor(dict_data=_words, format=FORMAT_ZSTD1_MAGICLESS)

pack = _compressor.compress
"""Returns the stored form of a line."""


def unpack(stored: bytes) -> bytes:
    """Return the line as it was given."""
    if stored[0] and not stored[0] & 0b111:
        return _decompressor.decompress(stored)
    return zlib.decompressobj(wbits=-15, zdict=_DEFLATE_WORDS).decompress(stored)


def short(event_id: str) -> bytes:
    """Return the form in which an event id is remembered."""
    return blake2b(event_id.encode(), digest_size=12).digest()
