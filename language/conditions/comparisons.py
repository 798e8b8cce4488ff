"""What can be asked of a value in a condition: “is at least 5”, “is before today”, “contains tea”, “is not empty”.

A value and what it is compared with are brought to the same kind first; what cannot be (an empty field, a word where
a number is asked for) fits nothing, so only “is not …” and “does not contain” are true of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

from language.conditions.tokens import NotUnderstoodError, Words, variable
from language.durations import SpokenTimeError, parse_clock, parse_day, zone_of

Kind = Literal["text", "number", "yes_no", "date", "time", "moment", "phone", "email", "any"]
"""Type of a declared field; ``any`` is a column of a table, which is what it is compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a comparison may look at besides the value."""

    now: datetime | None
    """None: it is not known, and nothing that is counted from now fits."""
    zones: tuple[str, str] = ("", "")
    """The person's time zone, and the workspace's."""
    values: Mapping[str, object] = field(default_factory=dict)
    """What ``{{ names }}`` stand for."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which the person's days begin."""
        return zone_of(*self.zones)


Compare = Callable[[object, Scope], bool]
"""A pure test of one value."""

_Key = float | date | time | datetime
_Operand = Callable[[Scope], object]
_ORDERS: dict[str, Callable[[int], bool]] = {
    "at least": lambda order: order >= 0, "at most": lambda order: order <= 0,
    "above": lambda order: order > 0, "more than": lambda order: order > 0, "over": lambda order: order > 0,
    "below": lambda order: order < 0, "less than": lambda order: order < 0, "under": lambda order: order < 0,
    "before": lambda order: order < 0, "after": lambda order: order > 0,
}  # fmt: skip
ORDERING = frozenset({"least", "most", "above", "more", "over", "below", "less", "under", "between"})
"""A word of each question whether something is more or less than a number."""
_TIMED: tuple[Kind, ...] = ("date", "time", "moment")
_OF_TIME = ("before", "after")
_HINTS: dict[Kind, str] = {
    "number": "Write a number, such as “at least 5”.",
    "date": "Write a day: “today”, “in 3 days” or “2026-12-24”.",
    "moment": "Write “now” or a day: “today”, “in 3 days” or “2026-12-24”.",
    "time": "Write a time of day, such as “09:00”.",
    "yes_no": "Write “yes” or “no”.",
    "any": "Write a number, a day or a time of day.",
}


def read_comparison(words: Words, subject: str, kind: Kind) -> Compare:
    """Read what is asked of a value of this kind; ``subject`` is what messages call it.

    Raises :class:`NotUnderstoodError`.
    """
    if words.take("contains"):
        return _contains(_operand(words.value(), "any" if kind == "any" else "text", subject))
    if words.take("does", "not", "contain"):
        return _not(_contains(_operand(words.value(), "any" if kind == "any" else "text", subject)))
    if not words.take("is"):
        message = f"“{subject}” is not asked anything"
        raise NotUnderstoodError(message, f"Write “{subject} is …”.")
    compare = _not if words.take("not") else _same
    if words.take("empty"):
        return compare(_is_empty)
    if words.take("between"):
        return compare(_read_between(words, subject, kind))
    order = words.take_any(*_ORDERS)
    return compare(_read_order(words, subject, kind, order) if order else _is(_operand(words.value(), kind, subject)))


def _read_order(words: Words, subject: str, kind: Kind, order: str) -> Compare:
    if kind in ("text", "yes_no", "phone", "email") or (order in _OF_TIME and kind == "number"):
        what = "days and times" if order in _OF_TIME else "numbers"
        message = f"“{subject}” is {kind.replace('_', ' or ')}; “{order}” compares {what}"
        raise NotUnderstoodError(message, "Its type stands under fields in doorstep.yaml.")
    operand, fits = _operand(words.value(), kind, subject, ordered=True), _ORDERS[order]

    def test(value: object, scope: Scope) -> bool:
        found = _order(value, operand(scope), scope)
        return found is not None and fits(found)

    return test


def _read_between(words: Words, subject: str, kind: Kind) -> Compare:
    if kind in ("text", "yes_no", "phone", "email"):
        message = f"“{subject}” is {kind.replace('_', ' or ')}; “between” compares numbers, days and times"
        raise NotUnderstoodError(message, "Its type stands under fields in doorstep.yaml.")
    lowest = _operand(words.value(), kind, subject, ordered=True)
    if not words.take("and"):
        message = f"“{subject} is between” needs two values"
        raise NotUnderstoodError(message, "Write “between 9 and 17”.")
    highest = _operand(words.value(), kind, subject, ordered=True)

    def test(value: object, scope: Scope) -> bool:
        low, high = lowest(scope), highest(scope)
        above, below = _order(value, low, scope), _order(value, high, scope)
        if above is None or below is None:
            return False
        if isinstance(low, time) and isinstance(high, time) and low > high:
            return above >= 0 or below <= 0
        return above >= 0 and below <= 0

    return test


