r"""The signature of a webhook body: proof that it comes from the platform.  Pure.

``X-Hub-Signature-256: sha256=<hex>`` is the HMAC-SHA256 of the **raw** body bytes with the app secret as key.
The platform signs an escaped form (``\u00e4``), so a body that was decoded and encoded again never matches.
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
    """The secrets of the Meta apps, and the Pages that each app speaks for; replaceable while running."""

    def __init__(self, default: str | Sequence[str], by_page: Mapping[str, str] | None = None) -> None:
        """Take the secrets of the default app (several allow rotation), and those of Pages with an app of their own."""
        self.replace_secrets(default, by_page)

    def replace_secrets(self, default: str | Sequence[str], by_page: Mapping[str, str] | None = None) -> None:
        """Accept these from now on, and no others."""
        secrets = (default,) if isinstance(default, str) else default
        self.main = next((secret for secret in secrets if secret), "")
        """Secret of the app that most Pages belong to; empty without one."""
        self._default = frozenset(secret.encode() for secret in secrets if secret)
        self._by_page = {page: secret.encode() for page, secret in (by_page or {}).items()}
        # A keyed MAC is made once for each secret; copying it takes half as long as making it for every body.
        known = self._default.union(self._by_page.values())
        self._macs = {secret: hmac.new(secret, digestmod="sha256") for secret in known}

    @property
    def all_secrets(self) -> tuple[str, ...]:
        """The secrets of all our apps."""
        return tuple(secret.decode() for secret in self._macs)

    def find_signers(self, body: bytes, header: str) -> frozenset[bytes]:
        """Return the secrets that the header signs this body with (constant time); empty if it is not genuine."""
        # Every secret is tried: the header does not say which app signed.
        if not header.startswith(_PREFIX) or len(header) != len(_PREFIX) + _HEX_LENGTH:
            return frozenset()
        given = header[len(_PREFIX) :].encode("utf-8", "replace")
        return frozenset(
            [secret for secret, mac in self._macs.items() if hmac.compare_digest(given, _sign_with(mac, body))]
        )

    def has_own_app(self, page: str) -> bool:
        """Return True if a Page has an app of its own."""
        return page in self._by_page

    def may_speak_for(self, page: str, signers: Collection[bytes]) -> bool:
        """Return True if one of these secrets is that of the Page's app."""
        # Without this check, whoever knows the secret of one app could speak for the Pages of all others.
        own = self._by_page.get(page)
        return own in signers if own is not None else not self._default.isdisjoint(signers)


def _sign_with(mac: hmac.HMAC, body: bytes) -> bytes:
    """Return the signature in hex."""
    copy = mac.copy()
    copy.update(body)
    return copy.hexdigest().encode()
