"""Questions that mails ask: which run asked, and whether an answer still counts.  Pure.

The answers of a mail are kept with the run that asked, so a link needs to name only the mail and a place among them,
and it means the same whatever becomes of the workspace meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from domain.record import Subscriber
from domain.sequence_runs import OpenQuestion, Run

CHOICES = "choices"
"""The variable of a mail that holds the answers, one a line."""
CHANGEABLE = timedelta(hours=1)
"""How long an answer can be replaced by another one, if no mail has left since."""

QuestionState = Literal["open", "given", "settled", "expired", "unknown"]
"""``open``: an answer counts; ``given``: this very answer counts already; ``settled``: another one does."""


def write_labels(labels: Sequence[str]) -> str:
    """Return answers as the variable of a mail."""
    return "\n".join(" ".join(label.split()) for label in labels)


def read_labels(text: str) -> tuple[str, ...]:
    """Return the answers that :func:`write_labels` wrote."""
    return tuple(text.split("\n")) if text else ()


def find_question(record: Subscriber, send: str) -> str:
    """Return the name of the run whose open or answered question this mail asked; empty if none did."""
    return next((name for name, run in record.runs.items() if run.question and run.question.send == send), "")


def takes_words(asked: OpenQuestion, number: int, now: datetime) -> bool:
    """Return True while somebody may add their own words to the answer that they gave."""
    is_given = 0 <= number < len(asked.labels) and asked.given == asked.labels[number]
    return asked.free and is_given and now < asked.until


def _has_ended_by_it(run: Run, asked: OpenQuestion) -> bool:
    """Return True if the pass came to its end after the answer: a slip of the finger can still be mended."""
    return run.status == "finished" and bool(asked.given_at and run.ended_at and run.ended_at >= asked.given_at)


def question_state(record: Subscriber, send: str, number: int, now: datetime) -> QuestionState:
    """Return what an answer of a mail would do now; ``number`` is its place, from 0."""
    name = find_question(record, send)
    run = record.runs[name] if name else None
    asked = run.question if run else None
    if run is None or asked is None or not 0 <= number < len(asked.labels):
        return "unknown"
    if asked.given == asked.labels[number]:
        return "given"
    if asked.given_at is not None:
        # After the first answer something may have been done or sent that cannot be taken back.
        is_changeable = (run.status == "running" or _has_ended_by_it(run, asked)) and run.sent[-1:] == (asked.step,)
        return "open" if is_changeable and now - asked.given_at < CHANGEABLE else "settled"
    return "open" if run.status == "running" and now < asked.until else "expired"
