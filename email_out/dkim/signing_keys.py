"""The keys with which mail is signed: in a folder, a pair for each of two selectors of a domain.

::

    dkim/leaf.amseltea.example/
        doorstep1.pem    RSA, 2048 bits           → doorstep1._domainkey.leaf.amseltea.example
        doorstep1e.pem   Ed25519 (RFC 8463)       → doorstep1e._domainkey.leaf.amseltea.example
        doorstep2.pem, doorstep2e.pem             the other selector, if there is one
        active           “doorstep1”: the selector that signs

Two signatures, since many receivers know only RSA.  Two selectors, so that a new key can stand in DNS before it signs,
and the old one can stay there until the last letter it signed has arrived.
"""

import base64
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

SELECTORS = ("doorstep1", "doorstep2")
EDWARDS = "e"
"""What the selector of the Ed25519 key has more than that of the RSA key."""
ACTIVE_FILE = "active"
LEAST_BITS, MADE_BITS = 1024, 2048
"""RSA: what receivers still take (RFC 8301), and what we make."""
_STRING = 250
"""Characters of one string of a TXT record; DNS allows 255."""


class SigningKeyError(Exception):
    """A signing key cannot be used.  The message names its file and the remedy, never the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One key, ready to sign."""

    domain: str
    """In ASCII; the ``d=`` of its signatures."""
    selector: str
    key: RSAPrivateKey | Ed25519PrivateKey = field(repr=False)

    @property
    def algorithm(self) -> str:
        """Return the ``a=`` of its signatures."""
        return "rsa-sha256" if isinstance(self.key, RSAPrivateKey) else "ed25519-sha256"

    @property
    def record_name(self) -> str:
        """Return where its public half belongs in DNS."""
        return f"{self.selector}._domainkey.{self.domain}"

    @property
    def record(self) -> str:
        """Return the TXT record of its public half (RFC 6376 §3.6.1, RFC 8463 §4)."""
        if isinstance(self.key, RSAPrivateKey):
            public = self.key.public_key().public_bytes(
                serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
            )
            return f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
        return f"v=DKIM1; k=ed25519; p={base64.b64encode(self.key.public_key().public_bytes_raw()).decode()}"

    def sign(self, data: bytes) -> bytes:
        """Return the signature of the bytes that DKIM signs."""
        if isinstance(self.key, RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        digest = hashes.Hash(hashes.SHA256())  # RFC 8463 §3 signs the digest
        digest.update(data)
        return self.key.sign(digest.finalize())


def write_zone_line(name: str, record: str) -> str:
    """Return a TXT record as a line of a zone file; a long one in several strings, which DNS joins again."""
    # One string of a TXT record holds 255 bytes at most (RFC 1035 §3.3), and an RSA key needs 400.
    pieces = [record[at : at + _STRING] for at in range(0, len(record), _STRING)]
    quoted = " ".join(f'"{piece}"' for piece in pieces)
    return f"{name}. IN TXT {quoted if len(pieces) == 1 else f'( {quoted} )'}"


def list_domains(folder: Path) -> list[str]:
    """Return the domains that have keys."""
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def read_active(folder: Path, domain: str) -> str:
    """Return the selector that signs for a domain; empty if none does."""
    try:
        named = (folder / domain / ACTIVE_FILE).read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    return named if named in SELECTORS else ""


def load_keys(folder: Path, domain: str, selector: str) -> tuple[SigningKey, ...]:
    """Return the keys of a selector, RSA first; empty if it has none.  Raises :class:`SigningKeyError`."""
    # RSA first: receivers that read only the first signature know it.
    files = ((name, folder / domain / f"{name}.pem") for name in (selector, selector + EDWARDS))
    return tuple(
        SigningKey(domain=domain, selector=name, key=_read_key(path)) for name, path in files if path.is_file()
    )


def _read_key(path: Path) -> RSAPrivateKey | Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
        # Not the cause: its text may quote the file.
        message = f"{path.name} of {path.parent.name} is no readable private key in PEM without a password"
        raise SigningKeyError(message) from None
    if isinstance(key, RSAPrivateKey) and key.key_size >= LEAST_BITS:
        return key
    if isinstance(key, Ed25519PrivateKey):
        return key
    message = f"{path.name} of {path.parent.name} must be RSA with {LEAST_BITS} bits or more, or Ed25519"
    raise SigningKeyError(message)


def make_keys(folder: Path, domain: str) -> str:
    """Make a pair of keys for the selector that does not sign, and return it; the first one signs at once."""
    # What signs now is never overwritten, so a mistake costs nothing.
    active = read_active(folder, domain)
    selector = next(one for one in SELECTORS if one != active)
    rsa, edwards = generate_private_key(65537, MADE_BITS), Ed25519PrivateKey.generate()
    (folder / domain).mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, key in ((selector, rsa), (selector + EDWARDS, edwards)):
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write_file(folder / domain / f"{name}.pem", pem)
    if not active:
        set_active(folder, domain, selector)
    return selector


def set_active(folder: Path, domain: str, selector: str) -> None:
    """Let a selector sign from now on; running processes notice within a second."""
    _write_file(folder / domain / ACTIVE_FILE, selector.encode())


def _write_file(path: Path, content: bytes) -> None:
    """Write a file that only its owner reads, in one step: a process that signs never sees half of it."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


def all_keys(folder: Path) -> Iterator[tuple[SigningKey, bool]]:
    """Yield every key of a folder, and whether it signs.  Raises :class:`SigningKeyError`."""
    for domain in list_domains(folder):
        active = read_active(folder, domain)
        for selector in SELECTORS:
            for key in load_keys(folder, domain, selector):
                yield key, selector == active
