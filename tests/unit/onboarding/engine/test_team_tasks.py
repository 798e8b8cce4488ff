"""Tasks of the team: given, done, waited for, overdue, opened again, and kept within bounds."""

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from domain.effects import NOTICE, SendMail
from domain.event_types.team import TaskSettled
from domain.questions.question_state import read_labels
from domain.questions.task_state import MOST_DONE, MOST_OPEN, OUTCOMES, REOPENED, TASK, is_overdue, put_task
from domain.sequence_runs import TeamTask
from onboarding.engine.decide import wake_at
from tests.support.people import NOON
from tests.support.sequence_people import DAY, confirmed_newcomer
from tests.unit.onboarding.engine.test_acts import HOUR, Person

CALL = (
    '  call: {task: {team: sales, say: "Call {{ first_name }}.", due: 2 workdays},\n'
    "    choices: {Booked: booked, No answer: again}, at_most: 5 days, else: again, save: city}\n"
    "  booked: {tag: guest, go: end}\n  again: {tag: lead}\n"
)
PLAIN = "  call: {task: {team: sales, say: Look after them., due: 1 day}}\n  more: {tag: guest}\n"


def settle(person: Person, number: int, after: timedelta) -> None:
    """Press the button of an outcome."""
    task = person.record.tasks[-1].id
    person.take(after, TaskSettled(id=f"{number}{after}", at=NOON + after, task=task, number=number))


def given_task(steps: str = CALL) -> Person:
    """Return somebody about whom the team has just got a task."""
    newcomer = confirmed_newcomer()
    person = Person(steps, record=replace(newcomer, fields={"first_name": "Mia"}))
    person.confirm()
    return person


def test_the_team_is_mailed_and_the_run_waits_for_the_outcome() -> None:
    """The task is kept with the commit that mails it; two workdays are counted where the workspace is."""
    person = given_task()

    (mail,) = person.found(SendMail)
    (task,) = person.record.tasks
    assert (mail.team, mail.variables[NOTICE], mail.variables[TASK]) == ("sales", "Call Mia.", task.id)
    assert read_labels(str(mail.variables[OUTCOMES])) == ("Booked", "No answer")
    assert (task.text, task.due_at, task.run) == ("Call Mia.", NOON + 2 * DAY, 1)
    assert person.record.runs["s0"].due_at == NOON + 5 * DAY
    assert not any("Mia" in sentence for sentence in person.sentences)


def test_an_outcome_leads_its_way_and_is_kept_without_the_text() -> None:
    """The run goes on at the outcome's step; what was to be done is no longer kept."""
    person = given_task()

    settle(person, 0, DAY)

    (task,) = person.record.tasks
    assert (person.record.tags, person.record.fields["city"]) == (("guest",), "Booked")
    assert (task.outcome, task.text, task.done_at) == ("Booked", "", NOON + DAY)
    assert person.record.runs["s0"].answers == {"call": "Booked"}


def test_the_first_outcome_counts() -> None:
    """A second press, another outcome, and one that the task does not have change nothing."""
    person = given_task()
    settle(person, 5, HOUR)
    settle(person, 1, DAY)
    before = person.record

    settle(person, 1, DAY + HOUR)
    settle(person, 0, DAY + HOUR)

    assert (person.record, before.tags) == (before, ("lead",))


def test_nobody_does_it_and_the_team_is_told_once() -> None:
    """Overdue, one mail goes; after the time of the step the other way follows, and the task is still open."""
    person = given_task()

    person.take(6 * DAY)

    assert len(person.found(SendMail)) == 2
    assert person.record.tags == ("lead",)
    assert is_overdue(person.record.tasks[0], NOON + 6 * DAY)
    assert wake_at(person.catalog, person.record) is None
    assert "call is overdue: the team (sales) is told." in person.sentences


def test_a_task_without_outcomes_holds_nobody_up() -> None:
    """The pass goes on at once; the task is done by one press, and nobody is reminded then."""
    person = given_task(PLAIN)
    assert person.record.tags == ("guest",)
    assert wake_at(person.catalog, person.record) == NOON + DAY

    settle(person, 0, HOUR)

    assert person.record.tasks[0].done_at == NOON + HOUR
    assert wake_at(person.catalog, person.record) is None


def test_a_task_that_is_opened_again_says_again_what_is_to_be_done() -> None:
    """It moves nobody back, and can be done again."""
    person = given_task()
    settle(person, 0, HOUR)
    tags = person.record.tags

    settle(person, REOPENED, 2 * HOUR)
    (opened,) = person.record.tasks
    settle(person, 1, 3 * HOUR)

    assert (opened.text, opened.done_at, opened.outcome) == ("Call Mia.", None, "")
    assert (person.record.tasks[0].outcome, person.record.tags) == ("No answer", tags)


def test_tasks_of_one_person_are_bounded() -> None:
    """Of those that are done the latest are kept; where too many are open no further one is given."""
    record = confirmed_newcomer()
    for number in range(MOST_OPEN + 2 * MOST_DONE):
        done_at = NOON + number * HOUR if number >= MOST_OPEN else None
        record = put_task(
            record,
            TeamTask(
                id=str(number), sequence="s", run=1, step="x", team="sales", at=NOON,
                due_at=datetime(2030, 1, 1, tzinfo=UTC), done_at=done_at,
            ),
        )  # fmt: skip
    assert len(record.tasks) == MOST_OPEN + MOST_DONE

    person = Person(CALL, record=record)
    person.confirm()

    assert person.found(SendMail) == []
    assert "call is not given: 16 tasks about this person are open." in person.sentences
    assert person.record.runs["s0"].status == "finished"