def _operand(text: str, kind: Kind, subject: str, *, ordered: bool = False) -> _Operand:
    """Return what the value is compared with; a variable is looked up each time."""
    name = variable(text)
    if name:
        return lambda scope: _typed(scope.values.get(name))
    if kind == "moment" and text.casefold() == "now":
        return lambda scope: scope.now
    try:
        return _literal(text.casefold(), kind)
    except (SpokenTimeError, ValueError):
        if kind == "any" and not ordered:
            return lambda _: text.casefold()
        message = f"“{text[:40]}” does not fit “{subject}”"
        raise NotUnderstoodError(message, _HINTS.get(kind, "")) from None


def _literal(text: str, kind: Kind) -> _Operand:
    if kind == "number":
        number = float(text)
        return lambda _: number
    if kind == "time":
        at = parse_clock(text)
        return lambda _: at
    if kind in _TIMED:
        day = parse_day(text)
        return lambda scope: day.fixed or (day.on(scope.now.astimezone(scope.zone).date()) if scope.now else None)
    if kind == "yes_no" and text not in ("yes", "no", "true", "false"):
        raise ValueError
    if kind == "any":
        return _first_literal(text)
    return lambda _: text


def _first_literal(text: str) -> _Operand:
    """Read a literal as the first kind that it can be; raises if it is none of them."""
    for kind in ("number", "time"):
        try:
            return _literal(text, kind)
        except ValueError:
            continue
    return _literal(text, "date")


def _typed(value: object) -> object:
    """Return what a variable holds as the number, time, day or text that it is.

    One that is told in a person's words remembers in ``kept`` what it was told from.
    """
    value = getattr(value, "kept", value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    for read in (float, parse_clock, date.fromisoformat):
        try:
            return read(value)
        except ValueError:
            continue
    return value.casefold()


def _is_empty(value: object, _: Scope) -> bool:
    return value in (None, "", (), [])


def _same(compare: Compare) -> Compare:
    return compare


def _not(compare: Compare) -> Compare:
    return lambda value, scope: not compare(value, scope)


def _is(operand: _Operand) -> Compare:
    def test(value: object, scope: Scope) -> bool:
        wanted = operand(scope)
        many = value if isinstance(value, list | tuple) else (value,)
        return any(_order(one, wanted, scope) == 0 or _says(one, wanted) for one in many)

    return test


def _contains(operand: _Operand) -> Compare:
    def test(value: object, scope: Scope) -> bool:
        wanted = operand(scope)
        if isinstance(value, list | tuple):
            return any(_says(one, wanted) for one in value)
        text = f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
        return value is not None and bool(text) and text in str(value).casefold()

    return test


def _says(value: object, wanted: object) -> bool:
    """Compare as texts, without regard to case."""
    match value:
        case None:
            return False
        case bool():
            return wanted in (("yes", "true", True) if value else ("no", "false", False))
        case int() | float():
            return wanted in (f"{value:g}", str(value), float(value))
        case _:
            return isinstance(wanted, str) and str(value).strip().casefold() == wanted


def _order(value: object, wanted: object, scope: Scope) -> int | None:
    """Return -1, 0 or 1 as the value is below, equal to or above what is wanted; None if they cannot be compared."""
    if isinstance(value, bool) or isinstance(wanted, str | bool) or wanted is None:
        return None
    try:
        return _compare(_as_kind(value, wanted, scope), wanted)
    except (ValueError, TypeError, OverflowError):
        return None


def _as_kind(value: object, wanted: object, scope: Scope) -> _Key:
    """Return a value as the kind that it is compared with."""
    text = str(value)
    if isinstance(wanted, datetime):
        at = datetime.fromisoformat(text)
        return at if at.tzinfo else at.replace(tzinfo=scope.zone)
    if isinstance(wanted, date):
        if "T" not in text:
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
        return (at.astimezone(scope.zone) if at.tzinfo else at).date()
    if isinstance(wanted, time):
        return time.fromisoformat(text)
    return float(text)


def _compare(value: _Key, wanted: object) -> int:
    above: bool = value > wanted  # type: ignore[operator]  # both are of the kind of ``wanted``; else a TypeError
    return int(above) - int(value != wanted and not above)
