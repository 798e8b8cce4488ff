import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from language.durations import (
    UnclearTimeError,
    duration_or_none,
    format_duration,
    format_short_moment,
    parse_clock,
    parse_day,
    parse_duration,
    parse_local_time,
    parse_moment,
)

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("said", "length"),
    [
        ("20 minutes", timedelta(minutes=20)),
        ("1 hour", timedelta(hours=1)),
        ("3 days", timedelta(days=3)),
        ("14 days", timedelta(days=14)),
        ("2 Weeks", timedelta(weeks=2)),
        ("90 s", timedelta(seconds=90)),
        (" 2h ", timedelta(hours=2)),
    ],
)
def test_lengths_of_time_are_read_as_said(said: str, length: timedelta) -> None:
    """A number and a unit, long or short, make a length of time."""
    assert parse_duration(said) == length


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        ("soon", "“soon” is not a length of time", "Write a number and a unit, such as “20 minutes” or “3 days”."),
        ("3 dais", "“dais” is not a unit of time", "Did you mean “days”?"),
        ("0 days", "“0 days” is no time at all", "Write a time between one second and ten years."),
        ("900 weeks", "“900 weeks” is longer than ten years", "Write a time between one second and ten years."),
    ],
)
def test_an_unclear_length_names_the_remedy(said: str, message: str, hint: str) -> None:
    """What is no length of time raises with what to write instead."""
    with pytest.raises(UnclearTimeError) as raised:
        parse_duration(said)

    assert (str(raised.value), raised.value.hint) == (message, hint)


@given(st.integers(min_value=1, max_value=300_000_000))
def test_a_length_said_back_is_the_same_length(seconds: int) -> None:
    """What is said can be read again."""
    length = timedelta(seconds=seconds)

    assert parse_duration(format_duration(length)) == length


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("Firday 09:00 their time", "Did you mean “friday”?"),
        ("09:00", "Write “09:00 their time”."),
        ("25:00 their time", "Hours go from 00 to 23, minutes from 00 to 59."),
        ("noon", "Write it such as “Friday 09:00 their time”."),
    ],
)
def test_an_unclear_time_of_day_names_the_remedy(said: str, hint: str) -> None:
    """What is no time of day raises with what to write instead."""
    with pytest.raises(UnclearTimeError) as raised:
        parse_local_time(said)

    assert raised.value.hint == hint


@pytest.mark.parametrize(
    ("said", "zone", "now", "then"),
    [
        ("Friday 09:00 their time", "Europe/Berlin", "2026-11-23 12:00", "2026-11-27 08:00"),
        ("Friday 09:00 their time", "Europe/Berlin", "2026-11-27 08:00", "2026-12-04 08:00"),
        ("Friday 09:00 their time", "Pacific/Auckland", "2026-11-26 21:00", "2026-12-03 20:00"),
        ("18:30 their time", "America/New_York", "2026-11-23 12:00", "2026-11-23 23:30"),
        # 29 March 2026, 02:00-03:00 does not exist in Berlin: 02:30 becomes 03:30 there.
        ("02:30 their time", "Europe/Berlin", "2026-03-28 12:00", "2026-03-29 01:30"),
        # 25 October 2026, 02:00-03:00 exists twice in Berlin: the first counts, and only once.
        ("02:30 their time", "Europe/Berlin", "2026-10-24 12:00", "2026-10-25 00:30"),
        ("02:30 their time", "Europe/Berlin", "2026-10-25 00:30", "2026-10-26 01:30"),
    ],
)
def test_a_time_of_day_comes_next_where_the_person_is(said: str, zone: str, now: str, then: str) -> None:
    """The next such time is found in the person's zone, also on the days when clocks are changed."""
    assert parse_local_time(said).next_after(_utc(now), ZoneInfo(zone)) == _utc(then)


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}Z")


@given(
    now=st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  hypothesis wants bounds without a zone
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    hour=st.integers(0, 23),
)
def test_the_next_time_of_day_is_later_and_at_most_two_days_away(now: datetime, zone: str, hour: int) -> None:
    """Whatever the zone does, the next such time of any day is soon, and after now."""
    found = parse_local_time(f"{hour:02d}:30 their time").next_after(now, ZoneInfo(zone))

    assert now < found <= now + timedelta(hours=49)


def test_a_moment_is_said_shortly_in_the_persons_language() -> None:
    """Near moments have a weekday and time, far ones a date too; an unknown language is English."""
    now = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)
    said = [
        format_short_moment(now + timedelta(days=days), now, BERLIN, language)
        for days, language in ((3, "en"), (3, "de"), (20, "en"), (20, "de"), (3, "tlh"))
    ]

    assert said == ["Thu 10:03", "Do. 10:03", "Sun 13 Dec, 10:03", "So., 13. Dez., 10:03", "Thu 10:03"]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 22)),
        ("Tomorrow", date(2026, 11, 23)),
        ("yesterday", date(2026, 11, 21)),
        ("in 60 days", date(2027, 1, 21)),
        ("in 2 weeks", date(2026, 12, 6)),
        ("3 days ago", date(2026, 11, 19)),
        ("2026-12-24", date(2026, 12, 24)),
    ],
)
def test_a_day_is_fixed_or_counted_from_today(text: str, day: date) -> None:
    """The days an author writes."""
    assert parse_day(text).resolve(date(2026, 11, 22)) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("soon", "“soon” is not a day"),
        ("in 5 hours", "“in 5 hours” is no whole number of days"),
        ("in 5 dais", "“dais” is not a unit of time"),
        ("2026-02-30", "“2026-02-30” is not in the calendar"),
        ("in 20000 days", "“20000 days” is longer than ten years"),
    ],
)
def test_what_is_no_day_is_told_with_a_remedy(text: str, message: str) -> None:
    """The message names it, the hint mends it."""
    with pytest.raises(UnclearTimeError, match=re.escape(message)) as caught:
        parse_day(text)

    assert caught.value.hint


def test_a_clock_time_is_read() -> None:
    """Hours and minutes; anything else is refused."""
    assert parse_clock(" 9:05 ") == time(9, 5)
    for wrong in ("9", "24:00", "12:60", "noon"):
        with pytest.raises(UnclearTimeError):
            parse_clock(wrong)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Mon 10:00", "2026-03-30T08:00:00+00:00"),
        ("sunday 02:30", "2026-03-29T01:30:00+00:00"),
        ("12:00", "2026-03-28T11:00:00+00:00"),
        ("2026-12-04 09:00", "2026-12-04T08:00:00+00:00"),
        ("2026-12-04 09:00+09:00", "2026-12-04T00:00:00+00:00"),
    ],
)
def test_a_moment_is_local_unless_it_has_an_offset(written: str, moment: str) -> None:
    """A weekday or a time of day means the next one; 02:30 does not exist on the day when summer time begins."""
    friday = datetime(2026, 3, 27, 20, tzinfo=UTC)
    assert parse_moment(written, friday, BERLIN).isoformat() == moment


@pytest.mark.parametrize("written", ["Moonday 10:00", "24:00", "tomorrow", "0001-01-01 00:00", "Mon 10:00 their time"])
def test_what_is_no_moment_says_how_to_write_one(written: str) -> None:
    """Or names the nearest weekday."""
    with pytest.raises(UnclearTimeError) as refused:
        parse_moment(written, datetime(2026, 3, 27, 20, tzinfo=UTC), BERLIN)
    assert refused.value.hint


def test_a_duration_that_the_checks_report_is_none() -> None:
    """Code that runs beside the checks needs no exception."""
    assert (duration_or_none("2 hours"), duration_or_none("soon")) == (timedelta(hours=2), None)
