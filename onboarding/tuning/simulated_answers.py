"""Answers that the person of a simulation gives.  Pure.

Which mail asked is known only when the answer is due, so an answer names its label, and is made an event then.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from domain.decision import Outcome, Reason
from domain.events import AnyEvent, ChoiceAnswered
from domain.questions.question_state import question_state
from domain.record import Subscriber
from onboarding.language.catalog import MailSequence, Send


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenAnswer:
    """The person gives this answer to the question that is open then."""

    label: str


Deed = AnyEvent | GivenAnswer
"""What the person of a simulation does."""


def make_answer(answer: GivenAnswer, record: Subscriber, at: datetime) -> ChoiceAnswered | None:
    """Return the answer to the question asked last that has this label and is open; None if there is none."""
    asked = [run.question for run in record.runs.values() if run.question and answer.label in run.question.labels]
    # Two mails may offer “Yes”: a person who answers now has the newer one before them.
    for question in sorted(asked, key=lambda one: one.at, reverse=True):
        number = question.labels.index(answer.label)
        if question_state(record, question.send, number, at) == "open":
            return ChoiceAnswered(id=f"{question.send}-{number}", at=at, send=question.send, number=number)
    return None


def refuse_answer(answer: GivenAnswer, record: Subscriber) -> Outcome:
    """Return what is decided where no question is open that has this answer: nothing, with the reason."""
    text = f"No question is open that has the answer “{answer.label}”; nothing happens."
    return Outcome(record=record, reasons=(Reason(room="onboarding", text=text),))


def list_answers(sequences: Iterable[MailSequence]) -> Iterator[str]:
    """Yield every answer that a mail of these sequences offers."""
    for sequence in sequences:
        for step in sequence.steps.values():
            if isinstance(step.action, Send) and step.action.question:
                yield from step.action.question.choices
