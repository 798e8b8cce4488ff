"""The transitions of a flow that people can take, for diagrams and for the coverage of transcripts.

The machine has a way on (``next``) and a way out (``else``) for every step, and the ways out that the flow writes.
Which of them can happen depends on the kind of the step, as the tables below say.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.compiled.catalog import (
    ELSE,
    NEXT,
    TIMEOUT,
    Flow,
    Step,
    button_trigger,
    case_trigger,
    choice_trigger,
    part_trigger,
)
from flows.compiled.step import DECLINES, GIVES_UP, NO_ROWS, list_ways_out
from language.durations import format_duration

IMPLICIT_ELSE = frozenset({"consent", "if", "switch", "yes_no"})
"""Kinds whose way out is taken even if no ``else`` is written: a no is an answer like a yes."""
WITHOUT_NEXT = frozenset({"choice", "split", "switch"})
"""Kinds that are left only by a choice, a part or a case, unless they may be skipped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One transition from a step to another, or to the end."""

    step: str
    trigger: str
    target: str
    label: str
    """Label in diagrams and reports."""


def list_transitions(flow: Flow, language: str) -> list[Transition]:
    """Return every transition of a flow, step by step in the order written, labelled in this language."""
    return [
        Transition(step=step.name, trigger=trigger, target=flow.next_step(step.name, trigger), label=label)
        for step in flow.steps.values()
        for trigger, label in _transitions_from(step, language)
    ]


def _transitions_from(step: Step, language: str) -> Iterator[tuple[str, str]]:
    """Yield trigger and label of the transitions from a step."""
    texts = step.texts[language]
    for number, reply in enumerate(texts.choice_replies):
        if reply.moves_on:
            yield choice_trigger(number), step.choices[number]
    labels = {number: label for label, number in step.labels.items()}
    for number in sorted(step.button_numbers):
        yield button_trigger(number), button_label(step, number, language) or labels.get(len(step.choices) + number, "")
    for number, share in enumerate(_split_shares(step)):
        yield part_trigger(number), share
    yield from ((case_trigger(number), case) for number, (case, _) in enumerate(step.cases))
    # Erasing everything ends the conversation, so a step that does it leads nowhere.
    if step.my_data != "delete" and (step.kind not in WITHOUT_NEXT or step.can_skip):
        yield NEXT, _next_label(step)
    for way in list_ways_out(step.kind, step.own_ways_out, has_cards=_has_cards(step, language)):
        if way != ELSE or step.has_else or step.kind in IMPLICIT_ELSE:
            yield way, _label_way_out(step, way)
    # The end of a ``wait`` is its way on (above), not a timeout.
    if step.timeout is not None and step.timeout_trigger == TIMEOUT:
        yield TIMEOUT, f"after {format_duration(step.timeout)}"


def button_label(step: Step, number: int, language: str) -> str:
    """Return the label of a button of a step; its own are counted first, then those of its cards."""
    step_labels: list[str] = []
    card_labels: list[str] = []
    for saying in step.texts[language].messages:
        step_labels += [button.label.source for button in saying.buttons]
        card_labels += [button.label.source for button in saying.cards.buttons] if saying.cards else []
    labels = [*step_labels, *card_labels]
    return labels[number] if number < len(labels) else ""


def _has_cards(step: Step, language: str) -> bool:
    return any(message.cards for message in step.texts[language].messages)


def _split_shares(step: Step) -> Iterator[str]:
    before = 0.0
    for bound in step.split_bounds:
        yield f"{round(100 * (bound - before))}%"
        before = bound


NEXT_LABELS = {
    "say": "", "call": "when it ends", "code": "a code", "take": "taken", "mail": "mailed", "relay": "",
    "hand_over": "handed back",
    "consent": "agrees", "confirm": "confirmed", "prove": "proven", "if": "yes", "find": "a row",
    "yes_no": "yes", "choice": "skip",
}  # fmt: skip
"""Label of the way on, by kind; other questions are labelled “answered”."""
ELSE_LABELS = {
    "consent": "declines",
    "if": "no",
    "switch": "else",
    "find": "no row",
    "yes_no": "no",
    "code": "none left",
    "take": "too few left",
    "hook": "no answer",
    "mail": "no address",
    "say": "no cards",
}
"""Label of ``else``, by kind; of all others “else”."""
WAY_OUT_LABELS = {DECLINES: "declines", NO_ROWS: "no rows", GIVES_UP: "gives up"}


def _next_label(step: Step) -> str:
    if step.kind == "wait":
        return f"after {format_duration(step.timeout)}" if step.timeout else ""
    return NEXT_LABELS.get(step.kind, "answered or skipped" if step.can_skip else "answered")


def _label_way_out(step: Step, way: str) -> str:
    if way == ELSE and step.kind == "consent" and DECLINES in step.own_ways_out:
        return "else"  # the no has a way of its own
    if way == ELSE or (way == DECLINES and step.kind == "yes_no"):
        return ELSE_LABELS.get(step.kind, "else")
    return WAY_OUT_LABELS[way]
