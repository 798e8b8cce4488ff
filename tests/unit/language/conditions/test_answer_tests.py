"""Conditions on answers and tasks: of this pass, of another sequence, of segments, and when they change."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.record import Subscriber
from domain.sequence_runs import Run, TeamTask
from language.conditions.parse import read_condition
from tests.support.people import NOON, SHIPPED_CONFIG
from tests.support.sequence_people import DAY, confirmed_newcomer

RUN = Run(number=1, sequence_hash="h", step="x", started_at=NOON, entered_at=NOON, address="a")
TASK = TeamTask(id="t", sequence="leaving", run=2, step="call", team="sales", at=NOON, due_at=NOON + DAY)


def person(answers: dict[str, str], *, task: TeamTask = TASK) -> Subscriber:
    """Return somebody in their second pass of a sequence, with a task of it."""
    runs = {"leaving": replace(RUN, number=2, answers=answers), "leaving/1": replace(RUN, answers={"why": "Old"})}
    return replace(confirmed_newcomer(), runs=runs, tasks=(replace(task, id="o", run=1, done_at=NOON), task))


@pytest.mark.parametrize(
    ("text", "answers", "holds"),
    [
        ("answer score is at least 9", {"score": "10"}, True),
        ("answer score is at least 9", {"score": "8"}, False),
        ("answer score is at least 9", {}, False),
        ("answer score is from 0 to 6", {"score": "0"}, True),
        ("answer score is 7", {"score": "7"}, True),
        ("answer why is Too expensive", {"why": "Too expensive"}, True),
        ("answer why is not Too expensive", {"why": "Too expensive"}, False),
        ("answer why is not Too expensive", {}, True),
        ("answer why is empty", {}, True),
        ("answer leaving/why is unclear or tag is reader", {"why": "Unclear"}, True),
        ("answer leaving/why is Old", {"why": "Unclear"}, False),
        ("task call done", {}, False),
        ("task call is not done", {}, True),
        ("task call is open and not task leaving/call is overdue", {}, True),
        ("task other is open", {}, False),
    ],
)
def test_what_holds(text: str, answers: dict[str, str], holds: bool) -> None:  # noqa: FBT001  the expected result
    """Of several passes the present one is meant."""
    condition, problems = read_condition(text, SHIPPED_CONFIG, "leaving")

    assert problems == ()
    assert condition is not None
    assert condition.holds(person(answers), NOON) is holds


def test_a_task_comes_to_be_overdue_by_time_alone() -> None:
    """At its due date; once it is done, never."""
    condition, _ = read_condition("task leaving/call is overdue", SHIPPED_CONFIG)
    assert condition is not None

    assert condition.changes_at(person({}), NOON) == NOON + DAY
    assert condition.holds(person({}), NOON + DAY)
    assert condition.changes_at(person({}), NOON + 2 * DAY) is None
    done = replace(TASK, done_at=NOON + timedelta(hours=1))
    assert not condition.holds(person({}, task=done), NOON + 2 * DAY)
    assert condition.changes_at(person({}, task=done), NOON) is None


def test_a_segment_names_the_sequence() -> None:
    """The steps that it asks about are known where it is used, so that a wrong name is told there."""
    config = SHIPPED_CONFIG.model_copy(update={"segments": {"unhappy": "answer leaving/why is Too expensive"}})

    condition, problems = read_condition("in unhappy", config, "another")

    assert problems == ()
    assert condition is not None
    assert [(one.sequence, one.step, one.label) for one in condition.asked_steps] == [
        ("leaving", "why", "Too expensive")
    ]
    assert condition.holds(person({"why": "Too expensive"}), NOON)
