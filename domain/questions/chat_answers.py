"""Answers in the chat to a question of a sequence: what stands behind its buttons, and which one is open.  Pure.

Flows hear what is typed and tapped, and hand the answer on as a fact; the sequence takes it in, in the same decision.
"""

from datetime import datetime

from domain.decision import Fact
from domain.questions.question_state import question_state
from domain.record import Subscriber
from domain.sequence_runs import OpenQuestion

ANSWER = "answer"
"""Begins the payload of an answer, up to the first bar; stored on people's phones, so it never changes."""
CHOSE = "chose"
"""Name of the fact that somebody answered; no event has it, since events have a dot."""


def answer_payload(send: str, number: int) -> str:
    """Return what stands behind the button of an answer; ``number`` is its place from 0."""
    return f"{ANSWER}|{send}|{number}"


def read_answer_payload(payload: str) -> tuple[str, int] | None:
    """Return the question and the place of the answer; None if the payload is another one, or made up."""
    parts = payload.split("|")
    if len(parts) != 3 or parts[0] != ANSWER or not (parts[2].isascii() and parts[2].isdecimal()):  # noqa: PLR2004  word, question, place
        return None
    return parts[1], int(parts[2][:4])


def find_open_question(record: Subscriber, now: datetime) -> OpenQuestion | None:
    """Return the open question that the chat asked last; None if there is none, or it was answered."""
    asked = [
        run.question for run in record.runs.values() if run.question and not run.question.given
        and run.question.step in run.told and question_state(record, run.question.send, 0, now) == "open"
    ]  # fmt: skip
    return max(asked, key=lambda question: question.at, default=None)


def chose_fact(send: str, number: int, at: datetime) -> Fact:
    """Return the fact that an answer was given."""
    return Fact(name=CHOSE, at=at, topic=send, address=str(number))


def read_choice(fact: Fact) -> tuple[str, int] | None:
    """Return the question and the place of the answer; None for any other fact."""
    return (fact.topic, int(fact.address)) if fact.name == CHOSE else None
