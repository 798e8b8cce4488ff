"""Reads what comes back to an envelope sender: a delivery report, a complaint, an automatic answer, a “stop”.  Pure.

In this order, since one message can look like two of them:

1. a complaint (ARF, RFC 5965): ``Feedback-Type: abuse``
2. a delivery report (RFC 3464): ``failed``, ``delayed``, ``delivered``; only a failure counts against anybody
3. an automatic answer (RFC 3834), such as a note of absence, or the mail of a list: nowhere
4. a letter of a mail system without the form of RFC 3464: judged by its words
5. a letter of a person: whether it asks for an end is for the caller to judge

Whoever writes here is a stranger.  So only the beginning is read (:data:`MOST_BYTES`), nothing is nested deeper than
:data:`MOST_PARTS`, and whatever the parser raises makes the message unreadable, no more.
"""

import email
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import Literal

from email_out.feedback.classes import SILENT_STATUSES, FeedbackClass, classify_refusal
from email_out.feedback.return_path import is_return_path

ReportKind = Literal["bounce", "delayed", "delivered", "complaint", "automatic", "letter", "unreadable"]

MOST_BYTES = 128 * 1024
"""Bytes of a message that are read: a report stands before the mail that it returns."""
MOST_PARTS = 12
"""Parts with parts in them.  The standard library's parser asks each open one at every line: this bounds its time."""
MOST_TEXT = 4000
"""Characters of a text that are looked at."""

_MOST_NAMES = 20
_LONGEST_ADDRESS_FIELD = 500

