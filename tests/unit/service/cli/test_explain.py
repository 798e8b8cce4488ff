"""explain as it is typed, on an embedded store with people who stand in the shipped sequences."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.edition import shipped_files
from tests.support.people import KEYS
from tests.support.run_cli import Doorstep, settle_in, write_files
from tests.support.sequence_people import CATALOG
from tests.unit.service.reports.sequences.population import DAY, STOPS, Life

SECRET = "a secret of more than thirty-two bytes"
"""As the people's keys have it."""
MIA, TOM, ANN = (KEYS.subscriber_id("simulation", name) for name in ("mia", "tom", "ann"))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    write_files(tmp_path, shipped_files())
    return tmp_path


async def _live(folder: Path) -> None:
    """Let Mia wait for her first cup, Tom order, and Ann stop."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as doorstep:
        now = doorstep.clock.now()
        deeds: dict[str, list[tuple[timedelta, str]]] = {
            "mia": [],
            "tom": [(timedelta(hours=5), "box.ordered")],
            "ann": [(timedelta(hours=6), STOPS)],
        }
        for name, done in deeds.items():
            await Life(store=doorstep.store, catalog=CATALOG).live(name, done, start=now - 2 * DAY, until=now)


def test_a_person_is_explained(doorstep: Doorstep, folder: Path) -> None:
    """Where they stand, why, until when, what is next and on what it rests; in words and as JSON."""
    asyncio.run(_live(folder))

    said = {name: doorstep("explain", who, "tasting_book") for name, who in (("mia", MIA), ("tom", TOM), ("ann", ANN))}
    every = doorstep("explain", MIA)[1]
    code, exported = doorstep("explain", MIA, "tasting_book", "--json")
    (standing,) = json.loads(exported)

    mia, tom, ann = ([" ".join(line.split()) for line in said[name][1].splitlines()] for name in ("mia", "tom", "ann"))
    assert {told for told, _ in said.values()} == {0}
    assert mia[0].startswith("tasting_book began ")
    assert ": friday_leaf was confirmed. Stands at first_cup until " in mia[0]
    assert mia[1].startswith("next: come_back, ")
    assert mia[1].endswith(", if still: no cup.noted")
    assert "It reached its goal " in tom[0]
    assert tom[1] == "does not begin again: its last pass was less than 30 days ago"
    assert ": friday_leaf was withdrawn." in ann[0]
    assert (code, standing["state"], standing["step"], standing["next_mail"]) == (
        0,
        "running",
        "first_cup",
        "come_back",
    )
    assert standing["if_still"] == ["no cup.noted"]
    assert every.index("tasting_book") < every.index("not begun: tastings is not confirmed")


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["nobody@example.com"], 1, "Nobody gave this address."),
        (["nobody"], 1, "There is no record nobody."),
        (["no@address@example.com"], 2, "@-sign"),
        ([MIA, "tasting_bok"], 2, "Did you mean “tasting_book”?"),
    ],
)
def test_who_cannot_be_explained(doorstep: Doorstep, folder: Path, words: Sequence[str], code: int, told: str) -> None:
    """Strangers, what is no address, and a sequence that is not there."""
    asyncio.run(_live(folder))
    exit_code, said = doorstep("explain", *words)
    assert (exit_code, told in said) == (code, True), said
