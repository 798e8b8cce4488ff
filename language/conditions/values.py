"""Compares two values: by order, as texts, and as a person may have typed them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

_WORD = re.compile(r"\w+")
_Key = float | date | time | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonScope:
    """What a comparison may use besides the value."""

    now: datetime | None
    """None if the time is unknown; then every comparison with a day counted from today is false."""
    zone: tzinfo = UTC
    """The time zone in which the person's days begin."""
    values: Mapping[str, object] = field(default_factory=dict)
    """Values of the variables ``{{ name }}``."""


def squash_text(text: object) -> str:
    """Return the letters and digits of a text, in small letters."""
    return "".join(sign for sign in str(text).casefold() if sign.isalnum()) if isinstance(text, str) else ""


def equals_as_text(value: object, wanted: object) -> bool:
    """Compare as texts, without regard to case."""
    match value:
        case None:
            return False
        case bool():
            return wanted in (("yes", "true", True) if value else ("no", "false", False))  # ``in`` finds 1 and 0 too
        case int() | float():
            return wanted in (f"{value:g}", str(value), float(value))  # “5”, “5.0” and 5.0 are the same number
        case _:
            return isinstance(wanted, str) and str(value).strip().casefold() == wanted


def order_of(value: object, wanted: object, scope: ComparisonScope) -> int | None:
    """Return -1, 0 or 1 if the value is below, equal to or above the operand; None if they cannot be compared."""
    # Texts have no order here: “is above calm” was refused when the condition was read.
    if isinstance(value, bool) or isinstance(wanted, str | bool) or wanted is None:
        return None
    try:
        return _compare_values(_convert_like(value, wanted, scope), wanted)
    except (ValueError, TypeError, OverflowError):
        return None


def _convert_like(value: object, wanted: object, scope: ComparisonScope) -> _Key:
    """Convert a value to the type of its operand; raises ValueError or TypeError if that is impossible."""
    text = str(value)
    if isinstance(wanted, datetime):  # before ``date``, since a datetime is a date to Python
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=scope.zone)
    if isinstance(wanted, date):
        if "T" not in text:
            return date.fromisoformat(text)
        # A moment is compared by the day that it has for the person.
        at = datetime.fromisoformat(text)
        return (at.astimezone(scope.zone) if at.tzinfo else at).date()
    if isinstance(wanted, time):
        return time.fromisoformat(text)
    return float(text)


def _compare_values(value: _Key, wanted: object) -> int:
    above: bool = value > wanted  # type: ignore[operator]  # both are of the kind of ``wanted``; else a TypeError
    return int(above) - int(value != wanted and not above)


def words_of(text: object) -> str:
    """Return a label as it is compared: “Green tea 🍵” and “green tea” are the same."""
    folded = str(text).casefold()
    return " ".join(_WORD.findall(folded)) or folded.strip()
