"""Values that a program tells for declared fields: whether each fits the type of its field."""

import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, tzinfo

from email_validator import EmailNotValidError, validate_email

from domain.record import Value
from domain.workspace_config import FieldDeclaration
from language.cldr import LARGEST_NUMBER

LONGEST_TEXT = 2000
"""Characters of a text that an answer may bring; no chat message is longer."""
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_PHONE = re.compile(r"\+[1-9]\d{6,14}")


def read_told_values(
    told: Mapping[str, Value], sets: tuple[str, ...], declared: Mapping[str, FieldDeclaration]
) -> dict[str, Value] | None:
    """Return the values that may be kept; None if one does not fit its field, so that no answer is kept by half."""
    values = {name: told[name] for name in sets if name in told and name in declared}
    fits = all(value is None or _FITS[declared[name].type](value) for name, value in values.items())
    return values if fits else None


def fit_field(value: Value, declaration: FieldDeclaration, zone: tzinfo) -> Value:
    """Return what an event told in the form that a field keeps it; None if it does not fit the field's type.

    A number can stand in a text, and a moment in a date: its day where the person is.
    """
    if declaration.type in ("text", "list") and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if declaration.type == "date" and _is_moment(value):
        return datetime.fromisoformat(str(value)).astimezone(zone).date().isoformat()
    return value if value is not None and _FITS[declaration.type](value) else None


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= LONGEST_TEXT


def _is_number(value: Value) -> bool:
    # True is an int to Python; “not a number” and infinity are floats.
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(float(value or 0)) and abs(float(value or 0)) <= LARGEST_NUMBER


def _is_email(value: Value) -> bool:
    try:
        return isinstance(value, str) and bool(validate_email(value, check_deliverability=False))
    except EmailNotValidError:
        return False


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_moment(value: Value) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


_FITS: Mapping[str, Callable[[Value], bool]] = {
    "text": _is_text,
    "list": _is_text,
    "number": _is_number,
    "yes_no": lambda value: isinstance(value, bool),
    "date": _is_date,
    "time": lambda value: isinstance(value, str) and _TIME.fullmatch(value) is not None,
    "moment": _is_moment,
    "phone": lambda value: isinstance(value, str) and _PHONE.fullmatch(value) is not None,
    "email": _is_email,
}
"""By type of field: whether a value that is told can stand in it."""
