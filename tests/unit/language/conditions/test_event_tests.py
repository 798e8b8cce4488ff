"""Conditions on what a person did, and when each could change if nothing happens."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.deeds import add_occurrence
from domain.record import Subscriber
from domain.sequence_runs import Run
from domain.workspace_config import EventDeclaration
from language.conditions.event_tests import EventTest
from language.conditions.parse import Condition, read_condition
from tests.support.people import NOON, SHIPPED_CONFIG, new_subscriber

DAY = timedelta(days=1)
CONFIG = SHIPPED_CONFIG.model_copy(
    update={
        "events": {
            **SHIPPED_CONFIG.events,
            "order.placed": EventDeclaration(label={"en": "ordered"}, keep=["total", "due"]),
        },
        "segments": {
            "stuck": "cup.noted and no box.ordered for 3 days",
            "calm": "in stuck and not engagement in 1 day",
        },
    }
)


def read(text: str) -> Condition:
    """Return a condition that has nothing wrong, in the file of a sequence."""
    condition, problems = read_condition(text, CONFIG, "s")
    assert condition is not None, problems
    assert [problem for problem in problems if problem.severity == "error"] == []
    return condition


def someone(*days_ago: float, known: float = 100, event: str = "cup.noted") -> Subscriber:
    """Return a person known for so many days, who did something at these times."""
    deed = None
    for days in days_ago:
        deed = add_occurrence(deed, NOON - days * DAY)
    return replace(
        new_subscriber(), created_at=NOON - known * DAY, last_event_at=NOON - known * DAY,
        behaviour={event: deed} if deed else {},
    )  # fmt: skip


STEADY = tuple(week * 7 + day for week in range(6) for day in (1.2, 2.2, 4.2))
"""Three times a week."""
FALLEN = tuple(days for days in STEADY if days > 8)
GONE = tuple(days for days in STEADY if days > 15)


@pytest.mark.parametrize(
    ("text", "person", "holds"),
    [
        ("no cup.noted for 30 days", someone(), True),
        ("no cup.noted for 30 days", someone(known=29), False),  # absence needs acquaintance
        ("no cup.noted for 30 days", someone(31), True),
        ("no cup.noted for 30 days", someone(29), False),
        ("no cup.noted", someone(29), False),
        ("cup.noted at most once in 7 days", someone(1), True),
        ("cup.noted at most once in 7 days", someone(1, known=6), False),
        ("cup.noted at most once in 7 days", someone(1, 2), False),
        ("cup.noted at most 0 times in 7 days", someone(8), True),
        ("cup.noted fewer than 3 times in 7 days", someone(1, 2), True),
        ("cup.noted fewer than 3 times in 7 days", someone(1, 2, 3), False),
        ("cup.noted more than 2 times in 7 days", someone(1, 2, 3), True),
        ("cup.noted at most 2 times", someone(1, 2), True),
        ("cup.noted at least 40 times in 14 days", someone(*[3] * 20, *[9] * 20), True),
        ("cup.noted at least 41 times in 14 days", someone(*[3] * 20, *[9] * 20), False),
        ("cup.noted at least 40 times in 7 days", someone(*[3] * 20, *[9] * 20), False),
        ("cup.noted fewer than 40 times in 7 days", someone(*[3] * 20, *[9] * 20), True),
        ("cup.noted falls", someone(*STEADY), False),
        ("cup.noted falls", someone(*FALLEN), True),
        ("cup.noted falls", someone(3, *FALLEN), True),  # one of three is a third
        ("cup.noted falls", someone(3, 4, *FALLEN), False),
        ("not cup.noted falls", someone(*STEADY), True),
        ("not cup.noted falls for 2 weeks", someone(*GONE), False),
        ("cup.noted falls by half", someone(3, *FALLEN), True),
        ("cup.noted falls for 2 weeks", someone(*FALLEN), False),
        ("cup.noted falls for 2 weeks", someone(*GONE), True),
        ("cup.noted falls", someone(10, 17, 24, 31), False),  # once a week is no habit to fall from
        ("in stuck", someone(9), True),
        ("in stuck", someone(), False),
        ("not in stuck", someone(), True),
        ("in calm", someone(9), True),
        ("no engagement for 100 days", someone(), True),
        ("no engagement for 100 days", replace(someone(), engaged_at=NOON - 99 * DAY), False),
        ("engagement in 100 days", replace(someone(), engaged_at=NOON - 99 * DAY), True),
        ("got welcome", replace(someone(), got={"welcome": int((NOON - 8 * DAY).timestamp())}), True),
        ("got welcome in 7 days", replace(someone(), got={"welcome": int((NOON - 8 * DAY).timestamp())}), False),
        ("got come_back", replace(someone(), got={"welcome": 0}), False),
    ],
)
def test_a_condition_on_deeds_is_judged_as_it_reads(text: str, person: Subscriber, holds: bool) -> None:  # noqa: FBT001  one row
    """Each form, on both sides of its border."""
    assert read(text).holds(person, NOON) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("order.placed.total is at least 100", True), ("order.placed.total is above 120", False),
        ("not order.placed.total is above 120", True), ("order.placed.total is empty", False),
        ("order.placed.due is before today", False), ("order.placed.due is after today", True),
    ],
)  # fmt: skip
def test_the_last_value_told_is_compared(text: str, holds: bool) -> None:  # noqa: FBT001  one row
    """A property that the event keeps."""
    deed = add_occurrence(None, NOON - DAY, {"total": 120, "due": "2026-12-24"})

    assert read(text).holds(replace(someone(), behaviour={"order.placed": deed}), NOON) is holds


def in_pass(key: str = "", heard: tuple[int, ...] = (), *days_ago: float) -> Subscriber:
    """Return a person in a pass of the sequence “s” that began five days ago."""
    began = NOON - 5 * DAY
    run = Run(
        number=1, sequence_hash="", step="a", started_at=began, entered_at=began, address="", counts_from=began,
        key=key, heard={"cup.noted": heard},
    )  # fmt: skip
    return replace(someone(*days_ago), runs={"s": run})


@pytest.mark.parametrize(
    ("text", "person", "holds"),
    [
        ("no cup.noted since start", in_pass("", (), 5), True),  # the one that began it
        ("cup.noted since start", in_pass("", (), 5, 4), True),
        ("cup.noted at least twice since start", in_pass("", (), 5, 4), False),
        ("no cup.noted since start", in_pass("4711", (), 5, 4), True),  # of another order
        ("no other cup.noted since start", in_pass("4711", (), 5, 4), False),
        ("other cup.noted at least twice since start", in_pass("4711", (), 5, 4, 3), True),
        ("cup.noted since start", in_pass("4711", (1,), 5, 4), True),
        ("no cup.noted since start", someone(1), True),  # in no pass nothing is counted
        ("in s", in_pass(), True),
        ("in t", in_pass(), False),
        ("goal of s", in_pass(), False),
    ],
)
def test_what_happened_since_the_start_of_a_pass_is_counted(text: str, person: Subscriber, holds: bool) -> None:  # noqa: FBT001  one row
    """Without the event that began it; of a pass for one order, what is of this order."""
    assert read(text).holds(person, NOON) is holds


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("cup.noted at least 40 times in 60 days", "too-many-times"),
        ("cup.noted at least 40 times in 30 hours", "too-many-times"),
        ("cup.noted falls for 3 weeks", "too-many-times"),
        ("cup.noted at least 30 times since start", "too-many-times"),
        ("order.placed.shop is Hamburg", "unkept-property"),
        ("cup.noted fewer than 0 times in 7 days", "unclear-condition"),
        ("other cup.noted in 7 days", "unclear-condition"),
        ("engagement", "unclear-condition"),
        ("engagement at least 3 times in 7 days", "unclear-condition"),
        ("not cup.noted in 30 days", "clearer-words"),
        ("no", "unclear-condition"),
        ("in", "unclear-condition"),
        ("cup.noted falls by much", "unclear-condition"),
    ],
)
def test_what_cannot_be_known_is_told(text: str, code: str) -> None:
    """Each with its remedy."""
    _, problems = read_condition(text, CONFIG, "s")

    assert [problem.code for problem in problems] == [code]
    assert code == "unclear-condition" or problems[0].hint


def test_segments_go_round_in_no_circle() -> None:
    """A segment that asks for itself is refused, wherever it is asked."""
    config = CONFIG.model_copy(update={"segments": {"a": "not in b", "b": "cup.noted and in a"}})

    _, problems = read_condition("in a", config)

    assert [problem.code for problem in problems] == ["segment-circle"]
    assert "a → b → a" in problems[0].message


TIMED = (
    "cup.noted in 7 days", "cup.noted at least 3 times in 10 days", "no cup.noted for 12 days",
    "cup.noted at most twice in 5 days", "cup.noted at least 21 times in 9 days", "cup.noted falls",
    "cup.noted fewer than 22 times in 9 days", "cup.noted falls by half for 2 weeks", "no engagement for 9 days",
    "engagement in 9 days", "got welcome in 6 days",
)  # fmt: skip


@given(
    st.sampled_from(TIMED),
    st.lists(st.integers(0, 40 * 24), max_size=50),
    st.integers(0, 60),
    st.integers(0, 20 * 24),
    st.lists(st.floats(0, 0.999), min_size=1, max_size=5),
)
def test_nothing_changes_before_it_says_so(
    text: str, hours: list[int], known: int, engaged: int, moments: list[float]
) -> None:
    """The truth of a test is constant from now to the moment at which it could change."""
    person = someone(*[each / 24 for each in hours], known=known)
    at = NOON - timedelta(hours=engaged)
    person = replace(person, engaged_at=at, got={"welcome": int(at.timestamp())})
    test = read(text).test
    assert isinstance(test, EventTest)

    holds, until = test(person, NOON), test.changes_at(person, NOON)

    assert until is None or until > NOON
    last = until or NOON + 80 * DAY
    for part in moments:
        assert test(person, NOON + (last - NOON) * part) is holds
    assert until is None or test(person, until) is not holds


def test_a_day_counted_from_today_is_looked_at_each_midnight() -> None:
    """Where the person is; a comparison with a fixed value needs no look."""
    deed = add_occurrence(None, NOON - DAY, {"total": 120, "due": "2026-12-24"})
    person = replace(someone(), behaviour={"order.placed": deed})

    def looked_at(text: str) -> datetime | None:
        test = read(text).test
        assert isinstance(test, EventTest)
        return test.changes_at(person, NOON)

    assert looked_at("order.placed.total is at least 100") is None
    midnight = looked_at("order.placed.due is before today")
    assert midnight is not None
    assert NOON < midnight <= NOON + DAY
