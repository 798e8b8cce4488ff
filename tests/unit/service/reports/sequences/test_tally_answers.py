"""What people answered, and what became of tasks, as the report tells it; and the explanation of one person."""

from msgspec.structs import replace

from domain.sequence_runs import Run, TeamTask
from service.reports.sequences.explain_person import PersonStory
from service.reports.sequences.tally_answers import AnswersTally, describe_asked, describe_tasks
from tests.support.people import NOON, deciding_context
from tests.support.sequence_people import DAY, compile_clean, confirmed_newcomer, sequence_text

CATALOG = compile_clean(
    sequence_text(
        "  why: {send: come_back, choices: {Price: call, Other: end}, at_most: 9 days, else: end,"
        " labels: {de: {Price: Preis, Other: Anderes}}}\n"
        "  call:\n    task: {team: sales, say: Call them., due: 1 day}\n"
        "    choices: {Booked: end, Not reached: end}\n    at_most: 9 days\n    else: end\n"
    )
)
RUN = Run(
    number=1, sequence_hash=CATALOG.sequences["s"].hash, step="why", started_at=NOON, entered_at=NOON, address="a",
    sent=("why",),
)  # fmt: skip
TASK = TeamTask(id="t", sequence="s", run=1, step="call", team="sales", at=NOON, due_at=NOON + DAY)


def test_the_report_counts_answers_and_tasks() -> None:
    """By answer in the order of the file; one that the file no longer has comes last."""
    tally = AnswersTally(sequence=CATALOG.sequences["s"])
    for given in ("Price", "Price", "Gone", ""):
        # The task of another pass is not this one's, and is left out.
        answers = {"why": given} if given else {}
        tally.add(replace(RUN, answers=answers), [replace(TASK, run=2), TASK] if given else [], NOON + 2 * DAY)
    tally.add(RUN, [replace(TASK, outcome="Booked", done_at=NOON)], NOON)

    (asked,) = tally.list_questions()
    assert (asked.asked, asked.answered) == (5, 3)
    assert list(asked.answers.items()) == [("Price", 2), ("Other", 0), ("Gone", 1)]
    assert list(describe_asked([asked])) == ["why: Price 67%, Gone 33% (3 of 5 answered)"]
    assert list(describe_tasks(tally.list_tasks())) == ["call: 4 given, 1 done (Booked 1), 3 open, 3 of them overdue"]


def test_nobody_has_answered_yet() -> None:
    """The line says so without shares."""
    tally = AnswersTally(sequence=CATALOG.sequences["s"])
    tally.add(RUN, (), NOON)

    assert list(describe_asked(tally.list_questions())) == ["why: (0 of 1 answered)"]
    assert list(describe_tasks(tally.list_tasks())) == []


def test_the_explanation_tells_answers_and_open_tasks() -> None:
    """Of this sequence only, and whether the task is overdue."""
    record = replace(
        confirmed_newcomer(),
        runs={"s": replace(RUN, answers={"why": "Price"}, step="call")},
        tasks=(TASK, replace(TASK, id="other", sequence="x"), replace(TASK, id="done", done_at=NOON)),
    )
    story = PersonStory(record=record, history=(), context=deciding_context(after=2 * DAY))

    (standing,) = story.explain(CATALOG, ["s"])

    assert standing.answers == {"why": "Price"}
    assert [(task.step, task.team, task.is_overdue) for task in standing.tasks] == [("call", "sales", True)]
