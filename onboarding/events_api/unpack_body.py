"""Unpacks a compressed body in small steps, so that neither memory nor the event loop is a sender's to fill."""

import asyncio
import zlib

CODINGS = ("gzip", "deflate")
"""What ``Content-Encoding`` may say."""

_STEP_BYTES = 65_536
_ANY_HEADER = zlib.MAX_WBITS | 32
"""zlib recognises the headers of gzip and of deflate by itself."""


class TooLargeError(Exception):
    """The body holds more than it may once it is unpacked."""


class DamagedBodyError(Exception):
    """The body is not what its ``Content-Encoding`` says."""


async def unpack_body(packed: bytes, most_bytes: int) -> bytes:
    """Return what is in the body.  Raises :class:`TooLargeError` and :class:`DamagedBodyError`."""
    unpacked = bytearray()
    stream = zlib.decompressobj(_ANY_HEADER)
    while packed:
        try:
            unpacked += stream.decompress(packed, _STEP_BYTES)
        except zlib.error:
            raise DamagedBodyError from None
        if len(unpacked) > most_bytes:
            raise TooLargeError
        # What was not taken yet because the step was full.
        packed = stream.unconsumed_tail
        if stream.eof:
            if stream.unused_data:  # nobody who sends events appends a second stream
                raise DamagedBodyError
            return bytes(unpacked)
        await asyncio.sleep(0)  # a few hundred kB of zeros become 100 MB: others have their turn in between
    raise DamagedBodyError
