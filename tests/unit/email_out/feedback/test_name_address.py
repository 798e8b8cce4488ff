"""Addresses as others write them have the hash under which the chat keeps them."""

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from email_out.feedback.name_address import name_address
from tests.support.people import KEYS


def normalise(email: str) -> str:
    """Return what the chat keeps of an address; itself if it is none."""
    try:
        return validate_email(email, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError:
        return email


@pytest.mark.parametrize(
    "email",
    [
        "mia@example.com", "Mia.Berg+tea@example.com", "mia@EXAMPLE.com", "tee@xn--bcher-kva.example",
        "tee@bücher.example", "müller@example.com", "mia..b@example.com", "mia@example.com.", "x@y", "",
    ],
)  # fmt: skip
def test_the_hash_is_that_of_the_address_as_it_is_kept(email: str) -> None:
    """Also where the short way is taken."""
    assert name_address(email, KEYS) == KEYS.address_hash(normalise(email))


@given(st.from_regex(r"[A-Za-z0-9._+-]{1,8}@[a-z0-9.-]{1,12}", fullmatch=True))
def test_the_short_way_and_the_long_way_agree(email: str) -> None:
    """For whatever the short way takes."""
    assert name_address(email, KEYS) == KEYS.address_hash(normalise(email))
