"""The envelope sender of one mail: whatever comes back to it tells which mail it is about (VERP).  Pure.

``b+<55 letters and digits>@bounce.example.com`` holds the id of the mail, the keyed hash of the address it went to, and
a code that only this installation can make.  Nobody learns a person from it, and nobody can have an address suppressed
by writing to an address that they made up.

Base32, since some servers write the part before the @ in lower or upper case; 57 of the 64 characters that RFC 5321
§4.5.3.1.1 allows.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass

from domain.keyring import Keyring

PREFIX = "b+"
STOP_PREFIX = "unsub+"
"""Of the address in List-Unsubscribe: the same token, and a letter there asks for an end."""
_NAME_BYTES = 12
"""Bytes of a send id and of an address hash."""
_MAC_BYTES = 10
"""80 bits: each guess costs a mail, and a right one says no more than that one mail came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnPath:
    """The mail that something is about."""

    send_id: str
    address: str
    """Keyed hash of the address it went to."""


def write_return_path(path: ReturnPath, domain: str, keys: Keyring) -> str:
    """Return the envelope sender of a mail; empty if its names are not those that the keyring makes."""
    try:
        names = b"".join(base64.urlsafe_b64decode(name) for name in (path.send_id, path.address))
    except (binascii.Error, ValueError):
        return ""
    if len(names) != 2 * _NAME_BYTES:
        return ""
    token = base64.b32encode(names + keys.return_path_macs(path.send_id, path.address)[0][:_MAC_BYTES])
    return f"{PREFIX}{token.decode().rstrip('=').lower()}@{domain}"


def write_stop_address(return_path: str) -> str:
    """Return the address to which a letter asks for an end of such mails; empty without an envelope sender of ours."""
    return STOP_PREFIX + return_path.removeprefix(PREFIX) if is_return_path(return_path) else ""


def read_stop_address(address: str, keys: Keyring) -> ReturnPath | None:
    """Return the mail whose reader asks for an end by writing to this address; None if it is not genuine."""
    if address[: len(STOP_PREFIX)].lower() != STOP_PREFIX:
        return None
    # The same token under another name, so one code proves both.
    return read_return_path(PREFIX + address[len(STOP_PREFIX) :], keys)


def is_return_path(address: str) -> bool:
    """Return True if an address has the form of an envelope sender of ours, genuine or not."""
    return address[: len(PREFIX)].lower() == PREFIX


def read_return_path(address: str, keys: Keyring) -> ReturnPath | None:
    """Return the mail that an envelope sender names; None if it is not genuine."""
    token = address.partition("@")[0][len(PREFIX) :].upper()
    try:
        raw = base64.b32decode(token + "=" * (-len(token) % 8))
    except (binascii.Error, ValueError):
        return None
    if len(raw) != 2 * _NAME_BYTES + _MAC_BYTES or not is_return_path(address):
        return None
    send_id, hashed = (base64.urlsafe_b64encode(raw[at : at + _NAME_BYTES]).decode() for at in (0, _NAME_BYTES))
    macs = keys.return_path_macs(send_id, hashed)
    # All are compared before any is judged, so the time taken does not tell which key fits.
    fits = [hmac.compare_digest(raw[2 * _NAME_BYTES :], mac[:_MAC_BYTES]) for mac in macs]
    return ReturnPath(send_id=send_id, address=hashed) if any(fits) else None
