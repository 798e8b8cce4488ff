"""Comparisons in conditions: “is at least 5”, “is before today”, “contains tea”, “is not empty”.

A value is converted to the type of its operand first.  If that fails (an empty field, a word where a number is
expected), every comparison is false, so only “is not …” and “does not contain” are true.
"""

from collections.abc import Callable
from datetime import date, time
from typing import Literal

from language.conditions.tokens import TokenReader, UnclearConditionError, variable_name, words_for_sign
from language.conditions.values import ComparisonScope, equals_as_text, order_of, squash_text, words_of
from language.durations import UnclearTimeError, parse_clock, parse_day
from language.lists import split_list

Kind = Literal["text", "number", "yes_no", "date", "time", "moment", "phone", "email", "list", "any"]
"""Type of a declared field; ``any`` is a column of a table, which takes the type of its operand."""


Comparison = Callable[[object, ComparisonScope], bool]
"""A pure test of one value."""

_Operand = Callable[[ComparisonScope], object]
_ORDERS: dict[str, Callable[[int], bool]] = {
    # The number is the order of the value to the operand: -1 below, 0 equal, 1 above.
    "at least": lambda order: order >= 0, "at most": lambda order: order <= 0,
    "above": lambda order: order > 0, "more than": lambda order: order > 0, "over": lambda order: order > 0,
    "below": lambda order: order < 0, "less than": lambda order: order < 0, "under": lambda order: order < 0,
    "before": lambda order: order < 0, "after": lambda order: order > 0,
}  # fmt: skip
ORDERING_WORDS = frozenset({"least", "most", "above", "more", "over", "below", "less", "under", "between", "from"})
"""Words that only comparisons by order contain."""
_TIMED: tuple[Kind, ...] = ("date", "time", "moment")
_TIME_ORDERS = ("before", "after")
_HINTS: dict[Kind, str] = {
    "number": "Write a number, such as “at least 5”.",
    "date": "Write a day: “today”, “in 3 days” or “2026-12-24”.",
    "moment": "Write “now” or a day: “today”, “in 3 days” or “2026-12-24”.",
    "time": "Write a time of day, such as “09:00”.",
    "yes_no": "Write “yes” or “no”.",
    "any": "Write a number, a day or a time of day.",
}


def read_comparison(tokens: TokenReader, subject: str, kind: Kind) -> Comparison:
    """Return the comparison that comes next, for a value of this type; ``subject`` is its name in messages.

    Raises :class:`UnclearConditionError` if it cannot be read.
    """
    if kind == "list":
        return _read_list_comparison(tokens, subject)
    if tokens.take_words("contains"):
        return _contains(_read_operand(tokens.take_value(), "any" if kind == "any" else "text", subject))
    if tokens.take_words("does", "not", "contain"):
        return _negate(_contains(_read_operand(tokens.take_value(), "any" if kind == "any" else "text", subject)))
    if not tokens.take_words("is"):
        message = f"“{subject}” is not asked anything"
        raise UnclearConditionError(message, f"Write “{subject} {words_for_sign(tokens)}”.")
    compare = _negate if tokens.take_words("not") else _keep
    if tokens.take_words("empty"):
        return compare(_is_empty)
    if tokens.take_words("between"):
        return compare(_read_between(tokens, subject, kind))
    # “from 9 to 10”; a text may begin with “from” and be none: “is from Italy”.
    if tokens.peek() == "from" and tokens.comes_before_join("to"):
        tokens.take_words("from")
        return compare(_read_between(tokens, subject, kind, joint="to"))
    order = tokens.take_any_phrase(*_ORDERS)  # “at least”, “before” …; without one the value follows: “is calm”
    if order:
        return compare(_read_order(tokens, subject, kind, order))
    written = tokens.take_value()
    # What a person typed is compared with a column without regard to spaces and signs: “a 1042” is “A-1042”.
    is_loose = kind == "any" and bool(variable_name(written))
    return compare(_equals(_read_operand(written, kind, subject), is_loose=is_loose))


def _read_list_comparison(tokens: TokenReader, subject: str) -> Comparison:
    """Read “has tea”, “does not have tea”, “has at least 2” or “is empty”."""
    if tokens.take_words("is"):
        compare = _negate if tokens.take_words("not") else _keep
        if tokens.take_words("empty"):
            return compare(_is_empty)
        message = f"“{subject}” is a list; it has something, or it is empty"
        raise UnclearConditionError(message, f"Write “{subject} has …”.")
    compare = _keep if tokens.take_any_phrase("has", "contains") else _negate
    if compare is _negate and not tokens.take_any_phrase("does not have", "does not contain"):
        message = f"“{subject}” is not asked anything"
        raise UnclearConditionError(message, f"Write “{subject} has …”.")
    order = tokens.take_any_phrase("at least", "at most", "more than", "less than")
    if not order:
        return compare(_has_item(tokens.take_value()))
    fits, count = _ORDERS[order], _read_operand(tokens.take_value(), "number", subject, ordered=True)

    def compare_count(value: object, scope: ComparisonScope) -> bool:
        order_of_count = order_of(len(split_list(value)), count(scope), scope)
        return order_of_count is not None and fits(order_of_count)

    return compare(compare_count)


def _has_item(wanted: str) -> Comparison:
    name = variable_name(wanted)

    def has_item(value: object, scope: ComparisonScope) -> bool:
        item = _read_variable_value(scope.values.get(name)) if name else wanted
        return item is not None and words_of(item) in {words_of(each) for each in split_list(value)}

    return has_item


