"""Sums of fields: exact, bounded, and never an error for the person."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.sums import LARGEST_RESULT, UnclearSumError, read_sum

VALUES = {"rate": 12.5, "people": 4, "nothing": 0, "word": "tea", "cell": "24.50", "yes": True}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("rate * people", 50),
        ("rate*people+1", 51),
        ("0.1 + 0.2", 0.3),
        ("2 + 3 * 4", 14),
        ("(2 + 3) * 4", 20),
        ("10 - 3 - 2", 5),
        ("100 / 8 / 2", 6.25),
        ("-people + 10", 6),
        ("2 × people ÷ 8 − 1", 0),
        ("cell * 2", 49),
        ("10 / 3", 3.333333),
        ("people / nothing", None),
        ("rate * unknown", None),
        ("word + 1", None),
        ("yes + 1", None),
        ("999999999999999 * 10", None),
    ],
)
def test_results(text: str, result: float | None) -> None:
    """Decimal numbers; no result where something is missing, not a number, or too large."""
    assert read_sum(text).work_out(VALUES.get) == result


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("rate *", "In “rate *”, a number or a name is missing at the end."),
        ("rate * * 2", "In “rate * * 2”, a number or a name is missing before “*”."),
        ("rate people", "In “rate people”, “people” misses + - * or / before it."),
        ("(rate + 2", "In “(rate + 2”, a bracket is not closed."),
        ("rate + 2)", "In “rate + 2)”, “)” closes no bracket."),
        ("rate ^ 2", "“^” cannot stand in a sum; + - * / and brackets can."),
        ("", "In “”, a number or a name is missing at the end."),
    ],
)
def test_what_is_no_sum_is_told_in_plain_words(text: str, message: str) -> None:
    """Nothing of Python shows."""
    with pytest.raises(UnclearSumError) as caught:
        read_sum(text)
    assert str(caught.value) == message


def test_a_deep_or_long_sum_is_refused() -> None:
    """Reading is bounded."""
    for text in ("(" * 60 + "1" + ")" * 60, "1+" * 150 + "1", "-" * 100 + "1"):
        with pytest.raises(UnclearSumError):
            read_sum(text)


NUMBERS = st.integers(-(10**6), 10**6)


@given(NUMBERS, NUMBERS, NUMBERS)
def test_it_reckons_as_we_do(first: int, second: int, third: int) -> None:
    """Against Python's own integers."""
    values = {"a": first, "b": second, "c": third}

    assert read_sum("a * b - (c + a) * 2").work_out(values.get) == first * second - (third + first) * 2


@given(st.text(alphabet="ab12.+-*/() ", max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Never anything else, and results stay within bounds."""
    try:
        result = read_sum(text).work_out({"a": 3, "b": 0.5}.get)
    except UnclearSumError:
        return
    assert result is None or abs(Decimal(str(result))) <= LARGEST_RESULT
