"""``--at``: when a talk, a simulation or the demo begins, whatever the machine's clock says."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import typer

from service.cli.start_moment import choose_start
from service.engine import clock
from tests.support.run_cli import Doorstep, settle_in

NIGHT = datetime(2026, 12, 2, 2, 30, tzinfo=UTC)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("written", "start"),
    [
        ("", "2026-12-07T09:00:00+00:00"),
        ("Mon 10:00", "2026-12-07T09:00:00+00:00"),
        ("friday 18:30", "2026-12-04T17:30:00+00:00"),
        ("03:00", "2026-12-03T02:00:00+00:00"),
        ("2026-12-04 09:00", "2026-12-04T08:00:00+00:00"),
        ("2026-12-04T09:00+00:00", "2026-12-04T09:00:00+00:00"),
    ],
)
def test_a_moment_is_local_to_the_workspace(written: str, start: str) -> None:
    """A weekday or a time of day means the next one; nothing means next Monday, 10:00."""
    assert choose_start(written, "Europe/Berlin", NIGHT).isoformat() == start


@pytest.mark.parametrize("written", ["Moonday 10:00", "Mon 25:00", "soon", "2026-13-01 09:00", "Mon 10:00 their time"])
def test_what_is_no_moment_is_refused(written: str) -> None:
    """As wrong usage of the option."""
    with pytest.raises(typer.BadParameter):
        choose_start(written, "Europe/Berlin", NIGHT)


def test_a_simulation_is_the_same_at_every_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep
) -> None:
    """By day and in the quiet hours of the night, before and after the day on which summer time ends."""
    settle_in(tmp_path, monkeypatch, "a secret of more than thirty-two bytes")
    timelines = []
    for now in (NIGHT, NIGHT + timedelta(hours=9)):
        monkeypatch.setattr(clock, "_ahead", now - datetime.now(UTC))  # noqa: TID251  the machine's own time
        code, printed = doorstep("simulate", "tasting_book", "--did", "cup.noted after 5 days", "--json")
        assert code == 0
        timelines.append(json.loads(printed))
    assert timelines[0] == timelines[1]
    assert timelines[0][0]["at"] == "2026-12-07T09:00:00Z"
    monkeypatch.setattr(clock, "_ahead", timedelta(0))
    code, printed = doorstep("simulate", "tasting_book", "--at", "2026-12-07 10:00", "--json")
    assert (code, json.loads(printed)[0]["at"]) == (0, "2026-12-07T09:00:00Z")
