"""Meta's data deletion callback: who may ask, and for whom."""

import base64
import hmac
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.inbound.signed_request import SignedRequestError, read_signed_request

SECRET = "app-secret-of-the-meta-app"


def _signed(content: object, secret: str = SECRET) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=")
    signature = hmac.digest(secret.encode(), payload, "sha256")
    return f"{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}.{payload.decode()}"


def _asking(user: object = "218471") -> dict[str, object]:
    return {"algorithm": "HMAC-SHA256", "issued_at": 1291836800, "user_id": user}


def test_a_genuine_request_names_the_user() -> None:
    """The app-scoped id comes back, also when it is a number, and by any of the secrets."""
    assert read_signed_request(_signed(_asking()), [SECRET]) == "218471"
    assert read_signed_request(_signed(_asking(218471)), ["another", SECRET]) == "218471"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (_signed(_asking(), "wrong"), "does not fit"),
        (_signed({**_asking(), "algorithm": "none"}), "HMAC-SHA256"),
        (_signed(_asking("../me")), "no user_id"),
        (_signed(_asking(None)), "no user_id"),
        (_signed([1]), "no user_id"),
        ("a.b.c", "two parts"),
        ("", "two parts"),
        ("é.é", "two parts"),
        ("x" * 5000 + ".", "two parts"),
    ],
)
def test_everything_else_is_refused(text: str, why: str) -> None:
    """A wrong signature, algorithm, user or shape is told apart."""
    with pytest.raises(SignedRequestError, match=why):
        read_signed_request(text, [SECRET])


@given(st.text(max_size=200))
def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    """Whatever a stranger posts, it is refused in the one way that is answered 400."""
    with pytest.raises(SignedRequestError):
        read_signed_request(text, [SECRET])
