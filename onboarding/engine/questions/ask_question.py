"""Asks a question by mail, and says where its answer, or silence, leads.  Pure."""

from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from domain.decision import Context
from domain.record import SCHEMA, Subscriber
from domain.sequence_runs import OpenQuestion, Run
from language.durations import UnclearTimeError, parse_duration
from onboarding.language.catalog import MailSequence, Send, SequenceStep
from onboarding.language.parts.question import Question


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question that goes out now."""

    record: Subscriber
    """With the question open in its run."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionWay:
    """Where a run goes that stands at a question it has asked."""

    next_step: str | None
    """None if it still waits."""
    cause: str = ""
    due_at: datetime | None = None


def refuse_question(send: Send, record: Subscriber, context: Context) -> str:
    """Return why nothing can be asked now, as half a sentence; empty if it can, or if the mail asks nothing."""
    if send.question is None or record.questioned_at is None:
        return ""
    every = context.config.limits.ask_every
    try:
        apart = parse_duration(every)
    except UnclearTimeError:  # reported by the checks
        return ""
    return f"they were asked something within {every}" if context.now - record.questioned_at < apart else ""


def ask_question(  # noqa: PLR0917  the question, and the mail and person it is asked with
    step: SequenceStep, question: Question, sequence: str, mail_id: str, record: Subscriber, context: Context
) -> AskedQuestion:
    """Return the record that waits for an answer; asked in the chat, it goes by the id that the mail would have."""
    labels, until = tuple(question.choices), context.now + question.at_most
    shown = question.labels_in(record.language or context.config.default_language)
    opened = OpenQuestion(
        step=step.name,
        send=mail_id,
        at=context.now,
        until=until,
        labels=labels,
        shown=shown if shown != labels else (),
        free=bool(question.free),
    )
    runs = {**record.runs, sequence: replace(record.runs[sequence], question=opened)}
    return AskedQuestion(
        record=replace(record, schema=SCHEMA, runs=runs, questioned_at=context.now),
        until=until,
    )


def follow_question(step: SequenceStep, send: Send, run: Run, now: datetime) -> QuestionWay | None:
    """Return where a run goes that waits here for an answer; None if it has not asked on this visit of the step."""
    asked = run.question
    if asked is None or asked.step != step.name or asked.at < run.entered_at:
        return None
    if asked.given:
        # A new version may have taken the answer away: then nobody knows better than the way without one.
        choices = send.question.choices if send.question else {}
        return QuestionWay(next_step=choices.get(asked.given, step.otherwise), cause=f"{step.name} was answered")
    if asked.until <= now or send.question is None:
        return QuestionWay(next_step=step.otherwise, cause=f"{step.name} was not answered")
    return QuestionWay(next_step=None, due_at=asked.until)


def rename_question(asked: OpenQuestion | None, sequence: MailSequence) -> OpenQuestion | None:
    """Return the open question under the name that its step has in this version."""
    return replace(asked, step=sequence.current_name(asked.step)) if asked else None
