import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.conditions.parse import read_row_condition
from tests.support.people import NOON

ROW = {"id": "assam", "mood": "bright", "price": 12.5, "words": ("strong", "malty"), "vegan": True, "on": "2026-12-10"}


@pytest.mark.parametrize(
    ("where", "values", "fits"),
    [
        ("", {}, True),
        ("mood is {{ mood }} and price is at most 20", {"mood": "Bright"}, True),
        ("mood is {{ mood }} and price is at most 20", {"mood": "calm"}, False),
        ("mood is {{ mood }}", {"mood": ""}, True),
        ("mood is {{ mood }}", {}, True),
        ("mood is not {{ mood }}", {"mood": "bright"}, False),
        ("price is at most {{ budget }}", {"budget": 12}, False),
        ("price is at most {{ budget }}", {"budget": "12.5"}, True),
        ("price is between 10 and 15", {}, True),
        ("price is cheap", {}, False),
        ("words is malty", {}, True),
        ("words contains {{ taste }}", {"taste": "malty"}, True),
        ("words contains sweet", {}, False),
        ("vegan is yes and not mood is calm", {}, True),
        ("vegan is {{ vegan }}", {"vegan": True}, True),
        ("on is after today", {}, True),
        ("on is before in 2 weeks or mood is calm", {}, False),
        ("on is {{ day }}", {"day": "2026-12-10"}, True),
        ("on is empty", {}, False),
    ],
)
def test_a_row_fits_what_the_person_has_answered(where: str, values: dict[str, object], fits: bool) -> None:  # noqa: FBT001  the expected value
    """Columns are compared with values and answers; what was not answered rules nothing out."""
    condition, troubles = read_row_condition(where, ROW.keys())

    assert troubles == ()
    assert condition is not None
    assert condition.holds(ROW, values, NOON) is fits


def test_days_counted_from_today_need_the_time() -> None:
    """Without it no row fits, so no past event is shown."""
    condition, _ = read_row_condition("on is after today", ROW.keys())

    assert condition is not None
    assert not condition.holds(ROW, {})


def test_a_row_condition_tells_its_columns_and_variables() -> None:
    """The checks compare them with the table and the fields."""
    condition, _ = read_row_condition("mood is {{ mood }} or price is at most {{budget}}", ROW.keys())

    assert condition is not None
    assert (condition.columns, condition.variables) == (
        frozenset({"mood", "price"}),
        frozenset({"mood", "budget"}),
    )


@pytest.mark.parametrize(
    ("where", "code", "hint"),
    [
        ("mod is calm", "unknown-column", "Did you mean “mood”?"),
        ("mood", "unclear-condition", "Write “mood is …”."),
        ("price is at most cheap", "unclear-condition", "Write a number, a day or a time of day."),
        ("mood is calm and", "unclear-condition", ""),
        ("x " * 300, "unclear-condition", "Split it over several steps, each with its own “if”."),
    ],
)
def test_a_mistake_in_a_row_condition_is_told(where: str, code: str, hint: str) -> None:
    """As with conditions on people."""
    condition, troubles = read_row_condition(where, ROW.keys())

    assert condition is None
    assert [(one.code, one.hint) for one in troubles] == [(code, hint)]


_MORE = [
    "price", "is", "not", "at", "most", "{{ mood }}", "and", "or", "between", "3", "today", "“x", "empty", "contains",
]  # fmt: skip


@given(st.lists(st.sampled_from(_MORE), max_size=9))
def test_any_row_condition_is_understood_or_refused(words: list[str]) -> None:
    """Reading and asking never raise."""
    condition, troubles = read_row_condition(" ".join(words), ROW.keys())

    assert (condition is None) is bool(troubles)
    assert condition is None or condition.holds(ROW, {"mood": "calm"}, NOON) in (True, False)
