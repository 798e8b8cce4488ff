"""A table of earlier events is checked whole, taken in in parts, and goes on where it stopped."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

import pytest

from domain.events import ProductEvent
from domain.ports import StoreAwayError
from onboarding.events_api.backfill import ROWS_AT_ONCE, Backfill
from onboarding.events_api.intake import EventsIntake
from tests.support.events_client import BEN, MIA, Transactions
from tests.support.memory_store.store import MemoryStore
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG

HEADER = "id,event,email,at,tea"
AT = "2026-11-01T10:00:00+01:00"


class Desk:
    """Takes tables in; Mia proved an address, Ben is linked as user 7, all others are strangers."""

    def __init__(self) -> None:
        """Begin with nothing taken in."""
        self.store = MemoryStore(server_ms=lambda: 0)
        self.transact = Transactions()
        asyncio.run(self.store.link_user(KEYS.user_hash("7"), BEN))

    def open(self, lines: Iterable[str] | bytes, zone: str = "") -> Backfill:
        """Return the backfill of a table."""
        raw = lines if isinstance(lines, bytes) else "".join(f"{line}\n" for line in lines).encode()
        intake = EventsIntake(
            users=self.store,
            transact=self.transact,
            keys=KEYS,
            clock=lambda: NOON,
            config=lambda: SHIPPED_CONFIG,
            find_owner=self._find_owner,
        )
        return Backfill(
            intake=intake, meta=self.store, config=SHIPPED_CONFIG, now=NOON, name="cups.csv",
            open_lines=lambda: iter(raw.splitlines(keepends=True)), zone=ZoneInfo(zone) if zone else None,
        )  # fmt: skip

    def take_in(self, backfill: Backfill, after: int = 0) -> Counter[str]:
        """Take a table in."""
        return asyncio.run(backfill.take_in(after, lambda _: None))

    async def _find_owner(self, address: str) -> str:
        return MIA if address == KEYS.address_hash("mia@example.com") else ""

    @property
    def told(self) -> list[ProductEvent]:
        """All events that were committed, in order."""
        return [event for _, events in self.transact.told for event in events if isinstance(event, ProductEvent)]


def found(lines: Iterable[str] | bytes, zone: str = "") -> list[str]:
    """Return what is wrong with a table."""
    return [str(finding) for finding in Desk().open(lines, zone).check().findings]


def test_rows_are_told_as_history_with_their_own_time_and_what_they_keep() -> None:
    """A stranger's row is counted and nothing is stored of it; a number is a number, an empty cell is nothing."""
    desk = Desk()
    rows = [f"c1,cup.noted,mia@example.com,{AT},Assam", f"c2,cup.noted,mia@example.com,{AT},",
            f"c3,cup.noted,who@example.com,{AT},Assam"]  # fmt: skip
    backfill = desk.open([HEADER, *rows, "", ""])
    checked = backfill.check()

    assert (checked.rows, checked.wrong, checked.events) == (3, 0, {"cup.noted": 3})
    assert desk.told == []
    assert desk.take_in(backfill) == {"accepted": 2, "unknown_person": 1, "invalid": 0}
    first, second = desk.told
    assert first == ProductEvent(
        id="api:c1", at=NOON.replace(month=11, day=1, hour=9, minute=0), name="cup.noted",
        properties={"tea": "Assam"}, past=True,
    )  # fmt: skip
    assert second.properties == {}


def test_a_table_that_was_taken_in_is_known_and_one_that_stopped_goes_on() -> None:
    """The store goes away in the third part: the note says where to go on, and nobody is told anything twice."""
    desk = Desk()
    number = 3 * ROWS_AT_ONCE
    rows = [f"c{one},cup.noted,mia@example.com,{AT},Assam" for one in range(number)]
    backfill, reached = desk.open([HEADER, *rows]), list[int]()

    def note(line: int) -> None:
        reached.append(line)
        desk.transact.away = len(reached) == 2

    with pytest.raises(StoreAwayError):
        asyncio.run(backfill.take_in(0, note))
    desk.transact.away = False
    kept = asyncio.run(backfill.find_note())
    assert kept
    assert (kept.line, kept.is_whole) == (2 * ROWS_AT_ONCE + 1, False)
    assert desk.take_in(backfill, kept.line) == {"accepted": ROWS_AT_ONCE, "invalid": 0}
    assert len(desk.told) == len({event.id for event in desk.told}) == number
    kept = asyncio.run(backfill.find_note())
    assert kept
    assert kept.is_whole
    assert asyncio.run(desk.open([HEADER, *rows[1:]]).find_note()) is None
    assert desk.take_in(backfill) == {"duplicate": number, "invalid": 0}


def test_without_ids_what_a_row_says_is_its_id() -> None:
    """The same row told again is the same event; with another tea it is another."""
    desk = Desk()
    rows = [f"cup.noted,7,{AT},Assam", f"cup.noted,7,{AT},Darjeeling", f"cup.noted,7,{AT},Assam"]
    assert desk.take_in(desk.open(["event,user_id,at,tea", *rows])) == {"accepted": 2, "duplicate": 1, "invalid": 0}


def test_times_without_an_offset_need_a_clock() -> None:
    """In summer it is another offset than in winter; a day is its midnight."""
    desk = Desk()
    rows = ["cup.noted;7;2026-07-01 10:00:00;", "cup.noted;7;2026-11-01;"]
    assert desk.take_in(desk.open(["event;user_id;at;tea", *rows], zone="Europe/Berlin"))["accepted"] == 2
    assert [event.at.isoformat() for event in desk.told] == ["2026-07-01T08:00:00+00:00", "2026-10-31T23:00:00+00:00"]


