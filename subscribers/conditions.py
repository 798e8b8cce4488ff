"""Conditions in words, read once into a pure test of a record.

Grammar (small on purpose: no brackets, since a step says one thing)::

    condition = all { "or" all }
    all       = one { "and" one }
    one       = "not" one
              | "never" EVENT [ "in" DURATION ]
              | EVENT [ "at least" NUMBER "times" ] [ "in" DURATION ]      also "once", "twice"
              | "tag is" [ "not" ] TAG
              | "field" FIELD "is" [ "not" ] VALUE                         also "is empty"
              | "language is" [ "not" ] CODE

``and`` binds tighter than ``or``.  Values compare without regard to case; one that holds the words ``and`` or
``or`` stands in quotes.  Events, tags, fields and languages must be declared in ``doorstep.yaml``.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from subscribers.declarations import Declarations
from subscribers.durations import SpokenTimeError, parse_duration
from subscribers.findings import did_you_mean
from subscribers.record import Subscriber, Value

Test = Callable[[Subscriber, datetime], bool]
"""A pure predicate over a record and the time."""

MOST_IN_WINDOW = 20
"""A record remembers this many latest occurrences of an event, so no more can be counted within a time."""

LONGEST = 500
"""Characters of a condition; nobody understands a longer one."""

_TOKEN = re.compile(r"“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|'[^']*'|\S+")
_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
_QUOTES = "\"'“”„"
_TIMES = {"once": 1, "twice": 2}
_WORDS = ("not", "never", "tag", "field", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """What is wrong with a condition."""

    code: str
    """Stable short name, as in :class:`subscribers.findings.Finding`."""
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition that was understood."""

    text: str
    """As it was written."""
    test: Test = field(repr=False, compare=False)
    events: frozenset[str] = frozenset()
    """Product events it asks about."""

    def holds(self, record: Subscriber, now: datetime) -> bool:
        """Tell whether it is true of this person now."""
        return self.test(record, now)


class _NotUnderstoodError(ValueError):
    """Carries a :class:`Trouble` out of the reader; never leaves this module."""

    def __init__(self, message: str, hint: str = "", code: str = "unclear-condition") -> None:
        super().__init__(message)
        self.trouble = Trouble(code=code, message=message, hint=hint)


def read_condition(text: str, house: Declarations) -> tuple[Condition | None, tuple[Trouble, ...]]:
    """Read a condition; return it, or None and what is wrong with it.  Never raises."""
    if len(text) > LONGEST:
        hint = "Split it over several steps, each with its own “if”."
        return None, (Trouble(code="unclear-condition", message="the condition is too long to be read", hint=hint),)
    reader = _Reader(_TOKEN.findall(text), house)
    try:
        test = reader.condition()
    except _NotUnderstoodError as error:
        return None, (*reader.troubles, error.trouble)
    if reader.troubles:
        return None, tuple(reader.troubles)
    return Condition(text=" ".join(text.split()), test=test, events=frozenset(reader.events)), ()


