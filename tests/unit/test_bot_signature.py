"""The signature of a webhook body."""

import hashlib
import hmac

import pytest

from bot.signature import is_genuine, sign

BODY = b'{"text":"\\u00e4"}'


def test_a_genuine_body_is_accepted() -> None:
    """The header is the HMAC-SHA256 of the raw bytes."""
    expected = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
    assert sign(BODY, "secret") == expected
    assert is_genuine(BODY, expected, [b"secret"])


def test_any_of_several_secrets_will_do() -> None:
    """While a secret is rotated, both sign."""
    assert is_genuine(BODY, sign(BODY, "new"), [b"old", b"new"])
    assert is_genuine(BODY, sign(BODY, "old"), [b"old", b"new"])
    assert not is_genuine(BODY, sign(BODY, "none of them"), [b"old", b"new"])


def test_the_raw_bytes_count() -> None:
    """The same JSON written differently does not fit."""
    assert not is_genuine('{"text":"ä"}'.encode(), sign(BODY, "secret"), [b"secret"])


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        "sha256=00",
        "sha256",
        "sha1=" + hmac.new(b"secret", BODY, hashlib.sha1).hexdigest(),
        "sha256=" + "ä" * 64,
        "sha256=" + "\udcff" * 64,
        sign(BODY, "secret").upper(),
        sign(BODY, "secret") + "0",
        " " + sign(BODY, "secret"),
    ],
)
def test_a_malformed_header_is_not_genuine(header: str) -> None:
    """Nothing in a header can raise."""
    assert not is_genuine(BODY, header, [b"secret"])
