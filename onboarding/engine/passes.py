"""Several passes of a person through one sequence at once: one for each order, say (``again: each order``).  Pure.

A record keeps such a pass under ``after_order/4711``.  To decide it, it is put in front: it changes places with what
lies under ``after_order``, so that all rules and conditions find the pass they speak of under the sequence's name.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Concatenate, ParamSpec

from msgspec.structs import replace

from domain.decision import Context, Outcome
from domain.deeds import REMEMBERED, second_of
from domain.record import Subscriber, Value
from domain.sequence_runs import Run
from language.conditions.parse import RowCondition
from language.conditions.sequence_tests import sequence_of
from language.zones import zone_of_person
from onboarding.engine.take_in import Occurrence
from onboarding.language.catalog import MailSequence, SequenceCatalog
from onboarding.language.parts.waits import WaitFor

LONGEST_KEY = 64
"""Characters of a value that a pass is for."""
MOST_PASSES = 8
"""Passes through one sequence at the same time."""

_P = ParamSpec("_P")


def name_pass(sequence: MailSequence, key: str) -> str:
    """Return the name under which a record keeps a pass: with its key, if it is one of many."""
    return f"{sequence.name}/{key}" if key else sequence.name


def put_in_front(record: Subscriber, name: str) -> Subscriber:
    """Return the record with a pass under its sequence's name; asked again, as it was."""
    sequence = sequence_of(name)
    if sequence == name:
        return record
    runs = dict(record.runs)
    this, other = runs.pop(name, None), runs.pop(sequence, None)
    changed = {**({sequence: this} if this else {}), **({name: other} if other else {})}
    return replace(record, runs={**runs, **changed})


def decide_in_front(
    record: Subscriber,
    name: str,
    decide: Callable[Concatenate[Subscriber, str, _P], Outcome],
    *args: _P.args,
    **kwargs: _P.kwargs,
) -> Outcome:
    """Decide a pass while it is in front: ``decide`` gets the record and the name of the sequence."""
    outcome = decide(put_in_front(record, name), sequence_of(name), *args, **kwargs)
    return put_back(outcome, name) if "/" in name else outcome


def put_back(outcome: Outcome, name: str) -> Outcome:
    """Return what was decided of a pass in front, with the pass at its place; the sentences tell which one it was."""
    sequence = sequence_of(name)
    # Two orders run through the same steps, so without its name nobody could say whose sentence it is.
    reasons = tuple(replace(one, about=name) if one.about == sequence else one for one in outcome.reasons)
    return replace(outcome, record=put_in_front(outcome.record, name), reasons=reasons)


def find_pass(record: Subscriber, sequence: str, number: int) -> str:
    """Return the name of a pass by its number; empty if it is no longer kept."""
    passes = ((name, run) for name, run in record.runs.items() if sequence_of(name) == sequence)
    return next((name for name, run in passes if run.number == number), "")


def latest_number(record: Subscriber, sequence: str) -> int:
    """Return the number of the latest pass through a sequence; 0 if there was none."""
    return max((run.number for name, run in record.runs.items() if sequence_of(name) == sequence), default=0)


def list_passes(record: Subscriber, sequence: MailSequence) -> list[str]:
    """Return the names of the passes that are told of: with ``again: each`` all that are kept, else the latest."""
    kept = [name for name in record.runs if sequence_of(name) == sequence.name]
    if sequence.start.each:
        return sorted(kept, key=lambda name: record.runs[name].number)
    latest = find_pass(record, sequence.name, latest_number(record, sequence.name))
    return [latest] if latest else []


def read_key(value: Value) -> str:
    """Return the value that a pass is for, as text; empty if there can be no pass for it."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value).strip()
    return text if len(text) <= LONGEST_KEY else ""


def refuse_pass(record: Subscriber, sequence: MailSequence, key: str) -> str:
    """Return why there is no pass of its own for a value, as half a sentence; empty if there can be one."""
    each = sequence.start.each
    if not key:
        return f"{sequence.start.event} tells no {each} of 1 to {LONGEST_KEY} characters"
    running = [
        name for name, run in record.runs.items() if sequence_of(name) == sequence.name and run.status == "running"
    ]
    if len(running) >= MOST_PASSES:
        return f"the person is in {MOST_PASSES} passes of it already"
    return ""


def forget_ended(record: Subscriber, sequence: str) -> Subscriber:
    """Return the record without ended passes of a sequence, but for the latest."""
    ended = [
        (run.number, name)
        for name, run in record.runs.items()
        if run.status != "running" and "/" in name and sequence_of(name) == sequence
    ]
    old = {name for _, name in sorted(ended)[:-1]}
    return replace(record, runs={name: run for name, run in record.runs.items() if name not in old}) if old else record


def hear(catalog: SequenceCatalog, outcome: Outcome, occurred: Sequence[Occurrence], context: Context) -> Outcome:
    """Return the outcome with what the passes count for themselves: of their own order, or through a ``where``."""
    record = outcome.record
    if not (occurred and record.runs and catalog.listening):
        return outcome
    runs = dict(record.runs)
    for occurrence in occurred:
        ear = _Ear(catalog=catalog, record=record, occurrence=occurrence, context=context)
        for name, run in runs.items():
            sequence = catalog.sequences.get(sequence_of(name))
            if sequence and sequence.name in catalog.listening and _still_hears(run, sequence, occurrence.name):
                runs[name] = ear.hear(sequence, run)
    return replace(outcome, record=replace(record, runs=runs))


def _still_hears(run: Run, sequence: MailSequence, event: str) -> bool:
    if run.status == "running":
        return True
    # A goal that is reached after the last step counts, so the pass of an order listens for it.
    return run.status == "finished" and bool(run.key) and sequence.goal is not None and sequence.goal.event == event


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ear:
    """Lets the passes of a person hear what happened."""

    catalog: SequenceCatalog
    record: Subscriber
    occurrence: Occurrence
    context: Context

    def hear(self, sequence: MailSequence, run: Run) -> Run:
        event, second = self.occurrence.name, second_of(min(self.occurrence.at, self.context.now))
        if second <= second_of(run.counts_from or run.started_at) or not self._concerns(sequence, run):
            return run
        actions = (step.action for step in sequence.steps.values())
        waits = (wait for wait in actions if isinstance(wait, WaitFor) and event in wait.events)
        labels = {wait.heard_as for wait in waits if wait.where and self._fits(wait.where)}
        if run.key and event in self.catalog.events_of[sequence.name]:
            labels.add(event)
        if not labels:
            return run
        heard = {label: tuple(sorted((*run.heard.get(label, ()), second))[-REMEMBERED:]) for label in sorted(labels)}
        return replace(run, heard={**run.heard, **heard})

    def _concerns(self, sequence: MailSequence, run: Run) -> bool:
        """Return True unless the event speaks of another order than the pass."""
        told = self.occurrence.said.get(sequence.start.each) if run.key else None
        return told is None or read_key(told) == run.key

    def _fits(self, where: RowCondition) -> bool:
        zone = zone_of_person(self.record, self.context.config.timezone, self.context.now)
        return where.holds(self.occurrence.said, {}, self.context.now, zone)
