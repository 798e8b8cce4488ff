"""Reads the tests of what a person did; :mod:`language.conditions.parse` has the grammar."""

from dataclasses import dataclass
from datetime import timedelta

from domain.deeds import DAY, DAYS_BACK, REMEMBERED
from domain.workspace_config import WorkspaceConfig
from language.conditions.comparisons import read_comparison
from language.conditions.event_tests import (
    AbsentWithin,
    Falls,
    Happened,
    HappenedOnDays,
    HappenedWithin,
    Said,
    SinceStart,
)
from language.conditions.predicates import PersonTest, negate_test
from language.conditions.sequence_tests import Engaged, NotEngaged
from language.conditions.tokens import ConditionProblem, TokenReader, UnclearConditionError
from language.durations import UnclearTimeError, parse_duration

ENGAGEMENT = "engagement"
"""Stands for any event, answer, chat message or click of a person."""

_TIMES = {"once": 1, "twice": 2}
_RELATIVE = frozenset({"today", "tomorrow", "yesterday", "in", "ago"})
"""Words of days that are counted from today."""
_PARTS = {"half": 1 / 2, "third": 1 / 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class _HowOften:
    """“at least 3 times”, “at most once”, “fewer than 3 times”."""

    times: int
    """From so many on it is often enough."""
    at_least: bool
    """False if it is to be less often."""
    text: str


class EventTestReader:
    """Reads tests of events, and collects the names they use."""

    def __init__(self, tokens: TokenReader, config: WorkspaceConfig, sequence: str = "") -> None:
        """Read these words, in a file of this sequence; outside of one ``sequence`` is empty."""
        self.tokens = tokens
        self.config = config
        self.sequence = sequence
        self.events: set[str] = set()

    def comes_next(self) -> bool:
        """Return True if the next word is the name of an event, or stands for all of them."""
        return "." in self.tokens.peek() or self.tokens.peek() == ENGAGEMENT

    def read_test(self) -> PersonTest:
        """Read an event and how often it happened, whether it falls, or what it said last."""
        name = self.tokens.peek()
        event, _, told = name.rpartition(".")
        if name not in self.config.events and event in self.config.events:
            return self._read_said(event, told)
        name = self._take_event()
        if self.tokens.take_words("falls"):
            return self._read_falls(name)
        return self._read_counted(name, self._read_how_often())

    def read_absence(self, word: str) -> PersonTest:
        """Read an event that did not happen, after ``never``, ``no`` or ``not``."""
        event, _, told = self.tokens.peek().rpartition(".")
        if word == "not" and self.tokens.peek() not in self.config.events and event in self.config.events:
            return negate_test(self._read_said(event, told))
        other = word == "no" and self.tokens.take_words("other")
        name = self._take_event()
        if word == "not" and self.tokens.take_words("falls"):
            return negate_test(self._read_falls(name))
        often = self._read_how_often() if word == "not" else _HowOften(times=1, at_least=True, text="once")
        if not often.at_least:
            return negate_test(self._read_counted(name, often))
        less = _HowOften(times=often.times, at_least=False, text=often.text)
        return self._read_counted(name, less, word=word, other=other)

    def read_other(self) -> PersonTest:
        """Read an event after ``other``: whatever order or the like this pass is about."""
        name = self._take_event()
        return self._read_counted(name, self._read_how_often(), other=True)

    def _take_event(self) -> str:
        name = self.tokens.take_name("an event")
        if name != ENGAGEMENT:
            self.tokens.check_declared("event", name, self.config.events)
        self.events.add(name)
        return name

    def _read_how_often(self) -> _HowOften:
        """Read ``at least 3 times``, ``at most once``, ``twice``; at least once if none of them comes next."""
        order = self.tokens.take_any_phrase("at least", "at most", "fewer than", "less than", "more than")
        word = self.tokens.take_any_phrase(*_TIMES)
        if not order and not word:
            return _HowOften(times=1, at_least=True, text="once")
        number = _TIMES[word] if word else self._read_number(order)
        text = f"{order} {word or f'{number} times'}".strip()
        # “at most 2 times” is “fewer than 3”, “more than 2 times” is “at least 3”.
        times = number + 1 if order in ("at most", "more than") else number
        if times < 1:
            message = f"“{text}” is never so"
            raise UnclearConditionError(message, "Write “no EVENT in 7 days”.")
        return _HowOften(times=times, at_least=order not in ("at most", "fewer than", "less than"), text=text)

    def _read_number(self, order: str) -> int:
        number = self.tokens.take_name("a number")
        least = 0 if order == "at most" else 1
        if not (number.isascii() and number.isdecimal() and int(number[:9]) >= least and self._take_times()):
            message = f"“{order} {number}” does not say how often"
            raise UnclearConditionError(message, f"Write “{order} 3 times”.")
        return int(number[:9])

    def _take_times(self) -> bool:
        return bool(self.tokens.take_any_phrase("times", "time"))

    def _read_counted(self, event: str, often: _HowOften, *, word: str = "", other: bool = False) -> PersonTest:
        """Read within which time it is counted, and return the test."""
        if self.tokens.take_words("since", "start"):
            return self._since_start(event, often, other=other)
        if other:
            message = f"“other {event}” is counted since the start of a pass"
            raise UnclearConditionError(message, f"Write “other {event} since start”.")
        window = self._read_window(event, often, word)
        if event == ENGAGEMENT:
            return self._test_engagement(often, window)
        if window is None:
            happened = Happened(event, often.times)
            return happened if often.at_least else negate_test(happened)
        enough = self._count_within(event, often, window)
        return enough if often.at_least else AbsentWithin(enough, window)

    def _count_within(self, event: str, often: _HowOften, window: timedelta) -> HappenedWithin | HappenedOnDays:
        if often.times <= REMEMBERED:
            return HappenedWithin(event, often.times, window)
        days, rest = divmod(int(window.total_seconds()), DAY)
        if rest or days > DAYS_BACK:
            length = f"{days} days" if not rest else "such a time"
            message = f"“{often.text} in {length}” cannot be known from what is kept"
            hint = f"Above {REMEMBERED} times is counted by days, at most {DAYS_BACK} days back."
            raise UnclearConditionError(message, hint, "too-many-times")
        return HappenedOnDays(event, often.times, days)

    def _test_engagement(self, often: _HowOften, window: timedelta | None) -> PersonTest:
        if often.times > 1 or window is None:
            message = "of “engagement” only the last time is known"
            raise UnclearConditionError(message, "Write “no engagement for 180 days”, or “engagement in 7 days”.")
        return Engaged(window) if often.at_least else NotEngaged(Engaged(window))

    def _since_start(self, event: str, often: _HowOften, *, other: bool) -> PersonTest:
        if not self.sequence or event == ENGAGEMENT:
            message = "“since start” counts events since a pass of a sequence began"
            raise UnclearConditionError(message, "Write “in 7 days”, or ask it in a sequence.")
        if often.times > REMEMBERED:
            message = f"“{often.text} since start” cannot be known from what is kept"
            raise UnclearConditionError(message, f"At most {REMEMBERED} are counted.", "too-many-times")
        happened = SinceStart(self.sequence, event, often.times, other)
        return happened if often.at_least else negate_test(happened)

    def _read_window(self, event: str, often: _HowOften, word: str) -> timedelta | None:
        """Read ``in 7 days`` or ``for 7 days``; None if nothing of the kind comes next."""
        taken = self.tokens.take_any_phrase("in", "for") if word == "no" else self.tokens.take_any_phrase("in")
        if not taken:
            return None
        length = f"{self.tokens.take_name('a number')} {self.tokens.take_name('a unit of time')}"
        if word == "not" and often.times == 1:
            self._advise(event, length)
        return read_length(length)

    def _advise(self, event: str, length: str) -> None:
        message = f"“not {event} in {length}” is an absence, and nobody is absent who is known for less"
        self.tokens.warnings.append(
            ConditionProblem(
                code="clearer-words", message=message, hint=f"Write “no {event} for {length}”.", severity="warning"
            )
        )

    def _read_falls(self, event: str) -> PersonTest:
        part, weeks, length = 1 / 3, 1, ""
        if self.tokens.take_words("by"):
            self.tokens.take_words("a")
            word = self.tokens.take_name("a part").casefold()
            if word not in _PARTS:
                message = f"“falls by {word}” is not known"
                raise UnclearConditionError(message, "Write “falls”, or “falls by half”.")
            part = _PARTS[word]
        if self.tokens.take_words("for"):
            length = f"{self.tokens.take_name('a number')} {self.tokens.take_name('a unit of time')}"
            weeks = {timedelta(weeks=1): 1, timedelta(weeks=2): 2}.get(read_length(length), 0)
        if not weeks:
            message = f"“falls for {length}” cannot be known from what is kept"
            raise UnclearConditionError(message, "Write “falls”, or “falls for 2 weeks”.", "too-many-times")
        return Falls(event, weeks, part)

    def _read_said(self, event: str, told: str) -> PersonTest:
        self.tokens.take_name("a property")
        self.events.add(event)
        if told not in self.config.events[event].keep:
            kept = ", ".join([*self.config.events[event].keep, told])
            message = f"“{event}” does not keep “{told}”"
            hint = f"Write in doorstep.yaml: {event}: {{label: …, keep: [{kept}]}}"
            self.tokens.problems.append(ConditionProblem(code="unkept-property", message=message, hint=hint))
        first = self.tokens.position
        compare = read_comparison(self.tokens, f"{event}.{told}", "any")
        words = {word.casefold() for word in self.tokens.tokens[first : self.tokens.position]}
        return Said(event, told, compare, self.config.timezone, relative=not words.isdisjoint(_RELATIVE))


def read_length(text: str) -> timedelta:
    """Return a length of time; raises :class:`UnclearConditionError`."""
    try:
        return parse_duration(text)
    except UnclearTimeError as error:
        raise UnclearConditionError(str(error), error.hint, "unclear-time") from None
