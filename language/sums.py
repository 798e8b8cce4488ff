"""Sums in ``set`` and in texts: ``rate * people``, ``(price + 4.90) / 2``.

Grammar, and nothing beyond it::

    sum     = product { ("+" | "-") product }
    product = factor { ("*" | "/") factor }
    factor  = [ "-" ] ( NUMBER | NAME | "(" sum ")" )

Numbers are decimal, so 0.1 + 0.2 is 0.3.  A sum has no result (None) if one of its names has no number, if something
is divided by nothing, or if the result is larger than a field may hold; whoever asks says what stands there then.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext

LONGEST_SUM = 200
"""Most characters of a sum."""
MOST_DEPTH = 20
"""Most brackets within brackets."""
LARGEST_RESULT = Decimal(10) ** 15
"""Larger results are none; the largest number that fields keep exactly."""
DECIMALS = Decimal("0.000001")
"""Results are rounded to this."""
PRECISION = 40
"""Digits that are kept while a sum is worked out: every product of two numbers in range is exact."""

_TOKEN = re.compile(r"\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|[-+*/()−×·÷])", re.ASCII)
_SIGNS = {"−": "-", "×": "*", "·": "*", "÷": "/"}
_OPERATORS = frozenset("+-*/")
_TURNS, _MINUS, _OPENS, _CLOSES = ("~",), ("-",), ("(",), (")",)
_NUMBER_TYPES = (int, float)

Lookup = Callable[[str], object]
"""Returns the value of a name; None if it has none."""


class UnclearSumError(ValueError):
    """A sum cannot be read.  The message says what is wrong with it, in plain words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """A sum that was read."""

    text: str
    names: frozenset[str]
    """Fields and columns that it needs."""
    divides_by_name: bool
    """True if it divides by something that may be nothing."""
    postfix: tuple[str, ...]
    """Its numbers, names and operators, each operator behind what it joins; ``~`` turns a sign round."""

    def work_out(self, value_of: Lookup) -> int | float | None:
        """Return the result; None if there is none."""
        try:
            with localcontext() as context:
                context.prec = PRECISION
                return _as_number(self._run(value_of))
        except (DecimalException, ValueError, TypeError):
            return None

    def _run(self, value_of: Lookup) -> Decimal:
        stack: list[Decimal] = []
        for token in self.postfix:
            if token in _TURNS:
                stack.append(-stack.pop())
            elif token in _OPERATORS:
                right, left = stack.pop(), stack.pop()
                stack.append(_apply(token, left, right))
            else:
                stack.append(Decimal(token) if token[0].isdigit() else _decimal_of(value_of(token)))
        return stack.pop()


def _apply(operator: str, left: Decimal, right: Decimal) -> Decimal:
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case _:
            return left / right  # by nothing: a DecimalException


def _decimal_of(value: object) -> Decimal:
    """Return a value as a decimal number; raises ValueError if it is none."""
    if isinstance(value, _NUMBER_TYPES) and not isinstance(value, bool):
        return Decimal(str(value))
    # A cell of a table may hold its number as text.
    if isinstance(value, str) and _PLAIN.fullmatch(value.strip()):
        return Decimal(value.strip())
    raise ValueError


_PLAIN = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)


def _as_number(result: Decimal) -> int | float | None:
    if not result.is_finite() or abs(result) > LARGEST_RESULT:
        return None
    rounded = result.quantize(DECIMALS)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def looks_like_sum(text: str) -> bool:
    """Tell whether a text can only be meant as a sum: names or numbers with a sign between them, and no quotes."""
    signs = any(sign in text for sign in "+*/×·÷−") or re.search(r"[\w)]\s*-\s*[\w(]", text) is not None
    return signs and not any(sign in text for sign in "'\"|~%{}[]=<>!")


def read_sum(text: str) -> Sum:
    """Read a sum.  Raises :class:`UnclearSumError`."""
    if len(text) > LONGEST_SUM:
        message = f"A sum has at most {LONGEST_SUM} characters."
        raise UnclearSumError(message)
    reader = _SumReader(text, _split_tokens(text))
    reader.read()
    names = frozenset(token for token in reader.postfix if token[0].isalpha() or token[0] == "_")
    return Sum(
        text=" ".join(text.split()), names=names, divides_by_name=reader.divides_by_name, postfix=tuple(reader.postfix)
    )


def _split_tokens(text: str) -> list[str]:
    tokens: list[str] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        token = _TOKEN.match(text, position)
        if token is None:
            sign = text[position:].strip()[:1]
            message = f"“{sign}” cannot stand in a sum; + - * / and brackets can."
            raise UnclearSumError(message)
        tokens.append(_SIGNS.get(token[1], token[1]))
        position = token.end()
    return tokens


class _SumReader:
    """Reads the tokens of a sum from left to right, and writes them down in the order they are worked out."""

    def __init__(self, text: str, tokens: Sequence[str]) -> None:
        self.text = " ".join(text.split())
        self.tokens = tokens
        self.position = 0
        self.postfix: list[str] = []
        self.divides_by_name = False

    def read(self) -> None:
        self._read_sum(0)
        if self.position < len(self.tokens):
            token = self.tokens[self.position]
            is_called = token in _OPENS and self.tokens[self.position - 1][:1].isalpha()
            what = "cannot follow a name" if is_called else "misses + - * or / before it"
            what = "closes no bracket" if token in _CLOSES else what
            message = f"In “{self.text}”, “{token}” {what}."
            raise UnclearSumError(message)

    def _read_sum(self, depth: int) -> None:
        self._read_product(depth)
        while (operator := self._peek()) in ("+", "-"):
            self.position += 1
            self._read_product(depth)
            self.postfix.append(operator)

    def _read_product(self, depth: int) -> None:
        self._read_factor(depth)
        while (operator := self._peek()) in ("*", "/"):
            self.position += 1
            before = len(self.postfix)
            self._read_factor(depth)
            if operator == "/" and any(not token[0].isdigit() for token in self.postfix[before:]):
                self.divides_by_name = True
            self.postfix.append(operator)

    def _read_factor(self, depth: int) -> None:
        token = self._peek()
        self.position += 1
        if depth > MOST_DEPTH:
            message = f"In “{self.text[:60]}”, too many brackets stand in each other."
            raise UnclearSumError(message)
        if token in _MINUS:
            self._read_factor(depth + 1)
            self.postfix.append("~")
        elif token in _OPENS:
            self._read_sum(depth + 1)
            if self._peek() not in _CLOSES:
                message = f"In “{self.text}”, a bracket is not closed."
                raise UnclearSumError(message)
            self.position += 1
        elif token and (token[0].isalnum() or token[0] == "_"):
            self.postfix.append(token)
        else:
            where = f"before “{token}”" if token else "at the end"
            message = f"In “{self.text}”, a number or a name is missing {where}."
            raise UnclearSumError(message)

    def _peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""
