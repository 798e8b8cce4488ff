"""``doorstep hygiene`` and ``doorstep report reputation`` as they are typed, on an embedded store with readers."""

import asyncio
import json
from pathlib import Path

import pytest

from domain.keyring import Keyring
from service.demo.compose import copy_shipped_workspace
from service.engine.clock import system_now
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from tests.support.issue_readers import make_readers, write_readers
from tests.support.run_cli import Doorstep, settle_in

SECRET, TOPIC, READERS = "a secret of more than thirty-two bytes", "friday_leaf", 12
SEQUENCE = """sequence: quiet
topic: friday_leaf
start: when no engagement for 30 days
steps:
  rests: {rest: friday_leaf}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where a workspace runs that lets silent readers rest, with readers who confirmed two months ago."""
    settle_in(tmp_path, monkeypatch, SECRET)
    copy_shipped_workspace(tmp_path / "w")
    (tmp_path / "w" / "sequences" / "quiet.yaml").write_text(SEQUENCE, "utf-8")
    asyncio.run(_write_readers(tmp_path))
    return tmp_path


async def _write_readers(folder: Path) -> None:
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1", workspace=folder / "w")
    async with open_doorstep(settings, "web") as doorstep:
        config = doorstep.editions.current_config()
        readers = make_readers(range(READERS), config, Keyring(SECRET), TOPIC, system_now())
        await write_readers(doorstep.store, readers, TOPIC)


def test_who_is_silent_is_told_and_asked_only_on_ones_word(doorstep: Doorstep) -> None:
    """A dry run asks nobody; the command leaves an order, of a tenth a day."""
    code, said = doorstep("hygiene", "--dry-run", "--json")
    told = json.loads(said)
    [quiet] = told["sequences"]
    assert (code, len(quiet["silent"]), quiet["topics"], told["ordered"]) == (0, READERS, [TOPIC], {})
    assert "Nobody was asked. Ask them: doorstep hygiene" in doorstep("hygiene", "--dry-run")[1]
    assert "They are asked now, 2 a day at most." in doorstep("hygiene")[1]


def test_reputation_is_told_without_dns(doorstep: Doorstep) -> None:
    """Nothing was sent, so nothing is known; the advice on senders stands."""
    code, said = doorstep("report", "reputation", "--no-dns", "--json")
    told = json.loads(said)
    assert (code, told["providers"], told["blocklists"]) == (0, [], [])
    assert "neither hurts the other" in told["advice"][1]
    assert "No mail in 30 days." in doorstep("report", "reputation", "--no-dns")[1]
