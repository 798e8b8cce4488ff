"""Bodies of the events API: who may send them, how they are read, and how a whole body is refused.

After a refusal the caller can send the same body again: each item has an id and is taken in once.
"""

import base64
import binascii
import codecs
import hmac
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec
from aiohttp import hdrs, web

from domain.ports import StoreAwayError
from onboarding.events_api.unpack_body import CODINGS, DamagedBodyError, TooLargeError, unpack_body

MOST_BYTES: Final = 1024 * 1024
"""Bytes of a body, after its compression was undone."""
RETRY_AFTER_S: Final = 5
_BEARER, _BASIC = "Bearer", "Basic"


class RefusedBodyError(Exception):
    """The whole body is refused; ``answer`` is the response."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Build the response, which is JSON like all others."""
        super().__init__(code)
        self.answer = web.json_response({"error": {"code": code, "message": message}}, status=status)


async def answer_or_refuse(request: web.Request, take: Callable[[], Awaitable[web.Response]]) -> web.Response:
    """Return what ``take`` answers, or the refusal of the whole body."""
    try:
        return await take()
    except RefusedBodyError as refused:
        if request.content.exception() is not None:
            # Nobody knows where a body ends that did not come whole, so the connection ends with it.
            request.content.feed_eof()
            refused.answer.force_close()
        return refused.answer
    except StoreAwayError:
        answer = RefusedBodyError(503, "store_away", "Nothing is lost; send the same body again.").answer
        answer.headers[hdrs.RETRY_AFTER] = str(RETRY_AFTER_S)
        return answer


def require_bearer(request: web.Request, token: bytes) -> None:
    """Refuse a request without the token as bearer token.  With an empty token every request is refused."""
    scheme, given = _read_authorization(request)
    if scheme == "bearer" and _is_token(given, token):
        return
    message = "Send “Authorization: Bearer” with DOORSTEP_API_TOKEN."
    raise _make_unauthorised(_BEARER, message)


def require_write_key(request: web.Request, token: bytes) -> None:
    """Refuse a request without the token as its write key: the user name of Basic, or a bearer token."""
    scheme, given = _read_authorization(request)
    if scheme == "basic":
        try:
            given = base64.b64decode(given, validate=True).decode("utf-8", "surrogateescape").partition(":")[0]
        except (binascii.Error, ValueError):
            given = ""
    if scheme in ("basic", "bearer") and _is_token(given, token):
        return
    message = "Use DOORSTEP_API_TOKEN as the write key: user name of “Authorization: Basic”."
    raise _make_unauthorised(_BASIC, message)


def _read_authorization(request: web.Request) -> tuple[str, str]:
    scheme, _, given = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return scheme.casefold(), given.strip()


def _is_token(given: str, token: bytes) -> bool:
    # compare_digest takes the same time for every wrong token; == would tell how many characters were right.
    return bool(token) and hmac.compare_digest(given.encode("utf-8", "surrogateescape"), token)


def _make_unauthorised(scheme: str, message: str) -> RefusedBodyError:
    refused = RefusedBodyError(401, "unauthorised", message)
    refused.answer.headers[hdrs.WWW_AUTHENTICATE] = f'{scheme} realm="doorstep"'
    return refused


async def read_json(request: web.Request) -> object:
    """Return the JSON of a body.  Raises :class:`RefusedBodyError`."""
    if request.content_type != "application/json":
        raise RefusedBodyError(415, "not_json", "Send “Content-Type: application/json”.")
    raw = await _read_body(request)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeError):  # RecursionError: thousands of nested brackets
        raise RefusedBodyError(400, "not_json", "The body is not valid JSON in UTF-8.") from None


async def _read_body(request: web.Request) -> bytes:
    # Counted while it arrives: Content-Length may be missing or wrong.
    raw = bytearray()
    try:
        async for chunk in request.content.iter_chunked(65536):
            raw += chunk
            if len(raw) > MOST_BYTES:
                raise RefusedBodyError(413, "too_large", f"A body has at most {MOST_BYTES:,} bytes.")
    except web.RequestPayloadError:
        raise RefusedBodyError(400, "not_readable", "The body did not come whole.") from None
    unpacked = await _unpack(bytes(raw), request.headers.get(hdrs.CONTENT_ENCODING, "identity").casefold())
    # RFC 8259 §8.1 lets a parser ignore a byte order mark, which some Windows programs write.
    return unpacked.removeprefix(codecs.BOM_UTF8)


async def _unpack(body: bytes, coding: str) -> bytes:
    if coding == "identity":
        return body
    if coding not in CODINGS:
        raise RefusedBodyError(415, "unknown_coding", f"Content-Encoding may be {' or '.join(CODINGS)}.")
    try:
        return await unpack_body(body, MOST_BYTES)
    except DamagedBodyError:
        raise RefusedBodyError(400, "not_readable", "The body is not what its Content-Encoding says.") from None
    except TooLargeError:
        raise RefusedBodyError(413, "too_large", f"A body has at most {MOST_BYTES:,} bytes, unpacked too.") from None


def require_list(body: object, key: str, most: int) -> list[object]:
    """Return the list of a body.  Raises :class:`RefusedBodyError`."""
    items = body.get(key) if isinstance(body, dict) else None
    if not isinstance(items, list):
        raise RefusedBodyError(400, "no_events", f"The body must be an object with a list “{key}”.")
    if len(items) > most:
        raise RefusedBodyError(413, "too_many", f"A body has at most {most} events; this has {len(items)}.")
    return items
