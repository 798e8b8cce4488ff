"""Shares of people as authors write them: ``10%``.  Pure."""

import re

_SHARE = re.compile(r"^(\d{1,3}) ?%$")
MOST_HELD_OUT = 50


class UnclearShareError(ValueError):
    """A text that says no share of people; ``hint`` says how to write it."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.hint = hint


def parse_holdout(text: str) -> int:
    """Return the percent of people who are held out, 0 to 50.  Raises :class:`UnclearShareError`."""
    found = _SHARE.match(text.strip())
    if found is None:
        message = f"“{text}” is no share of the people"
        raise UnclearShareError(message, "Write it such as 10%.")
    if int(found[1]) > MOST_HELD_OUT:
        message = f"“{text}” would leave most people without mail"
        raise UnclearShareError(message, f"At most {MOST_HELD_OUT}%; 10% is usual.")
    return int(found[1])
