"""The MIME writer, judged by the standard library's parser."""

import dataclasses
import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from email_out.message.mime import (
    BulkHeaders,
    HeaderError,
    Mailbox,
    OutgoingMail,
    build_mime,
    message_id,
    needs_smtputf8,
    smtp_address,
)

URL = "https://doorstep.example.com/unsubscribe/" + "a" * 120
OUTGOING = OutgoingMail(
    id="abcDEF_-12345678",
    sender=Mailbox(email="lena@leaf.amseltea.example", name="Lena from Amsel Tea"),
    reply_to=Mailbox(email="lena@amseltea.example"),
    to=Mailbox(email="mia@example.com"),
    subject="Welcome. Put the kettle on.",
    date=datetime(2026, 11, 22, 10, 3, tzinfo=UTC),
    text="Hello\n",
    html="<p>Hello</p>\n",
    bulk_headers=BulkHeaders(
        list_id="friday-leaf.amseltea.example", unsubscribe_url=URL, feedback_id="welcome:leaf:book:amsel"
    ),
)

words = st.text(
    st.characters(min_codepoint=0x21, exclude_categories=["Cs"], exclude_characters="\u2028\u2029\x7f"),
    min_size=1,
    max_size=90,
)
lines = st.lists(words, max_size=12).map(" ".join)
bodies = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=400)


def parsed(mail: OutgoingMail) -> EmailMessage:
    """Return what the standard library makes of the bytes, and find no fault with them."""
    raw = build_mime(mail)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert message.defects == []
    return message


def part(message: EmailMessage, kind: str) -> str:
    """Return a body as written (the line break before a boundary belongs to the boundary)."""
    found = message.get_body((kind,))
    assert found is not None
    return str(found.get_content()).replace("\r\n", "\n")


def test_all_headers() -> None:
    """Every header is what was meant, in the order it was written."""
    assert parsed(OUTGOING).items() == [
        ("Date", "Sun, 22 Nov 2026 10:03:00 +0000"),
        ("From", "Lena from Amsel Tea <lena@leaf.amseltea.example>"),
        ("Reply-To", "lena@amseltea.example"),
        ("To", "mia@example.com"),
        ("Subject", "Welcome. Put the kettle on."),
        ("Message-ID", "<abcDEF_-12345678@leaf.amseltea.example>"),
        ("Auto-Submitted", "auto-generated"),
        ("List-Id", "<friday-leaf.amseltea.example>"),
        ("List-Unsubscribe", f"<{URL}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Feedback-ID", "welcome:leaf:book:amsel"),
        ("Precedence", "bulk"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'multipart/alternative; boundary="=_abcDEF_-12345678"'),
    ]


def test_transactional_mail_has_no_list_headers() -> None:
    """Without bulk there is nothing of a list in it."""
    names = parsed(dataclasses.replace(OUTGOING, bulk_headers=None)).keys()
    assert not {"List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "Feedback-ID", "Precedence"} & set(names)


def test_a_long_list_unsubscribe_is_one_literal_line() -> None:
    """The trap of ``email.policy.SMTP``: it encodes this header beyond 77 characters; ours stays readable."""
    assert f"\r\nList-Unsubscribe: <{URL}>\r\n".encode() in build_mime(OUTGOING)
    spoilt = EmailMessage(policy=email.policy.SMTP)
    spoilt["List-Unsubscribe"] = f"<{URL}>"
    assert b"=?utf-8?q?" in spoilt.as_bytes()


def test_the_same_letter_gives_the_same_bytes() -> None:
    """A retry is the same mail."""
    assert build_mime(OUTGOING) == build_mime(OUTGOING)


@given(lines)
def test_any_subject_parses_back(subject: str) -> None:
    """Whatever the words, the subject comes back and no line is too long."""
    mail = dataclasses.replace(OUTGOING, subject=subject)
    assert str(parsed(mail)["Subject"]) == subject
    head = build_mime(mail).split(b"\r\n\r\n")[0]
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^ ]*\?=", head))
    folded = re.sub(rb"\r\nList-[^\r]*", b"", head)
    assert all(len(line) <= 78 for line in folded.split(b"\r\n"))


@given(lines.filter(lambda name: name == " ".join(name.split())))
def test_any_display_name_parses_back(name: str) -> None:
    """Quotes, commas, emoji and long names come back as one mailbox.

    Between two encoded words of a name the library puts a space that RFC 2047 §6.2 forbids, so long names are
    compared without spaces.
    """
    mail = dataclasses.replace(OUTGOING, sender=Mailbox(email="lena@leaf.amseltea.example", name=name))
    [found] = parsed(mail)["From"].addresses
    assert found.addr_spec == "lena@leaf.amseltea.example"
    if len(name.encode()) < 39:
        assert found.display_name == name
    assert found.display_name.replace(" ", "") == name.replace(" ", "")


@given(bodies, bodies)
def test_any_body_parses_back(text: str, html: str) -> None:
    """Both parts come back to the mail: dots, trailing spaces, emoji, long lines; only the last break is ours."""
    message = parsed(dataclasses.replace(OUTGOING, text=text, html=html))
    for kind, body in (("plain", text), ("html", html)):
        assert part(message, kind).rstrip("\n") == body.rstrip("\n")
    for line in build_mime(dataclasses.replace(OUTGOING, bulk_headers=None, text=text, html=html)).split(b"\r\n"):
        assert len(line) <= 78


@given(st.sampled_from(["mia@example.com", "jürgen@example.com", "o'neil+tea@tee-händler.example", "李@例え.example"]))
def test_addresses(address: str) -> None:
    """A domain travels in ASCII, a local part as it is; only the latter needs SMTPUTF8."""
    wire = smtp_address(address)
    assert wire.rpartition("@")[2].isascii()
    assert wire.rpartition("@")[0] == address.rpartition("@")[0]
    assert needs_smtputf8(address) is not address.rpartition("@")[0].isascii()
    assert f"To: {wire}\r\n".encode() in build_mime(dataclasses.replace(OUTGOING, to=Mailbox(email=address)))


@pytest.mark.parametrize("mark", ["\r", "\n", "\r\n", "\x00", "\x7f", "\u2028"])
@pytest.mark.parametrize("place", ["subject", "name", "email", "id", "url"])
def test_no_header_can_be_added(mark: str, place: str) -> None:
    """A control character in any header value is refused."""
    evil = f"x{mark}Bcc: all@example.com"
    mail = {
        "subject": dataclasses.replace(OUTGOING, subject=evil),
        "name": dataclasses.replace(OUTGOING, sender=Mailbox(email="a@b.example", name=evil)),
        "email": dataclasses.replace(OUTGOING, to=Mailbox(email=f"{evil}@b.example")),
        "id": dataclasses.replace(OUTGOING, id=evil),
        "url": dataclasses.replace(
            OUTGOING, bulk_headers=BulkHeaders(list_id="a.b", unsubscribe_url=f"https://{evil}", feedback_id="a:b:c:d")
        ),
    }[place]
    with pytest.raises(HeaderError):
        build_mime(mail)


@pytest.mark.parametrize("address", ["", "mia", "@example.com", "mia@", "a b@c.example", "a@b.example>", "m@\u2000.de"])
def test_what_is_no_address(address: str) -> None:
    """An address that cannot be written is refused, and its text is not repeated."""
    with pytest.raises(HeaderError) as caught:
        smtp_address(address)
    assert not address or address not in str(caught.value)


def test_message_id() -> None:
    """The Message-ID is the send id at the sender's domain."""
    assert message_id(OUTGOING) == "<abcDEF_-12345678@leaf.amseltea.example>"
