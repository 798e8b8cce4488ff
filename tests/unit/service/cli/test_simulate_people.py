"""simulate --people as it is typed: tables for people, all numbers for programs, the same in one process and in two."""

import json
from pathlib import Path

import pytest

from service.cli import simulate_people
from tests.support.run_cli import Doorstep, settle_in

WORDS = (
    "simulate",
    "tasting_book",
    "--people",
    "40",
    "--days",
    "20",
    "--over",
    "10",
    "--who",
    "50%: cup.noted 1 a day",
)


@pytest.fixture(autouse=True)
def _settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle_in(tmp_path, monkeypatch, "a secret of more than thirty-two bytes")


def test_people_are_counted_by_step_and_day(doorstep: Doorstep) -> None:
    """Who they are, each step, the parts of the split, peaks, and the days."""
    code, said = doorstep(*WORDS)

    assert code == 0
    assert "tasting_book: 40 people, who begin within 10 days; 20 days from Mon" in said
    for line in ("welcome", "come_back", "arms     evaluate: ", "ended    tasting_book: ", "peak     ", "mails    "):
        assert f"\n{line}" in said


def test_two_processes_count_as_one_does(doorstep: Doorstep, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts live in processes of their own, and their sums are the same."""
    code, alone = doorstep(*WORDS, "--json")
    assert code == 0
    monkeypatch.setattr(simulate_people, "FEW", 10)
    monkeypatch.setattr(simulate_people, "PART", 25)
    _, together = doorstep(*WORDS, "--json")

    counted = json.loads(alone)
    assert json.loads(together) == counted
    assert counted["people"] == 40
    assert sum(counted["by_minute"].values()) == sum(sum(day.values()) for day in counted["mails"].values())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--who", "50%: cup.notd 1 a day"), "cup.noted"),
        (("--arm", "evaluate=x"), "part"),
        (("--zones", "Mars 5%"), "zone"),
    ],
)
def test_what_is_not_understood_is_told(doorstep: Doorstep, words: tuple[str, str], told: str) -> None:
    """With the option, and the nearest word."""
    code, said = doorstep("simulate", "tasting_book", "--people", "5", *words)
    assert code == 2
    assert told in said
