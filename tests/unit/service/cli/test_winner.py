"""winner as it is typed, on an embedded store with people who got one part or the other."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from onboarding.language.catalog import Send
from service.cli.winner import WinnerRow, tell_row
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.winners.change_choices import note_choice
from service.workspace.edition import shipped_files
from tests.support.people import NOON
from tests.support.run_cli import Doorstep, settle_in
from tests.support.sequence_people import DAY, compile_clean
from tests.unit.service.reports.sequences.population import Life

SECRET = "a secret of more than thirty-two bytes"
PLACE = "tasting_book/offer"
SEQUENCE = """sequence: tasting_book
topic: friday_leaf
start: confirmed
goal: {event: box.ordered, within: 7 days}
steps:
  offer:
    send: {evaluate_order: 50%, evaluate_invite: 50%}
    winner: goal
"""
CATALOG = compile_clean(SEQUENCE)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand beside a workspace in which a split looks for a winner."""
    settle_in(tmp_path, monkeypatch, SECRET)
    for name, text in shipped_files().items():
        path = tmp_path / "brand" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(SEQUENCE if name == "sequences/tasting_book.yaml" else text, "utf-8")
    return tmp_path


async def _live(folder: Path, people: int, *, chooses: str = "") -> None:
    settings = Settings(secret=SECRET, data=folder / "store", workspace=folder / "brand", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as doorstep:
        now = doorstep.clock.now()
        for number in range(people):
            await Life(store=doorstep.store, catalog=CATALOG).live(f"{number}", start=now - 30 * DAY, until=now)
        action = CATALOG.sequences["tasting_book"].steps["offer"].action
        if chooses and isinstance(action, Send):
            at = now - timedelta(days=2)
            assert await note_choice(doorstep.store, PLACE, action, chooses, at, is_early=False)
            assert await note_choice(doorstep.store, PLACE, action, "evaluate_order", at, is_early=False) is None


def test_winners_are_listed_and_taken_back(doorstep: Doorstep, folder: Path) -> None:
    """What is open says why; what was chosen since when; a place that is none is refused with the nearest."""
    asyncio.run(_live(folder, 12))
    open_row = " ".join(doorstep("winner")[1].split())
    assert f"{PLACE} as written too early: evaluate_order has" in open_row
    assert "of the 100 people that are needed" in open_row
    asyncio.run(_live(folder, 0, chooses="evaluate_invite"))

    (row,) = json.loads(doorstep("winner", "--json")[1])
    assert (row["place"], row["part"], row["too_early"]) == (PLACE, "evaluate_invite", "")
    report = " ".join(doorstep("report", "sequence", "tasting_book")[1].split())
    assert "offer evaluate_invite wins since " in report
    assert doorstep("winner", "undo", PLACE)[1].startswith(f"{PLACE} divides newcomers as written again")
    code, said = doorstep("winner", "undo", "tasting_book/ofer")
    assert code == 2
    assert f"Did you mean “{PLACE}”?" in " ".join(said.split())


def test_a_row_says_what_is_known() -> None:
    """Since when, that nothing was settled, and what was taken back."""
    row = WinnerRow(place=PLACE, part="story", since=NOON, is_early=True, taken_back={"short": NOON})

    assert list(tell_row(row)) == ["since 23 Nov 2026: nothing was settled", "short was taken back on 23 Nov 2026"]
    assert list(tell_row(WinnerRow(place=PLACE, too_early="nobody was mailed yet"))) == [
        "too early: nobody was mailed yet"
    ]
