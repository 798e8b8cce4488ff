"""The stored form of a record: compressed, and without what its key and its version say already.

A packed record is the MessagePack array ``[3, extension]``.  Its first value stands where a record has the version of
its format, so that a Doorstep from before records were packed refuses it as a newer one instead of misreading it, and
touches nothing of that person.  The extension's type says what was left out before the rest was compressed by zstd with
:data:`store.record_dictionary.RECORD_DICTIONARY`:

====  ==============================================================================================================
type  what is compressed
====  ==============================================================================================================
0     the whole record
1     the record without bytes 4 to 29, its subscriber and version: they are those of the key and of the prefix
====  ==============================================================================================================

Whatever does not begin like that is a record as it is: older ones, and those that compressing would not make smaller.
"""

import msgspec
from msgspec.msgpack import Ext
from zstandard import (
    DICT_TYPE_FULLDICT,
    FORMAT_ZSTD1_MAGICLESS,
    ZstdCompressionDict,
    ZstdCompressor,
    ZstdDecompressor,
    ZstdError,
)

from store.compression import FORMAT
from store.record_dictionary import RECORD_DICTIONARY

PACKED_SCHEMA = 3
"""Stands for the packed form among the versions of :data:`domain.record.SCHEMA`, where no record ever has it."""

_WHOLE, _WITHOUT_NAME = 0, 1
_BEGINNING = bytes([0x92, PACKED_SCHEMA])
_BEFORE, _AFTER = 4, 30
# [schema, "0123456789abcdef", version, …: dc 00 45 01 | b0 <16 bytes> | cf <8 bytes> | …
_TEXT_OF_16, _NUMBER_OF_8 = b"\xb0", b"\xcf"

_NO_RECORD = b"\xc1"
"""The byte with which no MessagePack begins: whoever reads it says that the record cannot be read."""

_dictionary = ZstdCompressionDict(RECORD_DICTIONARY, dict_type=DICT_TYPE_FULLDICT)
# One thread, as in store.compression.
_compressor = ZstdCompressor(dict_data=_dictionary, compression_params=FORMAT)
_decompressor = ZstdDecompressor(dict_data=_dictionary, format=FORMAT_ZSTD1_MAGICLESS)
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, Ext])


def pack_record(subscriber: bytes, version: bytes, record: bytes) -> bytes:
    """Return the stored form of a record; ``version`` is its prefix in the store."""
    if record[_BEFORE:_AFTER] == _TEXT_OF_16 + subscriber + _NUMBER_OF_8 + version:
        form = Ext(_WITHOUT_NAME, _compressor.compress(record[:_BEFORE] + record[_AFTER:]))
    else:
        form = Ext(_WHOLE, _compressor.compress(record))
    packed = _encoder.encode((PACKED_SCHEMA, form))
    # A record that looks like a packed one has to be packed, or it would be taken for one.
    return packed if len(packed) < len(record) or record.startswith(_BEGINNING) else record


def unpack_record(subscriber: bytes, version: bytes, stored: bytes) -> bytes:
    """Return the record as it was given; a form that is not known here comes back as it lies in the store."""
    if not stored.startswith(_BEGINNING):
        return stored
    form = _decoder.decode(stored)[1]
    if form.code not in (_WHOLE, _WITHOUT_NAME):
        return stored
    try:
        record = _decompressor.decompress(bytes(form.data))
    except ZstdError:
        return _NO_RECORD
    if form.code == _WHOLE:
        return record
    return b"".join([record[:_BEFORE], _TEXT_OF_16, subscriber, _NUMBER_OF_8, version, record[_BEFORE:]])
