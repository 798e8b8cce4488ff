"""What the doctor says of a mail's one-click headers, of a mail server, and of the letter it sends to itself."""

from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.ports import MetaStore
from email_out.dkim.sign import sign_message
from email_out.dkim.signing_keys import SigningKey
from email_out.message.mime import build_mime
from service.deliverability.examine_mail import examine_provider, examine_server, judge_headers
from service.feedback.doctor_letters import expect_letter, find_letter, take_letter
from tests.support.mailjet_world import SECRET, run_mailjet
from tests.unit.email_out.dkim.test_sign import MAIL

KEY = SigningKey(domain="leaf.amseltea.example", selector="doorstep1e", key=Ed25519PrivateKey.generate())
RAW = build_mime(MAIL)


@pytest.mark.parametrize(
    ("raw", "good", "says"),
    [
        (sign_message(RAW, [KEY], 0), True, "Both headers are there, and 1 signatures cover them."),
        (RAW, True, "Both headers are there; the signature over them is your provider's to make."),
        (RAW.replace(b"List-Unsubscribe-Post", b"X-Post"), False, "The mail has no list-unsubscribe-post."),
        (
            b"DKIM-Signature: v=1; h=from:list-unsubscribe; b=x\r\n" + RAW,
            False,
            "list-unsubscribe-post is not signed, and Gmail shows no button then.",
        ),
    ],
)
def test_one_click_headers_must_be_there_and_signed(raw: bytes, says: str, *, good: bool) -> None:
    """RFC 8058: a signature must cover both."""
    [told] = judge_headers(raw)
    assert (told.good, told.says) == (good, says)


async def test_a_server_that_is_not_there_is_told_without_its_password() -> None:
    """Host and port only."""
    told = await examine_server("smtp://mia:s3cret@127.0.0.1:1", "marketing")
    assert not told.good
    assert told.says.startswith("127.0.0.1:1 does not take us (SMTPConnect")
    assert "s3cret" not in str(told)


async def test_mailjet_says_whether_it_takes_the_key() -> None:
    """And what it sets itself; a way out is examined, too."""
    async with run_mailjet() as running:
        told = [one async for one in examine_provider(f"{running.url} smtp://127.0.0.1:1", "transactional")]
        assert [one.good for one in told] == [True, False]
        assert "sets Message-ID, Date, List-Id itself" in told[0].says
        [wrong] = [one async for one in examine_provider(running.url.replace(SECRET, "s3cret"), "marketing")]
        assert (wrong.good, "s3cret" in wrong.says + wrong.remedy) == (False, False)


class Meta:
    """A store of few things."""

    def __init__(self) -> None:
        """Begin empty."""
        self.kept: dict[str, bytes] = {}

    async def load_meta(self, name: str) -> bytes | None:
        """Return what is kept."""
        return self.kept.get(name)

    async def save_meta(self, name: str, value: bytes) -> None:
        """Keep it."""
        self.kept[name] = value


async def test_only_the_letter_that_is_waited_for_is_taken() -> None:
    """Once; strangers can write nothing into the store."""
    store = cast("MetaStore", Meta())
    assert not await take_letter(store, "doctor+abc@b.example", RAW)
    await expect_letter(store, "abc")
    assert not await take_letter(store, "doctor+abd@b.example", RAW)
    assert not await take_letter(store, "doctor@b.example", RAW)
    assert await find_letter(store) is None
    assert await take_letter(store, "doctor+abc@b.example", RAW)
    assert b"Subject:" in (await find_letter(store) or b"")
    assert not await take_letter(store, "doctor+abc@b.example", RAW)
