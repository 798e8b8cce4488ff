"""What ``doorstep check`` alone tells: declarations that nothing uses, and ranges of days that are over."""

from datetime import date

import pytest

from service.workspace.edition import CONFIG_FILE, compile_edition, shipped_files
from service.workspace.left_over import check_left_over
from tests.support.people import SHIPPED_CONFIG

TODAY = date(2026, 11, 28)
SHIPPED = shipped_files()


def test_the_shipped_workspace_has_nothing_left_over() -> None:
    """Everything that it declares is used, and no range is over."""
    assert list(check_left_over(SHIPPED, SHIPPED_CONFIG, TODAY)) == []


def test_declarations_that_nothing_uses_are_told() -> None:
    """By place; support is used by every hand-over."""
    text = SHIPPED[CONFIG_FILE]
    text = text.replace("tags: [reader,", "tags: [raeder_never, reader,")
    text = text.replace("  hello_cup: {en", "  winter_never: {en: A cup}\n  hello_cup: {en")
    text = text.replace("  sales: {email", "  nobody_never: {email: a@b.example}\n  sales: {email")
    files = {**SHIPPED, CONFIG_FILE: text}
    edition, _ = compile_edition(files)
    assert edition
    told = [str(one) for one in check_left_over(files, edition.config, TODAY)]
    assert [line.partition("] ")[2] for line in told] == [
        "The tag “raeder_never” is declared, and nothing uses it. Use it, or take it out.",
        "The pool “winter_never” is declared, and nothing uses it. Use it, or take it out.",
        "The mailbox “nobody_never” is declared, and nothing uses it. Use it, or take it out.",
    ]


@pytest.mark.parametrize(
    ("ask", "ended"),
    [
        ("{for: moment, to: 2020-12-31}", True),
        ("{for: date, from: today, to: 2020-12-31}", True),
        ("{for: date, from: 2020-11-01, to: 2020-12-31}", True),
        ("{for: date, from: 1900-01-01, to: 2008-12-31}", False),
        ("{for: date, to: 2008-12-31}", False),
        ("{for: date, from: today, to: in 60 days}", False),
        ("{for: moment, to: 2026-12-31}", False),
    ],
)
def test_a_range_that_is_over_is_told(ask: str, ended: bool) -> None:  # noqa: FBT001  a column of the table
    """A season, or anything ahead; not a birthday."""
    flow = f"flow: season\nstart: {{words: [season]}}\nsteps:\n  a: {{say: When?, ask: {ask}, save: evening_at}}\n"
    found = list(check_left_over({**SHIPPED, "flows/season.yaml": flow}, SHIPPED_CONFIG, TODAY))
    assert [one.code for one in found] == (["ended-range"] if ended else [])
