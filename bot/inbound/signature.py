r"""The signature of a webhook body: proof that it comes from the platform.

``X-Hub-Signature-256: sha256=<hex>`` is the HMAC-SHA256 of the **raw** body bytes with the app secret as key.
The platform signs an escaped form (``\u00e4``), so a body that was parsed and written again never fits.
"""

import hmac
from collections.abc import Collection, Mapping, Sequence

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="
_HEX_LENGTH = 64


def sign_body(body: bytes, secret: str) -> str:
    """Return the header value for a body."""
    return _PREFIX + hmac.digest(secret.encode(), body, "sha256").hex()


class AppSecrets:
    """The secrets of the Meta apps, by the Pages they speak for; they can be renewed while running."""

    def __init__(self, default: str | Sequence[str], by_page: Mapping[str, str] | None = None) -> None:
        """Know the app (several secrets let one be rotated), and the apps of the Pages that have their own."""
        self.replace_secrets(default, by_page)

    def replace_secrets(self, default: str | Sequence[str], by_page: Mapping[str, str] | None = None) -> None:
        """Know these from now on, and no others."""
        secrets = (default,) if isinstance(default, str) else default
        self.main = next((one for one in secrets if one), "")
        """Secret of the app that most Pages belong to; empty: there is none."""
        self._default = frozenset(one.encode() for one in secrets if one)
        self._by_page = {page: one.encode() for page, one in (by_page or {}).items()}
        self._macs = {one: hmac.new(one, digestmod="sha256") for one in self._default.union(self._by_page.values())}

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """All of them: what the platform signs for any of our apps."""
        return tuple(one.decode() for one in self._macs)

    def find_signers(self, body: bytes, header: str) -> frozenset[bytes]:
        """Return the secrets that the header signs this body with (constant time); none: it is not genuine."""
        if not header.startswith(_PREFIX) or len(header) != len(_PREFIX) + _HEX_LENGTH:
            return frozenset()
        given = header[len(_PREFIX) :].encode("utf-8", "replace")
        return frozenset([one for one, mac in self._macs.items() if hmac.compare_digest(given, _sign_with(mac, body))])

    def has_own_app(self, page: str) -> bool:
        """Tell whether a Page belongs to another app than most."""
        return page in self._by_page

    def may_speak_for(self, page: str, signers: Collection[bytes]) -> bool:
        """Tell whether one of these secrets is that of the Page's app."""
        own = self._by_page.get(page)
        return own in signers if own is not None else not self._default.isdisjoint(signers)


def _sign_with(mac: hmac.HMAC, body: bytes) -> bytes:
    """Return the signature; a copy of what was made ready for the secret takes half as long as starting anew."""
    copy = mac.copy()
    copy.update(body)
    return copy.hexdigest().encode()
