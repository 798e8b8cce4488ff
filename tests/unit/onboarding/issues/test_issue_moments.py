"""When an issue leaves, by the workspace's clock or the reader's own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from language.durations import UnclearTimeError
from onboarding.issues.moment import parse_issue_moment

HOME, TOKYO, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York")
THURSDAY = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "starts"),
    [
        ("Friday 09:00 their time", HOME, datetime(2026, 12, 4, 8, tzinfo=UTC)),
        ("Friday 09:00 their time", TOKYO, datetime(2026, 12, 4, 0, tzinfo=UTC)),
        ("Friday 09:00 their time", NEW_YORK, datetime(2026, 12, 4, 14, tzinfo=UTC)),
        ("Friday 09:00", NEW_YORK, datetime(2026, 12, 4, 8, tzinfo=UTC)),
        ("friday  9:00 THEIR TIME", TOKYO, datetime(2026, 12, 4, 0, tzinfo=UTC)),
        ("09:00 their time", NEW_YORK, datetime(2026, 12, 3, 14, tzinfo=UTC)),
        ("2026-12-04 09:00", TOKYO, datetime(2026, 12, 4, 8, tzinfo=UTC)),
        ("2026-12-04 09:00 their time", TOKYO, datetime(2026, 12, 4, 0, tzinfo=UTC)),
        ("2026-12-01 09:00", TOKYO, datetime(2026, 12, 1, 8, tzinfo=UTC)),
        # Summer time begins: 02:30 does not exist, and becomes 03:30 (RFC 5545).
        ("2027-03-28 02:30", HOME, datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
    ],
)
def test_a_moment_begins_by_the_clock_that_it_names(text: str, zone: ZoneInfo, starts: datetime) -> None:
    """“Their time” is the reader's; without it the workspace's clock counts."""
    assert parse_issue_moment(text).find_start(THURSDAY, HOME, zone) == starts


@pytest.mark.parametrize("text", ["now", "soon", "Fryday 09:00", "2026-02-30 09:00", "2026-12-04", "25:00", "", "9"])
def test_what_is_no_moment_is_refused_with_a_remedy(text: str) -> None:
    """Each says how to write it."""
    with pytest.raises(UnclearTimeError) as raised:
        parse_issue_moment(text)
    assert raised.value.hint
    assert "their time" not in str(raised.value)


def test_a_day_is_past_only_when_it_is_too_late_as_well() -> None:
    """Within “late” a missed day may still be sent; a weekday comes again and is never past."""
    moment = parse_issue_moment("2026-12-03 09:00")
    assert not moment.is_past(THURSDAY, HOME, timedelta(hours=6))
    assert moment.is_past(THURSDAY, HOME, timedelta(hours=3))
    assert not parse_issue_moment("Monday 09:00").is_past(THURSDAY, HOME, timedelta(hours=3))
