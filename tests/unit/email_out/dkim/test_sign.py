"""Signatures of mails, judged by dkimpy: good as sent, broken by every change that matters."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import dkim
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from email_out.dkim.canonical import relax_body, relax_header
from email_out.dkim.sign import Signer, sign_message
from email_out.dkim.signing_keys import (
    SigningKey,
    SigningKeyError,
    load_keys,
    make_keys,
    read_active,
    set_active,
    write_zone_line,
)
from email_out.message.mime import BulkHeaders, Mailbox, OutgoingMail, build_mime

DOMAIN = "leaf.amseltea.example"
MAIL = OutgoingMail(
    id="c2VuZF9pZF8xMjM0", sender=Mailbox(email=f"lena@{DOMAIN}", name="Lena von Amsel Tee, Köchin"),
    to=Mailbox(email="mia@example.com"), reply_to=Mailbox(email="lena@amseltea.example"),
    subject="Grüße aus dem Teebuch", date=datetime(2026, 11, 28, 9, tzinfo=UTC), text="Hallo  Mia, \n\n.\n\n\n",
    html="<p>Hallo\tMia</p>\n", bulk_headers=BulkHeaders(
        list_id="friday-leaf.amseltea.example", unsubscribe_url="https://t.example/u/abc", feedback_id="a:b:c:leafam",
    ),
)  # fmt: skip


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a pair of keys."""
    folder = tmp_path_factory.mktemp("dkim")
    assert make_keys(folder, DOMAIN) == "doorstep1"
    return folder


@pytest.fixture(name="keys", scope="module")
def _keys(folder: Path) -> tuple[SigningKey, ...]:
    return load_keys(folder, DOMAIN, "doorstep1")


def verify(raw: bytes, keys: tuple[SigningKey, ...], index: int) -> bool:
    """Return what dkimpy says of a signature, with our records as DNS."""
    records = {f"{key.record_name}.".encode(): key.record.encode() for key in keys}
    try:
        return bool(dkim.DKIM(raw).verify(idx=index, dnsfunc=lambda name, timeout=5: records.get(name)))  # noqa: ARG005  its form
    except dkim.ValidationError:  # the body was changed
        return False


def test_both_signatures_of_a_mail_are_good(folder: Path, keys: tuple[SigningKey, ...]) -> None:
    """RSA and Ed25519, with the domain of From; the same mail gives the same bytes."""
    signer = Signer(folder)
    signed = signer.sign(MAIL, build_mime(MAIL))
    assert [verify(signed, keys, index) for index in (0, 1)] == [True, True]
    assert signed == signer.sign(MAIL, build_mime(MAIL))
    assert max(len(line) for line in signed.split(b"\r\n")) <= 78
    headers = message_from_bytes(signed).get_all("DKIM-Signature")
    assert headers
    assert [re.findall(r"\b[ads]=([\w.-]+)", header) for header in headers] == [
        ["rsa-sha256", DOMAIN, "doorstep1"],
        ["ed25519-sha256", DOMAIN, "doorstep1e"],
    ]


def test_everything_that_a_reader_or_provider_goes_by_is_signed(keys: tuple[SigningKey, ...]) -> None:
    """Each header changed, taken out, or added once more breaks both signatures."""
    signed = sign_message(build_mime(MAIL), keys, 0)
    for name, value in message_from_bytes(build_mime(MAIL)).items():
        line = f"\r\n{name}: ".encode()
        assert line in signed, name
        for broken in (signed.replace(line, line + b"x"), signed.replace(line, f"\r\nX-{name}: ".encode())):
            assert [verify(broken, keys, index) for index in (0, 1)] == [False, False], (name, value)
    for name in ("From", "Subject", "Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post"):
        assert not verify(f"{name}: other\r\n".encode() + signed, keys, 0), name


def test_a_changed_body_breaks_it_and_harmless_blanks_do_not(keys: tuple[SigningKey, ...]) -> None:
    """Relays fold headers anew and strip blanks at the ends of lines."""
    signed = sign_message(build_mime(MAIL), keys, 0)
    assert not verify(signed.replace(b"Hallo", b"Hello"), keys, 0)
    assert verify(signed.replace(b"Subject: ", b"Subject:\r\n   ") + b"\r\n\r\n", keys, 0)
    assert verify(signed.replace(b"<p>Hallo", b"<p>Hallo"), keys, 1)


@settings(max_examples=60, deadline=None)
@given(body=st.lists(st.sampled_from([b"a", b" ", b"\t", b"\r\n", b".", b"  b "]), max_size=12))
def test_bodies_are_read_as_dkimpy_reads_them(body: list[bytes]) -> None:
    """Relaxed, whatever stands in it."""
    raw = b"".join(body)
    assert relax_body(raw) == dkim.canonicalization.Relaxed.canonicalize_body(
        raw if raw.endswith(b"\r\n") or not raw else raw + b"\r\n"
    )
    [(name, value)] = dkim.canonicalization.Relaxed.canonicalize_headers([(b"SubJect ", b"a " + raw.strip() + b"\r\n")])
    assert relax_header(b"SubJect ", b"a " + raw.strip()) + b"\r\n" == name + b":" + value or b"\r\n" in raw.strip()


def test_a_new_key_waits_until_it_is_told_to_sign(folder: Path, tmp_path: Path) -> None:
    """Two selectors in turn; nobody else reads the files; mails of other domains stay as they are."""
    assert make_keys(tmp_path, DOMAIN) == read_active(tmp_path, DOMAIN) == "doorstep1"
    assert make_keys(tmp_path, DOMAIN) == "doorstep2"
    assert read_active(tmp_path, DOMAIN) == "doorstep1"
    set_active(tmp_path, DOMAIN, "doorstep2")
    assert b"s=doorstep2;" in Signer(tmp_path).sign(MAIL, build_mime(MAIL))
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / DOMAIN).iterdir()} == {0o600}
    other = MAIL.__class__(
        **{field: getattr(MAIL, field) for field in MAIL.__slots__} | {"sender": Mailbox(email="a@b.example")}
    )
    assert Signer(folder).sign(other, b"x") == b"x"


def test_keys_that_cannot_be_used_are_named_and_never_shown(tmp_path: Path) -> None:
    """Neither in errors nor in what Python prints of them."""
    make_keys(tmp_path, DOMAIN)
    [rsa, edwards] = load_keys(tmp_path, DOMAIN, "doorstep1")
    assert "key=" not in f"{rsa!r}{edwards!r}"
    path = tmp_path / DOMAIN / "doorstep1.pem"
    path.write_text(path.read_text().replace("A", "B"))
    with pytest.raises(SigningKeyError, match=r"^doorstep1\.pem of leaf\.amseltea\.example is no readable private key"):
        load_keys(tmp_path, DOMAIN, "doorstep1")


def test_a_record_is_a_line_of_a_zone_file(keys: tuple[SigningKey, ...]) -> None:
    """A long one in strings of at most 255 characters."""
    lines = [write_zone_line(key.record_name, key.record) for key in keys]
    assert lines[0].startswith(f'doorstep1._domainkey.{DOMAIN}. IN TXT ( "v=DKIM1; k=rsa; p=')
    assert max(map(len, re.findall(r'"([^"]*)"', lines[0]))) <= 255
    assert re.fullmatch(rf'doorstep1e\._domainkey\.{DOMAIN}\. IN TXT "v=DKIM1; k=ed25519; p=[\w+/]{{43}}="', lines[1])
