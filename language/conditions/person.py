"""Reads what a condition asks about a person (the grammar stands in :mod:`language.conditions.parse`)."""

from collections.abc import Callable

from domain.workspace_config import WorkspaceConfig
from language.conditions import predicates as tests
from language.conditions.comparisons import read_comparison
from language.conditions.predicates import Test
from language.conditions.tokens import NotUnderstoodError, Words
from language.durations import WEEKDAYS, SpokenTimeError, parse_duration
from language.findings import did_you_mean

MOST_IN_WINDOW = 20
"""A record remembers this many latest occurrences of an event, so no more can be counted within a time."""

_TIMES = {"once": 1, "twice": 2}
_WORKDAYS, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_DAYS = {**{name: frozenset({at}) for at, name in enumerate(WEEKDAYS)}, "weekend": _WEEKEND, "workday": _WORKDAYS}
_STATUSES = {
    "confirmed": ("confirmed",), "agreed": ("agreed",), "declined": ("declined",), "withdrawn": ("withdrawn",),
    "given": ("agreed", "confirmed"),
}  # fmt: skip
"""What may be asked about a consent, and the decisions it is true of; ``given``: agreed, proven or not."""
_CHANNELS = ("chat", "mail", "both")


class PersonReader:
    """Reads tests of a person, and gathers the names they use."""

    def __init__(self, words: Words, config: WorkspaceConfig) -> None:
        """Read these words, with the names declared here."""
        self.words = words
        self.config = config
        self.events: set[str] = set()
        self.fields: set[str] = set()
        self.topics: set[str] = set()
        self._subjects: dict[str, Callable[[], Test]] = {
            "tag": self._tag, "field": self._field, "consent": self._consent, "language": self._language,
            "channel": self._channel, "window": self._window, "weekday": self._weekday, "time": self._time,
            "date": self._date, "answered": self._answered,
        }  # fmt: skip

    def one(self) -> Test:
        """Read one test."""
        if self.words.take("not"):
            return tests.negated(self.one())
        if self.words.take("never"):
            return tests.negated(self._happened(self._event(), 1))
        subject = self.words.take_any(*self._subjects)
        if subject:
            return self._subjects[subject]()
        event = self._event()
        return self._happened(event, self._times())

    def _is(self, subject: str, read: Callable[[], Test]) -> Test:
        """Read ``is [not]`` and what follows."""
        if not self.words.take("is"):
            message = f"“{subject}” is not asked anything"
            raise NotUnderstoodError(message, f"Write “{subject} is …”.")
        return tests.negated(read()) if self.words.take("not") else read()

    def _among(self, what: str, known: list[str]) -> str:
        """Read one of a few words."""
        word = self.words.name(what).casefold()
        if word not in known:
            message = f"“{word}” is not {what}"
            raise NotUnderstoodError(message, did_you_mean(word, known))
        return word

    def _event(self) -> str:
        name = self.words.name("an event")
        if "." not in name:
            hint = did_you_mean(name, ["not", "never", *self._subjects, *self.config.events])
            message = f"“{name}” begins no condition"
            raise NotUnderstoodError(message, hint)
        self.words.known("event", name, self.config.events)
        self.events.add(name)
        return name

    def _times(self) -> int:
        """Read ``at least 3 times``, ``at least once``, ``twice``; 1 if nothing is said."""
        said = self.words.take("at", "least")
        word = self.words.take_any(*_TIMES)
        if word:
            return _TIMES[word]
        if not said:
            return 1
        number = self.words.name("a number")
        if not (number.isascii() and number.isdecimal() and int(number[:9]) > 0 and self.words.take("times")):
            message = f"“at least {number}” does not say how often"
            raise NotUnderstoodError(message, "Write “at least 3 times”.")
        return int(number)

    def _happened(self, event: str, times: int) -> Test:
        if not self.words.take("in"):
            return tests.happened(event, times)
        said = f"{self.words.name('a number')} {self.words.name('a unit of time')}"
        try:
            window = parse_duration(said)
        except SpokenTimeError as error:
            raise NotUnderstoodError(str(error), error.hint, "unclear-time") from None
        if times > MOST_IN_WINDOW:
            message = f"“at least {times} times in {said}” cannot be counted"
            hint = f"Within a time, at most {MOST_IN_WINDOW} are counted."
            raise NotUnderstoodError(message, hint, "too-many-times")
        return tests.happened_within(event, times, window)

    def _tag(self) -> Test:
        return self._is("tag", self._tag_name)

    def _tag_name(self) -> Test:
        tag = self.words.name("a tag")
        self.words.known("tag", tag, self.config.tags)
        return tests.tagged(tag)

    def _language(self) -> Test:
        return self._is("language", self._language_code)

    def _language_code(self) -> Test:
        code = self.words.name("a language").casefold()
        self.words.known("language", code, [one.casefold() for one in self.config.languages])
        return tests.speaks(code, self.config.language)

    def _field(self) -> Test:
        name = self.words.name("a field")
        self.words.known("field", name, self.config.fields)
        self.fields.add(name)
        declared = self.config.fields.get(name)
        compare = read_comparison(self.words, f"field {name}", declared.type if declared else "any")
        return tests.field_is(name, compare, self.config.timezone)

    def _time(self) -> Test:
        return tests.clock_is("time", read_comparison(self.words, "time", "time"), self.config.timezone)

    def _date(self) -> Test:
        return tests.clock_is("date", read_comparison(self.words, "date", "date"), self.config.timezone)

    def _consent(self) -> Test:
        topic = self.words.name("a topic")
        self.words.known("topic", topic, self.config.topics)
        self.topics.add(topic)
        statuses = list(_STATUSES)
        return self._is(
            f"consent {topic}",
            lambda: tests.consent_is(topic, _STATUSES[self._among("what a consent can be", statuses)]),
        )

    def _channel(self) -> Test:
        topic = "" if self.words.peek() == "is" else self.words.name("a topic")
        if topic:
            self.words.known("topic", topic, self.config.topics)
        return self._is("channel", lambda: tests.channel_is(topic, self._among("a channel", list(_CHANNELS))))

    def _window(self) -> Test:
        def read() -> Test:
            word = self._among("open or closed", ["open", "closed"])
            return tests.window_open if word == "open" else tests.negated(tests.window_open)

        return self._is("window", read)

    def _weekday(self) -> Test:
        return self._is("weekday", self._weekdays)

    def _weekdays(self) -> Test:
        days = set(_DAYS[self._among("a weekday", list(_DAYS))])
        while self.words.peek() == "or" and self.words.peek(1) in _DAYS:
            self.words.take("or")
            days |= _DAYS[self.words.name("a weekday").casefold()]
        return tests.weekday_in(frozenset(days), self.config.timezone)

    def _answered(self) -> Test:
        step = "" if self.words.peek() in ("", "and", "or", "within") else self.words.name("a step")
        if not self.words.take("within"):
            return tests.answered(step, None)
        try:
            return tests.answered(step, parse_duration(f"{self.words.name('a number')} {self.words.name('a unit')}"))
        except SpokenTimeError as error:
            raise NotUnderstoodError(str(error), error.hint, "unclear-time") from None