_NESTED = re.compile(rb"^content-type:\s*(?:multipart|message)/", re.IGNORECASE | re.MULTILINE)
_DIAGNOSTIC = re.compile(r"\b([245]\d\d)\b[ -]?(?:#?([245]\.\d{1,3}\.\d{1,3})\b)?")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_MAIL_SYSTEM = re.compile(r"^(?:mailer-daemon|postmaster|mail-?daemon|mdaemon|bounce)", re.IGNORECASE)
_AWAY = re.compile(
    r"^(?:auto(?:matic)?[ -]?(?:reply|response)|automatische antwort|out of (?:the )?office|abwesenheit|auto:)",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(r"<([\w=-]{1,100})@[\w.-]{1,255}>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a message says."""

    kind: ReportKind
    meaning: FeedbackClass = "unclear"
    """Of a bounce or complaint."""
    status: str = ""
    """Enhanced status, such as ``5.1.1``; empty if none is said."""
    mentioned: tuple[str, ...] = ()
    """Addresses that may be an envelope sender of ours.  Personal data may be among them: never log."""
    recipient: str = ""
    """Address that the report is about, as far as it says so.  Never log."""
    message_ids: tuple[str, ...] = ()
    """Left parts of the Message-IDs that it returns or answers: ids of mails, if they are ours."""
    writer: str = ""
    """Of a letter: the address it comes from.  Never log."""
    subject: str = ""
    text: str = ""
    own_id: str = ""
    """Message-ID of a letter itself.  Never log: whoever wrote it chose it."""
    written_at: datetime | None = None
    """When a letter says that it was written, aware; None if it does not say, or nothing readable."""


UNREADABLE = Report(kind="unreadable")


def read_report(raw: bytes) -> Report:
    """Return what a message says; never raises."""
    head = raw[:MOST_BYTES]
    if len(_NESTED.findall(head)) > MOST_PARTS:
        return UNREADABLE
    try:
        return _read_message(email.message_from_bytes(head))
    except Exception:  # noqa: BLE001  the standard library's parser raises whatever it likes at hostile input
        return UNREADABLE


def _read_message(message: Message) -> Report:
    parts = list(message.walk())
    fields = _find_fields(parts, "message/feedback-report")
    if fields and _text_of(fields[0], "Feedback-Type").lower() in ("abuse", "fraud"):
        return _complete(Report(kind="complaint", meaning="complaint"), parts, fields[0])
    blocks = _find_fields(parts, "message/delivery-status")
    if blocks:
        return _read_delivery(parts, blocks)
    if _is_automatic(message):
        return Report(kind="automatic")
    text = _read_text(parts)
    if _MAIL_SYSTEM.match(_writer_of(message)) or _text_of(message, "Return-Path") == "<>":
        status = (_STATUS.search(text) or [""])[0]
        return _complete(_judge(0, status, text), parts)
    subject = _text_of(message, "Subject")
    # Some programs answer for people without a word of it in the header.
    if _AWAY.match(subject):
        return Report(kind="automatic")
    report = Report(
        kind="letter", writer=_writer_of(message), subject=subject, text=text,
        own_id=_text_of(message, "Message-ID"), written_at=_date_of(message),
    )  # fmt: skip
    return _complete(report, parts)


def _read_delivery(parts: list[Message], blocks: list[Message]) -> Report:
    """Read a delivery report: the block of the mail comes first, then one for each recipient (RFC 3464 §2.1)."""
    block = next((one for one in blocks if _text_of(one, "Action").lower() == "failed"), None)
    if block is None:
        actions = {_text_of(one, "Action").lower() for one in blocks}
        is_there = bool(actions & {"delivered", "relayed"})
        return _complete(Report(kind="delivered" if is_there else "delayed", meaning="deferred"), parts, blocks[-1])
    status = (_STATUS.match(_text_of(block, "Status")) or [""])[0]
    diagnostic = _text_of(block, "Diagnostic-Code")
    code = _DIAGNOSTIC.search(diagnostic)
    if status in SILENT_STATUSES and code and code[2]:
        status = code[2]
    return _complete(_judge(int(code[1]) if code else 0, status, diagnostic), parts, block)


def _judge(code: int, status: str, text: str) -> Report:
    meaning = classify_refusal(code, status, text)
    # “Not now” to the last: the relay has given up, and may have more luck with the next mail.
    return Report(kind="bounce", meaning="soft" if meaning == "deferred" else meaning, status=status)


def _complete(report: Report, parts: list[Message], block: Message | None = None) -> Report:
    """Return the report with which mail, and which address, it is about."""
    outer, inner = parts[0], parts[1:]
    returned = [part for part in inner if part["Message-ID"]] + [
        email.message_from_string(str(part.get_payload()))
        for part in inner
        if part.get_content_type() == "text/rfc822-headers" and not part.is_multipart()
    ]
    senders = [(outer, name) for name in ("To", "Delivered-To", "X-Original-To", "Envelope-To")]
    senders += [(block, "Original-Mail-From")] if block else []
    senders += [(one, "Return-Path") for one in returned]
    rcpts = [(block, name) for name in ("Original-Recipient", "Final-Recipient", "Original-Rcpt-To")] if block else []
    recipients = [_address_of(one, name) for one, name in (*rcpts, *((one, "To") for one in returned)) if one]
    named = [(one, "Message-ID") for one in returned] + [(outer, name) for name in ("In-Reply-To", "References")]
    ids = [found for one, name in named for found in _MESSAGE_ID.findall(_text_of(one, name))]
    return replace(
        report,
        mentioned=tuple(dict.fromkeys(one for each in senders if is_return_path(one := _address_of(*each))))[
            :_MOST_NAMES
        ],
        recipient=next((one for one in recipients if one), ""),
        message_ids=tuple(dict.fromkeys(ids))[:_MOST_NAMES],
    )


def _find_fields(parts: list[Message], kind: str) -> list[Message]:
    """Return the blocks of fields in the parts of this type; the parser makes messages of them."""
    payloads = [part.get_payload() for part in parts if part.get_content_type() == kind]
    return [one for blocks in payloads if isinstance(blocks, list) for one in blocks if isinstance(one, Message)]


def _is_automatic(message: Message) -> bool:
    """Return True for what nobody wrote (RFC 3834 §2), or what went to many."""
    submitted = _text_of(message, "Auto-Submitted").partition(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _text_of(message, "Precedence").lower() in ("bulk", "junk", "list", "auto_reply")
        or any(message[name] for name in ("List-Id", "X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    )


def _read_text(parts: list[Message]) -> str:
    """Return the beginning of the first text; empty if there is none."""
    part = next((one for one in parts if one.get_content_type() == "text/plain" and not one.is_multipart()), None)
    raw = part.get_payload(decode=True) if part else b""
    if not isinstance(raw, bytes) or part is None:
        return ""
    try:
        return raw[: 4 * MOST_TEXT].decode(str(part.get_content_charset("utf-8")), "replace")[:MOST_TEXT]
    except LookupError:  # a charset that nobody knows
        return raw[:MOST_TEXT].decode("latin-1")


def _text_of(message: Message, name: str) -> str:
    """Return a field as one line; encoded words are read."""
    raw = str(message.get(name, ""))[:MOST_TEXT]
    return " ".join(str(make_header(decode_header(raw))).split())


def _date_of(message: Message) -> datetime | None:
    try:
        at = parsedate_to_datetime(_text_of(message, "Date"))
    except (TypeError, ValueError):
        return None
    # “-0000” says that the writer's zone is not known (RFC 5322 §3.3), and the time is UTC.
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _address_of(message: Message, name: str) -> str:
    """Return the address of a field, such as ``rfc822;mia@example.com`` or ``Mia <mia@example.com>``."""
    written = str(message.get(name, ""))[:_LONGEST_ADDRESS_FIELD].rpartition(";")[2]
    return parseaddr(written)[1].strip()


def _writer_of(message: Message) -> str:
    return _address_of(message, "From")
