"""drafts as it is typed, on an embedded store with people in a draft of the shipped sequence."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.edition import shipped_files
from tests.support.run_cli import Doorstep, settle_in, write_files
from tests.support.sequence_people import SHIPPED, compile_clean
from tests.unit.service.reports.sequences.population import STOPS, Life

SECRET = "a secret of more than thirty-two bytes"
"""As the people's keys have it."""
DRAFT = SHIPPED.replace("start: confirmed", "start: confirmed\ndraft: true", 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace, with its sequence as a draft, runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    write_files(tmp_path, shipped_files() | {"sequences/tasting_book.yaml": DRAFT})
    return tmp_path


async def _live(folder: Path) -> None:
    """Let three people begin a little ago, at noon; one of them stops."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1", workspace=folder)
    async with open_doorstep(settings, "web") as doorstep:
        now = doorstep.clock.now()
        for number in range(3):
            life = Life(store=doorstep.store, catalog=compile_clean(DRAFT))
            deeds = [(timedelta(minutes=1), STOPS)] if number == 2 else []
            await life.live(f"{number}", deeds, start=now - timedelta(hours=1), until=now)


def test_drafts_are_listed_read_sent_and_dropped(doorstep: Doorstep, folder: Path) -> None:
    """Nothing tells an address unasked; who stopped gets nothing; what is sent in a night waits."""
    asyncio.run(_live(folder))

    code, said = doorstep("drafts", "list", "--json")
    assert (code, [one["mail"] for one in json.loads(said)]) == (0, ["welcome"] * 3)
    code, said = doorstep("drafts", "list", "tasting_book", "--sample", "1")
    assert code == 0
    assert "Subject:" in said
    assert "0@example.com" not in said
    code, said = doorstep("drafts", "list", "--sample", "3", "--show")
    assert "<0@example.com>" in said
    code, said = doorstep("drafts", "send", "tasting_book/welcome")
    assert code == 0
    told = {words: number for number, _, words in (part.partition(" ") for part in said.strip(" .\n").split(", "))}
    assert told.pop("not wanted any more") == "1"
    assert list(told.values()) == ["2"]
    code, said = doorstep("drafts", "drop", "tasting_book")
    assert said.strip() in ("2 dropped.", "No mail waits for approval.")
    assert doorstep("drafts", "list")[1].strip() == "No mail waits for approval."


def test_places_that_are_not_there(doorstep: Doorstep, folder: Path) -> None:
    """The nearest word is offered."""
    asyncio.run(_live(folder))

    assert "Did you mean “tasting_book”?" in " ".join(doorstep("drafts", "send", "tasting_bok")[1].split())
    assert "Did you mean “welcome”?" in " ".join(doorstep("drafts", "drop", "tasting_book/welcom")[1].split())
