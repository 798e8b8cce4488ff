"""Reads a text without quotes as what it plainly is: a number, true or false, nothing, or a text."""

import re

# At most 18 and 15 digits: longer numbers lose digits as int64 or float, and are card or phone numbers anyway.
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_CONSTANTS: dict[str, bool | None] = {"true": True, "false": False, "null": None, "": None}


def parse_scalar(text: str) -> str | int | float | bool | None:
    """Return the value of a text without quotes; it is a number only if printing that gives the same text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text) and text != "-0":  # neither “007” nor “1_000”: those are texts
        return int(text)
    if _DECIMAL.fullmatch(text) and repr(float(text)) == text:  # “1.10” stays a text: a price, a version
        return float(text)
    return text
