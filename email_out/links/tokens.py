"""The token of a counted link: whose mail it is in, where it leads, and a code that only this installation can make.

A link must lead on as long as the mail lies in its mailbox: also when the record was erased, the edition forgotten, or
the store is away.  So the target stands in the token and is looked up nowhere.  It is signed with everything else: no
one can make a link of ours that leads elsewhere, or put the target of one mail into another.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass

from domain.keyring import Keyring

LONGEST_URL = 300
"""Bytes of a target; a longer one is left as it is, since a line of a mail has 998."""
LONGEST_TOKEN = 900
"""Characters; a longer one is refused before anything is computed from it."""
_NAME_BYTES = 12
"""Bytes of a subscriber's name and of a send id."""
_HEAD_BYTES = 2 * _NAME_BYTES + 2
_MAC_BYTES = 16
_MOST_LINKS = 250
_FOLLOWABLE = re.compile(rf"https?://[!-~]{{1,{LONGEST_URL}}}")
"""ASCII without spaces, so that it stands in a header as it is; other addresses are not counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedLink:
    """What a token says."""

    subscriber: str
    send: str
    """Id of the mail."""
    link: int
    """Place of the link from 1; see :data:`domain.link_evidence.hits.HIDDEN` and ``PIXEL``."""
    links: int
    """Visible links of the mail that are counted."""
    topic: str
    mail: str
    """Template of the mail."""
    url: str
    """Where it leads; empty for the picture."""


def is_countable(url: str) -> bool:
    """Return True if a link to this address can be counted."""
    return _FOLLOWABLE.fullmatch(url) is not None


def write_token(link: CountedLink, keys: Keyring) -> str:
    """Return the token; empty if the names are not those that the keyring makes, as in a sample mail."""
    try:
        names = b"".join(base64.urlsafe_b64decode(name) for name in (link.subscriber, link.send))
    except (binascii.Error, ValueError):
        return ""
    if len(names) != 2 * _NAME_BYTES or link.links > _MOST_LINKS:
        return ""
    # The picture has the place -1, and a byte has no sign.
    raw = names + bytes((link.link + 1, link.links)) + f"{link.topic}\0{link.mail}\0{link.url}".encode()
    return base64.urlsafe_b64encode(raw + keys.counted_link_macs(raw)[0][:_MAC_BYTES]).rstrip(b"=").decode()


def read_token(token: str, keys: Keyring) -> CountedLink | None:
    """Return what a token says; None if it is not genuine."""
    if len(token) > LONGEST_TOKEN or not token.isascii():
        return None
    try:
        signed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    raw, mac = signed[:-_MAC_BYTES], signed[-_MAC_BYTES:]
    # All are compared before any is judged, so the time taken does not tell which key fits.
    fits = [hmac.compare_digest(mac, genuine[:_MAC_BYTES]) for genuine in keys.counted_link_macs(raw)]
    if len(raw) < _HEAD_BYTES or not any(fits):
        return None
    subscriber, send = (base64.urlsafe_b64encode(raw[at : at + _NAME_BYTES]).decode() for at in (0, _NAME_BYTES))
    topic, mail, url = raw[_HEAD_BYTES:].decode().split("\0")
    return CountedLink(
        subscriber=subscriber, send=send, link=raw[_HEAD_BYTES - 2] - 1, links=raw[_HEAD_BYTES - 1],
        topic=topic, mail=mail, url=url,
    )  # fmt: skip
