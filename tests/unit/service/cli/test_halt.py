"""halt and go as they are typed, on an embedded store on which the shipped workspace runs."""

import asyncio
from pathlib import Path

import pytest

from service.engine.house.stored_values import load_house
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from tests.support.run_cli import Doorstep, settle_in

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


async def _halted(folder: Path) -> list[str]:
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as doorstep:
        return list((await load_house(doorstep.store)).halted)


def test_a_step_is_halted_and_let_go(doorstep: Doorstep, folder: Path) -> None:
    """Twice is told; a step that sends nothing is refused with the nearest that does."""
    place = "tasting_book/come_back"
    asyncio.run(_halted(folder))  # makes the store

    code, said = doorstep("halt", "tasting_book/come_bak")
    assert code == 2
    assert f"Did you mean “{place}”?" in " ".join(said.split())
    assert doorstep("go", place)[1].strip() == f"{place} was not halted."
    assert doorstep("halt", place)[1].strip() == f"{place} is halted. Let it go again: doorstep go {place}"
    assert doorstep("halt", place)[1].strip() == f"{place} was halted already."
    assert asyncio.run(_halted(folder)) == [place]
    assert doorstep("go", place)[1].strip() == f"{place} sends again."
    assert asyncio.run(_halted(folder)) == []
