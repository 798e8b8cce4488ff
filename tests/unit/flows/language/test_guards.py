"""Tests in texts: a variable without a value is false, and only printing it is a mistake."""

import pytest

from language.text_template import compile_text


@pytest.mark.parametrize(
    ("text", "without", "with_age"),
    [
        ("Mia{% if age %}, {{ age }}{% endif %}", "Mia", "Mia, 30"),
        ("{% if not age %}young{% else %}{{ age }}{% endif %}", "young", "30"),
        ("{{ age if age else 'young' }}", "young", "30"),
        ("{% if age and age > 18 %}adult{% else %}guest{% endif %}", "guest", "adult"),
        ("{% if age == 30 %}thirty{% else %}other{% endif %}", "other", "thirty"),
        ("{% if age != 30 %}other{% else %}thirty{% endif %}", "other", "thirty"),
        ("You are {{ age }}, {% if age %}good{% endif %}", "You are", "You are 30, good"),
    ],
)
def test_a_test_of_an_empty_variable_is_false(text: str, without: str, with_age: str) -> None:
    """The text is whole in both cases, but where it prints what is not there."""
    compiled = compile_text(text)
    assert (compiled.render({}), compiled.render({"age": 30})) == (without, with_age)
