"""What is signed, beside a slow reader of relaxed/relaxed that goes character by character, and beside dkimpy."""

import base64
import hashlib

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from email_out.dkim.canonical import relax_body, relax_header
from email_out.dkim.sign import sign_message
from email_out.dkim.signing_keys import MADE_BITS, SigningKey
from email_out.message.mime import build_mime
from tests.unit.email_out.dkim.test_sign import DOMAIN, MAIL, verify

KEYS = (
    SigningKey(domain=DOMAIN, selector="doorstep1", key=generate_private_key(65537, MADE_BITS)),
    SigningKey(domain=DOMAIN, selector="doorstep1e", key=Ed25519PrivateKey.from_private_bytes(bytes(32))),
)
PIECES = [b"a", b"=20", b" ", b"  ", b"   ", b"\t", b" \t ", b"\r\n", b"\r\n\r\n", b"\v", b"\xc3\xbc", b"\0", b" " * 9]
bodies = st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join)
values = st.lists(st.sampled_from([b"a", b":", b" ", b"\t", b"   ", b"\r\n ", b"\r\n\t", b"\xc3"]), max_size=12).map(
    b"".join
)


def relax_slowly(line: bytes) -> bytes:
    """Return a line with single blanks and none at its end, character by character (RFC 6376 §3.4.4)."""
    read = ""
    for sign in line.decode("latin-1").replace("\t", " "):
        read += "" if sign == " " and read.endswith(" ") else sign
    return read.removesuffix(" ").encode("latin-1")


def relax_body_slowly(body: bytes) -> bytes:
    """Return a body line by line, without the empty lines at its end."""
    lines = [relax_slowly(line) for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)


@settings(max_examples=200, deadline=None)
@given(body=bodies)
def test_a_body_is_read_as_a_slow_reader_reads_it(body: bytes) -> None:
    """Runs of every length, tabs, blanks at the ends of lines, at the start and at the end of all."""
    assert relax_body(body) == relax_body_slowly(body)


@settings(max_examples=200, deadline=None)
@given(value=values)
def test_a_header_is_read_as_a_slow_reader_reads_it(value: bytes) -> None:
    """Folds are taken out, and blanks around the value."""
    assert relax_header(b"SubJect\t", value) == b"subject:" + relax_slowly(value.replace(b"\r\n", b"")).lstrip(b" ")


@settings(max_examples=25, deadline=None)
@given(body=bodies, value=values)
def test_both_signatures_of_any_mail_are_good(body: bytes, value: bytes) -> None:
    """Dkimpy takes them; both name the same headers and the hash of what the slow reader reads."""
    head = b"From: lena@leaf.amseltea.example\r\nX-Other: 1\r\nSubject: tea" + value + b".\r\nsubject:\ttwo\r\n\r\n"
    signed = sign_message(head + body + b"\r\n", KEYS, 1_764_371_000)
    assert [verify(signed, KEYS, index) for index in (0, 1)] == [True, True]
    body_hash = base64.b64encode(hashlib.sha256(relax_body_slowly(body)).digest())
    assert signed.count(b"\r\n h=from:subject:from:subject;\r\n bh=" + body_hash + b";\r\n b=") == 2


def test_the_same_mail_and_time_give_the_bytes_they_always_gave() -> None:
    """Recorded before signing was made quicker; Ed25519 signs the same bytes alike each time."""
    signed = sign_message(build_mime(MAIL), KEYS[1:], 1_764_371_000)
    assert hashlib.sha256(signed).hexdigest() == "9b1e80a37b16fedce5d4a5b76aec1e37a2523e8dd5af2830a84956ab7513bb63"


@pytest.mark.parametrize("body", [b"", b" ", b"\r\n", b" \t\r\n\r\n ", b"   a", b"a   ", b"a \t", b"  \r\n  a"])
def test_the_edges_of_a_body_are_read_as_dkimpy_reads_them(body: bytes) -> None:
    """Nothing, blanks alone, blanks in front of all and behind all."""
    ended = body + b"\r\n" if body else body
    assert relax_body(body) == relax_body(ended) == dkim.canonicalization.Relaxed.canonicalize_body(ended)
