"""Changes to a run that every part of deciding makes: to set it, to end it, and to say so.  Pure."""

from collections.abc import Mapping

from msgspec.structs import replace

from domain import counters
from domain.decision import Context, Outcome, Reason
from domain.effects import Count
from domain.record import Subscriber
from domain.sequence_runs import Run, RunStatus
from language.conditions.sequence_tests import sequence_of


def make_reason(sequence: str, text: str, step: str = "") -> Reason:
    """Return a sentence of the log about a sequence."""
    return Reason(room="onboarding", text=text, about=sequence, step=step)


def with_run(record: Subscriber, name: str, run: Run) -> Subscriber:
    """Return the record with this run of a sequence."""
    return replace(record, runs={**record.runs, name: run})


def move_running(record: Subscriber, sequence: str, address: str) -> Subscriber:
    """Return the record with the running passes of a sequence mailing to this address."""
    moved = {
        name: replace(run, address=address)
        for name, run in record.runs.items()
        if sequence_of(name) == sequence and run.status == "running"
    }
    return replace(record, runs={**record.runs, **moved}) if moved else record


_ENDINGS: Mapping[RunStatus, tuple[str, str]] = {
    "left": (counters.LEFT, "is left"),
    "goal": (counters.GOAL, "reached its goal"),
    "finished": (counters.FINISHED, "is finished"),
}
"""By status of an ended run: its counter, and how a reason says it."""


def end_run(record: Subscriber, name: str, status: RunStatus, because: str, context: Context) -> Outcome:
    """End a run: nothing more is sent of it.  ``because`` is half a sentence that can follow a colon."""
    run = replace(record.runs[name], status=status, due_at=None, ended_at=context.now)
    counter, ending = _ENDINGS[status]
    return Outcome(
        record=with_run(record, name, run),
        effects=(Count(name=f"{counter}{name}"),),
        reasons=(make_reason(name, f"{name} {ending}: {because}.", run.step),),
    )
