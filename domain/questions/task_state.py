"""Tasks of the team about a person: finding one, and keeping a bounded number of them.  Pure."""

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from domain.record import SCHEMA, Subscriber
from domain.sequence_runs import TeamTask

REOPENED = -1
"""The place of an outcome that opens a task again."""
MOST_OPEN = 16
"""Open tasks about one person."""
MOST_DONE = 8
"""Tasks that are done and still kept of one person, for reports and conditions."""
OUTCOMES = "outcomes"
"""The variable of a mail that holds how a task can end, one a line."""
TASK = "@task"
"""The variable of a mail to the team with the id of the task that it brings, or reminds of; no template can name it."""
DUE = "@due"
"""The variable of a mail that holds when a task is due, as an ISO moment; no template can name it."""


def find_task(record: Subscriber, task_id: str) -> TeamTask | None:
    """Return a task by its id; None if it is not kept."""
    return next((task for task in record.tasks if task.id == task_id), None)


def find_latest_task(record: Subscriber, sequence: str, step: str, run: int = 0) -> TeamTask | None:
    """Return the latest task of a step, in this pass or in any; None if there is none."""
    # From the latest on: a loop gives the task of one step again and again.
    found = (task for task in reversed(record.tasks) if (task.sequence, task.step) == (sequence, step))
    return next((task for task in found if run in (0, task.run)), None)


def is_overdue(task: TeamTask, now: datetime) -> bool:
    """Return True if a task is open and its time is over."""
    return task.done_at is None and task.due_at <= now


def count_open(record: Subscriber) -> int:
    """Return how many tasks about a person are open."""
    return sum(task.done_at is None for task in record.tasks)


def rename_steps(record: Subscriber, sequence: str, current_name: Callable[[str], str]) -> Subscriber:
    """Return the record with the tasks of a sequence under the names that its steps have in this version."""
    if all(task.sequence != sequence or current_name(task.step) == task.step for task in record.tasks):
        return record
    tasks = [
        replace(task, step=current_name(task.step)) if task.sequence == sequence else task for task in record.tasks
    ]
    return replace(record, tasks=tuple(tasks))


def put_task(record: Subscriber, task: TeamTask) -> Subscriber:
    """Return the record with a task, new or changed; of those that are done the oldest go."""
    # Open ones are never dropped: whoever gives a task looks for room first.
    is_known = any(one.id == task.id for one in record.tasks)
    tasks = [task if one.id == task.id else one for one in record.tasks] + ([] if is_known else [task])
    done = sorted((one.done_at, one.id) for one in tasks if one.done_at)
    too_old = {one_id for _, one_id in done[:-MOST_DONE]}
    # An older Doorstep would drop them, so it must not touch such a record.
    return replace(record, schema=SCHEMA, tasks=tuple(one for one in tasks if one.id not in too_old))
