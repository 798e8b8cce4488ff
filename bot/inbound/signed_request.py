"""Reads the signed request of Meta's data deletion callback.  Pure.

``signed_request`` is ``base64url(signature).base64url(json)``, HMAC-SHA256 over the second part as it stands, with the
app secret (Meta, “Data Deletion Request Callback”).  Its ``user_id`` is app-scoped, not a PSID.
"""

import base64
import binascii
import hmac
import json
from collections.abc import Sequence

LONGEST_REQUEST = 4096
"""Characters of a signed request; real ones have about 300."""


class SignedRequestError(ValueError):
    """The request is broken, or not from the platform.  Answer 400."""


def read_signed_request(text: str, app_secrets: Sequence[str]) -> str:
    """Return the app-scoped user id of a genuine request.  Raises :class:`SignedRequestError`."""
    if len(text) > LONGEST_REQUEST or text.count(".") != 1 or not text.isascii():
        message = "signed_request must be two parts of base64url, joined by a dot"
        raise SignedRequestError(message)
    signature, payload = text.split(".")
    signature_bytes = _decode_part(signature)
    matches = [
        hmac.compare_digest(signature_bytes, hmac.digest(secret.encode(), payload.encode(), "sha256"))
        for secret in app_secrets
    ]
    if not any(matches):
        message = "the signature does not fit"
        raise SignedRequestError(message)
    try:
        content = json.loads(_decode_part(payload))
    except (ValueError, RecursionError):
        message = "the signed part is no JSON"
        raise SignedRequestError(message) from None
    # Only now: before the signature was checked, nothing in the payload is worth reading.
    user = content.get("user_id") if isinstance(content, dict) else None
    if isinstance(content, dict) and str(content.get("algorithm", "")).upper() != "HMAC-SHA256":
        message = "the algorithm must be HMAC-SHA256"
        raise SignedRequestError(message)
    if isinstance(user, int) and not isinstance(user, bool):
        user = str(user)
    if not isinstance(user, str) or not user.isdecimal():
        message = "the signed part has no user_id"
        raise SignedRequestError(message)
    return user


def _decode_part(part: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))  # Meta leaves the padding out
    except (binascii.Error, ValueError):
        message = "signed_request is not base64url"
        raise SignedRequestError(message) from None
