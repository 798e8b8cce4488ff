"""The shape of a flow: everything in it that is not text.

Two versions of the same shape differ in words only (texts, marks made on arriving), so whoever stands in one can go on
in the other.  A step is re-wired when what it waits for, what it keeps, or where it leads is another.  The label of a
choice belongs to the shape: what was shown with the old one can still be tapped.
"""

from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from flows.language.buttons import leads_to
from flows.language.model import END, FlowText, StepText
from flows.language.read_files import read_all

WORDS = frozenset((
    "say", "again", "agree", "decline", "skip", "nudge", "choices", "buttons", "notify", "go", "otherwise", "hand_over",
    "tag", "untag", "set", "score", "event", "channel", "speak", "withdraw", "my_data", "mail", "relay",
))  # fmt: skip
"""Keys that hold words, or what is done once on arriving; those with more in them are looked at by :func:`_ways`."""

ALIKE = 0.6
"""From how much likeness on a new step is taken for a removed one under another name."""

Shape = Mapping[str, Any]


def written(files: Mapping[str, str]) -> dict[str, FlowText]:
    """Return the flows of a workspace as written, by name."""
    return {name: one.text for name, one in read_all(files)[0].items()}


def shapes(flow: FlowText) -> dict[str, Shape]:
    """Return the shape of each step, by name."""
    names = list(flow.steps)
    below = dict(zip(names, [*names[1:], END], strict=True))
    return {name: _shape(step, below[name]) for name, step in flow.steps.items()}


def renamed(flow: FlowText, names: Mapping[str, str]) -> dict[str, Shape]:
    """Return the shapes of a flow some of whose steps have other names now."""
    if not names:
        return shapes(flow)

    def name(step: str) -> str:
        return names.get(step, step)

    found: dict[str, Shape] = {}
    for step, shape in shapes(flow).items():
        ways: dict[str, Any] = {key: name(shape[key]) for key in ("go", "else")}
        ways |= {"buttons": [name(to) for to in shape["buttons"]]}
        ways |= {"choices": [(label, name(to)) for label, to in shape["choices"]]}
        ways["split"] = {name(to): share for to, share in shape["split"].items()}
        if timeout := shape["timeout"]:
            ways["timeout"] = {**timeout, "go": name(timeout["go"])}
        found[name(step)] = {**shape, **ways}
    return found


def _shape(step: StepText, below: str) -> Shape:
    rest = {key: value for key, value in step.model_dump().items() if key not in WORDS}
    return rest | _ways(step) | {"go": step.go or below, "else": step.otherwise or END, "kind": step.kind}


def _ways(step: StepText) -> dict[str, Any]:
    shown = [step.buttons, *(item.cards.buttons for item in step.say if item.cards)]
    return {
        "choices": [(label, choice.go) for label, choice in step.choices.items()],
        "buttons": [to for buttons in shown for to in buttons.values() if leads_to(to) == "step"],
        "nudges": [nudge.after for nudge in step.nudge],
        "skips": bool(step.skip),
        "hands over": bool(step.hand_over),
        "mail": step.mail.template if step.mail else "",
        "relay": (step.relay.mail, step.relay.topic, step.relay.at) if step.relay else "",
    }


def rewired(before: Shape, after: Shape) -> list[str]:
    """Return in which respects two shapes differ, in the words of a flow file."""
    return [key.replace("condition", "if") for key in {**before, **after} if before.get(key) != after.get(key)]


def guess(step: StepText, added: Mapping[str, StepText]) -> str:
    """Return the added step that a removed one probably became; empty if none is like it."""
    likeness = {name: _likeness(step, one) for name, one in added.items()}
    best = max(likeness, key=lambda name: likeness[name], default="")
    return best if best and likeness[best] >= ALIKE else ""


def _likeness(one: StepText, other: StepText) -> float:
    if one.kind != other.kind:
        return 0.0
    return SequenceMatcher(None, _texts(one), _texts(other), autojunk=False).ratio()


def _texts(step: StepText) -> str:
    said = [item.text for item in step.say]
    return "\n".join([*said, step.again, *step.choices, step.save or "", step.confirm or "", step.consent or ""])
