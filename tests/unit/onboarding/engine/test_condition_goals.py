"""A goal that is a condition: reached when it comes to hold, counted to the end of its time, asked before a start."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.deeds import moment_of
from domain.effects import SendMail
from onboarding.engine.decide import refusal_reason, wake_at
from tests.support.people import NOON
from tests.unit.onboarding.engine.test_timed_starts import Person

GOAL = "goal: {when: field plan is pro, within: 21 days}\n"
STEPS = "  a: {send: welcome}\n  w: {wait: 3 days}\n  b: {send: come_back}\n"


def begin(more: str = GOAL, steps: str = STEPS) -> Person:
    """Return somebody who has begun the sequence at noon."""
    return Person("confirmed", steps, more).confirm(0)


def test_it_ends_in_the_moment_in_which_it_comes_to_hold() -> None:
    """The product tells the field, and nothing more is sent; nobody was woken for it."""
    person = begin().look(2, plan="pro").let_pass(30)

    assert person.mails == ["23 Nov 12:00"]
    assert person.wakes == 0
    assert person.sentences[-1] == "s reached its goal: “field plan is pro” holds."
    assert (person.record.runs["s"].status, person.record.runs["s"].reached_at) == ("goal", 0)


@pytest.mark.parametrize(("day", "status"), [(20.9, "goal"), (21.1, "finished")])
def test_after_the_last_step_it_counts_to_the_end_of_its_time(day: float, status: str) -> None:
    """The run keeps when it was seen, for the days to the goal."""
    person = begin().look(day, plan="pro")
    run = person.record.runs["s"]

    assert run.status == status
    assert ("after its last step" in person.sentences[-1]) == (status == "goal")
    assert bool(run.reached_at) == (status == "goal")
    if run.reached_at:
        assert moment_of(run.reached_at) == (NOON + timedelta(days=day)).replace(microsecond=0)


def test_who_left_is_counted_and_stays_gone() -> None:
    """Else the mails that drive people away would look better than they are."""
    person = begin(GOAL + "exit: app.opened\n").open_app(1).look(5, plan="pro").look(6, plan="free").look(7, plan="pro")
    run = person.record.runs["s"]

    assert (run.status, moment_of(run.reached_at)) == ("left", NOON + timedelta(days=5))


def test_time_alone_can_reach_it_and_then_they_are_looked_at_once() -> None:
    """Ten days without a visit: one look then, not one an hour, and none after the time of the goal."""
    quiet = "goal: {when: no app.opened for 10 days, within: 21 days}\n"
    person = Person("confirmed", "  w: {wait: 30 days}\n  b: {send: come_back}\n", quiet).open_app(0).confirm(0.1)
    person.let_pass(60)
    busy = Person("confirmed", "  w: {wait: 30 days}\n", quiet).open_app(0).confirm(0.1).open_app(9).open_app(18)
    busy.let_pass(28)

    assert person.record.runs["s"].status == "goal"
    assert person.record.runs["s"].ended_at == NOON + timedelta(days=10)
    assert (person.wakes, busy.wakes) == (1, 0)
    assert busy.record.runs["s"].status == "running"
    assert wake_at(busy.catalog, busy.record) == NOON + timedelta(days=30.1)


def test_who_is_there_already_does_not_begin() -> None:
    """It would be a goal that no mail brought about."""
    person = Person("confirmed", STEPS, GOAL)
    person.record = replace(person.record, fields={"plan": "pro"})
    person.confirm(0)

    assert person.mails == []
    assert person.sentences == ["s does not start: the goal is reached already: “field plan is pro” holds."]


@pytest.mark.parametrize(
    ("start", "before", "begins"),
    [("when field plan is pro", 29.0, False), ("when field plan is pro", 31.0, True), ("confirmed", 1.0, True)],
)
def test_an_event_that_was_the_goal_shortly_before_is_no_start(start: str, before: float, begins: bool) -> None:  # noqa: FBT001  one row
    """Within the time of the goal; who confirms is welcomed all the same."""
    person = Person(start, STEPS, "goal: {event: app.opened, within: 30 days}\n").look(0).open_app(0.1)
    if start == "confirmed":
        person.confirm(0.1 + before)
    else:
        person.look(0.1 + before, plan="pro")

    assert bool(person.mails) == begins


def test_a_mail_on_its_way_is_refused_once_it_holds() -> None:
    """It is asked again right before the mail is handed over."""
    person = begin()
    mail = SendMail(
        id="m", template="come_back", address="a", lane="marketing", language="en", queued_at=NOON, sequence="s",
        step="b", run=1,
    )  # fmt: skip
    pro = replace(person.record, fields={"plan": "pro"})

    assert refusal_reason(person.catalog, person.record, mail, NOON) == ""
    assert refusal_reason(person.catalog, pro, mail, NOON) == "the goal of s was reached"
