"""The ways that lead to each step of a sequence.  Pure."""

from collections.abc import Mapping

from onboarding.language.acts import SplitWays
from onboarding.language.catalog import SequenceStep, next_steps


def find_ways(steps: Mapping[str, SequenceStep]) -> dict[str, tuple[tuple[str, bool], ...]]:
    """Return for each step the steps that lead to it: what a mail rests on lies on these ways."""
    ways: dict[str, list[tuple[str, bool]]] = {name: [] for name in steps}
    for step in steps.values():
        is_split = isinstance(step.action, SplitWays)
        for number, name in enumerate(next_steps(step)):
            if name in ways:
                ways[name].append((step.name, number == 1 and not is_split))
    return {name: tuple(leading) for name, leading in ways.items()}
