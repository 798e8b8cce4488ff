"""The ways between the steps of a sequence: which can follow a step, and which take time.  Pure."""

from collections.abc import Mapping

from onboarding.language.acts import DrawCode, GiveTask, SplitWays
from onboarding.language.catalog import If, MailSequence, Send, SequenceStep
from onboarding.language.parts.question import Question
from onboarding.language.parts.waits import Wait, WaitCounted, WaitDated, WaitFor, WaitLocal, WaitTime, WaitWhen


def question_of(step: SequenceStep) -> Question | None:
    """Return what a step asks, a person or the team; None if it asks nothing."""
    return step.action.question if isinstance(step.action, Send | GiveTask) else None


def list_asking_steps(sequence: MailSequence) -> dict[str, tuple[str, ...]]:
    """Return the answers of each step that asks a person or gives the team a task; an empty one: it is only done."""
    found = {}
    for step in sequence.steps.values():
        question = question_of(step)
        if question or isinstance(step.action, GiveTask):
            found[step.name] = tuple(question.choices) if question else ("",)
    return found


def takes_time(step: SequenceStep) -> bool:
    """Return True if a step can last: every kind of wait, a question, a task with outcomes, and a draw."""
    return question_of(step) is not None or isinstance(step.action, Wait | DrawCode)


def next_steps(step: SequenceStep) -> tuple[str, ...]:
    """Return the names of the steps that can follow a step, the one below first."""
    if isinstance(step.action, SplitWays):
        return tuple(name for name, _ in step.action.parts)
    if question := question_of(step):
        return (step.next_step, step.otherwise, *question.choices.values())
    has_two_ways = isinstance(step.action, WaitFor | WaitWhen | WaitDated | If | DrawCode)
    return (step.next_step, step.otherwise) if has_two_ways else (step.next_step,)


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
    # A wait for an event or a condition may be over the moment it begins, but its “else” way always takes time.
    match step.action:
        case WaitTime() | WaitLocal() | WaitCounted():
            return ()
        case WaitFor() | WaitWhen() | Send():
            return (step.next_step,)
        case GiveTask(question=question) if question:
            return (step.next_step,)
        case _:  # a date may lie in the past
            return next_steps(step)
