"""forecast: what goes out in the next days if nobody does anything is what then goes out."""

import asyncio
import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from domain.decision import Context
from domain.effects import SendMail
from domain.ports import SendStatus
from service.cli.forecast import count_mails, draw_waiting, last_moment
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG
from tests.support.run_cli import Doorstep, settle_in
from tests.support.sequence_people import CATALOG, DAY
from tests.unit.service.reports.sequences.population import Life

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


async def test_what_is_forecast_comes() -> None:
    """For each day and step; people who began at different times, of whom some noted cups."""
    store, lives = MemoryStore(4, server_ms=lambda: 0), []
    came: Counter[tuple[object, str]] = Counter()
    zone = ZoneInfo(SHIPPED_CONFIG.timezone)

    def settle(mail: SendMail) -> tuple[SendStatus, str]:
        came[mail.queued_at.astimezone(zone).date(), f"{mail.sequence}/{mail.step}"] += 1
        return "sent", ""

    for number in range(40):
        life = Life(store=store, catalog=CATALOG, settling=settle)
        deeds = [(DAY, "cup.noted")] if number % 3 else []
        await life.live(f"{number}", deeds, start=NOON + number * timedelta(hours=5), until=NOON + 9 * DAY)
        lives.append(life)
    now = NOON + 9 * DAY
    context = Context(now=now, entropy=bytes(16), keys=KEYS, config=SHIPPED_CONFIG)
    people, waiting = await draw_waiting(store, context, 5_000)
    told = count_mails(CATALOG, people, context, last_moment(now, zone, 14))
    came.clear()
    for life in lives:
        await life.wait_until(last_moment(now, zone, 14))

    assert told == came
    assert told.total() == 4
    assert len(people) == waiting
    some, still_waiting = await draw_waiting(store, context, 7)
    again, _ = await draw_waiting(store, context, 7)
    assert len(some) == 7 < still_waiting < waiting
    assert [one.id for one in some] == [one.id for one in again]


def test_a_forecast_is_printed(doorstep: Doorstep, folder: Path) -> None:
    """A line for each day, with the steps; the same as JSON."""

    async def live() -> None:
        settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
        async with open_doorstep(settings, "web") as service:
            now = service.clock.now()
            for number in range(3):
                await Life(store=service.store, catalog=CATALOG).live(f"{number}", start=now - DAY, until=now)

    asyncio.run(live())
    code, said = doorstep("forecast", "--days", "5")
    assert (code, said.splitlines()[0]) == (0, "3 people wait in sequences. If nobody does anything:")
    assert "3 tasting_book/come_back" in said
    assert len(said.strip().splitlines()) == 7
    whole = json.loads(doorstep("forecast", "--days", "5", "--json")[1])
    assert (whole["waiting"], sum(row["mails"] for row in whole["mails"])) == (3, 3)
