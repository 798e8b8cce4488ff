"""Amounts that are typed without the space that a label has: “40cm” for “Large (40 cm)”."""

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
    return _GLUED.sub(
        lambda found: (
            parted if any(f" {(parted := f'{found[1]} {found[2]}')} " in label for label in known) else found[0]
        ),
        typed,
    )
