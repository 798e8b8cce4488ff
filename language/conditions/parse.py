"""Conditions in words, read once into a pure test: of a person (``if:``), or of a row of a table (``where:``).

Grammar (small on purpose: no brackets, since a step says one thing)::

    condition = all { "or" all }
    all       = one { "and" one }
    one       = "not" one
              | "never" EVENT [ "in" DURATION ]
              | EVENT [ "at least" NUMBER "times" ] [ "in" DURATION ]      also "once", "twice"
              | "tag is" [ "not" ] TAG
              | "field" FIELD asked
              | "consent" TOPIC "is" [ "not" ] ( "confirmed" | "agreed" | "declined" | "withdrawn" | "given" )
              | "language is" [ "not" ] CODE
              | "channel" [ TOPIC ] "is" [ "not" ] ( "chat" | "mail" | "both" )
              | "window is" [ "not" ] ( "open" | "closed" )
              | "weekday is" [ "not" ] DAY { "or" DAY }                    also "weekend", "workday"
              | "time" asked | "date" asked                                in the person's time zone
              | "answered" [ STEP ] [ "within" DURATION ]
    asked     = "is" [ "not" ] ( VALUE | "empty" | order VALUE | "between" VALUE "and" VALUE )
              | "contains" VALUE | "does not contain" VALUE
    order     = "at least" | "at most" | "above" | "below" | "more than" | "less than" | "over" | "under"
              | "before" | "after"

``and`` binds tighter than ``or``.  Values compare without regard to case; one that holds the words ``and`` or
``or`` stands in quotes.  Days are written ``today``, ``in 3 days``, ``2 weeks ago``, ``2026-12-24``, times of day
``09:00``.  Events, tags, fields, topics and languages must be declared in ``doorstep.yaml``.

In ``where:``, each test is a column and what is asked of it: ``mood is {{ mood }} and price is at most 20``.  A
variable that is empty rules no row out: who has not answered wants to see all of them.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from language.conditions.comparisons import ORDERING, Compare, Scope, read_comparison
from language.conditions.person import PersonReader
from language.conditions.predicates import Test, any_of, every
from language.conditions.tokens import LONGEST, NotUnderstoodError, Trouble, Words, joined, variable

__all__ = ["Condition", "RowCondition", "Test", "Trouble", "read_condition", "read_row_condition"]

_HINT = "Join conditions by “and” or “or”; say how often as “at least 3 times in 7 days”."
_TOO_LONG = Trouble(
    code="unclear-condition", message="the condition is too long to be read",
    hint="Split it over several steps, each with its own “if”.",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A condition on a person that was understood."""

    text: str
    """As it was written."""
    test: Test = field(repr=False, compare=False)
    events: frozenset[str] = frozenset()
    """Product events it asks about."""
    fields: frozenset[str] = frozenset()
    """Declared fields it asks about."""
    topics: frozenset[str] = frozenset()
    """Topics whose consent it asks about."""

    def holds(self, record: Subscriber, now: datetime) -> bool:
        """Tell whether it is true of this person now."""
        return self.test(record, now)


Row = Mapping[str, object]
_RowTest = Callable[[Row, Scope], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowCondition:
    """A condition on a row of a table that was understood."""

    text: str
    test: _RowTest = field(repr=False, compare=False)
    columns: frozenset[str] = frozenset()
    """Columns it asks about."""
    variables: frozenset[str] = frozenset()
    """Variables it compares them with."""
    ordered: frozenset[tuple[str, str]] = frozenset()
    """Columns that are asked whether they are more or less than something, each with every word of that."""

    def holds(
        self, row: Row, values: Mapping[str, object], now: datetime | None = None, zones: tuple[str, str] = ("", "")
    ) -> bool:
        """Tell whether a row fits, given the values of the variables.

        Days counted from today need the time, and the time zones of person and workspace; without them none fits.
        """
        return self.test(row, Scope(now=now, zones=zones, values=values))


def read_condition(text: str, config: WorkspaceConfig) -> tuple[Condition | None, tuple[Trouble, ...]]:
    """Read a condition on a person; return it, or None and what is wrong with it.  Never raises."""
    if len(text) > LONGEST:
        return None, (_TOO_LONG,)
    words = Words(text)
    reader = PersonReader(words, config)
    test, troubles = _read(words, lambda: joined(words, reader.one, every, any_of))
    if test is None or troubles:
        return None, troubles
    condition = Condition(
        text=" ".join(text.split()),
        test=test,
        events=frozenset(reader.events),
        fields=frozenset(reader.fields),
        topics=frozenset(reader.topics),
    )
    return condition, ()


def read_row_condition(text: str, columns: Collection[str]) -> tuple[RowCondition | None, tuple[Trouble, ...]]:
    """Read a condition on rows with these columns; return it, or None and what is wrong with it.  Never raises.

    A text of nothing is true of every row.
    """
    said = " ".join(text.split())
    if not said:
        return RowCondition(text="", test=lambda _, __: True), ()
    if len(said) > LONGEST:
        return None, (_TOO_LONG,)
    words, asked, ordered = Words(said), set[str](), set[tuple[str, str]]()

    def one() -> _RowTest:
        return _row_test(words, columns, asked, ordered)

    test, troubles = _read(words, lambda: joined(words, one, _every_row, _any_row))
    if test is None or troubles:
        return None, troubles
    used = frozenset(name for token in words.tokens if (name := variable(token)))
    return RowCondition(text=said, test=test, columns=frozenset(asked), variables=used, ordered=frozenset(ordered)), ()


_T = TypeVar("_T")


def _read(words: Words, read: Callable[[], _T]) -> tuple[_T | None, tuple[Trouble, ...]]:
    try:
        test = read()
        words.end(_HINT)
    except NotUnderstoodError as error:
        return None, (*words.troubles, error.trouble)
    return test, tuple(words.troubles)


def _row_test(words: Words, columns: Collection[str], asked: set[str], ordered: set[tuple[str, str]]) -> _RowTest:
    if words.take("not"):
        test = _row_test(words, columns, asked, ordered)
        return lambda row, scope: not test(row, scope)
    name = words.name("a column")
    words.known("column", name, columns, where=f"Its columns: {', '.join(sorted(columns))}.")
    asked.add(name)
    first = words.place
    compare = read_comparison(words, name, "any")
    said = words.tokens[first : words.place]
    if not ORDERING.isdisjoint(one.casefold() for one in said):
        ordered |= {(name, one) for one in said}
    used = tuple(one for token in said if (one := variable(token)))
    return _column(name, compare, used)


def _column(name: str, compare: Compare, used: tuple[str, ...]) -> _RowTest:
    if not used:
        return lambda row, scope: compare(row.get(name), scope)

    def test(row: Row, scope: Scope) -> bool:
        unanswered = any(scope.values.get(one) in (None, "") for one in used)
        return unanswered or compare(row.get(name), scope)

    return test


def _every_row(tests: Collection[_RowTest]) -> _RowTest:
    return lambda row, scope: all(test(row, scope) for test in tests)


def _any_row(tests: Collection[_RowTest]) -> _RowTest:
    return lambda row, scope: any(test(row, scope) for test in tests)
