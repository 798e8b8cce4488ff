"""Signs a finished message: a ``DKIM-Signature`` for each active key of the domain of its ``From``.

What is signed, so that nobody on the way can change or add it:

* the headers of :data:`SIGNED` that the message has; RFC 8058 §4 wants both List-Unsubscribe headers among them, and
  Google its Feedback-ID
* one more of each of :data:`OVERSIGNED`: a second From, Subject or unsubscribe link, added later, breaks the signature
* the whole body; ``l=`` is not used (RFC 6376 §8.2)

The same mail gives the same signature, since ``t=`` is the mail's own date.
"""

import base64
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from email_out.dkim.canonical import pick_headers, relax_body, relax_header, split_message
from email_out.dkim.signing_keys import SigningKey, load_keys, read_active
from email_out.message.mime import OutgoingMail, smtp_address

SIGNED = (
    b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type",
    b"auto-submitted", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id", b"precedence",
)  # fmt: skip
OVERSIGNED = (b"from", b"reply-to", b"subject", b"list-unsubscribe", b"list-unsubscribe-post")
_LOOK_EVERY = 1.0
"""Seconds for which the keys of a domain are taken as known."""
_FOLD_AT = 70


def sign_message(mime_bytes: bytes, keys: Sequence[SigningKey], signed_at: int) -> bytes:
    """Return the message with a signature of each key on top; ``signed_at`` is in seconds since 1970."""
    headers, body = split_message(mime_bytes)
    body_hash = base64.b64encode(hashlib.sha256(relax_body(body)).digest()).decode()
    # A header that the mail lacks is not named: its absence would be signed, and lists add headers of their own.
    present = {name.lower() for name, _ in headers}
    names = tuple(name for name in SIGNED + OVERSIGNED if name in present)
    # The signatures differ in nothing but their own header, so everything else is made once.
    picked, said = pick_headers(headers, names), f"\r\n h={_list_names(names)};\r\n bh={body_hash};\r\n b="
    signatures = [_write_signature(key, picked, signed_at, said) for key in keys]
    # In front: what a relay adds above it is none of ours.
    return b"".join((*signatures, mime_bytes))


def _write_signature(key: SigningKey, picked: bytes, signed_at: int, said: str) -> bytes:
    """Return the header of one key; ``picked`` are the headers as they are signed, ``said`` is the end of its tags."""
    unsigned = f" v=1; a={key.algorithm}; c=relaxed/relaxed; t={signed_at};\r\n d={key.domain}; s={key.selector};{said}"
    # The signature signs itself with an empty b=, and without the line break at its end (RFC 6376 §3.7).
    data = picked + relax_header(b"dkim-signature", unsigned.encode())
    value = base64.b64encode(key.sign(data)).decode()
    folded = "\r\n ".join(value[at : at + _FOLD_AT] for at in range(0, len(value), _FOLD_AT))
    return f"DKIM-Signature:{unsigned}{folded}\r\n".encode()


@lru_cache(maxsize=64)
def _list_names(names: tuple[bytes, ...]) -> str:
    """Return the ``h=`` of a signature, folded; mails of one kind name the same headers."""
    return _fold(":".join(name.decode() for name in names), ":")


def _fold(text: str, mark: str) -> str:
    """Return a list with line breaks behind some of its marks."""
    lines = [""]
    for word in text.split(mark):
        if len(lines[-1]) + len(word) > _FOLD_AT and lines[-1]:
            lines.append("")
        lines[-1] += f"{word}{mark}"
    return "\r\n ".join(lines).removesuffix(mark)


@dataclass(slots=True)
class Signer:
    """Signs mails with the keys of a folder, as they are at that moment."""

    folder: Path
    _known: dict[str, tuple[float, tuple[SigningKey, ...]]] = field(default_factory=dict)

    def is_ready(self, mail: OutgoingMail) -> bool:
        """Return True if :meth:`sign` needs no file for this mail."""
        looked, _ = self._known.get(_name_domain(mail), (0.0, ()))
        return looked > 0 and time.monotonic() - looked <= _LOOK_EVERY

    def sign(self, mail: OutgoingMail, mime_bytes: bytes) -> bytes:
        """Return the message, signed if its domain has keys.  Reads files unless :meth:`is_ready`.

        Raises :class:`email_out.dkim.signing_keys.SigningKeyError` if they cannot be used.
        """
        keys = self._find_keys(_name_domain(mail))
        return sign_message(mime_bytes, keys, int(mail.date.timestamp())) if keys else mime_bytes

    def _find_keys(self, domain: str) -> tuple[SigningKey, ...]:
        looked, keys = self._known.get(domain, (0.0, ()))
        if time.monotonic() - looked > _LOOK_EVERY or domain not in self._known:
            # A small file a second; the keys themselves are read again only when another selector signs.
            active = read_active(self.folder, domain)
            if not keys or keys[0].selector.removesuffix("e") != active:
                keys = load_keys(self.folder, domain, active) if active else ()
            self._known[domain] = (time.monotonic(), keys)
        return keys


def _name_domain(mail: OutgoingMail) -> str:
    return smtp_address(mail.sender.email).rpartition("@")[2].lower()
