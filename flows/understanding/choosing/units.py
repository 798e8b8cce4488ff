"""Amounts that are typed without the space, or without the unit, of a label: “40cm”, “die 40er” for “Large (40 cm)”."""

import re
from collections.abc import Iterable

_GLUED = re.compile(r"\b(\d+)([^\W\d_]+)\b")


def part_units(typed: str, labels: Iterable[str]) -> str:
    """Return a normalised text with a space between an amount and its unit, where a label holds just these two words.

    “12k” is not the “12” of a label, and “3d” not its “3”.
    """
    if not any(sign.isdecimal() for sign in typed):
        return typed
    known = [f" {label} " for label in labels]

    def part(found: re.Match[str]) -> str:
        parted = found[1] if found[2] == "er" else f"{found[1]} {found[2]}"
        return parted if any(f" {parted} " in label for label in known) else found[0]

    return _GLUED.sub(part, typed)
