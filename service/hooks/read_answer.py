"""Reads the answer of a hook; whether a value fits its field decides :mod:`language.fields.told_values`."""

import json
from collections.abc import Collection, Mapping

from domain.record import Value
from language.lists import join_list

LARGEST_ANSWER = 64 * 1024
"""Bytes of an answer."""


class UnclearAnswerError(ValueError):
    """An answer is no JSON object, or tells something of a field that no field can hold."""


def read_answer(raw: bytes, names: Collection[str]) -> dict[str, Value]:
    """Return what an answer tells of these fields; an empty answer tells nothing.

    Raises :class:`UnclearAnswerError`.
    """
    if not raw.strip():
        return {}
    try:
        told = json.loads(raw, parse_constant=_refuse)
    # Brackets within brackets exhaust the stack, and a number of a thousand digits is refused as well.
    except (ValueError, RecursionError) as error:
        message = "the answer is no JSON"
        raise UnclearAnswerError(message) from error
    if not isinstance(told, dict):
        message = "the answer is no JSON object"
        raise UnclearAnswerError(message)
    return pick_values(told, names)


def pick_values(told: Mapping[str, object], names: Collection[str]) -> dict[str, Value]:
    """Return the values of these fields; all else is dropped.  Raises :class:`UnclearAnswerError`."""
    return {name: _as_value(told[name]) for name in names if name in told}


def _as_value(value: object) -> Value:
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int) and -(2**63) <= value < 2**63:  # what the store can keep
        return value
    if isinstance(value, list) and all(isinstance(item, str) and "\n" not in item for item in value):
        return join_list(value)
    message = "a field holds a text, a number, yes or no, or a list of texts"
    raise UnclearAnswerError(message)


def _refuse(constant: str) -> object:
    raise ValueError(constant)  # NaN and Infinity are no JSON
