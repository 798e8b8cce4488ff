"""Keyed hashes, codes and signed links, all derived from one or more secrets.

* The **index key** names records and addresses without holding personal data.  It is bound to the store (a
  check value is kept there), since changing it would lose every suppression.
* The **link keys** sign links and make codes.  They can be rotated: the first of the ring signs, all verify.

Nothing here is stored: codes and links are derived again from a nonce whenever they are needed, so a leaked
store tells nothing and a retried mail is the same mail.
"""

import base64
import functools
import hashlib
import hmac
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer

_ID_BYTES = 12
_MAC_BYTES = 16
SHORTEST = 32
"""Bytes a secret has at least."""


class ShortSecretError(ValueError):
    """A secret is too short.  Set DOORSTEP_SECRET to 32 or more random bytes."""


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _is_one_of(given: str, known: tuple[str, ...]) -> bool:
    fits = [hmac.compare_digest(given.encode(), one.encode()) for one in known]
    return any(fits)


class _Mac:
    """HMAC-SHA-256 (RFC 2104) under a key that stays: its two pads are hashed once, not with every message.

    Every person, address and mail is named by it; :func:`hmac.digest` takes three times as long.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take a key of at most 64 bytes, the block of SHA-256: a longer one would have to be hashed first."""
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes([one ^ 0x36 for one in block]))
        self._outer = hashlib.sha256(bytes([one ^ 0x5C for one in block]))

    def digest(self, message: bytes) -> bytes:
        """Return the code that authenticates a message."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


class Keyring:
    """All keys of an installation.  Immutable; hand it to the deciding functions as a value."""

    def __init__(self, secret: str, older: Sequence[str] = (), index_secret: str = "") -> None:
        """Derive the keys.

        ``secret`` signs new links; ``older`` ones still verify.  ``index_secret`` defaults to the oldest
        secret given, so that rotating links leaves the index alone.
        Raises :class:`ShortSecretError` for a secret under 32 bytes.
        """
        ring = (secret, *older)
        for one in (*ring, index_secret or secret):
            if len(one.encode()) < SHORTEST:
                message = f"a secret has fewer than {SHORTEST} bytes; make one with: openssl rand -hex 32"
                raise ShortSecretError(message)
        index = hashlib.sha256(b"doorstep.index\0" + (index_secret or ring[-1]).encode()).digest()
        self._index = _Mac(index)
        self._links = tuple(hashlib.sha256(b"doorstep.links\0" + one.encode()).digest() for one in ring)

    def _index_mac(self, label: str, *parts: str) -> bytes:
        return self._index.digest("\0".join((label, *parts)).encode())

    @staticmethod
    def _link_mac(key: bytes, label: str, *parts: str) -> bytes:
        return hmac.digest(key, "\0".join((label, *parts)).encode(), "sha256")

    @functools.cached_property
    def check_value(self) -> str:
        """A value kept in the store to notice a changed index key; it tells nothing about the key."""
        return self._index_mac("check").hex()[:32]

    @functools.lru_cache(maxsize=8192)  # noqa: B019  one keyring lives as long as the process
    def subscriber_id(self, page: str, psid: str) -> str:
        """Return the record's name: 16 URL-safe characters.  Who chats is asked for with every message."""
        return _text(self._index_mac("subscriber", page, psid)[:_ID_BYTES])

    def address_hash(self, email: str) -> str:
        """Return the keyed hash of a normalised address: 16 URL-safe characters.

        Case is ignored, but nothing more: ``ß`` and ``ss`` are different domains (IDNA 2008).
        """
        return _text(self._index_mac("address", email.lower())[:_ID_BYTES])

    def user_hash(self, user_id: str) -> str:
        """Return the keyed hash of a product user id."""
        return _text(self._index_mac("user", user_id)[:_ID_BYTES])

    def send_id(self, *parts: str) -> str:
        """Return the stable id of a mail; the same parts always give the same id (and Message-ID)."""
        return _text(self._index_mac("send", *parts)[:_ID_BYTES])

    def nonce(self, entropy: bytes, *parts: str) -> str:
        """Return a fresh nonce from random bytes that came in with the event."""
        return self._link_mac(entropy, "nonce", *parts).hex()[:24]

    def fraction(self, subscriber: str, label: str) -> float:
        """Return a number in [0, 1) that stays the same for this subscriber and label: splits and jitter."""
        return int.from_bytes(self._index_mac("fraction", subscriber, label)[:7], "big") / 2**56

    def codes(self, subscriber: str, address: str, nonce: str) -> tuple[str, ...]:
        """Return the six-digit codes that fit a confirmation, the current key's first."""
        macs = (self._link_mac(key, "code", subscriber, address, nonce) for key in self._links)
        return tuple(f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}" for mac in macs)

    def code_fits(self, typed: str, subscriber: str, address: str, nonce: str) -> bool:
        """Tell whether a typed code is the one of this confirmation (constant time)."""
        return _is_one_of(typed, self.codes(subscriber, address, nonce))

    def confirm_secrets(self, subscriber: str, address: str, nonce: str) -> tuple[str, ...]:
        """Return the secret part of the confirm link, the current key's first."""
        return tuple(
            _text(self._link_mac(key, "confirm", subscriber, address, nonce)[:_MAC_BYTES]) for key in self._links
        )

    def confirm_fits(self, secret: str, subscriber: str, address: str, nonce: str) -> bool:
        """Tell whether a confirm link belongs to this confirmation (constant time)."""
        return _is_one_of(secret, self.confirm_secrets(subscriber, address, nonce))

    def sign(self, purpose: str, *parts: str) -> str:
        """Return a token for a link, good for this purpose only.  Parts must not contain a dot."""
        if any("." in part for part in parts):
            message = "a signed part must not contain a dot"
            raise ValueError(message)
        return self._signer(purpose).sign(".".join(parts)).decode()

    def unsign(self, purpose: str, token: str) -> tuple[str, ...] | None:
        """Return the parts of a token made by :meth:`sign` for this purpose; None if it is not genuine."""
        try:
            return tuple(self._signer(purpose).unsign(token.encode()).decode().split("."))
        except (BadSignature, UnicodeError):
            return None

    @functools.cache  # noqa: B019  one keyring lives as long as the process
    def _signer(self, purpose: str) -> Signer:
        ring = list(reversed(self._links))
        return Signer(ring, salt=f"doorstep.{purpose}", digest_method=hashlib.sha256, key_derivation="hmac")
