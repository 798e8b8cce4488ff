"""Buttons under texts and cards.  The written target is a web address, a phone number or the name of a step."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.effects import Button
from language.text_template import TextTemplate, compile_text

MOST_LABEL_CHARACTERS = 20
"""Most characters on a button (Messenger Send API)."""

PHONE_PREFIX = "tel:"
"""Prefix of a phone number that comes from a variable: ``tel:{{ phone }}``."""

TargetKind = Literal["url", "call", "step"]
"""What tapping a button does."""

ValuesFor = Callable[[TextTemplate], Mapping[str, object]]
"""Returns the values of the variables in a text."""

# A scheme and a host: “https://tea.example/a?b=c”.  The path may be anything but spaces.
_WEB = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
# “+49 (30) 901-820”, with or without “tel:”.  Without a + the country is unknown and the platform refuses it.
_PHONE = re.compile(r"(?:tel:)?\+[\d\s().\-/]{5,24}", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")


def is_web_address(address: str) -> bool:
    """Tell whether the platform can open or load this address."""
    return _WEB.fullmatch(address) is not None


def classify_target(target: str) -> TargetKind:
    """Tell whether the target of a button is a web address, a phone number or a step.

    A target with variables is a web address, unless it begins with ``tel:``.
    """
    # “tel:{{ phone }}” has digits only when it is sent, so the prefix decides now and `render` checks the rest.
    if target.lstrip().casefold().startswith(PHONE_PREFIX) and "{{" in target:
        return "call"
    if "://" in target or "{{" in target:
        return "url"
    return "call" if _PHONE.fullmatch(target.strip()) else "step"


@dataclass(frozen=True, slots=True)
class ButtonTemplate:
    """A compiled button; its label and target may hold variables."""

    label: TextTemplate
    target_kind: TargetKind
    target: TextTemplate
    """Web address, phone number, or the payload that is sent back for a step."""

    def render(self, values_for: ValuesFor, suffix: str = "") -> Button | None:
        """Return the button for one person; None if the label is empty or the address is not valid.

        ``suffix`` is appended to the payload.
        """
        # A variable can make a label too long; it is cut, because the platform would refuse the whole message.
        label = _fill_text(self.label, values_for).strip()[:MOST_LABEL_CHARACTERS]
        target = _fill_text(self.target, values_for).strip()
        if not label:
            return None
        match self.target_kind:
            case "url":
                # A variable may hold anything: a broken address costs the button, never the message.
                return Button(label=label, url=target) if is_web_address(target) else None
            case "call":
                return Button(label=label, call=_format_e164(target)) if _PHONE.fullmatch(target) else None
            case "step":
                return Button(label=label, payload=target + suffix)


def _format_e164(number: str) -> str:
    """Return a phone number as E.164: “tel:+49 30 901-820” gives “+4930901820”."""
    return "+" + _NO_DIGIT.sub("", number)


def _fill_text(text: TextTemplate, values_for: ValuesFor) -> str:
    return text.render(values_for(text)) if text.template else text.source


def compile_button(label: str, target: str, payload: str) -> ButtonTemplate:
    """Compile a button; ``payload`` is sent back if it leads to a step.  Raises ``TextError``."""
    target_kind = classify_target(target)
    return ButtonTemplate(
        compile_text(label), target_kind, TextTemplate(payload) if target_kind == "step" else compile_text(target)
    )
