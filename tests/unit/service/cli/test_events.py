"""events import as it is typed, on an embedded store with one person who is linked as user 7."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from domain.keyring import Keyring
from domain.record import decode
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from tests.support.people import KEYS
from tests.support.run_cli import Doorstep, settle_in
from tests.support.sequence_people import SHIPPED, compile_clean
from tests.unit.service.reports.sequences.population import Life

SECRET = "a secret of more than thirty-two bytes"
"""As the people's keys have it."""
FIRST, SECOND = "2025-11-01T10:00:00+01:00", "2025-11-02T10:00:00+01:00"
TABLE = f"event,user_id,at,tea\ncup.noted,7,{FIRST},Assam\ncup.noted,7,{SECOND},\ncup.noted,8,{SECOND},Assam\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where somebody lives, and a table lies."""
    settle_in(tmp_path, monkeypatch, SECRET)
    (tmp_path / "cups.csv").write_text(TABLE, "utf-8")
    asyncio.run(_live(tmp_path))
    return tmp_path


def _settings(folder: Path) -> Settings:
    return Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")


async def _live(folder: Path) -> None:
    async with open_doorstep(_settings(folder), "web") as doorstep:
        now, life = doorstep.clock.now(), Life(store=doorstep.store, catalog=compile_clean(SHIPPED))
        await life.live("mia", start=now - timedelta(hours=1), until=now)
        await doorstep.store.link_user(Keyring(SECRET).user_hash("7"), life.record.id)


async def _count(folder: Path) -> int:
    async with open_doorstep(_settings(folder), "web") as doorstep:
        raw = await doorstep.store.load(KEYS.subscriber_id("simulation", "mia"), ())
        return decode(raw.record).behaviour["cup.noted"].count if raw.record else 0


def test_a_table_is_checked_then_taken_in_and_not_twice(doorstep: Doorstep, folder: Path) -> None:
    """Without --write nothing happens; the same file is known again, and in another one the same rows."""
    code, said = doorstep("events", "import", "cups.csv")
    assert code == 0
    assert said.splitlines() == [
        "cups.csv: 3 rows, 2025-11-01 to 2025-11-02.",
        "        3 cup.noted",
        "Nothing is written yet. Take them in: doorstep events import cups.csv --write",
    ]
    code, said = doorstep("events", "import", "cups.csv", "--write")
    assert (code, said.splitlines()[-1]) == (0, "2 taken in, 1 of people nobody knows.")
    code, said = doorstep("events", "import", "cups.csv", "--write")
    assert code == 1
    assert "was taken in on" in said

    (folder / "cups.csv").write_text(TABLE + f"cup.notd,7,{SECOND},\n", "utf-8")
    code, said = doorstep("events", "import", "cups.csv", "--write", "--skip-wrong", "--json")
    assert code == 0
    assert json.loads(said)["written"] == {"duplicate": 2, "unknown_person": 1, "invalid": 1}
    assert asyncio.run(_count(folder)) == 2
