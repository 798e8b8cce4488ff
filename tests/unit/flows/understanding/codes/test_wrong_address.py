"""That an address was mistyped, where its code is waited for."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.codes.wrong_address import find_change_of_address, says_wrong_address


@pytest.mark.parametrize(
    "text",
    [
        "oops typo in my email", "wrong email", "I mistyped my address", "its the wrong email, sorry", "wrong address",
        "ugh I misspelled my email", "that's not my email, i typed it wrong", "das ist nicht meine Mail",
        "Tippfehler in der Mail", "hab mich bei der Adresse vertippt", "falsche Mail angegeben, sorry",
    ],
)  # fmt: skip
def test_a_mistyped_address_is_heard(text: str) -> None:
    """In both languages, with a sigh or without."""
    assert says_wrong_address(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "wrong code", "I made a typo", "hab mich vertippt", "I got the wrong mail", "email is right",
        "the code is not mine", "not mine",
        "my email is not wrong", "the wrong newsletter", "falscher Code", "die Mail ist nicht falsch",
    ],
)  # fmt: skip
def test_other_slips_are_no_wrong_address(text: str) -> None:
    """The digits may be meant, or a mail that came."""
    assert not says_wrong_address(normalize_text(text))


def test_the_choice_that_changes_it_is_found() -> None:
    """Only if a question has just one."""
    assert find_change_of_address({"no mail yet": 0, "change address": 1}) == 1
    assert find_change_of_address({"noch keine mail": 0, "andere adresse": 1}) == 1
    assert find_change_of_address({"change address": 0, "another email": 1}) is None
    assert find_change_of_address({"no mail yet": 0}) is None
