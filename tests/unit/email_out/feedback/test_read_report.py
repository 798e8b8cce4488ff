"""What comes back, as mail systems write it, and as nobody should."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from email_out.feedback.read_report import UNREADABLE, Report, read_report

VERP = "b+abc@bounce.example"


def delivery_report(status: str, diagnostic: str = "", action: str = "failed", returned: str = "") -> bytes:
    """Return a report as postfix writes it."""
    code = f"Diagnostic-Code: smtp; {diagnostic}\r\n" if diagnostic else ""
    return (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@relay.example (Mail Delivery System)\r\nTo: {VERP}\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nThis is the mail system at host relay.\r\n"
        "--B\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; relay.example\r\n\r\n"
        "Final-Recipient: rfc822; mia@example.com\r\n"
        f"Action: {action}\r\nStatus: {status}\r\n{code}\r\n"
        "--B\r\nContent-Type: message/rfc822\r\n\r\n"
        "From: lena@example.org\r\nTo: mia@example.com\r\nMessage-ID: <abc_-DEF@example.org>\r\n\r\n"
        f"{returned}\r\n--B--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("raw", "kind", "meaning", "status"),
    [
        (delivery_report("5.1.1", "550 5.1.1 no"), "bounce", "hard", "5.1.1"),
        (delivery_report("5.0.0", "550 User unknown"), "bounce", "hard", "5.0.0"),
        (delivery_report("5.0.0", "550-5.1.1 The account"), "bounce", "hard", "5.1.1"),
        (delivery_report("5.2.2", "552 5.2.2 full"), "bounce", "soft", "5.2.2"),
        (delivery_report("4.4.1", "connect to mx: timed out"), "bounce", "soft", "4.4.1"),
        (delivery_report("5.7.1", "550 5.7.1 spam"), "bounce", "block", "5.7.1"),
        (delivery_report("5.7.26", "550 5.7.26 SPF"), "bounce", "policy", "5.7.26"),
        (delivery_report("nonsense", ""), "bounce", "unclear", ""),
        (delivery_report("4.4.1", action="delayed"), "delayed", "deferred", ""),
        (delivery_report("2.0.0", action="delivered"), "delivered", "deferred", ""),
    ],
)
def test_delivery_reports(raw: bytes, kind: str, meaning: str, status: str) -> None:
    """Status, diagnostic text and action are understood together."""
    report = read_report(raw)

    assert (report.kind, report.meaning, report.status) == (kind, meaning, status)
    assert (report.mentioned, report.recipient, report.message_ids) == ((VERP,), "mia@example.com", ("abc_-DEF",))


def test_a_complaint() -> None:
    """ARF: the envelope sender stands in the report, not in its address."""
    raw = (
        b"From: fbl@provider.example\r\nTo: abuse@example.org\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/report; report-type=feedback-report; boundary="B"\r\n\r\n'
        b"--B\r\nContent-Type: text/plain\r\n\r\nAn abuse report.\r\n"
        b"--B\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\nUser-Agent: FBL/1\r\n"
        b"Original-Mail-From: <" + VERP.encode() + b">\r\nOriginal-Rcpt-To: <mia@example.com>\r\n\r\n"
        b"--B\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: <abc@example.org>\r\n\r\n--B--\r\n"
    )

    report = read_report(raw)

    assert (report.kind, report.meaning) == ("complaint", "complaint")
    assert (report.mentioned, report.recipient, report.message_ids) == ((VERP,), "mia@example.com", ("abc",))
    assert read_report(raw.replace(b"abuse\r\nUser", b"not-spam\r\nUser")).kind != "complaint"


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: auto-generated; owner-email=x",
        "Precedence: bulk",
        "X-Autoreply: yes",
        "List-Id: <x.example>",
    ],
)
def test_automatic_answers_go_nowhere(header: str) -> None:
    """Whatever a note of absence says, nothing follows."""
    raw = f"From: mia@example.com\r\nTo: {VERP}\r\n{header}\r\nSubject: stop\r\n\r\nUser unknown. stop\r\n".encode()
    assert read_report(raw) == Report(kind="automatic")


def test_a_letter_of_a_mail_system_without_a_form() -> None:
    """Its words are judged by the same table as the answer of a server."""
    raw = (
        f"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.com\r\nTo: {VERP}\r\nSubject: failure notice\r\n\r\n"
        "<mia@example.com>:\r\nsorry, no mailbox here by that name.\r\n"
    ).encode()
    report = read_report(raw)
    assert (report.kind, report.meaning, report.mentioned) == ("bounce", "hard", (VERP,))


def test_a_letter_of_a_person() -> None:
    """Who wrote it, its subject and its words, encoded or not."""
    raw = (
        b"From: Mia <mia@example.com>\r\nTo: x@example.org\r\nIn-Reply-To: <abc@example.org>\r\n"
        b"Subject: =?utf-8?q?St=C3=B6pp?=\r\nContent-Type: text/plain; charset=no-such\r\n\r\nstop\r\n"
    )
    report = read_report(raw)
    assert (report.kind, report.writer, report.subject, report.text.strip(), report.message_ids) == (
        "letter", "mia@example.com", "Stöpp", "stop", ("abc",),
    )  # fmt: skip


def nested(depth: int) -> bytes:
    """Return a message with parts in parts in parts."""
    raw = b"From: a@example.com\r\n"
    for level in range(depth):
        raw += f'Content-Type: multipart/mixed; boundary="b{level}"\r\n\r\n--b{level}\r\n'.encode()
    return raw


@pytest.mark.parametrize(
    "raw",
    [
        delivery_report("5.1.1", returned="x" * 10_000_000),
        delivery_report("5.1.1", returned="\r\n" * 5_000_000),
        nested(12) + b"\n" * 10_000_000,
        nested(50),
        nested(5000),
        b"Subject: " + b"=?utf-8?q?x?= " * 1_000_000,
        b"To: " + b"<" * 10_000_000,
        b"To: " + b"(" * 10_000_000,
        b"From: MAILER-DAEMON@x\r\n\r\n" + b"user " * 2_000_000,
        b"\xff" * 1_000_000,
        b"",
    ],
    ids=[
        "long",
        "lines",
        "parts",
        "50 deep",
        "5000 deep",
        "words",
        "angles",
        "brackets",
        "words of no",
        "bytes",
        "none",
    ],
)
def test_nothing_takes_long(raw: bytes) -> None:
    """Ten megabytes, fifty levels, one endless line: each is read in the time of a small mail, and harms nothing."""
    began = time.process_time()
    report = read_report(raw)
    assert time.process_time() - began < 1.5
    assert report.kind in ("bounce", "letter", "unreadable")


def test_fifty_levels_are_not_read() -> None:
    """No mail system writes that."""
    assert read_report(nested(50)) == UNREADABLE


@settings(max_examples=60)
@given(st.binary(max_size=2000), st.integers(min_value=0, max_value=900))
def test_anything_may_come(noise: bytes, at: int) -> None:
    """A report with anything in its middle is read, or is not; nothing is raised."""
    whole = delivery_report("5.1.1", "550 no")
    read_report(noise)
    read_report(whole[:at] + noise + whole[at:])
