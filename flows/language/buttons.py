"""Buttons under texts and cards: what is written becomes a web address, a phone number, or a way to a step."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from domain.effects import Button
from flows.language.text_template import Text, compile_text

LABEL = 20
"""Most characters on a button (Messenger Send API)."""

TEL = "tel:"
"""Begins a phone number that comes from a variable: ``tel:{{ phone }}``."""

Leads = Literal["url", "call", "step"]
"""What tapping a button does."""

Fill = Callable[[Text], Mapping[str, object]]
"""Gives the values that a text needs."""

_WEB = re.compile(r"https?://[^\s/?#]+[^\s]*", re.IGNORECASE)
_PHONE = re.compile(r"(?:tel:)?\+[\d\s().\-/]{5,24}", re.IGNORECASE)
_NO_DIGIT = re.compile(r"\D")


def is_web(address: str) -> bool:
    """Tell whether this is an address that the platform opens or loads."""
    return _WEB.fullmatch(address) is not None


def leads_to(target: str) -> Leads:
    """Tell what the target of a button is: a web address, a phone number, else a step.

    With variables it is a web address, unless it begins with ``tel:``.
    """
    if target.lstrip().casefold().startswith(TEL) and "{{" in target:
        return "call"
    if "://" in target or "{{" in target:
        return "url"
    return "call" if _PHONE.fullmatch(target.strip()) else "step"


@dataclass(frozen=True, slots=True)
class Pressable:
    """A button, compiled."""

    label: Text
    leads: Leads
    target: Text
    """Web address, phone number, or the payload of a way to a step."""

    def render(self, fill: Fill, suffix: str = "") -> Button | None:
        """Return the button for one person; None if its address turns out to be none.

        ``suffix`` is put behind the payload.
        """
        label = _filled(self.label, fill).strip()[:LABEL]
        target = _filled(self.target, fill).strip()
        if not label:
            return None
        match self.leads:
            case "url":
                return Button(label=label, url=target) if is_web(target) else None
            case "call":
                return Button(label=label, call=_dialled(target)) if _PHONE.fullmatch(target) else None
            case "step":
                return Button(label=label, payload=target + suffix)


def _dialled(number: str) -> str:
    """Return a phone number as E.164."""
    return "+" + _NO_DIGIT.sub("", number)


def _filled(text: Text, fill: Fill) -> str:
    return text.render(fill(text)) if text.template else text.source


def compile_button(label: str, target: str, payload: str) -> Pressable:
    """Compile a button; ``payload`` is sent back if it leads to a step.  Raises ``TextError``."""
    leads = leads_to(target)
    return Pressable(compile_text(label), leads, Text(payload) if leads == "step" else compile_text(target))
