"""Parses conditions once into a pure test: of a person (``if:``), or of a row of a table (``where:``).

Grammar (small on purpose: without brackets, because a step asks one thing)::

    condition = all { "or" all }
    all       = test { "and" test }
    test      = "not" test
              | ( "never" | "no" | "not" ) EVENT [ ( "in" | "for" ) DURATION ]
              | EVENT [ often ] [ "in" DURATION ]                          an event can be "engagement": anything
              | [ "no" ] [ "other" ] EVENT [ often ] "since start"         in the file of a sequence
              | EVENT "falls" [ "by half" ] [ "for 2 weeks" ]              against the usual week
              | EVENT "." PROPERTY asked                                   the last value told
              | "answer" STEP asked | "task" STEP [ "is" ] [ "not" ] ( "done" | "open" | "overdue" )
              | "in" SEGMENT | "in" SEQUENCE | "goal of" SEQUENCE | "got" MAIL [ "in" DURATION ]
              | "clicked" MAIL [ "in" DURATION ]                           only where clicks are counted
              | "tag is" [ "not" ] TAG
              | "field" FIELD asked
              | "consent" TOPIC "is" [ "not" ] ( "confirmed" | "agreed" | "declined" | "withdrawn" | "given" )
              | "language is" [ "not" ] CODE
              | "channel" [ TOPIC ] "is" [ "not" ] ( "chat" | "mail" | "both" )
              | "open now" | "field" FIELD "is" [ "not" ] "open"           in the opening hours
              | "window is" [ "not" ] ( "open" | "closed" )
              | "weekday is" [ "not" ] DAY { "or" DAY }                    also "weekend", "workday"
              | "time" asked | "date" asked                                in the person's time zone
              | "answered" [ STEP ] [ "within" DURATION ]
    often     = ( "at least" | "at most" | "fewer than" | "more than" ) NUMBER "times"       also "once", "twice"
    asked     = "is" [ "not" ] ( VALUE | "empty" | order VALUE | "between" VALUE "and" VALUE | "from" VALUE "to" VALUE )
              | "contains" VALUE | "does not contain" VALUE
              | "has" VALUE | "does not have" VALUE | "has" order NUMBER                   of a list
    order     = "at least" | "at most" | "above" | "below" | "more than" | "less than" | "over" | "under"
              | "before" | "after"

``and`` binds tighter than ``or``.  A STEP of another sequence, or in a segment, is written ``SEQUENCE/STEP``.  Values
compare without regard to case; one that holds the words ``and`` or ``or`` stands in quotes.  Days are written
``today``, ``in 3 days``, ``2 weeks ago``, ``2026-12-24``, times of day ``09:00``.  Events, tags, fields, topics and
languages must be declared in ``doorstep.yaml``.

In ``where:``, each test compares a column: ``mood is {{ mood }} and price is at most 20``.  A test with an empty
variable is true of every row: a person who has not answered sees them all.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.conditions.answer_tests import AskedStep
from language.conditions.comparisons import ORDERING_WORDS, Comparison, read_comparison
from language.conditions.person import ConditionPlace, PersonTestReader
from language.conditions.predicates import PersonTest, all_of, any_of, can_turn_false, changes_at
from language.conditions.tokens import (
    LONGEST_CONDITION,
    ConditionProblem,
    TokenReader,
    UnclearConditionError,
    read_joined,
    variable_name,
)
from language.conditions.values import ComparisonScope

__all__ = ["Condition", "ConditionProblem", "PersonTest", "RowCondition", "read_condition", "read_row_condition"]

_HINT = "Join conditions by “and” or “or”; say how often as “at least 3 times in 7 days”."
_TOO_LONG = ConditionProblem(
    code="unclear-condition", message="the condition is too long to be read",
    hint="Split it over several steps, each with its own “if”.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A parsed condition on a person."""

    text: str
    """As it was written, with single spaces."""
    test: PersonTest = field(repr=False, compare=False)
    events: frozenset[str] = frozenset()
    """Product events it asks about."""
    fields: frozenset[str] = frozenset()
    """Declared fields it asks about."""
    topics: frozenset[str] = frozenset()
    """Topics whose consent it asks about."""
    sequences: frozenset[str] = frozenset()
    """Sequences it asks about (``in trial``, ``goal of trial``)."""
    mails: frozenset[str] = frozenset()
    """Templates it asks about (``got welcome``)."""
    clicked_mails: frozenset[str] = frozenset()
    """Templates of which it asks whether a link was followed (``clicked welcome``)."""
    asked_steps: frozenset[AskedStep] = frozenset()
    """Steps whose answer or task it asks about."""

    def holds(self, record: Subscriber, now: datetime) -> bool:
        """Return True if it is true of this person now."""
        return self.test(record, now)

    @property
    def can_turn_false(self) -> bool:
        """True unless it asks only for what stays so once it is: that something happened, ever."""
        return can_turn_false(self.test)

    @property
    def can_turn_true(self) -> bool:
        """True unless it stays false once it is: that something never happened."""
        return can_turn_false(self.test, result=False)

    def changes_at(self, record: Subscriber, now: datetime) -> datetime | None:
        """Return up to when the result stays if nothing happens; None if for good."""
        return changes_at(self.test, record, now)


