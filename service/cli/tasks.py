"""``doorstep tasks``: what sequences gave the team to do about people; list it, note how it ended, open it again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.event_types.team import TaskSettled
from domain.ports import RecordStore
from domain.questions.task_state import REOPENED, is_overdue
from domain.sequence_runs import TeamTask
from language.findings import suggest_name
from language.personal_values import clean_line
from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.runtime.base_parts import load_clock

tasks = typer.Typer(help="What sequences gave the team to do: list it, note how it ended.", no_args_is_help=True)

SHOWN = 8
"""Characters of a task's id that the list shows; commands take as many as tell it apart."""
LONGEST_LINE = 80
"""Characters of what is to be done in the list; the JSON has all."""

TaskArgument = Annotated[str, typer.Argument(metavar="TASK", help="Its id, or the beginning of it.")]


class ListedTask(Struct, frozen=True, kw_only=True):
    """One task."""

    id: str
    state: str
    """``open``, ``overdue`` or ``done``."""
    team: str
    due_at: datetime
    sequence: str
    step: str
    person: str
    """Name of the record, for ``doorstep explain`` and ``doorstep subject``."""
    text: str
    """What is to be done; empty once it is done."""
    outcomes: tuple[str, ...]
    """How it can end; empty if it is only done."""
    outcome: str
    done_at: datetime | None


@tasks.command("list")
def list_tasks(
    team: Annotated[str, typer.Argument(metavar="[TEAM]", help="Only those of this mailbox.")] = "",
    *,
    all_tasks: Annotated[bool, typer.Option("--all", help="Also those that are done.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
) -> None:
    """List open tasks, the one that is due first on top."""
    found = asyncio.run(_read_from_store(team, all_tasks=all_tasks))
    if json:
        output.print_json(found)
        return
    if not found:
        output.out.print("Nothing is to be done.")
        return
    # What is to be done may hold what a person typed, so it is cleaned and cut to one line.
    table = Table("task", "due (UTC)", "team", "what", "step", "person", "state", box=None, pad_edge=False)
    for task in found:
        what = clean_line(task.text, LONGEST_LINE) or "–"
        state = f"{task.state}: {task.outcome}" if task.outcome else task.state
        step = f"{task.sequence}/{task.step}"
        due = f"{task.due_at:%Y-%m-%d %H:%M}"
        table.add_row(task.id[:SHOWN], due, *map(escape, (task.team, what, step, task.person, state)))
    output.print_whole_table(table)
    output.out.print("Note how one ended: doorstep tasks done TASK [OUTCOME]")


@tasks.command("done")
def settle_task(
    task: TaskArgument,
    outcome: Annotated[str, typer.Argument(metavar="[OUTCOME]", help="How it ended, as the list's JSON says.")] = "",
) -> None:
    """Note that a task is done; of several outcomes the one that came."""
    output.out.print(escape(asyncio.run(_settle(task, outcome, reopen=False))))


@tasks.command("reopen")
def reopen_task(task: TaskArgument) -> None:
    """Open a task again; who has gone on by its outcome is not taken back."""
    output.out.print(escape(asyncio.run(_settle(task, "", reopen=True))))


async def _read_from_store(team: str, *, all_tasks: bool) -> list[ListedTask]:
    async with open_existing_store() as (store, _):
        now = (await load_clock(store)).now()
        found = [task async for task in find_tasks(store, now)]
    wanted = [task for task in found if team in ("", task.team) and (all_tasks or task.done_at is None)]
    return sorted(wanted, key=lambda task: (task.done_at is not None, task.due_at, task.id))


async def find_tasks(store: RecordStore, now: datetime) -> AsyncIterator[ListedTask]:
    """Yield the tasks about everybody."""
    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        for task in record.tasks:
            yield _describe_task(task, record.id, now)


def _describe_task(task: TeamTask, person: str, now: datetime) -> ListedTask:
    return ListedTask(
        id=task.id,
        state="done" if task.done_at else "overdue" if is_overdue(task, now) else "open",
        team=task.team,
        due_at=task.due_at,
        sequence=task.sequence,
        step=task.step,
        person=person,
        text=task.text,
        outcomes=task.labels,
        outcome=task.outcome,
        done_at=task.done_at,
    )


async def _settle(beginning: str, outcome: str, *, reopen: bool) -> str:
    """Settle or open the task whose id begins so, and return what came of it."""
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        found = await _find_one(store, beginning, engine.clock())
        number = REOPENED if reopen else _choose_outcome(found, outcome)
        # Told here, since the decision would only say nothing.
        if (found.done_at is None) is reopen:
            return f"{found.id[:SHOWN]} is {'open' if reopen else 'done'} already."
        # The version makes each change of the task an event of its own, and a repeated command the same one.
        version = (await store.load(found.person)).version
        event_id = f"task:{found.id}:{number}:{version}"
        event = TaskSettled(id=event_id, at=engine.clock(), task=found.id, number=number)
        await engine.transact(found.person, (event,))
    said = "is open again" if reopen else f"is done{f': {found.outcomes[number]}' if found.outcomes else ''}"
    return f"{found.sequence}/{found.step} {said}."


async def _find_one(store: RecordStore, beginning: str, now: datetime) -> ListedTask:
    """Return the task whose id begins so; raises :class:`typer.BadParameter` unless there is one."""
    found = [task async for task in find_tasks(store, now) if beginning and task.id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    message = f"{output.count_noun(len(found), 'task')} begins with “{beginning}”. “doorstep tasks list --all” has all."
    raise typer.BadParameter(message, param_hint="TASK")


def _choose_outcome(task: ListedTask, outcome: str) -> int:
    """Return the place of an outcome; raises :class:`typer.BadParameter` for one that the task does not have."""
    places = {label.casefold(): number for number, label in enumerate(task.outcomes)}
    # “done” alone is enough where there is nothing to choose.
    if not task.outcomes and not outcome:
        return 0
    if outcome.casefold() in places:
        return places[outcome.casefold()]
    choices = ", ".join(f"“{label}”" for label in task.outcomes) or "none, it is only done"
    message = f"“{outcome}” is no outcome of {task.step}: {choices}. {suggest_name(outcome, task.outcomes)}".strip()
    raise typer.BadParameter(message, param_hint="OUTCOME")
