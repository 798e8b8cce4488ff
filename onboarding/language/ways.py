"""The ways between the steps of a sequence.  Pure."""

from collections.abc import Mapping

from onboarding.language.acts import SplitWays
from onboarding.language.catalog import Send, SequenceStep, WaitCounted, WaitFor, WaitLocal, WaitTime
from onboarding.language.step_order import next_steps


def find_ways(steps: Mapping[str, SequenceStep]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Return for each step the steps that lead to it: what a mail rests on lies on these ways."""
    ways: dict[str, list[tuple[str, bool]]] = {name: [] for name in steps}
    for step in steps.values():
        is_split = isinstance(step.action, SplitWays)
        for number, name in enumerate(next_steps(step)):
            if name in ways:
                ways[name].append((step.name, number == 1 and not is_split))
    return {name: tuple(leading) for name, leading in ways.items()}


def immediate_next_steps(step: SequenceStep) -> tuple[str, ...]:
    """Return the names of the steps that can follow a step at once, without time passing."""
    # A wait for an event may be over the moment it begins, but its “else” way always takes time.
    match step.action:
        case WaitTime() | WaitLocal() | WaitCounted():
            return ()
        case WaitFor() | Send():
            return (step.next_step,)
        case _:  # a date may lie in the past
            return next_steps(step)
