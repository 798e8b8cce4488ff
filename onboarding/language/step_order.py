"""Which steps can follow a step, and which take time.  Pure."""

from onboarding.language.acts import DrawCode, SplitWays
from onboarding.language.catalog import If, Send, SequenceStep, WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime


def takes_time(step: SequenceStep) -> bool:
    """Return True if a step can last: every kind of wait, a question, and a draw."""
    if isinstance(step.action, Send):
        return step.action.question is not None
    return isinstance(step.action, WaitTime | WaitLocal | WaitCounted | WaitDated | WaitFor | DrawCode)


def next_steps(step: SequenceStep) -> tuple[str, ...]:
    """Return the names of the steps that can follow a step, the one below first."""
    if isinstance(step.action, SplitWays):
        return tuple(name for name, _ in step.action.parts)
    if isinstance(step.action, Send) and step.action.question:
        return (step.next_step, step.otherwise, *step.action.question.choices.values())
    has_two_ways = isinstance(step.action, WaitFor | WaitDated | If | DrawCode)
    return (step.next_step, step.otherwise) if has_two_ways else (step.next_step,)
