"""Keeps the answers of a pass, so that its later steps can ask for them.  Pure."""

from msgspec.structs import replace

from domain.sequence_runs import Run

MOST_ANSWERS_KEPT = 8
"""Answers of one pass; the oldest goes first."""


def keep_answer(run: Run, step: str, label: str) -> Run:
    """Return the run with the answer of a step, in place of an earlier one."""
    others = {name: answer for name, answer in run.answers.items() if name != step}
    # Behind the others: the step that was answered last is the last to be dropped.
    kept = list({**others, step: label}.items())[-MOST_ANSWERS_KEPT:]
    return replace(run, answers=dict(kept))
