"""Opening hours: read, asked and said."""

from collections.abc import Mapping
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.opening_hours import OpeningHours, UnclearHoursError, opening_or_none, read_hours_cell, read_opening_hours
from language.say_hours import say_spans, say_week

WRITTEN = {
    "tue-fri": "11:00 to 18:00",
    "sat": ["10:00 to 13:00", "14:00 to 16:00"],
    "closed": ["2026-12-24", "2026-12-28 to 2027-01-02", "12-25"],
}
ONE_LINE = (
    "tue-fri 11:00 to 18:00; sat 10:00 to 13:00, 14:00 to 16:00; closed 2026-12-24, 2026-12-28 to 2027-01-02, 12-25"
)


def opening(written: Mapping[str, str | list[str]] | None = None) -> OpeningHours:
    """Return opening hours."""
    found = opening_or_none(written or WRITTEN)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-12-01T11:00", True),
        ("2026-12-01T10:59", False),
        ("2026-12-01T17:59", True),
        ("2026-12-01T18:00", False),
        ("2026-11-30T12:00", False),  # Monday
        ("2026-12-05T13:30", False),  # between the spans of Saturday
        ("2026-12-05T14:00", True),
        ("2026-12-24T12:00", False),
        ("2026-12-25T12:00", False),
        ("2028-12-26T12:00", True),
        ("2029-12-25T12:00", False),  # every year
        ("2026-12-31T12:00", False),
        ("2027-01-05T12:00", True),
    ],
)
def test_it_is_open_within_a_span(at: str, is_open: bool) -> None:  # noqa: FBT001  a column of the table
    """The end is closed already; closed dates win over weekdays."""
    assert opening().is_open(datetime.fromisoformat(at)) is is_open


def test_hours_on_one_line_are_the_same() -> None:
    """A cell of a table holds what doorstep.yaml holds."""
    assert read_hours_cell(ONE_LINE) == read_opening_hours(WRITTEN)
    assert read_hours_cell("") is None
    assert read_opening_hours({}) is None


def test_a_span_can_go_over_midnight() -> None:
    """It belongs to the day on which it begins."""
    bar = opening({"fri, sat": "18:00 to 02:00"})
    times = ("2026-12-04T17:59", "2026-12-04T23:00", "2026-12-05T01:59", "2026-12-05T02:00", "2026-12-06T01:00")
    assert [bar.is_open(datetime.fromisoformat(at)) for at in times] == [False, True, True, False, True]
    assert bar.spans_on(date(2026, 12, 6)) == ()


def test_the_next_opening_is_the_same_time_of_a_later_day_or_the_opening() -> None:
    """Sunday at three becomes Tuesday at three; Tuesday at eight in the evening Wednesday at eleven."""
    hours = opening()
    found = [next(hours.next_openings(datetime.fromisoformat(at))) for at in ("2026-11-29T15:00", "2026-12-01T20:00")]
    assert [at.isoformat() for at in found] == ["2026-12-01T15:00:00", "2026-12-02T11:00:00"]


@pytest.mark.parametrize(
    ("language", "week"),
    [
        ("en", "Tuesday to Friday, 11:00 to 18:00; Saturday, 10:00 to 13:00, 14:00 to 16:00"),
        ("de", "Dienstag bis Freitag, 11:00 bis 18:00 Uhr; Samstag, 10:00 bis 13:00 Uhr, 14:00 bis 16:00 Uhr"),
        ("fr", "mardi – vendredi, 11:00 – 18:00; samedi, 10:00 – 13:00, 14:00 – 16:00"),
    ],
)
def test_a_week_is_said_in_the_persons_language(language: str, week: str) -> None:
    """Days in a row with the same hours are one."""
    assert say_week(opening(), language) == week
    assert say_spans(((1080, 1560),), "en") == "18:00 to 02:00"


@pytest.mark.parametrize(
    ("written", "message", "key"),
    [
        ({"tuesda": "11:00 to 18:00"}, "“tuesda” is not a weekday.", "tuesda"),
        ({"": "11:00 to 18:00"}, "“” is not a weekday.", ""),
        ({"mon-tue-wed": "9-12"}, "“mon-tue-wed” is not a weekday.", "mon-tue-wed"),
        ({"tue": "11 o'clock"}, "“11 o'clock” is not a span of hours.", "tue"),
        ({"tue": "25:00 to 26:00"}, "“25:00 to 26:00” is not a span of hours.", "tue"),
        ({"tue": "9:70 to 12:00"}, "“9:70 to 12:00” is not a span of hours.", "tue"),
        ({"tue": "9:00 to 9:00"}, "“9:00 to 9:00” is not a span of hours.", "tue"),
        ({"tue": ""}, "tue has no hours.", "tue"),
        ({"mon-wed": "9-12", "tue": "9-12"}, "Tuesday stands twice.", "tue"),
        ({"mon": ["9-12", "11-13"]}, "Two spans of mon overlap.", "mon"),
        ({"closed": "Christmas"}, "“Christmas” is not a date.", "closed"),
        ({"closed": "2026-02-30"}, "“2026-02-30” is not in the calendar.", "closed"),
        ({"closed": "13-01"}, "“13-01” is not in the calendar.", "closed"),
        ({"closed": "12-24 to 12-26"}, "“12-24 to 12-26” lacks a year.", "closed"),
        ({"closed": "2026-12-26 to 2026-12-24"}, "“2026-12-26 to 2026-12-24” ends before it begins.", "closed"),
    ],
)
def test_hours_that_cannot_be_read_say_what_is_wrong(written: dict[str, str], message: str, key: str) -> None:
    """With the key, and a remedy."""
    with pytest.raises(UnclearHoursError) as raised:
        read_opening_hours(written)
    assert (str(raised.value), raised.value.key) == (message, key)
    assert raised.value.hint
    assert opening_or_none(written) is None


def test_a_cell_without_hours_is_told() -> None:
    """A sentence is no opening hours."""
    with pytest.raises(UnclearHoursError, match="says no days with their hours"):
        read_hours_cell("whenever you like")


@given(st.text(max_size=60))
def test_no_text_makes_reading_fail_otherwise(text: str) -> None:
    """Whatever a cell holds, it is hours, none, or unclear."""
    opening_or_none(text)
    opening_or_none({"mon": text, "closed": text})


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)))  # noqa: DTZ001  a time of the place's own clock
def test_what_is_proposed_is_open(at: datetime) -> None:
    """And never before the time that was asked for."""
    proposed = next(opening().next_openings(at))
    assert proposed >= at
    assert opening().is_open(proposed)
