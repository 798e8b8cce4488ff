"""The signature of a webhook body."""

import hashlib
import hmac

import pytest

from bot.inbound.signature import AppSecrets, sign_body

BODY = b'{"text":"\\u00e4"}'


def test_a_genuine_body_is_accepted() -> None:
    """The header is the HMAC-SHA256 of the raw bytes."""
    expected = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
    assert sign_body(BODY, "secret") == expected
    assert AppSecrets("secret").find_signers(BODY, expected)


def test_any_of_several_secrets_will_do() -> None:
    """While a secret is rotated, both sign."""
    assert AppSecrets(["old", "new"]).find_signers(BODY, sign_body(BODY, "new"))
    assert AppSecrets(["old", "new"]).find_signers(BODY, sign_body(BODY, "old"))
    assert not AppSecrets(["old", "new"]).find_signers(BODY, sign_body(BODY, "none of them"))


def test_the_raw_bytes_count() -> None:
    """The same JSON written differently does not fit."""
    assert not AppSecrets("secret").find_signers('{"text":"ä"}'.encode(), sign_body(BODY, "secret"))


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
        sign_body(BODY, "secret").upper(),
        sign_body(BODY, "secret") + "0",
        " " + sign_body(BODY, "secret"),
    ],
)
def test_a_malformed_header_is_not_genuine(header: str) -> None:
    """Nothing in a header can raise."""
    assert not AppSecrets("secret").find_signers(BODY, header)


def test_each_page_answers_to_its_own_app() -> None:
    """A Page with a secret of its own takes nothing that another app signed, and the other way round."""
    secrets = AppSecrets("main", {"2": "other"})
    by_main, by_other = (secrets.find_signers(BODY, sign_body(BODY, one)) for one in ("main", "other"))
    assert [secrets.may_speak_for(page, by_main) for page in ("1", "2")] == [True, False]
    assert [secrets.may_speak_for(page, by_other) for page in ("1", "2")] == [False, True]


def test_a_renewed_secret_counts_at_once_and_the_old_one_no_more() -> None:
    """Whoever rotates one may do it because it leaked."""
    secrets = AppSecrets("old")
    secrets.replace_secrets("new", {"2": "newer"})
    assert [bool(secrets.find_signers(BODY, sign_body(BODY, one))) for one in ("old", "new", "newer")] == [
        False,
        True,
        True,
    ]


def test_no_secret_signs_nothing() -> None:
    """An empty secret is none."""
    assert AppSecrets("").find_signers(BODY, sign_body(BODY, "")) == frozenset()