class _Reader:
    """Reads tokens from left to right; unknown names are gathered, what cannot be read at all raises."""

    def __init__(self, tokens: Sequence[str], house: Declarations) -> None:
        self.tokens = tokens
        self.house = house
        self.place = 0
        self.events: set[str] = set()
        self.troubles: list[Trouble] = []

    def peek(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self.tokens[place].casefold() if place < len(self.tokens) else ""

    def take(self, *words: str) -> bool:
        """Move over these words if they come next."""
        if all(self.peek(ahead) == word for ahead, word in enumerate(words)):
            self.place += len(words)
            return True
        return False

    def name(self, what: str) -> str:
        """Move over the next token, whatever it is."""
        if self.place >= len(self.tokens):
            message = f"the condition ends where {what} should come"
            raise _NotUnderstoodError(message)
        self.place += 1
        return self.tokens[self.place - 1].strip(_QUOTES)

    def known(self, kind: str, name: str, names: Collection[str]) -> None:
        if name not in names:
            hint = did_you_mean(name, names) or f"Declare it in doorstep.yaml under {kind}s."
            message = f"“{name}” is no {kind} of doorstep.yaml"
            self.troubles.append(Trouble(code=f"unknown-{kind}", message=message, hint=hint))

    def condition(self) -> Test:
        tests = [self.all()]
        while self.take("or"):
            tests.append(self.all())
        if self.place < len(self.tokens):
            message = f"“{self.tokens[self.place]}” does not fit here"
            hint = "Join conditions by “and” or “or”; say how often as “at least 3 times in 7 days”."
            raise _NotUnderstoodError(message, hint)
        return tests[0] if len(tests) == 1 else _any(tests)

    def all(self) -> Test:
        tests = [self.one()]
        while self.take("and"):
            tests.append(self.one())
        return tests[0] if len(tests) == 1 else _all(tests)

    def one(self) -> Test:
        if self.take("not"):
            return _not(self.one())
        if self.take("never"):
            return _not(self.happened(self.event(), 1))
        if self.take("tag", "is"):
            return self.negatable(self.tag)
        if self.take("language", "is"):
            return self.negatable(self.language)
        if self.take("field"):
            return self.field()
        event = self.event()
        return self.happened(event, self.times())

    def negatable(self, read: Callable[[], Test]) -> Test:
        return _not(read()) if self.take("not") else read()

    def event(self) -> str:
        name = self.name("an event")
        if "." not in name:
            hint = did_you_mean(name, [*_WORDS, *self.house.events])
            message = f"“{name}” begins no condition"
            raise _NotUnderstoodError(message, hint)
        self.known("event", name, self.house.events)
        self.events.add(name)
        return name

    def times(self) -> int:
        """Read ``at least 3 times``, ``at least once``, ``twice``; 1 if nothing is said."""
        said = self.take("at", "least")
        word = self.peek()
        if word in _TIMES:
            self.place += 1
            return _TIMES[word]
        if not said:
            return 1
        number = self.name("a number")
        if not (number.isascii() and number.isdecimal() and int(number[:9]) > 0 and self.take("times")):
            message = f"“at least {number}” does not say how often"
            raise _NotUnderstoodError(message, "Write “at least 3 times”.")
        return int(number)

    def happened(self, event: str, times: int) -> Test:
        if not self.take("in"):
            return _happened(event, times)
        said = f"{self.name('a number')} {self.name('a unit of time')}"
        try:
            window = parse_duration(said)
        except SpokenTimeError as error:
            raise _NotUnderstoodError(str(error), error.hint, "unclear-time") from None
        if times > MOST_IN_WINDOW:
            message = f"“at least {times} times in {said}” cannot be counted"
            hint = f"Within a time, at most {MOST_IN_WINDOW} are counted."
            raise _NotUnderstoodError(message, hint, "too-many-times")
        return _happened_within(event, times, window)

    def tag(self) -> Test:
        tag = self.name("a tag")
        self.known("tag", tag, self.house.tags)
        return lambda record, _: tag in record.tags

    def language(self) -> Test:
        code = self.name("a language").casefold()
        self.known("language", code, self.house.languages)
        default = self.house.language
        return lambda record, _: (record.language or default).casefold() == code

    def field(self) -> Test:
        name = self.name("a field")
        self.known("field", name, self.house.fields)
        if not self.take("is"):
            message = f"“field {name}” is not asked anything"
            raise _NotUnderstoodError(message, f"Write “field {name} is …”.")
        return self.negatable(lambda: self.value(name))

    def value(self, name: str) -> Test:
        words = [self.name("a value")]
        if words == ["empty"]:
            return lambda record, _: record.fields.get(name) in (None, "")
        while self.peek() not in ("", "and", "or"):
            words.append(self.name("a value"))
        said = " ".join(words).casefold()
        return lambda record, _: _says(record.fields.get(name), said)


def _says(value: Value, said: str) -> bool:
    match value:
        case None:
            return False
        case bool():
            return said in (("yes", "true") if value else ("no", "false"))
        case int() | float():
            return said == f"{value:g}" or said == str(value)
        case str():
            return value.strip().casefold() == said


def _happened(event: str, times: int) -> Test:
    return lambda record, _: event in record.behaviour and record.behaviour[event].count >= times


def _happened_within(event: str, times: int, window: timedelta) -> Test:
    def test(record: Subscriber, now: datetime) -> bool:
        known = record.behaviour.get(event)
        return known is not None and sum(now - window < at <= now for at in known.recent) >= times

    return test


def _not(test: Test) -> Test:
    return lambda record, now: not test(record, now)


def _all(tests: Sequence[Test]) -> Test:
    return lambda record, now: all(test(record, now) for test in tests)


def _any(tests: Sequence[Test]) -> Test:
    return lambda record, now: any(test(record, now) for test in tests)
