"""``doorstep address import`` as it is typed: what is read, what is told, and that it can be done again."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.feedback.import_suppressions import read_suppressions
from tests.support.run_cli import Doorstep, settle_in
from tests.unit.service.cli.test_address import ADDRESS, KEYS, SECRET, disown

NOW = datetime(2026, 6, 15, 8, tzinfo=UTC)
TABLE = f"""address,reason,since,topic
Mia@Example.com,spam,2026-05-31,
{ADDRESS},hard bounce,2026-05-31T10:00:00+02:00,
tom@example.com,unsub,2026-01-02,friday_leaf
tom@example.com,bored,2026-01-02,
tom@example.com,unsub,2036-01-02,
tom@example.com,unsub,2026-01-02,friday_leave
no address,unsub,2026-01-02,
"""


def test_a_table_is_taken_in_and_bad_lines_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, doorstep: Doorstep
) -> None:
    """With their numbers and without any address; the good ones are in force, and again nothing changes."""
    settle_in(tmp_path, monkeypatch, SECRET)
    asyncio.run(disown(tmp_path))
    (tmp_path / "old.csv").write_text(TABLE)
    code, tried = doorstep("address", "import", "old.csv", "--dry-run")
    assert (code, tried.splitlines()[-1]) == (1, "3 of 7 lines would be suppressed; 4 bad lines.")
    before = json.loads(doorstep("address", "suppressions", "--json")[1])
    code, told = doorstep("address", "import", "old.csv")
    assert told.splitlines() == [
        "old.csv:5: the reason is none of unsubscribed, complaint, hard_bounce, not_me, erased",
        "old.csv:6: “since” is no day or moment of the past, such as 2026-05-31",
        "old.csv:7: there is no such topic in doorstep.yaml",
        "old.csv:8: it has neither an address nor a keyed hash of our own export",
        "3 of 7 lines are suppressed; 4 bad lines.",
    ]
    after = json.loads(doorstep("address", "suppressions", "--json")[1])
    assert len(after) == len(before) + 3
    found = {(one["address"], one["reason"], one["topic"], one["since"]) for one in after}
    assert (KEYS.address_hash("tom@example.com"), "unsubscribed", "friday_leaf", "2026-01-02T00:00:00Z") in found
    assert (ADDRESS, "hard_bounce", "", "2026-05-31T08:00:00Z") in found
    again = json.loads(doorstep("address", "import", "old.csv", "--json")[1])
    assert (again["taken"], [one["line"] for one in again["bad"]]) == (3, [5, 6, 7, 8])
    assert json.loads(doorstep("address", "suppressions", "--json")[1]) == after
    (tmp_path / "export.csv").write_text(doorstep("address", "suppressions", "--csv")[1])
    assert doorstep("address", "import", "export.csv")[0] == 0
    assert doorstep("address", "import", "gone.csv")[0] == 2


@settings(deadline=None)
@given(rows=st.lists(st.text(max_size=60), max_size=6))
def test_whatever_stands_in_a_file_becomes_lines_with_faults(rows: list[str]) -> None:
    """Nothing is raised, and nothing is quoted."""
    for heading in ("", "address,reason,since\n"):
        for line in read_suppressions([heading, *(f"{row}\n" for row in rows)], KEYS, NOW, ("a",)):
            assert line.fault
            assert not any(len(row) > 8 and row in line.fault for row in rows)
