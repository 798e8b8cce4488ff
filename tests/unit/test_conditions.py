from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from onboarding.behaviour import note
from subscribers.conditions import read_condition
from subscribers.declarations import FieldDeclaration
from subscribers.record import Subscriber
from tests.unit.people import HOUSE, NOON, person

RICH = HOUSE.model_copy(update={"tags": ["reader", "vip"], "fields": {**HOUSE.fields, "plan": FieldDeclaration()}})
DAY = timedelta(days=1)


def someone() -> Subscriber:
    """Return a German-speaking vip on the gold plan, who noted cups eight, three and one day ago."""
    known = replace(person(), tags=("vip",), language="de", fields={"plan": "Gold and Silver", "cups": 3, "new": True})
    for days in (8, 3, 1):
        known = note(known, "cup.noted", NOON - days * DAY, NOON)
    return known


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("cup.noted", True),
        ("cup.noted twice", True),
        ("cup.noted at least 3 times", True),
        ("cup.noted at least 4 times", False),
        ("cup.noted at least 2 times in 7 days", True),
        ("cup.noted at least 3 times in 7 days", False),
        ("cup.noted in 12 hours", False),
        ("never box.ordered", True),
        ("never cup.noted", False),
        ("never cup.noted in 12 hours", True),
        ("not box.ordered", True),
        ("tag is vip", True),
        ("tag is not vip", False),
        ("tag is reader", False),
        ("field plan is 'gold and silver'", True),
        ("field plan is gold", False),
        ("field plan is not gold", True),
        ("field plan is empty", False),
        ("language is de", True),
        ("language is not de", False),
        ("tag is reader or cup.noted and language is de", True),
        ("tag is vip and cup.noted in 1 hour or never cup.noted", False),
        ("not tag is vip", False),
    ],
)
def test_a_condition_is_judged_as_it_reads(text: str, holds: bool) -> None:  # noqa: FBT001  the expected value
    """Every form of the grammar means what it says."""
    condition, troubles = read_condition(text, RICH)

    assert troubles == ()
    assert condition is not None
    assert condition.holds(someone(), NOON) is holds


@pytest.mark.parametrize(
    ("text", "code", "hint"),
    [
        ("cup.notd", "unknown-event", "Did you mean “cup.noted”?"),
        ("tag is redaer", "unknown-tag", "Did you mean “reader”?"),
        ("field plam is gold", "unknown-field", "Did you mean “plan”?"),
        ("language is fr", "unknown-language", "Known: de, en."),
        ("cup.noted at least often", "unclear-condition", "Write “at least 3 times”."),
        ("cup.noted in 3 dais", "unclear-time", "Did you mean “days”?"),
        ("cup.noted at least 30 times in 2 days", "too-many-times", "Within a time, at most 20 are counted."),
        ("nver box.ordered", "unclear-condition", "Did you mean “never”?"),
        ("cup.noted and", "unclear-condition", ""),
        ("", "unclear-condition", ""),
        ("not " * 200 + "cup.noted", "unclear-condition", "Split it over several steps, each with its own “if”."),
    ],
)
def test_a_mistake_names_the_nearest_word(text: str, code: str, hint: str) -> None:
    """What cannot be read, or was never declared, is told with its remedy."""
    condition, troubles = read_condition(text, RICH)

    assert condition is None
    assert [(one.code, one.hint) for one in troubles] == [(code, hint)]


@given(
    st.lists(
        st.sampled_from(
            ["not", "never", "and", "or", "tag", "is", "cup.noted", "vip", "field", "plan", "at", "least", "3", "times",
             "in", "7", "days", "language", "de", "twice", "“x", "'y'"]
        )
    )
)  # fmt: skip
def test_any_words_are_understood_or_refused(words: list[str]) -> None:
    """Reading never raises, and gives either a test or at least one trouble."""
    condition, troubles = read_condition(" ".join(words), RICH)

    assert (condition is None) is bool(troubles)
    assert condition is None or condition.holds(someone(), NOON) in (True, False)
