"""Questions of what becomes of an address that is asked for."""

import pytest

from flows.understanding.data_questions import asks_of_data


@pytest.mark.parametrize(
    "text",
    [
        "what do you need it for? who sees it?", "why do you need my address? do you sell it?", "who gets it?",
        "what happens with it? do you pass it on?", "what will you do with it? is it safe with you?",
        "do you share it with anyone", "wozu braucht ihr die? wer sieht die?", "was passiert damit? wer liest mit?",
        "was macht ihr damit? gebt ihr die weiter?",
    ],
)  # fmt: skip
def test_who_asks_what_becomes_of_it_asks_of_data(text: str) -> None:
    """In both languages, in one question or in two."""
    assert asks_of_data(text)


@pytest.mark.parametrize(
    "text",
    ["why do you need it?", "is that safe?", "wozu braucht ihr die?", "what does a service cost?", "hat der laden auf?",
     "when do you open? and where are you?"],
)  # fmt: skip
def test_a_mere_why_and_other_matters_are_none(text: str) -> None:
    """A single why has an answer of its own."""
    assert not asks_of_data(text)
