"""What was taken so far at a question that takes several choices, and what one sentence has answered beforehand.

The numbers are remembered in the conversation; the labels are kept in a field as a list (:mod:`language.lists`).
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from domain.effects import Button
from domain.record import Subscriber, Value
from flows.compiled.step import LocalizedTexts, Step
from flows.conversation.variable_names import GIVEN, TAKEN
from language.lists import join_list, split_list


class Taker(Protocol):
    """What these functions ask of the turn."""

    record: Subscriber
    variables: dict[str, Value]


def taken_numbers(turn: Taker, step: Step) -> tuple[int, ...]:
    """Return the numbers of the choices taken at this step, in the order they were taken."""
    name, *numbers = str(turn.variables.get(TAKEN, "")).split() or [""]
    if name == step.name:
        return tuple(int(number) for number in numbers if number.isdecimal() and int(number) < len(step.choices))
    # Returned to by an old tap: what was kept is what was taken.
    kept = split_list(turn.record.fields.get(step.answer_field)) if step.answer_field else []
    return tuple(step.choices.index(label) for label in kept if label in step.choices)


def note_taken(turn: Taker, step: Step, numbers: Iterable[int]) -> None:
    """Remember the numbers of the choices taken at this step."""
    turn.variables = {**turn.variables, TAKEN: " ".join((step.name, *map(str, numbers)))}


def offered_replies(turn: Taker, step: Step, texts: LocalizedTexts) -> tuple[Button, ...]:
    """Return the quick replies: what is not taken yet, then ``done``, or ``skip`` while nothing is taken."""
    taken = taken_numbers(turn, step)
    choices = texts.quick_replies[: len(step.choices)]
    open_choices = tuple(button for number, button in enumerate(choices) if number not in taken)
    if not taken:
        return (*open_choices, *texts.quick_replies[len(step.choices) :])
    least = step.question.least if step.question else 1
    return (*open_choices, *((texts.done,) if texts.done and len(taken) >= least else ()))


def join_labels(step: Step, numbers: Sequence[int]) -> str:
    """Return the labels of these choices as a field keeps them, in the original language."""
    return join_list(step.choices[number] for number in sorted(numbers))


def take_given(turn: Taker, step: str) -> str:
    """Return the trigger that an earlier sentence has given to this step (``ask: several``); empty if none did.

    It counts once: whoever comes back to the question is asked.
    """
    written = str(turn.variables.get(GIVEN, ""))
    if not written:
        return ""
    given = dict(part.split("=", 1) for part in written.split(";") if "=" in part)
    trigger = given.pop(step, "")
    left = ";".join(f"{name}={way}" for name, way in given.items())
    turn.variables = {name: value for name, value in turn.variables.items() if name != GIVEN}
    if left:
        turn.variables[GIVEN] = left
    return trigger
