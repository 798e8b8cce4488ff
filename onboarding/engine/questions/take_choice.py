"""Takes in the answer to a question of a mail.  Pure."""

from msgspec.structs import replace

from domain.decision import Context, Outcome, Reason
from domain.events import ChoiceAnswered
from domain.questions.question_state import find_question, question_state, takes_words
from domain.record import Subscriber, Value
from language.conditions.sequence_tests import sequence_of
from onboarding.engine.questions.keep_answer import keep_answer
from onboarding.language.catalog import Send, SequenceCatalog
from onboarding.language.parts.question import Question

LONGEST_WORDS = 1_000
"""Characters of what somebody adds in their own words."""


def take_choice(catalog: SequenceCatalog, record: Subscriber, event: ChoiceAnswered, context: Context) -> Outcome:
    """Keep an answer; the run then goes on from its question, also if it went another way by an answer before."""
    if event.text:
        return _keep_words(catalog, record, event, context)
    name = find_question(record, event.send)
    asked = record.runs[name].question if name else None
    if asked is None or question_state(record, event.send, event.number, context.now) != "open":
        return Outcome(record=record)
    label = asked.labels[event.number]
    if asked.given == label:
        return Outcome(record=record)
    # Back to the question: what follows the new answer begins there.
    moved = replace(
        keep_answer(record.runs[name], asked.step, label),
        question=replace(asked, given=label, given_at=context.now),
        step=asked.step,
        entered_at=asked.at,
        due_at=None,
        # An answer that led to the end is changed within the hour like any other.
        status="running",
        ended_at=None,
    )
    kept = _save_answer(record, _find_asking(catalog, name, asked.step), label)
    reason = Reason(room="onboarding", text=f"{asked.step} was answered.", about=name, step=asked.step)
    return Outcome(record=replace(kept, runs={**kept.runs, name: moved}), reasons=(reason,))


def _keep_words(catalog: SequenceCatalog, record: Subscriber, event: ChoiceAnswered, context: Context) -> Outcome:
    """Keep what somebody added to their answer, in the field that the step names."""
    name = find_question(record, event.send)
    asked = record.runs[name].question if name else None
    question = _find_asking(catalog, name, asked.step) if asked else None
    if asked is None or question is None or not question.free or not takes_words(asked, event.number, context.now):
        return Outcome(record=record)
    fields: dict[str, Value] = {**record.fields, question.free: event.text[:LONGEST_WORDS]}
    reason = Reason(
        room="onboarding", text=f"Something was added to the answer of {asked.step}.", about=name, step=asked.step
    )
    return Outcome(record=replace(record, fields=fields), reasons=(reason,))


def _find_asking(catalog: SequenceCatalog, name: str, step: str) -> Question | None:
    sequence = catalog.sequences.get(sequence_of(name))
    written = sequence.steps.get(sequence.current_name(step)) if sequence else None
    return written.action.question if written and isinstance(written.action, Send) else None


def _save_answer(record: Subscriber, question: Question | None, label: str) -> Subscriber:
    """Return the record with the answer in the field that the step names."""
    if question is None or not question.save:
        return record
    value: Value = int(label) if question.is_scale else label
    return replace(record, fields={**record.fields, question.save: value})
