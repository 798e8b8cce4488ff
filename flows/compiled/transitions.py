"""The ways of a flow as people can take them, read from its compiled machine.

A machine knows a way on and a way out of every step; which of them exist depends on what the step waits for.  This
table says so, for pictures and for the coverage of transcripts alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from flows.compiled.catalog import ELSE, NEXT, TIMEOUT, Flow, Step, chosen, parted, pressed
from language.durations import say_duration

SILENT_OUT = frozenset({"consent", "if", "yes_no"})
"""Kinds whose way out is taken in the ordinary course of things, even where no ``else`` is written."""
NO_WAY_ON = frozenset({"choice", "split"})
"""Kinds that are left by what is chosen, never by going on (a choice that may be skipped is)."""
NO_WAY_OUT = frozenset({"say", "wait", "split", "call", "relay", "hand_over"})
"""Kinds that have no way out, except where cards may find no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way from a step to another, or to the end."""

    step: str
    trigger: str
    target: str
    label: str
    """What a person reads on it."""


def ways(flow: Flow, language: str) -> list[Way]:
    """Return every way of a flow, step by step in the order written, labelled in this language."""
    return [
        Way(step=step.name, trigger=trigger, target=flow.leads(step.name, trigger), label=label)
        for step in flow.steps.values()
        for trigger, label in _out_of(step, language)
    ]


def _out_of(step: Step, language: str) -> Iterator[tuple[str, str]]:
    """Yield trigger and label of the ways out of a step."""
    spoken = step.spoken[language]
    for number, answer in enumerate(spoken.answers):
        if answer.goes:
            yield chosen(number), step.choices[number]
    labels = {number: label for label, number in step.labels.items()}
    for number in sorted(step.presses):
        yield pressed(number), button_label(step, number, language) or labels.get(len(step.choices) + number, "")
    for number, share in enumerate(_shares(step)):
        yield parted(number), share
    if step.my_data != "delete" and (step.kind not in NO_WAY_ON or step.skips):
        yield NEXT, _onward(step)
    if step.kind in SILENT_OUT or (step.has_else and (step.kind not in NO_WAY_OUT or _has_cards(step, language))):
        yield ELSE, _outward(step)
    if step.over is not None and step.ending == TIMEOUT:
        yield TIMEOUT, f"after {say_duration(step.over)}"


def button_label(step: Step, number: int, language: str) -> str:
    """Return what stands on a button of a step: its own are counted first, then those of its cards."""
    own: list[str] = []
    carried: list[str] = []
    for saying in step.spoken[language].says:
        own += [one.label.source for one in saying.buttons]
        carried += [one.label.source for one in saying.cards.buttons] if saying.cards else []
    every = [*own, *carried]
    return every[number] if number < len(every) else ""


def _has_cards(step: Step, language: str) -> bool:
    return any(one.cards for one in step.spoken[language].says)


def _shares(step: Step) -> Iterator[str]:
    before = 0.0
    for bound in step.parts:
        yield f"{round(100 * (bound - before))}%"
        before = bound


ON = {
    "say": "", "call": "when it ends", "code": "a code", "mail": "mailed", "relay": "", "hand_over": "handed back",
    "consent": "agrees", "confirm": "confirmed", "prove": "proven", "if": "yes", "yes_no": "yes", "choice": "skip",
}  # fmt: skip
"""What is written on the way on, by kind; of the other questions: answered."""
OUT = {"consent": "declines", "if": "no", "yes_no": "no", "code": "none left", "mail": "no address", "say": "no cards"}


def _onward(step: Step) -> str:
    if step.kind == "wait":
        return f"after {say_duration(step.over)}" if step.over else ""
    return ON.get(step.kind, "answered or skipped" if step.skips else "answered")


def _outward(step: Step) -> str:
    return OUT.get(step.kind, "else")
