"""The commands of a newsletter issue as they are typed, on an embedded store on which the shipped workspace runs."""

import asyncio
import json
from pathlib import Path

import pytest

import service.cli.issue
from domain.keyring import Keyring
from service.engine.clock import system_now
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from tests.support.issue_readers import make_readers, write_readers
from tests.support.run_cli import Doorstep, settle_in

SECRET = "a secret of more than thirty-two bytes"
NAME, TOPIC = "winter_teas", "friday_leaf"
READERS = 40


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store, with forty readers; nothing is sent here."""
    settle_in(tmp_path, monkeypatch, SECRET)
    monkeypatch.setattr(service.cli.issue, "HOLDS_AFTER_SECONDS", 0.0)
    asyncio.run(_write_readers(tmp_path))
    return tmp_path


async def _write_readers(folder: Path) -> None:
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
    async with open_doorstep(settings, "web") as doorstep:
        config = doorstep.editions.current_config()
        readers = make_readers(range(READERS), config, Keyring(SECRET), TOPIC, system_now())
        await write_readers(doorstep.store, readers, TOPIC)


def test_an_issue_is_planned_released_paused_and_counted(doorstep: Doorstep, folder: Path) -> None:
    """A wrong number is refused; what is counted is what a person would say."""
    code, said = doorstep("issue", "plan", NAME, "--now", "--json", "--mails", str(folder / "mails"))
    plan = json.loads(said)
    assert (code, plan["readers"], plan["languages"]) == (0, 37, {"en": 37})
    assert plan["left_out"] == {
        "wants this by chat, not by mail": 2, "the address is suppressed: hard_bounce": 1,
    }  # fmt: skip
    assert len(list((folder / "mails").glob("*.html"))) == 6  # two languages, three people
    assert "is not the number of readers" in doorstep("issue", "send", NAME, "--now", "--readers", "30")[1]
    assert "released to 37 readers" in doorstep("issue", "send", NAME, "--now", "--readers", "37")[1]
    assert "is paused" in doorstep("issue", "pause", NAME, "--reason", "a wrong price")[1]
    said = " ".join(doorstep("issue", "status", NAME)[1].split())
    assert "winter_teas is paused (a wrong price)" in said
    why = "wants this by chat, not by mail 2, the address is suppressed: hard_bounce 1"
    assert f"sent 0; waiting 37; left out 3: {why}; unknown 0" in said
