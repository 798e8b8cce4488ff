"""The name in an answer that introduces somebody."""

import pytest

from flows.answers.introductions import find_name

ASKED = "And what is your first name, so that we can greet you at the door?"


@pytest.mark.parametrize(
    ("answer", "name"),
    [("I'm Lena", "Lena"), ("i am lena", "lena"), ("my name is Anna-Lena", "Anna-Lena"), ("it's Jo.", "Jo"),
     ("hi, I'm Mia!", "Mia"), ("just call me Al", "Al"), ("ich bin der Jonas", "Jonas"), ("Ich heiße Zoë", "Zoë"),
     ("mein Name ist Anna von der Heide", "Anna von der Heide"),
     ("bin die Moni", "Moni"), ("this is O'Neill", "O'Neill"),
     ("Lena", "Lena"), ("Lena Maria", "Lena Maria"), ("I'm not telling you", "I'm not telling you"),
     ("i'm not sure", "i'm not sure"), ("it's 4", "it's 4"), ("Im Mia", "Mia"), ("", "")],
)  # fmt: skip
def test_an_introduction_is_left_out(answer: str, name: str) -> None:
    """What else may stand behind “I'm” stays as it was typed."""
    assert find_name(answer, ASKED) == name


@pytest.mark.parametrize(
    ("asked", "is_read"),
    [("Wie heißt du?", True), ("Dein Vorname?", True), ("What should we call you?", True), ("Tell us about it.", False),
     ("What is the problem?", False)],
)  # fmt: skip
def test_only_a_question_for_a_name_is_answered_so(asked: str, *, is_read: bool) -> None:
    """“I'm Lena” is a text like any other elsewhere."""
    assert find_name("I'm Lena", asked) == ("Lena" if is_read else "I'm Lena")
