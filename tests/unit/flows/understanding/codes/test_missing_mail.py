"""That the mail with the code has not come, in people's own words."""

import pytest

from flows.language.matching import normalize_text
from flows.understanding.codes.missing_mail import find_missing_mail, says_no_mail


@pytest.mark.parametrize(
    "text",
    [
        "neither in my inbox nor in spam", "hasn't arrived yet", "nothing yet", "still waiting for the mail",
        "not here",
        "inbox is empty", "where is the mail?", "I got nothing", "no code arrived", "i checked spam, nothing",
        "email still missing", "weder im posteingang noch im spam", "nix angekommen bis jetzt", "noch nix da",
        "kam noch nicht", "hab nix gekriegt", "postfach ist leer", "i hob nix kriagt", "warte immer noch auf die mail",
        "mail fehlt", "nee nix da", "No mail yet", "Noch keine Mail",
    ],
)  # fmt: skip
def test_a_missing_mail_is_heard(text: str) -> None:
    """Nothing came, a place is empty, or somebody waits."""
    assert says_no_mail(normalize_text(text))


@pytest.mark.parametrize(
    "text",
    [
        "", "no", "no thanks", "jetzt nicht", "not now", "i have no code", "ich hab keinen code", "the mail arrived",
        "noch da?", "my code does not work", "nothing fits my bike", "keine mails mehr", "forget it", "one moment",
    ],
)  # fmt: skip
def test_other_words_miss_no_mail(text: str) -> None:
    """A no, a code that cannot be read, something else that is missing."""
    assert not says_no_mail(normalize_text(text))


def test_the_choice_that_says_so_is_found() -> None:
    """Only if a question has just one."""
    assert find_missing_mail({"no mail yet": 0, "change address": 1}) == 0
    assert find_missing_mail({"noch keine mail": 0, "nothing arrived": 1}) is None
    assert find_missing_mail({"change address": 0}) is None
