"""forecast as it is typed, on an embedded store on which the shipped workspace runs."""

import asyncio
import json
from pathlib import Path

import pytest

from service.cli.forecast import describe_nights
from service.forecast.night_notes import ForecastNotes, NightNote
from service.runtime.app import open_doorstep
from service.runtime.settings import Settings
from service.workspace.publishing.begin_orders import BeginOrder, change_orders
from tests.support.run_cli import Doorstep, settle_in
from tests.support.sequence_people import CATALOG, DAY
from tests.unit.service.reports.sequences.population import Life

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Stand where the shipped workspace runs on its own store."""
    settle_in(tmp_path, monkeypatch, SECRET)
    return tmp_path


def test_a_forecast_is_printed(doorstep: Doorstep, folder: Path) -> None:
    """A line for each day, with the steps; the same as JSON."""

    async def live() -> None:
        settings = Settings(secret=SECRET, data=folder / "store", mail_url="smtp://127.0.0.1:1")
        async with open_doorstep(settings, "web") as service:
            now = service.clock.now()
            for number in range(3):
                await Life(store=service.store, catalog=CATALOG).live(f"{number}", start=now - DAY, until=now)
            await change_orders(service.store, {"empty_chair": BeginOrder(at=now, a_day=250, begun=12)})

    asyncio.run(live())
    code, said = doorstep("forecast", "--days", "5")
    lines = said.splitlines()
    assert (code, lines[0]) == (0, "3 people wait in sequences.")
    assert lines[1].startswith("Today: ")
    assert "3 tasting_book/come_back" in said
    assert "Nothing is old enough yet to learn from" in said
    assert "On top: at most 250 people a day begin empty_chair by order (apply --begin), 12 so far." in said
    whole = json.loads(doorstep("forecast", "--days", "5", "--json")[1])
    assert whole["ordered"] == {"empty_chair": 250}
    assert (whole["waiting"], sum(day["at_most"] for day in whole["days"])) == (3, 3)


def test_how_far_off_it_was() -> None:
    """The last day compared, and the last seven together."""
    nights = (
        NightNote(day="2026-11-26", expected=400, low=350, high=440, sent=412),
        NightNote(day="2026-11-27", expected=410, low=360, high=450, sent=500),
        NightNote(day="2026-11-28", expected=410, low=360, high=450),
    )
    assert list(describe_nights(ForecastNotes(nights=nights))) == [
        (
            "How far off it was: on Fri 27 Nov 500 went out, 410 were forecast (360–450). In the range on "
            "1 of 2 days; in all +102 mails."
        )
    ]
    assert list(describe_nights(ForecastNotes())) == []
