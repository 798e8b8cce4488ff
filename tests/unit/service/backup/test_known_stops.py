"""What is told of the time between a backup and now."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from service.backup.known_stops import tell_known
from store.stop_file import StopFile

MADE = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def folder(path: Path, since: datetime, until: datetime) -> StopFile:
    """Return a folder that knows this time."""
    file = StopFile(path)
    file.begin(since)
    file.leave_mark(until)
    return file


def test_all_is_known_where_a_folder_was_there_all_the_time(tmp_path: Path) -> None:
    """From before the backup until the end of the service."""
    told = tell_known([folder(tmp_path, MADE - HOUR, MADE + HOUR)], MADE, MADE + HOUR)
    assert told.sentence == "All from 2026-06-15 12:00:00 UTC until 2026-06-15 13:00:00 UTC are known."


def test_what_no_folder_knows_is_named(tmp_path: Path) -> None:
    """Before the folder was begun, and after its last mark."""
    told = tell_known([folder(tmp_path, MADE + HOUR, MADE + 2 * HOUR)], MADE, MADE + 5 * HOUR)
    assert told.sentence == (
        "All from 2026-06-15 13:00:00 UTC until 2026-06-15 14:00:00 UTC are known; nothing is known from "
        "2026-06-15 12:00:00 UTC until 2026-06-15 13:00:00 UTC, and after 2026-06-15 14:00:00 UTC, should the service "
        "have run then."
    )


def test_of_two_machines_only_what_both_know_is_known(tmp_path: Path) -> None:
    """Each writes its own stops."""
    files = [
        folder(tmp_path / "a", MADE - HOUR, MADE + 2 * HOUR),
        folder(tmp_path / "b", MADE - 3 * HOUR, MADE + HOUR),
    ]
    told = tell_known(files, MADE, MADE + HOUR)
    assert (told.since, told.until) == (MADE - HOUR, MADE + HOUR)


def test_a_lost_folder_knows_nothing(tmp_path: Path) -> None:
    """From when to when is said all the same."""
    told = tell_known([StopFile(tmp_path / "none")], MADE, MADE + HOUR)
    assert told.sentence == (
        "Nothing is known of withdrawals and erasures from 2026-06-15 12:00:00 UTC until 2026-06-15 13:00:00 UTC."
    )
