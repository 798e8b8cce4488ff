"""Changing a sequence while people are in it."""

import pytest

from service.workspace.publishing import head_count, live_edition
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import RunMove
from service.workspace.publishing.plan import plan_change
from service.workspace.publishing.step_mapping import map_runs
from tests.support.people import NOON
from tests.support.walk_flows import BOOK, TOUR, tour_edition

RUNS = head_count.HeadCount(
    people=3, conversations={}, needed=frozenset(), runs={("book", "first"): 2, ("book", "second"): 1}
)
SHORTER = BOOK.replace("  second:\n    wait: 3 days\n", "")
OTHER = BOOK.replace("  second:", "  later:").replace("3 days", "4 days")


def compared(book: str, *, end: tuple[str, ...] = ()) -> Plan:
    """Compare a sequence with the live one, in which three people are."""
    old = tour_edition(TOUR, BOOK)
    live = live_edition.LiveEdition(epoch=1, edition=old.hash, at=NOON)
    return plan_change(live, old, tour_edition(TOUR, book), RUNS, end=end)


@pytest.mark.parametrize(
    ("book", "missing"),
    [
        (BOOK.replace("3 days", "4 days"), []),
        (SHORTER, ["The step “second” of book is gone, and 1 person stands there."]),
        (OTHER, ["The step “second” of book is gone, and 1 person stands there."]),
        (OTHER + "migrate: {second: later}\n", []),
        (SHORTER + "migrate: {second: end}\n", []),
        ("", ["The sequence “book” is gone, and 3 people stand in it."]),
    ],
)
def test_a_sequence_strands_nobody(book: str, missing: list[str]) -> None:
    """A step or sequence that is gone with people in it needs a map."""
    assert [one.message for one in compared(book).missing] == missing


def test_a_sequence_that_is_gone_may_let_its_people_go() -> None:
    """If that is said."""
    found = compared("", end=("book",))
    assert (found.missing, found.changes[0].what) == ((), "their passes end")


@pytest.mark.parametrize(
    ("book", "how"),
    [
        (BOOK.replace("steps:", "holdout: 10%\nsteps:"), "head"),
        (BOOK.replace("steps:", "goal: {when: language is en, within: 9 days}\nsteps:"), "head"),
        (BOOK.replace("3 days", "4 days"), "structure"),
        (BOOK.replace("steps:", "holdout: 10%\nsteps:").replace("3 days", "4 days"), "structure"),
    ],
)
def test_what_stands_above_the_steps_is_no_word(book: str, how: str) -> None:
    """Another goal decides who gets mail, so the plan does not call it other words; steps that differ go first."""
    assert [one.how for one in compared(book).changes] == [how]


def test_a_rollback_takes_passes_to_a_step_that_is_there() -> None:
    """Back to the name from before the renaming, else to the next step on the way, else to the end."""
    longer = BOOK.replace("  second:", "  between:\n    wait: 1 day\n  second:") + "  last:\n    wait: 1 day\n"
    renamed = OTHER + "migrate: {second: later}\n"
    books = {
        name: tour_edition(TOUR, book).rules.sequences
        for name, book in (("old", BOOK), ("longer", longer), ("renamed", renamed))
    }
    assert map_runs(books["renamed"], books["old"]) == (RunMove(sequence="book", step="later", to="second"),)
    assert map_runs(books["longer"], books["old"]) == (
        RunMove(sequence="book", step="between", to="second"),
        RunMove(sequence="book", step="last", to="end"),
    )
