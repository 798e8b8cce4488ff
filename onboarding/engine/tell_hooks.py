"""Tells hooks of what happens in sequences and consents: ``hooks.X.events`` of doorstep.yaml.  Pure.

It compares the runs before and after a decision, so that whatever starts or ends a run is told, and nothing twice.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from domain.decision import Context, Fact, Outcome
from domain.effects import CallHook
from domain.record import Subscriber
from domain.sequence_runs import Run
from domain.workspace_hooks import HookEvent
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.do_acts import HOOK_HOURS

_KIND_OF_FACT: dict[str, HookEvent] = {"confirmed": "confirmed", "withdrawn": "unsubscribed"}


def tell_hooks(before: Subscriber, outcome: Outcome, facts: Iterable[Fact], context: Context) -> Outcome:
    """Return the outcome with a request to each hook that wants to know of it; ``facts`` are those it came from."""
    if not context.config.hooks_by_event:
        return outcome
    return outcome.with_more(*_list_requests(before, outcome, facts, context))


def _list_requests(before: Subscriber, outcome: Outcome, facts: Iterable[Fact], context: Context) -> Iterator[CallHook]:
    after = outcome.record
    for fact in (*facts, *outcome.facts):
        if kind := _KIND_OF_FACT.get(fact.name):
            yield from make_requests(kind, after, context, at=fact.at, topic=fact.topic)
    for name, run in after.runs.items():
        old = before.runs.get(name)
        for kind in _list_news(old, run):
            at = run.started_at if kind == "started" else run.ended_at or context.now
            yield from make_requests(kind, after, context, at=at, place=(sequence_of(name), str(run.number), run.step))
        for step in _list_answered(old, run):
            place = (sequence_of(name), f"{run.number}/{step}", step)
            yield from make_requests("answered", after, context, at=context.now, place=place)


def _list_news(old: Run | None, run: Run) -> Iterator[HookEvent]:
    if run is old:
        return
    is_new = old is None or old.number != run.number
    if is_new:
        yield "started"
    if run.status in ("goal", "left") and (is_new or old is None or old.status != run.status):
        yield run.status


def _list_answered(old: Run | None, run: Run) -> Iterator[str]:
    """Yield the steps whose question was answered now, or whose task has an outcome now."""
    if run is old or not run.answers:
        return
    known = old.answers if old and old.number == run.number else {}
    # A new version may only have renamed the steps: then the answers are the same.
    if sorted(known.values()) != sorted(run.answers.values()):
        yield from (step for step, answer in run.answers.items() if known.get(step) != answer)


def make_requests(
    kind: HookEvent,
    record: Subscriber,
    context: Context,
    *,
    at: datetime,
    topic: str = "",
    place: tuple[str, str, str] = ("", "", ""),
) -> Iterator[CallHook]:
    """Yield a request to each hook that wants to know of this; ``place`` is sequence, number of the pass, and step."""
    config, (sequence, number, step) = context.config, place
    for hook in config.hooks_by_event.get(kind, ()):
        told = {name: record.fields[name] for name in config.hooks[hook].fields if name in record.fields}
        yield CallHook(
            # What happened names the request, so that it is told once however often it is decided.
            id=context.keys.send_id(record.id, f"{hook}/{kind}", f"{sequence}{topic}", f"{number}{at.isoformat()}"),
            hook=hook,
            flow="",
            step=step,
            at=at,
            until=context.now + HOOK_HOURS,
            fields=told,
            sequence=sequence,
            kind=kind,
            topic=topic,
        )
