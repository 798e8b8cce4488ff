"""Keyed hashes, confirmation codes and signed links, all derived from one or more secrets.

* The **index key** names records and addresses without holding personal data.  It is bound to the store, which keeps
  a check value of it: with another index key every suppression would be lost.
* The **link keys** sign links and make codes.  They can be rotated: the first of the ring signs, all verify.

Codes and links are not stored: they are derived again from a nonce whenever they are needed.  So a leaked store gives
none away, and a retried mail is the same mail.
"""

import functools
import hashlib
import hmac
from binascii import b2a_base64
from collections.abc import Sequence

from itsdangerous import BadSignature, Signer

_ID_BYTES = 12
_MAC_BYTES = 16
SHORTEST_SECRET = 32
"""Bytes of the shortest secret that is accepted."""


class ShortSecretError(ValueError):
    """A secret is too short.  Set DOORSTEP_SECRET to 32 or more random bytes."""


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _to_base64(raw: bytes) -> str:
    # As base64.urlsafe_b64encode, which takes twice as long; ids are made of it all the time.
    return b2a_base64(raw, newline=False).translate(_URL_SAFE, b"=").decode()


def _is_one_of(given: str, known: tuple[str, ...]) -> bool:
    # All candidates are compared before any is judged, so the time taken does not tell which one fits.
    fits = [hmac.compare_digest(given.encode(), candidate.encode()) for candidate in known]
    return any(fits)


