"""Asking for another code in one's own words."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.code_requests import asks_new_code


@pytest.mark.parametrize(
    "text",
    [
        "please send me a new code", "another code please", "resend the code", "code again please", "I need a new code",
        "send it again", "neuer Code bitte", "schick mir einen neuen code", "nochmal schicken", "noch einen Code bitte",
        "ich brauche einen neuen code", "could you send me another one, please", "Code erneut senden",
    ],
)  # fmt: skip
def test_a_new_code_is_asked_for_in_ones_own_words(text: str) -> None:
    """Words of the request and polite ones."""
    assert asks_new_code(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    ["", "code", "send", "new address", "my new code is wrong", "I have a new phone", "again"],
)
def test_other_words_are_no_request(text: str) -> None:
    """Nothing is mailed by chance."""
    assert not asks_new_code(normalize_text(text))
