"""Reads the tests of a person in a condition; :mod:`language.conditions.parse` has the grammar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from domain.declarations import MAIL_CLICKED
from domain.workspace_config import WorkspaceConfig
from language.conditions import predicates as tests
from language.conditions.answer_tests import AnswerTestReader, AskedStep
from language.conditions.comparisons import Comparison, Kind, read_comparison
from language.conditions.events import EventTestReader, read_length
from language.conditions.predicates import PersonTest
from language.conditions.sequence_tests import ClickedLink, GotMail, InSequence, ReachedGoal
from language.conditions.tokens import SIGNS, ConditionProblem, TokenReader, UnclearConditionError, split_at_sign
from language.durations import WEEKDAYS
from language.findings import suggest_name
from language.opening_hours import OpeningHours, opening_or_none

BOTH = (True, False)
"""Both results of a test can stop being so: a tag can be given and taken."""

_WORKDAYS, _WEEKEND = frozenset(range(5)), frozenset({5, 6})
_DAYS = {**{name: frozenset({at}) for at, name in enumerate(WEEKDAYS)}, "weekend": _WEEKEND, "workday": _WORKDAYS}
_STATUSES = {
    "confirmed": ("confirmed",), "agreed": ("agreed",), "declined": ("declined",), "withdrawn": ("withdrawn",),
    "given": ("agreed", "confirmed"),
}  # fmt: skip
"""Word after “consent TOPIC is”, and the statuses it is true of; ``given`` does not ask for proof."""
_CHANNELS = ("chat", "mail", "both")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionPlace:
    """Where a condition stands: what only some places can ask."""

    sequence: str = ""
    """The sequence in whose file it stands; empty if it stands elsewhere."""
    read_segment: Callable[[str, "PersonTestReader"], PersonTest]
    """Reads the condition of a segment; the names it uses are added to those of the reader."""


class PersonTestReader:
    """Reads tests of a person, and collects the names they use."""

    def __init__(self, tokens: TokenReader, config: WorkspaceConfig, place: ConditionPlace) -> None:
        """Read these words, with the names that ``config`` declares."""
        self.tokens = tokens
        self.config = config
        self.place = place
        self.fields: set[str] = set()
        self.topics: set[str] = set()
        self.sequences: set[str] = set()
        self.mails: set[str] = set()
        self.clicked_mails: set[str] = set()
        self.asked_steps: set[AskedStep] = set()
        self.event_tests = EventTestReader(tokens, config, place.sequence)
        self._answers = AnswerTestReader(
            tokens=tokens, sequence=place.sequence, workspace_zone=config.timezone, asked=self.asked_steps
        )
        self._subjects: dict[str, Callable[[], PersonTest]] = {
            "tag": self._read_tag_test,
            "field": self._read_field_test,
            "consent": self._read_consent_test,
            "language": self._read_language_test,
            "channel": self._read_channel_test,
            "window": self._read_window_test,
            "open": self._read_open_test,
            "weekday": self._read_weekday_test,
            "time": self._read_time_test,
            "date": self._read_date_test,
            "answered": self._read_answered_test,
            "answer": self._answers.read_answer,
            "task": self._read_task_test,
            "in": self._read_in_test,
            "goal of": self._read_goal_test,
            "got": self._read_got_test,
            "clicked": self._read_clicked_test,
            "other": self.event_tests.read_other,
        }

    def read_test(self) -> PersonTest:
        """Read one test."""
        for word in ("not", "never", "no"):
            if self.tokens.take_words(word):
                # “not cup.noted in 30 days” is an absence, as “never” and “no” are; “not not …” nests.
                if word != "not" or self.event_tests.comes_next():
                    return self._read_absence(word)
                return tests.negate_test(self.read_test())
        subject = self.tokens.take_any_phrase(*self._subjects)
        if subject:
            return self._subjects[subject]()
        if not self.event_tests.comes_next():
            raise self._no_test(self.tokens.take_name("an event"))
        return self.event_tests.read_test()

    def _read_absence(self, word: str) -> PersonTest:
        if not self.event_tests.comes_next() and self.tokens.peek() not in ("other", ""):
            raise self._no_test(self.tokens.take_name("an event"))
        return self.event_tests.read_absence(word)

    def _read_is(self, subject: str, read: Callable[[], PersonTest]) -> PersonTest:
        """Read ``is [not]`` and the rest of the test."""
        if not self.tokens.take_words("is"):
            message = f"“{subject}” is not asked anything"
            raise UnclearConditionError(message, f"Write “{subject} is …”.")
        return tests.negate_test(read()) if self.tokens.take_words("not") else read()

    def _read_one_of(self, description: str, choices: list[str]) -> str:
        """Return the next word, which must be one of these; ``what`` describes them in the message."""
        word = self.tokens.take_name(description).casefold()
        if word not in choices:
            message = f"“{word}” is not {description}"
            raise UnclearConditionError(message, suggest_name(word, choices))
        return word

    def _no_test(self, name: str) -> UnclearConditionError:
        """Return the error of a word that begins no test: every event has a dot (``cup.noted``)."""
        hint = self._write_as_test(name) or suggest_name(
            name, ["not", "never", "no", *self._subjects, *self.config.events]
        )
        return UnclearConditionError(f"“{name}” begins no condition", hint)

    def _write_as_test(self, name: str) -> str:
        """Return the test that was probably meant: “team_size > 30” is “field team_size is more than 30”."""
        bare, sign, rest = split_at_sign(" ".join([name, *self.tokens.tokens[self.tokens.position :]]))
        if bare in self.config.fields:
            value = rest if sign else rest.removeprefix("is ").strip()
            return f"Write “field {bare} {SIGNS.get(sign, 'is')} {value or '…'}”."
        if bare in self.config.tags:
            return f"Write “tag is {bare}”."
        return f"Write “consent {bare} is confirmed”." if bare in self.config.topics else ""

    def _read_tag_test(self) -> PersonTest:
        return self._read_is("tag", self._read_tag_name)

    def _read_tag_name(self) -> PersonTest:
        tag = self.tokens.take_name("a tag")
        self.tokens.check_declared("tag", tag, self.config.tags)
        return tests.LastingTest(tests.has_tag(tag), lasting=BOTH)

    def _read_language_test(self) -> PersonTest:
        return self._read_is("language", self._read_language_code)

    def _read_language_code(self) -> PersonTest:
        code = self.tokens.take_name("a language").casefold()
        self.tokens.check_declared("language", code, [language.casefold() for language in self.config.languages])
        return tests.speaks_language(code, self.config.default_language)

    def _read_field_test(self) -> PersonTest:
        name = self.tokens.take_name("a field")
        self.tokens.check_declared("field", name, self.config.fields)
        self.fields.add(name)
        declared = self.config.fields.get(name)
        if declared and declared.type == "moment" and self.tokens.take_words("is", "open"):
            return self._keep_hours(tests.field_is_open(name, self._opening, self.config.timezone))
        if declared and declared.type == "moment" and self.tokens.take_words("is", "not", "open"):
            return self._keep_hours(tests.negate_test(tests.field_is_open(name, self._opening, self.config.timezone)))
        # An undeclared field is a problem already; as “any” the rest of the condition can still be read.
        compare, words = self._read_comparison(f"field {name}", declared.type if declared else "any")
        return tests.LastingTest(tests.field_is(name, compare, self.config.timezone, words), lasting=BOTH)

    def _read_comparison(self, subject: str, kind: Kind) -> tuple[Comparison, list[str]]:
        """Return the comparison that comes next, and its words: they tell when the clock changes its result."""
        first = self.tokens.position
        compare = read_comparison(self.tokens, subject, kind)
        return compare, [word.casefold() for word in self.tokens.tokens[first : self.tokens.position]]

    def _read_open_test(self) -> PersonTest:
        if not self.tokens.take_words("now"):
            message = "“open” does not say when"
            raise UnclearConditionError(message, "Write “open now”, or “field NAME is open”.")
        return self._keep_hours(tests.is_open_now(self._opening, self.config.timezone))

    @property
    def _opening(self) -> OpeningHours | None:
        return opening_or_none(self.config.open)

    def _keep_hours(self, test: PersonTest) -> PersonTest:
        """Return a test of the opening hours, which have to be declared."""
        if not self.config.open:
            # A row counts only where it was chosen, and the condition is asked of everybody.
            message = "doorstep.yaml declares no opening hours, and those of a table count only for a chosen row"
            hint = "Declare those without one: open: {tue-sat: 11:00 to 18:00}; a chosen row goes first."
            raise UnclearConditionError(message, hint)
        return test

    def _read_time_test(self) -> PersonTest:
        compare, words = self._read_comparison("time", "time")
        return tests.local_clock_is("time", compare, self.config.timezone, words)

    def _read_date_test(self) -> PersonTest:
        compare, words = self._read_comparison("date", "date")
        return tests.local_clock_is("date", compare, self.config.timezone, words)

    def _read_consent_test(self) -> PersonTest:
        topic = self.tokens.take_name("a topic")
        self.tokens.check_declared("topic", topic, self.config.topics)
        self.topics.add(topic)
        statuses = list(_STATUSES)
        return self._read_is(
            f"consent {topic}",
            lambda: tests.LastingTest(
                tests.consent_is(topic, _STATUSES[self._read_one_of("what a consent can be", statuses)]), lasting=BOTH
            ),
        )

    def _read_channel_test(self) -> PersonTest:
        # “channel is mail” asks about all topics, “channel friday_leaf is mail” about one.
        topic = "" if self.tokens.peek() == "is" else self.tokens.take_name("a topic")
        if topic:
            self.tokens.check_declared("topic", topic, self.config.topics)
        return self._read_is(
            "channel", lambda: tests.channel_is(topic, self._read_one_of("a channel", list(_CHANNELS)))
        )

    def _read_window_test(self) -> PersonTest:
        def read_state() -> PersonTest:
            word = self._read_one_of("open or closed", ["open", "closed"])
            return tests.is_window_open if word == "open" else tests.negate_test(tests.is_window_open)

        return self._read_is("window", read_state)

    def _read_weekday_test(self) -> PersonTest:
        return self._read_is("weekday", self._read_weekdays)

    def _read_weekdays(self) -> PersonTest:
        days = set(_DAYS[self._read_one_of("a weekday", list(_DAYS))])
        # “weekday is Monday or Friday” is one test; “weekday is Monday or tag is reader” joins two.
        while self.tokens.peek() == "or" and self.tokens.peek(1) in _DAYS:
            self.tokens.take_words("or")
            days |= _DAYS[self.tokens.take_name("a weekday").casefold()]
        return tests.weekday_in(frozenset(days), self.config.timezone)

    def _read_answered_test(self) -> PersonTest:
        # “answered”, “answered hello”, “answered within 2 hours”, “answered hello within 2 hours”.
        step = "" if self.tokens.peek() in ("", "and", "or", "within") else self.tokens.take_name("a step")
        within = self._read_length("within")
        if self.place.sequence:
            # The chat may have gone on for weeks by then, or be closed: what a sequence asks itself is “answer STEP”.
            written = f"answered {step}".strip()
            message = f"“{written}” speaks of the chat that is open at that moment, and of none that is over"
            hint = f"Of a question of a sequence write “answer {step or 'STEP'} is …”, of a flow ask a field."
            problem = ConditionProblem(code="answered-in-chat", message=message, hint=hint, severity="warning")
            self.tokens.warnings.append(problem)
        return tests.has_answered(step, within)

    def _read_length(self, word: str) -> timedelta | None:
        if not self.tokens.take_words(word):
            return None
        return read_length(f"{self.tokens.take_name('a number')} {self.tokens.take_name('a unit of time')}")

    def _read_in_test(self) -> PersonTest:
        """Read “in stuck”, a segment, or “in trial”, a sequence."""
        name = self.tokens.take_name("a segment or a sequence")
        if name in self.config.segments:
            return self.place.read_segment(name, self)
        self.sequences.add(name)
        return InSequence(name)

    def _read_goal_test(self) -> PersonTest:
        name = self.tokens.take_name("a sequence")
        self.sequences.add(name)
        return ReachedGoal(name)

    def _read_task_test(self) -> PersonTest:
        test, is_denied = self._answers.read_task()
        return tests.negate_test(test) if is_denied else test

    def _read_got_test(self) -> PersonTest:
        name = self.tokens.take_name("a mail")
        self.mails.add(name)
        return GotMail(name, self._read_length("in"))

    def _read_clicked_test(self) -> PersonTest:
        name = self.tokens.take_name("a mail")
        self.clicked_mails.add(name)
        # The event that can make it true: whoever waits for it is looked at then.
        self.event_tests.events.add(MAIL_CLICKED)
        return ClickedLink(name, self._read_length("in"), self.place.sequence)
