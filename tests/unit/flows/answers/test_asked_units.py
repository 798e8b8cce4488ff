import pytest

from flows.answers.asked_units import names_other_unit

YEARLY = "How many kilometres do you ride in a year?"
JAHR = "Wie viele Kilometer fährst du im Jahr?"


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (YEARLY, "20 km a day"), (YEARLY, "100 per month"), (YEARLY, "50 every weekend"), (YEARLY, "500 miles"),
        (YEARLY, "200 monthly"), (YEARLY, "3 hours"), (YEARLY, "30/week"), (JAHR, "20 km am Tag"),
        (JAHR, "100 im Monat"), (JAHR, "5 km jeden Tag"), (JAHR, "täglich 10"), (JAHR, "500 Meilen"),
        ("How many hours do you need?", "30 minutes"), ("How many litres a day?", "2 gallons"),
    ],
)  # fmt: skip
def test_another_unit_or_time_is_no_answer(asked: str, text: str) -> None:
    """Nothing is converted."""
    assert names_other_unit(text, asked)


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        (YEARLY, "2000"), (YEARLY, "2000 km"), (YEARLY, "2000 km a year"), (YEARLY, "1200km/year"),
        (YEARLY, "2000 a year, most in the month of May"), (YEARLY, "about 1,200 in a normal year"),
        (JAHR, "2000 km im Jahr"), (JAHR, "etwa 2000 Kilometer"), ("How many litres a day?", "2 litres"),
        ("How much do you drink a day?", "2 litres"), ("How many days a week?", "3 days a week"),
        ("How many cups?", "3 a day"), ("What is your budget?", "500 €"), ("How many euros a month?", "50"),
    ],
)  # fmt: skip
def test_what_was_asked_for_or_no_unit_is_one(asked: str, text: str) -> None:
    """A question that names no unit takes any."""
    assert not names_other_unit(text, asked)
