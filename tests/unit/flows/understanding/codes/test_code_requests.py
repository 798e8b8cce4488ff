"""Asking for another code in one's own words."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.codes.code_requests import asks_new_code


@pytest.mark.parametrize(
    "text",
    [
        "please send me a new code", "another code please", "resend the code", "code again please", "I need a new code",
        "send it again", "neuer Code bitte", "schick mir einen neuen code", "nochmal schicken", "noch einen Code bitte",
        "ich brauche einen neuen code", "could you send me another one, please", "Code erneut senden",
        "a new one please", "another one", "nochmal einen neuen", "noch einen", "one more please", "neuer bitte",
        "the code expired, can you send another?", "it expired", "der ist abgelaufen, kann ich einen neuen haben?",
        "hab die mail gelöscht, bitte nochmal", "that one doesn't work anymore, need a new code", "once more please",
    ],
)  # fmt: skip
def test_a_new_code_is_asked_for_in_ones_own_words(text: str) -> None:
    """Words of the request and polite ones."""
    assert asks_new_code(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "code",
        "send",
        "new address",
        "my new code is wrong",
        "I have a new phone",
        "again",
        "noch nicht",
        "my code does not work",
        "a new address please",
        "I got a new one from you",
        "geht nicht",
    ],
)
def test_other_words_are_no_request(text: str) -> None:
    """Nothing is mailed by chance."""
    assert not asks_new_code(normalize_text(text))
