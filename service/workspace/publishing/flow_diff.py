"""The shape of a flow: everything in it that is not text.

Two versions of the same shape differ in texts and in record changes on arriving only, so a conversation can go on in
the other version.  A step is re-wired when it waits for something else, keeps something else, or leads elsewhere.  The
label of a choice belongs to the shape, because a button with the old label can still be tapped.
"""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from flows.compiled.step import ELSE, WAYS_OUT
from flows.language.buttons import classify_target
from flows.language.model import END, FlowText, StepText
from flows.language.read_files import read_flow_files

TEXT_KEYS = frozenset((
    "say", "again", "agree", "decline", "skip", "nudge", "choices", "buttons", "notify", "go", "otherwise", "hand_over",
    "declines", "no_rows", "gives_up",
    "tag", "untag", "set", "score", "event", "channel", "speak", "withdraw", "give_back", "my_data", "mail", "relay",
    "persona",
))  # fmt: skip
"""Keys that hold texts, or what is done once on arriving; exits inside them are read by :func:`_step_exits`."""

LEAST_LIKENESS = 0.6
"""Likeness (0 to 1) from which an added step counts as a removed one under another name."""

Shape = Mapping[str, Any]


def read_flow_texts(files: Mapping[str, str]) -> dict[str, FlowText]:
    """Return the flows of a workspace as they are written, by name."""
    return {name: flow_file.text for name, flow_file in read_flow_files(files)[0].items()}


def step_shapes(flow: FlowText) -> dict[str, Shape]:
    """Return the shape of each step, by name."""
    # A step without ``go`` leads to the step written below it, so inserting a step changes the shape of the one above.
    names = list(flow.steps)
    below = dict(zip(names, [*names[1:], END], strict=True))
    return {name: _step_shape(step, below[name]) for name, step in flow.steps.items()}


def shapes_under_new_names(flow: FlowText, names: Mapping[str, str]) -> dict[str, Shape]:
    """Return the shapes of a flow with some of its steps renamed, wherever they are referred to."""
    if not names:
        return step_shapes(flow)

    def new_name(step: str) -> str:
        return names.get(step, step)

    # Names are replaced in the shape, not in the file: every key that can hold the name of a step is listed here.
    renamed: dict[str, Shape] = {}
    for step, shape in step_shapes(flow).items():
        exits: dict[str, Any] = {key: new_name(shape[key]) for key in ("go", ELSE, *WAYS_OUT) if key in shape}
        exits |= {"buttons": [new_name(target) for target in shape["buttons"]]}
        exits |= {"choices": [(label, new_name(target)) for label, target in shape["choices"]]}
        exits["split"] = {new_name(target): share for target, share in shape["split"].items()}
        exits["cases"] = {case: new_name(target) for case, target in shape["cases"].items()}
        if timeout := shape["timeout"]:
            exits["timeout"] = {**timeout, "go": new_name(timeout["go"])}
        renamed[new_name(step)] = {**shape, **exits}
    return renamed


def _step_shape(step: StepText, below: str) -> Shape:
    # Every key that is not known to hold text belongs to the shape: a key that is added to the language later makes two
    # versions differ in structure, and people finish where they are.  The safe side is the default.
    rest = {key: value for key, value in step.model_dump().items() if key not in TEXT_KEYS}
    ways_out = {ELSE: END, **step.ways_out}
    return rest | _step_exits(step) | ways_out | {"go": step.go or below, "kind": step.kind}


def _step_exits(step: StepText) -> dict[str, Any]:
    # Buttons in cards of earlier messages stay in the thread and can still be tapped.
    all_buttons = [step.buttons, *(item.cards.buttons for item in step.say if item.cards)]
    return {
        "choices": [(label, choice.go) for label, choice in step.choices.items()],
        "buttons": [
            target for buttons in all_buttons for target in buttons.values() if classify_target(target) == "step"
        ],
        "nudges": [nudge.after for nudge in step.nudge],
        "skips": bool(step.skip),
        "hands over": bool(step.hand_over),
        "mail": step.mail.template if step.mail else "",
        "relay": (step.relay.mail, step.relay.topic, step.relay.at) if step.relay else "",
    }


def differing_keys(before: Shape, after: Shape) -> list[str]:
    """Return the keys of a flow file in which two shapes differ."""
    return [key.replace("condition", "if") for key in {**before, **after} if before.get(key) != after.get(key)]


def guess_successor(step: StepText, added: Mapping[str, StepText]) -> str:
    """Return the added step that a removed step probably became; empty if none is alike."""
    likeness = {name: _text_likeness(step, candidate) for name, candidate in added.items()}
    best = max(likeness, key=lambda name: likeness[name], default="")
    return best if best and likeness[best] >= LEAST_LIKENESS else ""


def _text_likeness(removed: StepText, added: StepText) -> float:
    # A question for an address cannot have become one for a choice, however alike the sentences are.
    if removed.kind != added.kind:
        return 0.0
    # autojunk ignores frequent letters in texts over 200 characters, which would make long steps look unlike.
    return SequenceMatcher(None, _joined_texts(removed), _joined_texts(added), autojunk=False).ratio()


def _joined_texts(step: StepText) -> str:
    messages = [item.text for item in step.say]
    return "\n".join([*messages, step.again, *step.choices, step.save or "", step.confirm or "", step.consent or ""])