FUTURE, UNSET = "2100-01-01T00:00Z", "1970-01-01T00:00Z"
NO_TIME = "expected a time such as 2026-11-23T10:03:00+01:00. A day alone is its midnight."
ROWS = {
    f"c1,cup.notd,mia@example.com,{AT},": "2:2: error [unknown-event] “cup.notd” is not declared in doorstep.yaml. "
    "Did you mean “cup.noted”?",
    f"c1,cup.noted,mia@@example,{AT},": "2:3: error [invalid] “email” is not a mail address.",
    f"c1,cup.noted,,{AT},": "2:3: error [invalid] “email” or “user_id” must say of whom this speaks.",
    f"c1,,mia@example.com,{AT},": "2:2: error [invalid] “event” must be a text of 1 to 128 characters.",
    "c1,cup.noted,mia@example.com,yesterday,": f"2:4: error [unclear-time] “at”: found “yesterday”, {NO_TIME}",
    "c1,cup.noted,mia@example.com,,": f"2:4: error [unclear-time] “at”: found nothing, {NO_TIME}",
    "c1,cup.noted,mia@example.com,2026-11-01 10:00,": "2:4: error [unclear-time] “at”: found “2026-11-01 10:00”, "
    "expected a time with its offset, such as 2026-11-23T10:03:00+01:00. Or say whose clock it is: "
    "--timezone Europe/Berlin",
    f"c1,cup.noted,mia@example.com,{FUTURE},": f"2:4: error [unclear-time] “at”: found “{FUTURE}”, "
    "which lies in the future. Only what has happened can be told as history.",
    f"c1,cup.noted,mia@example.com,{UNSET},": f"2:4: error [unclear-time] “at”: found “{UNSET}”, "
    "which lies before the year 2000. The clock that told it was probably not set.",
    f"c1,cup.noted,mia@example.com,{AT}": "2:1: error [invalid] The row has 4 cells, and the first line 5. "
    "A separator in a text needs quotes around the text.",
    f"c1,cup.noted,mia@example.com,{AT}," + "x" * 1001: "2:5: error [invalid] “tea” has 1,001 characters. "
    "A property has at most 1,000.",
    f'c1,"cup.noted" ,mia@example.com,{AT},': "2:1: error [invalid] The row cannot be read: ',' expected after "
    "'\"'. Quotes in a text are doubled, and its end is a single one.",
}
"""Row → what is told of it."""
CAN_NAME = "The first line can name: id, event, email, user_id, at."
NOT_UTF8 = "error [not-utf8] The file is not UTF-8. Save it as “CSV UTF-8”."
EMPTY = [f"1:1: error [missing] No column is named {one}. {CAN_NAME}" for one in ("at", "email or user_id", "event")]


@pytest.mark.parametrize("row", ROWS)
def test_a_wrong_row_is_told_with_its_cell(row: str) -> None:
    """Line, cell, what was found and what was expected; never an address."""
    assert found([HEADER, row]) == [f"cups.csv:{ROWS[row]}"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (["event,emial,at"], ["1:2: error [unknown-key] “emial” is not known here. Did you mean “email”?"]),
        (["id,event,at,user_id,verdct"],
         ["1:5: warning [unknown-key] No event keeps “verdct”, so the column is left out. Did you mean “verdict”?"]),
        (["event,at,email,at"], ["1:4: error [invalid] Two columns are named “at”. Take one out."]),
        (b"event,at,email\ncup.noted,\xe4,x\n", [f"2:1: {NOT_UTF8}"]),
        (b"\xff\xfee\0v\0", [f"1:1: {NOT_UTF8}"]),
        (b"", EMPTY),
        (HEADER.encode() + b"\n" + b"x" * 1_000_001, ["2:1: error [invalid] This line has more than 1,000,000 bytes."]),
    ],
)  # fmt: skip
def test_a_table_that_is_none_is_told(table: Iterable[str] | bytes, told: list[str]) -> None:
    """By its first line, or by the line that cannot be read."""
    assert sorted(found(table)) == [f"cups.csv:{one}" for one in told]


def test_a_quoted_text_may_hold_lines_and_rows_behind_it_keep_their_number() -> None:
    """The line is that of the file, as an editor shows it."""
    rows = [f'c1,cup.noted,mia@example.com,{AT},"two\nlines"', f"c2,cup.notd,mia@example.com,{AT},"]
    assert found([HEADER, *rows])[0].startswith("cups.csv:4:2: error [unknown-event]")


def test_only_the_first_findings_are_kept_and_all_are_counted() -> None:
    """A file with a million wrong rows fills neither the memory nor the terminal."""
    checked = Desk().open([HEADER, *(f"c{one},cup.notd,7,{AT}," for one in range(700))]).check()
    assert (checked.wrong, len(checked.findings)) == (700, 20)


def test_a_large_table_is_read_as_it_is_taken_in() -> None:
    """Never more than two parts of it lie in the memory, so its size does not matter."""
    read = taken = 0

    def make_lines() -> Iterator[bytes]:
        nonlocal read
        yield f"{HEADER}\n".encode()
        for read in range(4 * ROWS_AT_ONCE):
            yield f"c{read},cup.noted,mia@example.com,{AT},Assam\n".encode()

    def note(line: int) -> None:
        nonlocal taken
        taken = line
        assert read - taken <= 2 * ROWS_AT_ONCE

    desk = Desk().open([HEADER])
    backfill = Backfill(
        intake=desk.intake, meta=desk.meta, config=desk.config, now=NOON, name="cups.csv", open_lines=make_lines
    )
    asyncio.run(backfill.take_in(0, note))
    assert taken == 4 * ROWS_AT_ONCE + 1
