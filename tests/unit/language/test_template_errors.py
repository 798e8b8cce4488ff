"""Slips in the variables of a text: what was opened and where, in plain words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.template_errors import TemplateMistake, find_single_braces, find_unclosed


@pytest.mark.parametrize(
    ("text", "slip"),
    [
        ("Hello {{ email }, hi", TemplateMistake(offset=6, message="{{ is not closed.", hint="{{ email }}")),
        ("{{ a }} {{ b|upper {{ c }}", TemplateMistake(offset=8, message="{{ is not closed.", hint="{{ b|upper }}")),
        ("{{", TemplateMistake(offset=0, message="{{ is not closed.", hint="Write }} behind it.")),
        ("{% if a }x", TemplateMistake(offset=0, message="{% is not closed.", hint="Write %} behind it.")),
        (
            "{% if a %}{% if b %}x{% endif %}",
            TemplateMistake(offset=0, message="{% if %} is never ended.", hint="{% endif %}"),
        ),
        (
            "x{% endif %}",
            TemplateMistake(
                offset=1, message="{% endif %} ends nothing.", hint="Take it out, or begin with {% if … %}."
            ),
        ),
        ("{% if a %}{{ b }}{% else %}c{% endif %} {# aside #}", None),
        ("", None),
    ],
)
def test_what_was_opened_is_named(text: str, slip: TemplateMistake | None) -> None:
    """The first thing that is not closed, with its place and what to write."""
    assert find_unclosed(text) == slip


def test_single_braces_count_around_known_names_only() -> None:
    """A word in braces may be meant as it stands; a variable hardly is."""
    found = list(find_single_braces("{email} { hi } {colour} {{ email }}", {"email", "hi", "colours"}))
    assert [(one.offset, one.hint) for one in found] == [
        (0, "Did you mean {{ email }}?"),
        (8, "Did you mean {{ hi }}?"),
    ]


@given(st.text(alphabet="{}%#ifend a|\n"))
def test_any_text_can_be_judged(text: str) -> None:
    """Nothing raises, and a slip stands inside the text."""
    slip = find_unclosed(text)
    assert slip is None or text[slip.offset] == "{"
    assert list(find_single_braces(text, ())) == []
