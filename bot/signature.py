r"""The signature of a webhook body: proof that it comes from the platform.

``X-Hub-Signature-256: sha256=<hex>`` is the HMAC-SHA256 of the **raw** body bytes with the app secret as key.
The platform signs an escaped form (``\u00e4``), so a body that was parsed and written again never fits.
"""

import hmac
from collections.abc import Sequence

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="
_HEX_LENGTH = 64


def sign(body: bytes, secret: str) -> str:
    """Return the header value for a body."""
    return _PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


def is_genuine(body: bytes, header: str, secrets: Sequence[bytes]) -> bool:
    """Tell whether the header signs this body with one of the app secrets (constant time).

    Anything malformed is simply not genuine.  Several secrets let one be rotated.
    """
    if not header.startswith(_PREFIX) or len(header) != len(_PREFIX) + _HEX_LENGTH:
        return False
    given = header[len(_PREFIX) :].encode("utf-8", "replace")
    fits = [hmac.compare_digest(given, hmac.digest(one, body, "sha256").hex().encode()) for one in secrets]
    return any(fits)
