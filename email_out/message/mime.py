"""Writes one mail as bytes: headers, a text part and an HTML part (RFC 5322, 2045, 2047, 6532).

Rules, each with a test that lets the standard library's parser judge:

* ``multipart/alternative``, text first; both parts UTF-8 in quoted-printable, lines of at most 76 characters.
* An appointment is a third part (``text/calendar``, which mail programs show) and an attachment (``.ics``, which people
  open), both in ``multipart/mixed`` then (RFC 6047 §2.4).
* A header is folded at spaces to 78 characters where it can be.  ``List-*`` headers are never folded and
  never encoded: providers read them literally, and ``email.policy.SMTP`` ruins a long URL there.
* Text that is not ASCII becomes encoded words of at most 75 characters, cut between characters.  Only an
  address whose local part is not ASCII stays raw UTF-8; such a message needs SMTPUTF8.
* A control character in any header value is refused, so nobody can add a header.
* The same letter always gives the same bytes: the boundary comes from the id, the date is handed in.

Why not ``email.message``: it takes milliseconds a mail; see ``docs/decisions/0005-own-mime-writer.md``.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

import idna

_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_WORD_BYTES = 39
"""Bytes of text in one encoded word: 52 characters of base64, 12 of frame, and “Subject: ” fit a line."""
_LINE = 76
_LONGEST_LINE = 998


class HeaderError(ValueError):
    """A header value holds a control character or cannot be written.  Mend the value; it was not sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A display name and an address."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """What only marketing mail carries."""

    list_id: str
    """RFC 2919, without brackets."""
    unsubscribe_url: str
    """RFC 8058 one-click address, https."""
    feedback_id: str
    """``campaign:stream:account:sender``; nothing of the recipient in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Everything that goes into the bytes of a mail."""

    id: str
    """Send id; makes Message-ID and boundary."""
    sender: Mailbox
    reply_to: Mailbox | None = None
    to: Mailbox
    subject: str
    date: datetime
    """Aware."""
    text: str
    html: str
    bulk: Bulk | None = None
    calendar: bytes = b""
    """An appointment (RFC 5545, published); empty: none."""


def message_id(letter: Letter) -> str:
    """Return the Message-ID with its brackets; the same on every retry."""
    return f"<{letter.id}@{wire_address(letter.sender.email).rpartition('@')[2]}>"


def wire_address(email: str) -> str:
    """Return the address as SMTP carries it: the domain in ASCII (IDNA 2008), the local part untouched.

    Raises :class:`HeaderError` if it holds what no address may hold.
    """
    local, _, domain = email.rpartition("@")
    if not local or not domain or _CONTROL.search(email) or any(mark in email for mark in " <>,"):
        message = "an address cannot be written"
        raise HeaderError(message)
    if domain.isascii():
        return email
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        message = "the domain of an address has no ASCII form"
        raise HeaderError(message) from None


def needs_smtputf8(*emails: str) -> bool:
    """Tell whether one of the addresses can only travel where the server offers SMTPUTF8 (RFC 6531)."""
    return not all(email.rpartition("@")[0].isascii() for email in emails)


def build(letter: Letter) -> bytes:
    """Return the message, CRLF throughout, not dot-stuffed.  Raises :class:`HeaderError`."""
    headers = "".join(f"{line}\r\n" for line in _headers(letter)).encode()
    body = b"".join(_alternatives(letter))
    return headers + (b"".join(_mixed(letter, body)) if letter.calendar else body)


def _alternatives(letter: Letter) -> Iterator[bytes]:
    boundary = f"=_{letter.id}"
    yield f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    yield from _part(boundary, "plain", letter.text)
    yield from _part(boundary, "html", letter.html)
    if letter.calendar:
        yield from _encoded_part(boundary, ("text/calendar; charset=utf-8; method=PUBLISH",), letter.calendar)
    yield f"--{boundary}--\r\n".encode()


def _mixed(letter: Letter, body: bytes) -> Iterator[bytes]:
    boundary = f"=m_{letter.id}"
    file = ('application/ics; name="appointment.ics"', 'Content-Disposition: attachment; filename="appointment.ics"')
    yield f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'.encode()
    yield body
    yield from _encoded_part(boundary, file, letter.calendar)
    yield f"--{boundary}--\r\n".encode()


def _encoded_part(boundary: str, headers: tuple[str, ...], body: bytes) -> tuple[bytes, bytes]:
    """Return a part in base64; the first of the headers is its type."""
    head = "\r\n".join((f"--{boundary}", f"Content-Type: {headers[0]}", *headers[1:]))
    return f"{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode(), _base64(body)


def _base64(body: bytes) -> bytes:
    return base64.encodebytes(body).replace(b"\n", b"\r\n")


def _part(boundary: str, kind: str, body: str) -> tuple[bytes, bytes]:
    head = (
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode(), quoted_printable(body)


def quoted_printable(body: str) -> bytes:
    """Return text as quoted-printable with CRLF, ending in a line break."""
    text = _NEWLINE.sub("\r\n", body)
    closed = text if text.endswith("\r\n") else text + "\r\n"
    return binascii.b2a_qp(closed.encode("utf-8", "replace"), quotetabs=False, istext=True)


def _headers(letter: Letter) -> Iterator[str]:
    yield f"Date: {format_datetime(letter.date)}"
    yield f"From: {_mailbox(letter.sender)}"
    if letter.reply_to:
        yield f"Reply-To: {_mailbox(letter.reply_to)}"
    yield f"To: {_mailbox(letter.to)}"
    yield _fold("Subject", _unstructured(_checked(letter.subject)))
    yield f"Message-ID: {_checked(message_id(letter))}"
    yield "Auto-Submitted: auto-generated"
    if letter.bulk:
        yield f"List-Id: <{_literal(letter.bulk.list_id)}>"
        yield f"List-Unsubscribe: <{_literal(letter.bulk.unsubscribe_url)}>"
        yield "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
        yield f"Feedback-ID: {_literal(letter.bulk.feedback_id)}"
        yield "Precedence: bulk"
    yield "MIME-Version: 1.0"


def _checked(value: str) -> str:
    if _CONTROL.search(value):
        message = "a header value holds a control character"
        raise HeaderError(message)
    return value


def _literal(value: str) -> str:
    if not value.isascii() or any(mark in value for mark in " <>") or len(value) > _LONGEST_LINE - 40:
        message = "a list header can only hold an ASCII address without spaces"
        raise HeaderError(message)
    return _checked(value)


def _mailbox(mailbox: Mailbox) -> str:
    address = wire_address(mailbox.email)
    name = " ".join(_checked(mailbox.name).split())
    if not name:
        return address
    if _PHRASE.fullmatch(name) and "=?" not in name and len(name) < _LINE:
        return f"{name}\r\n <{address}>" if len(name) + len(address) > _LINE - 16 else f"{name} <{address}>"
    if name.isascii() and "=?" not in name and len(name) < _LINE - 12:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>'
    return "\r\n ".join((*_encoded_words(name), f"<{address}>"))


def _unstructured(value: str) -> tuple[str, ...]:
    """Return the words of a text header; between two of them stands one space, where it may be folded."""
    words = tuple(value.split(" "))
    plain = value.isascii() and "=?" not in value and all(0 < len(word) < _LINE - 12 for word in words)
    return words if plain or not value else tuple(_encoded_words(value))


def _encoded_words(value: str) -> Iterator[str]:
    piece = b""
    for char in value:
        raw = char.encode()
        if len(piece) + len(raw) > _WORD_BYTES:
            yield _encoded(piece)
            piece = b""
        piece += raw
    yield _encoded(piece)


def _encoded(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode()}?="


def _fold(name: str, words: tuple[str, ...]) -> str:
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines != [f"{name}:"]:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)
