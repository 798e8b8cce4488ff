"""Workdays and counted waits, where the person is."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from language.durations import UnclearTimeError
from language.mail_times.workdays import is_counted_wait, next_opening, parse_counted_wait, read_workdays
from onboarding.language.parts.send_hours import parse_sequence_hours

BERLIN = ZoneInfo("Europe/Berlin")
HOLIDAYS = ("12-25", "2026-12-24", "2026-12-28 to 2026-12-31", "no day")


def berlin(text: str) -> datetime:
    """Return a moment of Berlin's clock."""
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("wait", "start", "end"),
    [
        ("2 workdays", "2026-11-27 10:00", "2026-12-01 10:00"),  # Friday → Tuesday
        ("1 workday", "2026-11-28 10:00", "2026-11-30 10:00"),  # Saturday → Monday
        ("1 workday", "2026-12-23 09:30", "2027-01-01 09:30"),  # over all holidays
        ("2 workdays, then 10:00 their time", "2026-11-27 10:00", "2026-12-01 10:00"),
        ("2 workdays, then Friday 09:00 their time", "2026-11-27 10:00", "2026-12-04 09:00"),
        ("3 days, then 10:00 their time", "2026-11-27 10:00", "2026-11-30 10:00"),
        ("3 days, then 10:00 their time", "2026-11-27 10:01", "2026-12-01 10:00"),
        ("12 hours then Monday 08:00 their time", "2026-11-27 20:00", "2026-11-30 08:00"),
        ("1 workday", "2026-03-27 02:30", "2026-03-30 02:30"),  # over the night of summer time
    ],
)
def test_a_counted_wait_ends(wait: str, start: str, end: str) -> None:
    """Workdays count where the person is, without the day on which the counting begins."""
    ended = parse_counted_wait(wait).end_after(berlin(start), BERLIN, read_workdays(HOLIDAYS))

    assert ended.astimezone(BERLIN) == berlin(end)


@pytest.mark.parametrize(
    ("wait", "message"),
    [
        ("0 workdays", "no time at all"),
        ("261 workdays", "longer than a year"),
        ("3 days, then 10:00", "does not say whose time it is"),
        ("3 days, then Fryday 10:00 their time", "is not a weekday"),
        ("3 dayz, then 10:00 their time", "is not a unit of time"),
    ],
)
def test_a_counted_wait_that_cannot_be_read(wait: str, message: str) -> None:
    """Each says what is wrong with it."""
    assert is_counted_wait(wait)
    with pytest.raises(UnclearTimeError, match=message):
        parse_counted_wait(wait)


def test_a_year_of_holidays_ends() -> None:
    """A team that never works waits as long as days are looked at, not for ever."""
    week = read_workdays(("2026-01-01 to 2040-01-01",))

    assert parse_counted_wait("2 workdays").end_after(berlin("2026-11-27 10:00"), BERLIN, week) > berlin(
        "2027-11-27 10:00"
    )
    assert next_opening(week, berlin("2026-11-27 10:00"), BERLIN) is None


@pytest.mark.parametrize(
    ("hours", "at", "opening"),
    [
        ("workday 09:00 to 17:00", "2026-11-28 12:00", "2026-11-30 09:00"),
        ("workday 09:00 to 17:00", "2026-11-27 16:59", "2026-11-27 16:59"),
        ("workday 09:00 to 17:00", "2026-11-27 17:00", "2026-11-30 09:00"),
        ("workday 09:00 to 17:00", "2026-12-24 10:00", "2027-01-01 09:00"),
        ("daily 09:00 to 17:00", "2026-12-24 10:00", "2026-12-24 10:00"),
        ("sat 02:15 to 03:00", "2026-03-28 12:00", "2026-04-04 02:15"),
        ("sun 02:15 to 03:00", "2026-03-28 12:00", "2026-03-29 03:15"),  # the hour that summer time leaves out
    ],
)
def test_hours_open(hours: str, at: str, opening: str) -> None:
    """The first moment from then on; workdays have their holidays, other days have none."""
    parsed = parse_sequence_hours(hours, HOLIDAYS).opening
    assert parsed
    found = next_opening(parsed, berlin(at).astimezone(UTC), BERLIN)

    assert found
    assert found.astimezone(BERLIN) == berlin(opening)
    assert found - berlin(at) < timedelta(days=400)
