"""What ``set`` notes: a value as it is written, or for a field of numbers a sum."""

import re
from collections.abc import Mapping

from domain.workspace_config import FieldDeclaration
from language.sums import Sum, UnclearSumError, looks_like_sum, read_sum

_BRACES = re.compile(r"\{\{\s*(\w+)\s*\}\}")


def is_sum(value: object, declared: FieldDeclaration | None) -> bool:
    """Tell whether a written value is a sum: for a field of numbers, a text with a sign or braces in it."""
    return declared is not None and declared.type == "number" and is_reckoned(value)


def is_reckoned(value: object) -> bool:
    """Tell whether a written value may be a sum, where the type of its field is not known."""
    if not isinstance(value, str):
        return False
    bare = _BRACES.sub(r"\1", value)
    return bare != value or looks_like_sum(bare)


def certain_values(written: Mapping[str, object]) -> list[str]:
    """Return the fields of ``set`` that certainly have a value then: a sum that divides may divide by nothing.

    A sum of something that is empty has no result either; the checks warn of that where the sum stands.
    """
    return [name for name, value in written.items() if not (is_reckoned(value) and "/" in str(value))]


def read_set_sum(value: object) -> Sum:
    """Read a sum; names may stand in braces, as in texts.  Raises :class:`language.sums.UnclearSumError`."""
    return read_sum(_BRACES.sub(r"\1", str(value)))


def sum_or_none(value: object, declared: FieldDeclaration | None) -> Sum | None:
    """Return the sum that a written value is; None if it is none, or cannot be read (the checks report it)."""
    if not is_sum(value, declared):
        return None
    try:
        return read_set_sum(value)
    except UnclearSumError:
        return None