RowValues = Mapping[str, object]  # column to value
_RowTest = Callable[[RowValues, ComparisonScope], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCondition:
    """A parsed condition on a row of a table."""

    text: str
    test: _RowTest = field(repr=False, compare=False)
    columns: frozenset[str] = frozenset()
    """Columns it asks about."""
    variables: frozenset[str] = frozenset()
    """Variables it compares them with."""
    ordered: frozenset[tuple[str, str]] = frozenset()
    """Columns that are compared by order, each with every word of the comparison."""

    def holds(
        self,
        row: RowValues,
        values: Mapping[str, object],
        now: datetime | None = None,
        zone: tzinfo = UTC,
    ) -> bool:
        """Return True if a row fits, given the values of the variables.

        Days counted from today need ``now`` and the person's time zone; without a time no row fits.
        """
        return self.test(row, ComparisonScope(now=now, zone=zone, values=values))


def read_condition(
    text: str, config: WorkspaceConfig, sequence: str = "", inside: tuple[str, ...] = ()
) -> tuple[Condition | None, tuple[ConditionProblem, ...]]:
    """Parse a condition on a person; return it, or None, and what is wrong with it.  Never raises.

    A condition comes back although there are problems if all of them are warnings.  ``sequence`` is the one in whose
    file it stands, ``inside`` the segments that led here, so that none leads to itself.
    """
    if len(text) > LONGEST_CONDITION:  # a long run of “not” would recurse too deep
        return None, (_TOO_LONG,)
    tokens = TokenReader(text)

    def read_segment(name: str, asking: PersonTestReader) -> PersonTest:
        return _read_segment(name, asking, (*inside, name)) if name not in inside else _refuse_circle(name, inside)

    reader = PersonTestReader(tokens, config, ConditionPlace(sequence=sequence, read_segment=read_segment))
    test, problems = _read_to_end(tokens, lambda: read_joined(tokens, reader.read_test, all_of, any_of))
    if test is None or problems:
        return None, problems
    condition = Condition(
        text=" ".join(text.split()),
        test=test,
        events=frozenset(reader.event_tests.events),
        fields=frozenset(reader.fields),
        topics=frozenset(reader.topics),
        sequences=frozenset(reader.sequences),
        mails=frozenset(reader.mails),
        clicked_mails=frozenset(reader.clicked_mails),
        asked_steps=frozenset(reader.asked_steps),
    )
    return condition, tuple(tokens.warnings)


def _read_segment(name: str, asking: PersonTestReader, inside: tuple[str, ...]) -> PersonTest:
    """Return the test of a segment, and note the names it uses where it is asked."""
    condition, problems = read_condition(asking.config.segments[name], asking.config, asking.place.sequence, inside)
    if condition is None:
        first = problems[0]
        why = first.message if first.code == "segment-circle" else f"the segment “{name}” says: {first.message}"
        raise UnclearConditionError(why, first.hint, first.code)
    asking.event_tests.events |= condition.events
    asking.fields |= condition.fields
    asking.topics |= condition.topics
    asking.sequences |= condition.sequences
    asking.mails |= condition.mails
    asking.clicked_mails |= condition.clicked_mails
    asking.asked_steps |= condition.asked_steps
    return condition.test


def _refuse_circle(name: str, inside: tuple[str, ...]) -> PersonTest:
    message = f"the segment “{name}” leads back to itself: {' → '.join((*inside, name))}"
    raise UnclearConditionError(message, "Take it out of one of them.", "segment-circle")


def read_row_condition(text: str, columns: Collection[str]) -> tuple[RowCondition | None, tuple[ConditionProblem, ...]]:
    """Parse a condition on rows with these columns; return it, or None and what is wrong with it.  Never raises.

    An empty text is true of every row.
    """
    written = " ".join(text.split())
    if not written:
        return RowCondition(text="", test=lambda _, __: True), ()
    if len(written) > LONGEST_CONDITION:
        return None, (_TOO_LONG,)
    tokens, used_columns, ordered = TokenReader(written), set[str](), set[tuple[str, str]]()

    def read_test() -> _RowTest:
        return _read_row_test(tokens, columns, used_columns, ordered)

    test, problems = _read_to_end(tokens, lambda: read_joined(tokens, read_test, _every_row, _any_row))
    if test is None or problems:
        return None, problems
    used = frozenset(name for token in tokens.tokens if (name := variable_name(token)))
    return RowCondition(
        text=written, test=test, columns=frozenset(used_columns), variables=used, ordered=frozenset(ordered)
    ), ()


_T = TypeVar("_T")


def _read_to_end(tokens: TokenReader, read: Callable[[], _T]) -> tuple[_T | None, tuple[ConditionProblem, ...]]:
    # Unknown names do not stop the reading (they are in ``tokens.problems``); a word out of place does.
    try:
        test = read()
        tokens.expect_end(_HINT)
    except UnclearConditionError as error:
        return None, (*tokens.problems, error.problem)
    return test, tuple(tokens.problems)


def _read_row_test(
    tokens: TokenReader, columns: Collection[str], used_columns: set[str], ordered: set[tuple[str, str]]
) -> _RowTest:
    if tokens.take_words("not"):
        test = _read_row_test(tokens, columns, used_columns, ordered)
        return lambda row, scope: not test(row, scope)
    name = tokens.take_name("a column")
    tokens.check_declared("column", name, columns, where=f"Its columns: {', '.join(sorted(columns))}.")
    used_columns.add(name)
    first = tokens.position
    compare = read_comparison(tokens, name, "any")
    # The checks compare these words with the column: “price is at most 20” needs numbers in every row.
    phrase = tokens.tokens[first : tokens.position]
    if not ORDERING_WORDS.isdisjoint(token.casefold() for token in phrase):
        ordered |= {(name, token) for token in phrase}
    used = tuple(variable for token in phrase if (variable := variable_name(token)))
    return _test_column(name, compare, used)


def _test_column(name: str, compare: Comparison, used: tuple[str, ...]) -> _RowTest:
    if not used:
        return lambda row, scope: compare(row.get(name), scope)

    def fits_row(row: RowValues, scope: ComparisonScope) -> bool:
        # A variable without a value comes from a question that was skipped: it must not leave an empty list.
        unanswered = any(scope.values.get(variable) in (None, "") for variable in used)
        return unanswered or compare(row.get(name), scope)

    return fits_row


def _every_row(tests: Collection[_RowTest]) -> _RowTest:
    return lambda row, scope: all(test(row, scope) for test in tests)


def _any_row(tests: Collection[_RowTest]) -> _RowTest:
    return lambda row, scope: any(test(row, scope) for test in tests)
