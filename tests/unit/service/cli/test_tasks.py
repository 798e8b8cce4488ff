"""tasks as it is typed: listed, done by an outcome, opened again, and gone with the person who was erased."""

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
from tests.unit.service.reports.sequences.population import Life

SECRET = "a secret of more than thirty-two bytes"
"""As the people's keys have it."""
STEP = """steps:
  call:
    task: {team: sales, say: "Call {{ first_name }}.", due: 2 workdays}
    choices: {Booked: welcome, No answer: welcome}
    at_most: 5 days
    else: welcome
"""
ASKING = SHIPPED.replace("steps:\n", STEP, 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store, with a task at the beginning of its sequence."""
    settle_in(tmp_path, monkeypatch, SECRET)
    write_files(tmp_path, shipped_files() | {"sequences/tasting_book.yaml": ASKING})
    return tmp_path


async def _live(folder: Path) -> None:
    """Let one person begin a little ago, at noon."""
    settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1", workspace=folder)
    async with open_doorstep(settings, "web") as doorstep:
        now = doorstep.clock.now()
        life = Life(store=doorstep.store, catalog=compile_clean(ASKING), settling=lambda _: ("queued", ""))
        await life.live("0", [], start=now - timedelta(hours=1), until=now)


def test_a_task_is_listed_done_and_opened_again(doorstep: Doorstep, folder: Path) -> None:
    """By the beginning of its id; a wrong outcome is told the right ones; a second “done” changes nothing."""
    asyncio.run(_live(folder))

    code, said = doorstep("tasks", "list", "--json")
    (task,) = json.loads(said)
    assert (code, task["state"], task["outcomes"]) == (0, "open", ["Booked", "No answer"])
    assert "tasting_book/call" in doorstep("tasks", "list", "sales")[1]
    assert doorstep("tasks", "list", "support")[1].strip() == "Nothing is to be done."

    code, said = doorstep("tasks", "done", task["id"][:8], "Bookd")
    assert (code, "is no outcome of" in said, "“No answer”" in said) == (2, True, True)
    assert doorstep("tasks", "done", "nothing")[0] == 2
    assert doorstep("tasks", "done", task["id"][:8], "booked")[1].strip() == "tasting_book/call is done: Booked."
    assert "is done already" in doorstep("tasks", "done", task["id"], "Booked")[1]

    (done,) = json.loads(doorstep("tasks", "list", "--all", "--json")[1])
    assert (done["state"], done["outcome"], done["text"]) == ("done", "Booked", "")
    assert doorstep("tasks", "reopen", task["id"])[1].strip() == "tasting_book/call is open again."
    (again,) = json.loads(doorstep("tasks", "list", "--json")[1])
    assert again["text"] == task["text"] != ""

    # The text of a task speaks of the person, so it must go with the record.
    assert doorstep("subject", "erase", task["person"], "--yes")[0] == 0
    assert doorstep("tasks", "list", "--all")[1].strip() == "Nothing is to be done."