class _FastMac:
    """HMAC-SHA-256 (RFC 2104) under a fixed key, whose two pads are hashed once instead of with every message.

    It names every person, address and mail, so it is asked often; :func:`hmac.digest` takes three times as long.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take a key of at most 64 bytes, the block of SHA-256; RFC 2104 would have a longer one hashed first."""
        block = key.ljust(hashlib.sha256().block_size, b"\0")
        self._inner = hashlib.sha256(bytes([byte ^ 0x36 for byte in block]))  # ipad of the RFC
        self._outer = hashlib.sha256(bytes([byte ^ 0x5C for byte in block]))  # opad

    def pads_with(self, label: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
        """Return copies of the inner and the outer pad, the inner one fed with the start of a message."""
        inner = self._inner.copy()
        inner.update(label)
        return inner, self._outer.copy()

    def digest_of(self, message: bytes) -> bytes:
        """Return the authentication code of a message."""
        # HMAC(key, m) = H(key ^ opad || H(key ^ ipad || m)); both pads are hashed already.
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


class Keyring:
    """All keys of an installation.  Immutable; hand it to the deciding functions as a value."""

    def __init__(self, secret: str, older: Sequence[str] = (), index_secret: str = "") -> None:
        """Derive the keys.

        ``secret`` signs new links, and ``older`` secrets still verify theirs.  ``index_secret`` defaults to the oldest
        secret given, so that a rotation of link secrets leaves the index alone.
        Raises :class:`ShortSecretError` for a secret under 32 bytes.
        """
        ring = (secret, *older)
        for given in (*ring, index_secret or secret):
            if len(given.encode()) < SHORTEST_SECRET:
                message = f"a secret has fewer than {SHORTEST_SECRET} bytes; make one with: openssl rand -hex 32"
                raise ShortSecretError(message)
        # Different labels make different keys of one secret, so that a link can never be mistaken for a name.
        index = hashlib.sha256(b"doorstep.index\0" + (index_secret or ring[-1]).encode()).digest()
        self._index = _FastMac(index)
        self._address_pads = self._index.pads_with(b"address\0")
        self._links = tuple(hashlib.sha256(b"doorstep.links\0" + link_secret.encode()).digest() for link_secret in ring)

    def _index_mac(self, label: str, *parts: str) -> bytes:
        return self._index.digest_of("\0".join((label, *parts)).encode())

    @staticmethod
    def _link_mac(key: bytes, label: str, *parts: str) -> bytes:
        return hmac.digest(key, "\0".join((label, *parts)).encode(), "sha256")

    @functools.cached_property
    def check_value(self) -> str:
        """A value kept in the store to notice a changed index key; it tells nothing about the key."""
        return self._index_mac("check").hex()[:32]

    # Cached, because the same people chat again and again, and each of their messages asks for it.
    @functools.lru_cache(maxsize=8192)  # noqa: B019  one keyring lives as long as the process
    def subscriber_id(self, page: str, psid: str) -> str:
        """Return the name of a person's record: 16 URL-safe characters."""
        return _to_base64(self._index_mac("subscriber", page, psid)[:_ID_BYTES])

    def address_hash(self, email: str) -> str:
        """Return the keyed hash of a normalised address: 16 URL-safe characters.

        Only case is ignored: ``lower``, not ``casefold``, since ``ß`` and ``ss`` are different domains (IDNA 2008).
        """
        # As _index_mac, written out: it is asked for each of the thousands of mails that a provider reports on.
        inner, outer = self._address_pads[0].copy(), self._address_pads[1].copy()
        inner.update(email.lower().encode())
        outer.update(inner.digest())
        return b2a_base64(outer.digest()[:_ID_BYTES], newline=False).translate(_URL_SAFE).decode()

    def user_hash(self, user_id: str) -> str:
        """Return the keyed hash of a product user id."""
        return _to_base64(self._index_mac("user", user_id)[:_ID_BYTES])

    def send_id(self, *parts: str) -> str:
        """Return the stable id of a mail; the same parts always give the same id, and so the same Message-ID."""
        return _to_base64(self._index_mac("send", *parts)[:_ID_BYTES])

    def hook_secrets(self, hook: str) -> tuple[str, ...]:
        """Return the secrets that requests to a hook are signed with, the one of the current key first."""
        return tuple(_to_base64(self._link_mac(key, "hook", hook)) for key in self._links)

    def make_nonce(self, entropy: bytes, *parts: str) -> str:
        """Return a fresh nonce from random bytes that came in with the event."""
        return self._link_mac(entropy, "nonce", *parts).hex()[:24]

    def stable_fraction(self, subscriber: str, label: str) -> float:
        """Return a number in [0, 1) that is always the same for this subscriber and label; for splits and jitter."""
        return int.from_bytes(self._index_mac("fraction", subscriber, label)[:7], "big") / 2**56

    def confirmation_codes(self, subscriber: str, address: str, nonce: str) -> tuple[str, ...]:
        """Return the six-digit codes that fit a confirmation, the one of the current key first."""
        # One code a key of the ring: a mail that was sent before a rotation still holds the older key's code.
        macs = (self._link_mac(key, "code", subscriber, address, nonce) for key in self._links)
        return tuple(f"{int.from_bytes(mac[:8], 'big') % 1_000_000:06d}" for mac in macs)

    def code_fits(self, typed: str, subscriber: str, address: str, nonce: str) -> bool:
        """Return True if a typed code belongs to this confirmation; compares in constant time."""
        return _is_one_of(typed, self.confirmation_codes(subscriber, address, nonce))

    def confirm_secrets(self, subscriber: str, address: str, nonce: str) -> tuple[str, ...]:
        """Return the secret parts that fit the confirm link, the one of the current key first."""
        return tuple(
            _to_base64(self._link_mac(key, "confirm", subscriber, address, nonce)[:_MAC_BYTES]) for key in self._links
        )

    def confirm_fits(self, secret: str, subscriber: str, address: str, nonce: str) -> bool:
        """Return True if a confirm link belongs to this confirmation; compares in constant time."""
        return _is_one_of(secret, self.confirm_secrets(subscriber, address, nonce))

    def return_path_macs(self, send_id: str, address: str) -> tuple[bytes, ...]:
        """Return the codes that prove the envelope sender of a mail to be ours, that of the current key first."""
        return tuple(self._link_mac(key, "return path", send_id, address) for key in self._links)

    def counted_link_macs(self, link: bytes) -> tuple[bytes, ...]:
        """Return the codes that prove a counted link of a mail to be ours, that of the current key first."""
        return tuple(self._link_mac(key, "counted link", link.hex()) for key in self._links)

    def sign_link(self, purpose: str, *parts: str) -> str:
        """Return a token for a link, valid for this purpose only.  Raises ``ValueError`` when a part contains a dot."""
        if any("." in part for part in parts):
            message = "a signed part must not contain a dot"
            raise ValueError(message)
        return self._signer_for(purpose).sign(".".join(parts)).decode()

    def read_link(self, purpose: str, token: str) -> tuple[str, ...] | None:
        """Return the parts of a token made by :meth:`sign_link` for this purpose; None if it is not genuine."""
        try:
            return tuple(self._signer_for(purpose).unsign(token.encode()).decode().split("."))
        except (BadSignature, UnicodeError):
            return None

    @functools.cache  # noqa: B019  one keyring lives as long as the process
    def _signer_for(self, purpose: str) -> Signer:
        # itsdangerous signs with the last key and accepts all of them.
        ring = list(reversed(self._links))
        return Signer(ring, salt=f"doorstep.{purpose}", digest_method=hashlib.sha256, key_derivation="hmac")
