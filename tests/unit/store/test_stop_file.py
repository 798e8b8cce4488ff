"""What people stopped, beside the store: whole lines only, in order, and since when all of them are known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from store.stop_file import Stop, StopFile, StopsKnown

NOON = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def withdrawn(at: datetime, who: str = "mia") -> Stop:
    """Return a withdrawal."""
    return Stop(at=at, what="withdrawn", who=who, topic="friday_leaf")


def test_stops_are_read_in_order_over_the_months(tmp_path: Path) -> None:
    """From a moment on, or all."""
    file = StopFile(tmp_path / "stops")
    file.begin(NOON)
    later = NOON + timedelta(days=40)
    file.add_stops([withdrawn(later)])
    file.add_stops([withdrawn(NOON + SECOND)])
    assert [stop.at for stop in file.read_stops()] == [NOON, NOON + SECOND, later]
    assert list(file.read_stops(later)) == [withdrawn(later)]


def test_a_line_that_a_power_cut_tore_costs_no_other(tmp_path: Path) -> None:
    """Neither the one before nor the one after."""
    file = StopFile(tmp_path)
    file.begin(NOON)
    path = tmp_path / "2026-06.jsonl"
    path.write_bytes(path.read_bytes() + b'{"at":"2026-06-15T12:00:01Z","what":"withdr')
    file.add_stops([withdrawn(NOON + SECOND)])
    assert [stop.what for stop in file.read_stops()] == ["begun", "withdrawn"]


def test_it_says_over_which_time_it_knows_all(tmp_path: Path) -> None:
    """From the first start until the newest mark; a folder that is lost knows nothing."""
    file = StopFile(tmp_path)
    assert file.read_known() is None
    file.begin(NOON)
    file.leave_mark(NOON + 9 * SECOND)
    file.begin(NOON + 20 * SECOND)
    assert file.read_known() == StopsKnown(since=NOON, until=NOON + 20 * SECOND)
    (tmp_path / "known_until").unlink()
    file.add_stops([withdrawn(NOON + 8 * SECOND)])
    assert file.read_known() == StopsKnown(since=NOON, until=NOON + 8 * SECOND)


def test_old_months_are_dropped_and_the_rest_still_knows_since_when(tmp_path: Path) -> None:
    """A stop of a year ago is in every backup that is worth restoring."""
    file = StopFile(tmp_path)
    file.begin(NOON)
    file.add_stops([withdrawn(NOON + timedelta(days=300))])
    file.begin(NOON + timedelta(days=500))
    assert [path.name for path in sorted(tmp_path.glob("*.jsonl"))] == ["2027-04.jsonl"]
    known = file.read_known()
    assert known
    assert known.since == datetime(2027, 4, 1, tzinfo=UTC)
