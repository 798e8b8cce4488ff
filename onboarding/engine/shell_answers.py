"""What came of effects that acts of sequences asked for: a draw, a chat message refused, a hook that failed.  Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from domain.decision import Context, Fact, Outcome
from domain.event_types.team import TaskSettled
from domain.events import AnyEvent, ChatRefused, ChoiceAnswered, HookAnswered, VoucherDrawn
from domain.failed_hooks import failed_hook_entry
from domain.questions.chat_answers import read_choice
from domain.questions.task_state import find_task
from domain.record import Subscriber
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.do_acts import LONGEST_TASK
from onboarding.engine.make_messages import make_mail
from onboarding.engine.passes import decide_in_front
from onboarding.engine.questions.take_choice import take_choice
from onboarding.engine.questions.team_tasks import settle_task
from onboarding.engine.run_changes import make_reason, with_run
from onboarding.engine.step_rules import choose_template
from onboarding.engine.steps.fill_text import fill_text
from onboarding.language.acts import DrawCode, GiveTask
from onboarding.language.catalog import Send, SequenceCatalog


def take_answer(
    catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None, facts: Iterable[Fact], context: Context
) -> Outcome:
    """Return what an answer of the shell, or in the chat, changes, before the runs are moved on; else nothing."""
    handler = _HANDLERS.get(type(event))
    outcome = handler(catalog, record, event, context) if handler else Outcome(record=record)
    for fact in facts:
        if chosen := read_choice(fact):
            send, number = chosen
            answered = ChoiceAnswered(id="", at=fact.at, send=send, number=number)
            outcome = outcome.followed_by(take_choice(catalog, outcome.record, answered, context))
    return outcome


def _take_draw(catalog: SequenceCatalog, record: Subscriber, event: VoucherDrawn, context: Context) -> Outcome:
    """Keep a voucher that was drawn; of an empty pool, end the wait for it."""
    if event.code:
        return Outcome(record=replace(record, codes={**record.codes, event.pool: event.code}))
    runs = dict(record.runs)
    for name, run in record.runs.items():
        sequence = catalog.sequences.get(sequence_of(name))
        step = sequence.steps.get(run.step) if sequence and run.status == "running" else None
        if step and isinstance(step.action, DrawCode) and step.action.pool == event.pool and run.due_at:
            runs[name] = replace(run, due_at=context.now)
    return Outcome(record=replace(record, runs=runs))


def _mail_refused_relay(catalog: SequenceCatalog, record: Subscriber, event: ChatRefused, context: Context) -> Outcome:
    """Mail what the platform did not take in the chat; under its id it goes once."""
    name = next((name for name, run in record.runs.items() if event.send in run.told.values()), "")
    return (
        decide_in_front(record, name, _mail_refused_step, catalog, event, context) if name else Outcome(record=record)
    )


def _mail_refused_step(
    record: Subscriber, name: str, catalog: SequenceCatalog, event: ChatRefused, context: Context
) -> Outcome:
    step = next(step for step, chat in record.runs[name].told.items() if chat == event.send)
    sequence = catalog.sequences.get(name)
    written = sequence.steps.get(sequence.current_name(step)) if sequence else None
    if sequence is None or written is None or not isinstance(written.action, Send):
        return Outcome(record=record)
    run = record.runs[name]
    kept = {other: chat for other, chat in run.told.items() if other != step}
    changed = with_run(record, name, replace(run, told=kept))
    # “permanent”: the message itself is at fault, so the sequence has to be mended.
    if event.reason == "permanent":
        return Outcome(record=changed)
    template = choose_template(sequence, written.name, written.action, record, context)[0]
    asked = run.question if run.question and run.question.step == step else None
    mail = make_mail(
        sequence, step, template, changed, context, topic=written.action.topic,
        choices=asked.shown_labels if asked else (),
    )  # fmt: skip
    reason = make_reason(name, f"The platform did not take {template} in the chat, so it goes by mail.", step)
    return Outcome(record=changed, effects=(mail,), reasons=(reason,))


def _list_failed_hook(_: SequenceCatalog, record: Subscriber, event: HookAnswered, __: Context) -> Outcome:
    """Put a hook that could not be told on the list of the team; a flow that asked goes its own way."""
    kind, sequence, step = event.told
    if event.taken or not kind:
        return Outcome(record=record)
    reason = make_reason(sequence, f"The hook {event.hook} could not be told.", step)
    return Outcome(record=record, effects=(failed_hook_entry(event),), reasons=(reason,))


def _settle_task(catalog: SequenceCatalog, record: Subscriber, event: TaskSettled, context: Context) -> Outcome:
    """Take in what became of a task; what is to be done is written anew if it is opened again."""
    task = find_task(record, event.task)
    sequence = catalog.sequences.get(task.sequence) if task else None
    step = sequence.steps.get(sequence.current_name(task.step)) if sequence and task else None
    act = step.action if step and isinstance(step.action, GiveTask) else None
    # The step may be gone: the task is in the list of the team all the same, and can be done.
    if act is None:
        return settle_task(record, event, None, "", context)
    box = context.config.team.get(act.team)
    language = (box.language if box else "") or context.config.default_language
    text = fill_text(act.notice, record, language, context)[:LONGEST_TASK]
    return settle_task(record, event, act.question, text, context)


_HANDLERS: Mapping[type, Callable[[SequenceCatalog, Subscriber, Any, Context], Outcome]] = {
    VoucherDrawn: _take_draw,
    ChatRefused: _mail_refused_relay,
    HookAnswered: _list_failed_hook,
    ChoiceAnswered: take_choice,
    TaskSettled: _settle_task,
}
"""Handler by class of event; other events are no answers."""
