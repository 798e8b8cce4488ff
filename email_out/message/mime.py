"""Writes one mail as bytes: headers, a text part and an HTML part (RFC 5322, 2045, 2047, 6532).

Rules, each with a test that lets the standard library's parser judge:

* ``multipart/alternative``, text first; both parts UTF-8 in quoted-printable, lines of at most 76 characters.
* An appointment is a third part (``text/calendar``, which mail programs show) and an attachment (``.ics``, which people
  open), both in ``multipart/mixed`` then (RFC 6047 §2.4).
* A header is folded at spaces to 78 characters where it can be.  ``List-*`` headers are never folded and
  never encoded: providers read them literally, and ``email.policy.SMTP`` ruins a long URL there.
* Text that is not ASCII becomes encoded words of at most 75 characters, cut between characters.  Only an
  address whose local part is not ASCII stays raw UTF-8; such a message needs SMTPUTF8.
* A control character in any header value is refused: a line break in a value would add a header.
* The same mail always gives the same bytes: the boundary comes from the id, the date is handed in.

Why not ``email.message``: it takes milliseconds a mail; see ``docs/decisions/0005-own-mime-writer.md``.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

import idna

from domain.consent.mailboxes import is_contact_list

# Beside ASCII controls: Unicode line separators, and lone surrogates, which UTF-8 cannot encode.
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u2028\u2029\ud800-\udfff]")
# What may stand in a display name without quotes: atoms and spaces (RFC 5322 §3.2.3).
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_WORD_BYTES = 39
"""Bytes of text in one encoded word: 52 characters of base64, 12 of frame, and “Subject: ” fit a line."""
_LONGEST_KEPT = 1_000
"""Characters of a line whose encoded form is remembered."""
_LINE = 76
_LONGEST_LINE = 998
"""Characters that a line may have at most, without its CRLF (RFC 5322 §2.1.1)."""


class HeaderError(ValueError):
    """A header value holds a control character or cannot be written.  Mend the value; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """A display name and an address."""

    email: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkHeaders:
    """The headers that only marketing mail carries."""

    list_id: str
    """RFC 2919, without brackets."""
    unsubscribe_url: str
    """RFC 8058 one-click address, https."""
    unsubscribe_mailbox: str = ""
    """Where a letter asks for the same, for mail programs without one-click; empty if nobody reads it."""
    feedback_id: str
    """``campaign:stream:account:sender``; nothing of the recipient in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """Everything that goes into the bytes of a mail."""

    id: str
    """Send id; makes Message-ID and boundary."""
    sender: Mailbox
    envelope_sender: str = ""
    """Where the mail goes back to; empty: to ``sender``."""
    reply_to: Mailbox | None = None
    to: Mailbox
    subject: str
    date: datetime
    """Aware."""
    text: str
    html: str
    bulk_headers: BulkHeaders | None = None
    calendar: bytes = b""
    """An appointment as a published calendar file (RFC 5545); empty if the mail has none."""
    campaign: str = ""
    """What it is one mail of, the same for every reader, such as an issue; each address gets one mail of it."""
    counted: frozenset[str] = frozenset()
    """What is counted of it, see :mod:`domain.links.measured`; the send ledger notes it."""


def message_id(mail: OutgoingMail) -> str:
    """Return the Message-ID with its brackets; the same on every retry."""
    return f"<{mail.id}@{smtp_address(mail.sender.email).rpartition('@')[2]}>"


def smtp_address(email: str) -> str:
    """Return the address as SMTP carries it: the domain in ASCII (IDNA 2008), the local part untouched.

    Raises :class:`HeaderError` if it holds a character that an address must not have.
    """
    # A provider takes such an address for a whole list, so it is refused for every transport, here where all pass.
    if is_contact_list(email):
        message = "the address stands for a whole contact list"
        raise HeaderError(message)
    local, _, domain = email.rpartition("@")
    if not local or not domain or _CONTROL.search(email) or any(mark in email for mark in " <>,"):
        message = "an address cannot be written"
        raise HeaderError(message)
    if domain.isascii():
        return email
    try:  # tee@bücher.example → tee@xn--bcher-kva.example
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except idna.IDNAError:
        message = "the domain of an address has no ASCII form"
        raise HeaderError(message) from None


def needs_smtputf8(*emails: str) -> bool:
    """Return True if one of the addresses needs a server that offers SMTPUTF8 (RFC 6531)."""
    # Only the part before the @ counts: a domain always has an ASCII form.
    return not all(email.rpartition("@")[0].isascii() for email in emails)


def build_mime(mail: OutgoingMail) -> bytes:
    """Return the mail as a MIME message, CRLF throughout, not dot-stuffed.  Raises :class:`HeaderError`."""
    header_lines = "".join(f"{line}\r\n" for line in _write_headers(mail)).encode()
    body = b"".join(_write_alternatives(mail))
    return header_lines + (b"".join(_write_mixed(mail, body)) if mail.calendar else body)


def _write_alternatives(mail: OutgoingMail) -> Iterator[bytes]:
    # "=_" occurs in no quoted-printable text (RFC 2045 §6.7), so no part can hold the boundary by chance.
    boundary = f"=_{mail.id}"
    yield f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n\r\n'.encode()
    # The last part is the preferred one (RFC 2046 §5.1.4): HTML after text.
    yield from _write_text_part(boundary, "plain", mail.text)
    yield from _write_text_part(boundary, "html", mail.html)
    if mail.calendar:
        yield from _write_base64_part(boundary, ("text/calendar; charset=utf-8; method=PUBLISH",), mail.calendar)
    yield f"--{boundary}--\r\n".encode()


def _write_mixed(mail: OutgoingMail, body: bytes) -> Iterator[bytes]:
    boundary = f"=m_{mail.id}"
    ics_headers = (
        'application/ics; name="appointment.ics"',
        'Content-Disposition: attachment; filename="appointment.ics"',
    )
    yield f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n--{boundary}\r\n'.encode()
    yield body
    yield from _write_base64_part(boundary, ics_headers, mail.calendar)
    yield f"--{boundary}--\r\n".encode()


def _write_base64_part(boundary: str, headers: tuple[str, ...], body: bytes) -> tuple[bytes, bytes]:
    """Return a part in base64; the first of the headers is its type."""
    head = "\r\n".join((f"--{boundary}", f"Content-Type: {headers[0]}", *headers[1:]))
    return f"{head}\r\nContent-Transfer-Encoding: base64\r\n\r\n".encode(), _encode_base64(body)


def _encode_base64(body: bytes) -> bytes:
    return base64.encodebytes(body).replace(b"\n", b"\r\n")


def _write_text_part(boundary: str, kind: str, body: str) -> tuple[bytes, bytes]:
    head = (
        f"--{boundary}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode(), encode_quoted_printable(body)


def encode_quoted_printable(body: str) -> bytes:
    """Return text as quoted-printable with CRLF, ending in a line break."""
    plain = body.replace("\r\n", "\n").replace("\r", "\n") if "\r" in body else body
    lines = plain.removesuffix("\n").split("\n")
    return b"\r\n".join(
        [_encode_line(line) if len(line) <= _LONGEST_KEPT else _encode_qp(line) for line in lines] + [b""]
    )


def _encode_qp(line: str) -> bytes:
    """Return one line as quoted-printable; lone surrogates become “?”."""
    encoded = binascii.b2a_qp(line.encode("utf-8", "replace"), quotetabs=False, istext=True)
    return encoded.replace(b"\n", b"\r\n")  # of its soft line breaks


# Encoding takes a tenth of all work on a mail, and nearly all lines of a mail are those of the mail before.
_encode_line = lru_cache(maxsize=1024)(_encode_qp)


def _write_headers(mail: OutgoingMail) -> Iterator[str]:
    yield f"Date: {format_datetime(mail.date)}"
    yield f"From: {_write_mailbox(mail.sender)}"
    if mail.reply_to:
        yield f"Reply-To: {_write_mailbox(mail.reply_to)}"
    yield f"To: {_write_mailbox(mail.to)}"
    yield _fold_header("Subject", _split_words(require_printable(mail.subject)))
    yield f"Message-ID: {require_printable(message_id(mail))}"
    yield "Auto-Submitted: auto-generated"  # out-of-office programs do not answer it (RFC 3834)
    if mail.bulk_headers:
        for name, value in write_bulk_headers(mail.bulk_headers).items():
            yield f"{name}: {value}"
    yield "MIME-Version: 1.0"


def write_bulk_headers(headers: BulkHeaders) -> dict[str, str]:
    """Return the headers of marketing mail by name.  Raises :class:`HeaderError` if one cannot hold its value."""
    # With the Post header, mail programs show an unsubscribe button and POST to this URL (RFC 8058).
    by_mail = headers.unsubscribe_mailbox
    mailto = f", <mailto:{_require_list_literal(by_mail)}?subject=stop>" if by_mail else ""
    return {
        "List-Id": f"<{_require_list_literal(headers.list_id)}>",
        "List-Unsubscribe": f"<{_require_list_literal(headers.unsubscribe_url)}>{mailto}",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Feedback-ID": _require_list_literal(headers.feedback_id),
        "Precedence": "bulk",
    }


def require_printable(value: str) -> str:
    """Return a header value unchanged.  Raises :class:`HeaderError` if it holds a control character."""
    if _CONTROL.search(value):
        message = "a header value holds a control character"
        raise HeaderError(message)
    return value


def _require_list_literal(value: str) -> str:
    """Return the value unchanged.  Raises :class:`HeaderError` if a list header cannot hold it as it is."""
    # 40 characters are room for the name of the header, such as "List-Unsubscribe: <".
    if not value.isascii() or any(mark in value for mark in " <>") or len(value) > _LONGEST_LINE - 40:
        message = "a list header can only hold an ASCII address without spaces"
        raise HeaderError(message)
    return require_printable(value)


def _write_mailbox(mailbox: Mailbox) -> str:
    address = smtp_address(mailbox.email)
    name = " ".join(require_printable(mailbox.name).split())
    if not name:
        return address
    # A name is written in the plainest form that can hold it: an atom phrase (Mia Berg), a quoted string
    # ("Berg, Mia"), or encoded words (=?utf-8?b?…?=).  "=?" in plain text would be decoded by mail programs.
    if _PHRASE.fullmatch(name) and "=?" not in name and len(name) < _LINE:
        return f"{name}\r\n <{address}>" if len(name) + len(address) > _LINE - 16 else f"{name} <{address}>"
    if name.isascii() and "=?" not in name and len(name) < _LINE - 12:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"\r\n <{address}>'
    return "\r\n ".join((*_write_encoded_words(name), f"<{address}>"))


def _split_words(value: str) -> tuple[str, ...]:
    """Return the words of a text header, encoded where needed; it may be folded at the space between two words."""
    words = tuple(value.split(" "))
    plain = value.isascii() and "=?" not in value and all(0 < len(word) < _LINE - 12 for word in words)
    return words if plain or not value else tuple(_write_encoded_words(value))


def _write_encoded_words(value: str) -> Iterator[str]:
    # RFC 2047 §5: each encoded word must decode by itself, so a character of several bytes is never divided.
    piece = b""
    for char in value:
        raw = char.encode()
        if len(piece) + len(raw) > _WORD_BYTES:
            yield _encode_word(piece)
            piece = b""
        piece += raw
    yield _encode_word(piece)


def _encode_word(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode()}?="


def _fold_header(name: str, words: tuple[str, ...]) -> str:
    lines = [f"{name}:"]
    # The first word always stays on the line of the name: a header whose first line is empty is not allowed.
    for word in words:
        if len(lines[-1]) + 1 + len(word) > _LINE and lines != [f"{name}:"]:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines)