def _read_order(tokens: TokenReader, subject: str, kind: Kind, order: str) -> Comparison:
    if kind in ("text", "yes_no", "phone", "email") or (order in _TIME_ORDERS and kind == "number"):
        comparable = "days and times" if order in _TIME_ORDERS else "numbers"
        message = f"“{subject}” is {kind.replace('_', ' or ')}; “{order}” compares {comparable}"
        raise UnclearConditionError(message, "Its type stands under fields in doorstep.yaml.")
    operand, fits = _read_operand(tokens.take_value(), kind, subject, ordered=True), _ORDERS[order]

    def compare_value(value: object, scope: ComparisonScope) -> bool:
        order_of_value = order_of(value, operand(scope), scope)
        return order_of_value is not None and fits(order_of_value)

    return compare_value


def _read_between(tokens: TokenReader, subject: str, kind: Kind, joint: str = "and") -> Comparison:
    if kind in ("text", "yes_no", "phone", "email"):
        phrase = "between" if joint == "and" else "from … to"
        message = f"“{subject}” is {kind.replace('_', ' or ')}; “{phrase}” compares numbers, days and times"
        raise UnclearConditionError(message, "Its type stands under fields in doorstep.yaml.")
    lowest = _read_operand(tokens.take_value(until=joint), kind, subject, ordered=True)
    if not tokens.take_words(joint):
        message = f"“{subject} is between” needs two values"
        raise UnclearConditionError(message, "Write “between 9 and 17”.")
    highest = _read_operand(tokens.take_value(), kind, subject, ordered=True)

    def compare_value(value: object, scope: ComparisonScope) -> bool:
        low, high = lowest(scope), highest(scope)
        above, below = order_of(value, low, scope), order_of(value, high, scope)
        if above is None or below is None:
            return False
        # Times of day wrap around midnight: “between 22:00 and 06:00”.
        if isinstance(low, time) and isinstance(high, time) and low > high:
            return above >= 0 or below <= 0
        return above >= 0 and below <= 0

    return compare_value


def _read_operand(text: str, kind: Kind, subject: str, *, ordered: bool = False) -> _Operand:
    """Return the operand: a literal parsed once, or a variable looked up each time."""
    name = variable_name(text)
    if name:
        return lambda scope: _read_variable_value(scope.values.get(name))
    if kind == "moment" and text.casefold() == "now":
        return lambda scope: scope.now
    try:
        return _read_literal(text.casefold(), kind)
    except (UnclearTimeError, ValueError):
        if kind == "any" and not ordered:  # a text: it can be equal, but neither more nor less
            return lambda _: text.casefold()
        message = f"“{text[:40]}” does not fit “{subject}”"
        raise UnclearConditionError(message, _HINTS.get(kind, "")) from None


def _read_literal(text: str, kind: Kind) -> _Operand:
    if kind == "number":
        number = float(text)
        return lambda _: number
    if kind == "time":
        at = parse_clock(text)
        return lambda _: at
    if kind in _TIMED:
        day = parse_day(text)
        # “today” is the person's day at the time of the test, so it is resolved then.
        return lambda scope: day.fixed or (day.resolve(scope.now.astimezone(scope.zone).date()) if scope.now else None)
    if kind == "yes_no" and text not in ("yes", "no", "true", "false"):
        raise ValueError
    if kind == "any":
        return _read_any_literal(text)
    return lambda _: text


def _read_any_literal(text: str) -> _Operand:
    """Read a literal as a number, a time of day or a day, in this order; raises ValueError if it is none of them."""
    for kind in ("number", "time"):
        try:
            return _read_literal(text, kind)
        except ValueError:
            continue
    return _read_literal(text, "date")


def _read_variable_value(value: object) -> object:
    """Return a variable's value as the number, time of day, date or text that it looks like.

    A value formatted for people (:class:`language.template_filters.FormattedValue`) is compared by its stored value.
    """
    value = getattr(value, "stored_value", value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str):
        return value
    for parse in (float, parse_clock, date.fromisoformat):
        try:
            return parse(value)
        except ValueError:
            continue
    return value.casefold()


def _is_empty(value: object, _: ComparisonScope) -> bool:
    return value in (None, "", (), [])


def _keep(compare: Comparison) -> Comparison:
    return compare


def _negate(compare: Comparison) -> Comparison:
    return lambda value, scope: not compare(value, scope)


def _equals(operand: _Operand, *, is_loose: bool = False) -> Comparison:
    def compare_value(value: object, scope: ComparisonScope) -> bool:
        wanted = operand(scope)
        items = value if isinstance(value, list | tuple) else (value,)  # a list equals what one of its items equals
        return any(
            order_of(item, wanted, scope) == 0
            or equals_as_text(item, wanted)
            or (is_loose and bool(squashed := squash_text(wanted)) and squash_text(item) == squashed)
            for item in items
        )

    return compare_value


def _contains(operand: _Operand) -> Comparison:
    def compare_value(value: object, scope: ComparisonScope) -> bool:
        wanted = operand(scope)
        if isinstance(value, list | tuple):
            return any(equals_as_text(item, wanted) for item in value)
        text = f"{wanted:g}" if isinstance(wanted, float) else str(wanted)
        return value is not None and bool(text) and text in str(value).casefold()

    return compare_value
