"""report sequence as it is typed, on an embedded store with people who lived through the shipped sequence."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from service.cli.report_sequence import _describe_comparisons, _describe_difference, _describe_goal
from service.reports.sequences.summarize import ArmRow, ComparisonRow, DifferenceRow, GoalRow
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.edition import shipped_files
from tests.support.run_cli import Doorstep, settle_in, write_files
from tests.support.sequence_people import CATALOG
from tests.unit.service.reports.sequences.population import DAY, STOPS, Life

SECRET = "a secret of more than thirty-two bytes"
"""As the people's keys have it."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    write_files(tmp_path, shipped_files())
    return tmp_path


async def _live(folder: Path, people: int) -> None:
    """Let people begin 40 days ago: every second notes cups, every fourth orders, one stops."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as doorstep:
        now = doorstep.clock.now()
        for number in range(people):
            deeds = [(day * DAY + timedelta(hours=5), "cup.noted") for day in range(3)][: 3 * (number % 2)]
            deeds += [(4 * DAY, "box.ordered")] if number % 4 == 0 else []
            deeds += [(DAY, STOPS)] if number == 2 else []
            life = Life(store=doorstep.store, catalog=CATALOG)
            await life.live(f"{number}", deeds, start=now - 40 * DAY, until=now)


def test_a_sequence_is_reported(doorstep: Doorstep, folder: Path) -> None:
    """As a table for people, and whole as JSON; nobody is named in either."""
    asyncio.run(_live(folder, 24))

    code, said = doorstep("report", "sequence", "tasting_book", "--json")
    report = json.loads(said)
    rows = {row["step"]: row for row in report["steps"]}
    assert (code, report["began"], report["goal"]["matured"], report["goal"]["reached"]) == (0, 24, 24, 6)
    assert rows["first_cup"]["waited"] == {"happened": 12, "ran out": 11}
    assert (rows["come_back"]["mailed"], rows["evaluate"]["mailed"]) == (11, 12)
    assert report["left_because"] == {"friday_leaf was withdrawn": 1}
    code, table = doorstep("report", "sequence", "tasting_book")
    lines = [" ".join(line.split()) for line in table.splitlines()]
    assert lines[0] == "tasting_book, 90 days: 24 began; 6 reached the goal, 17 came to the end, 1 left."
    assert "first_cup 24 0 12 happened, 11 ran out, 1 left" in lines
    assert "goal ordered a box within 30 days: 25.0% of 24 whose time is over" in lines
    assert "days not reached by half of them; by day 1 / 3 / 7 / 14 / 30: 0% / 0% / 25% / 25% / 25%" in lines
    assert "welcome 24 0 24 0 1" in lines
    assert "too few yet" in table
    assert "left 1 friday_leaf was withdrawn" in lines
    assert "@" not in said + table
    code, later = doorstep("report", "sequence", "tasting_book", "--days", "7")
    assert (code, later.splitlines()[0], "too few yet" in later) == (0, "Nobody began tasting_book in 7 days.", True)


def test_all_sequences_are_reported_side_by_side(doorstep: Doorstep, folder: Path) -> None:
    """Goal, days and mails of each; then the mails after which people stopped."""
    asyncio.run(_live(folder, 0))
    assert doorstep("report", "onboarding")[1].strip() == "Nobody began a sequence in 90 days."
    asyncio.run(_live(folder, 24))

    code, said = doorstep("report", "onboarding")
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert code == 0
    assert "tasting_book 24 0 0 47 1 25.0% 24 –" in lines
    assert "tasting_book/welcome 4.2% of 24 stopped after it" in lines
    whole = json.loads(doorstep("report", "onboarding", "--json")[1])
    (harm,) = whole["harm"]
    assert harm == {"sequence": "tasting_book", "step": "welcome", "mailed": 24, "stopped": 1, "complained": 0}
    assert [one["goal"]["reached"] for one in whole["sequences"] if one["sequence"] == "tasting_book"] == [6]


@pytest.mark.parametrize(
    ("words", "told"),
    [(["tasting_bok"], "Did you mean “tasting_book”?"), (["tasting_book", "--days", "0"], "--days")],
)
def test_what_cannot_be_reported_is_refused(doorstep: Doorstep, folder: Path, words: Sequence[str], told: str) -> None:
    """An unknown sequence with the nearest name, and a number of days that cannot be."""
    asyncio.run(_live(folder, 0))
    code, said = doorstep("report", "sequence", *words)
    assert (code, told in said) == (2, True), said


ARMS = tuple(
    ArmRow(arm=name, percent=50, exposed=people, matured=people, reached=people // 5, share=0.2)
    for name, people in (("short", 600), ("story", 400))
)


@pytest.mark.parametrize(
    ("numbers", "told"),
    [
        ((0.045, 0.006, 0.084, True, 0), "+4.5 points, between +0.6 and +8.4 at any look: story is better"),
        ((-0.045, -0.084, -0.006, True, 0), "-4.5 points, between -8.4 and -0.6 at any look: short is better"),
        (
            (0.052, -0.009, 0.113, False, 1_834),
            "story +5.2 points, between -0.9 and +11.3 at any look: not decided, about 1,900 more people",
        ),
        ((0.0, -0.1, 0.1, False, None), "story +0.0 points, between -10.0 and +10.0 at any look: not decided"),
        (
            (0.1, -0.1, 0.3, False, 7),
            "story +10.0 points, between -10.0 and +30.0 at any look: not decided, about 7 more people",
        ),
    ],
)
def test_a_difference_is_told(numbers: tuple[float, float, float, bool, int | None], told: str) -> None:
    """Which is better, or how many people are missing, rounded up."""
    estimate, low, high, decided, missing = numbers
    row = DifferenceRow(
        arm="story", than="short", estimate=estimate, low=low, high=high, decided=decided, missing_people=missing
    )

    assert _describe_difference(row) == told


def test_what_may_not_be_concluded_is_told() -> None:
    """A split that is off, a goal that is not over, and a sequence without one."""
    goal = GoalRow(
        event="box.ordered", label="", within_seconds=86_400, matured=0, reached=0, share=None, median_days=None,
        share_by_day={},
    )  # fmt: skip
    off = ComparisonRow(name="nudge", arms=ARMS, differences=(), split_is_off=True, changed_on=None)

    assert list(_describe_goal(goal)) == ["goal     box.ordered within 1 day: nobody's time is over yet"]
    assert list(_describe_goal(None)) == ["goal     none: the file has no goal, so nothing says whether it helped"]
    (told,) = _describe_comparisons((off,), goal)
    assert told.startswith("nudge  [red]the split is off[/]: short 600 (50% wanted), story 400 (50% wanted). Some get")
    assert list(_describe_comparisons((off,), None)) == []
