"""Conditions of a question."""

import pytest

from flows.understanding.faq.condition_clauses import WARRANTY, list_main_questions


@pytest.mark.parametrize(
    "text",
    [
        "if it breaks after a year do I get it fixed for free?", "what if it breaks again after the repair?",
        "do I have to pay if it breaks again within a year?", "what happens if it breaks again next month",
        "if the repair doesn't hold, do you fix it again for free", "was ist wenn es wieder kaputt geht?",
        "wenn nach einem jahr was kaputt geht, hab ich dann garantie?",
        "wenn es nach der reparatur wieder kaputt geht, zahlt ihr das?",
        "falls die reparatur nicht hält, macht ihr das umsonst nochmal?",
    ],
)  # fmt: skip
def test_what_breaks_again_is_a_matter_of_the_warranty(text: str) -> None:
    """Whether it is named or not."""
    assert list_main_questions(text) == WARRANTY


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("if I come on saturday can I pay by card?", ("can I pay by card?",)),
        ("while you repair it can i borrow a bike", ("can i borrow a bike?",)),
        ("falls ich nicht kommen kann, holt ihr es ab?", ("holt ihr es ab?",)),
        ("if my bike breaks, can you collect it?", ("can you collect it?",)),
        ("when do you open?", ()), ("when can I come and is there parking?", ()), ("do you deliver?", ()),
    ],
)  # fmt: skip
def test_a_condition_is_divided_from_what_is_asked(text: str, asked: tuple[str, ...]) -> None:
    """A question that begins with “when” has none."""
    assert list_main_questions(text) == asked
