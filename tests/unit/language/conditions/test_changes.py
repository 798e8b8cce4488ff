"""When the clock alone changes a condition: its result is the same up to that moment."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.deeds import add_occurrence
from domain.record import Profile, Subscriber
from domain.workspace_config import FieldDeclaration
from language.conditions.parse import Condition, read_condition
from tests.support.people import NOON, SHIPPED_CONFIG, new_subscriber

CONFIG = SHIPPED_CONFIG.model_copy(
    update={
        "fields": {
            **SHIPPED_CONFIG.fields,
            "ends": FieldDeclaration(type="date"),
            "visit": FieldDeclaration(type="moment"),
            "plan": FieldDeclaration(type="text"),
        },
        "open": {"mon-fri": "09:00 to 18:00", "sat": "20:00 to 02:30", "closed": ["12-25"]},
        "timezone": "Europe/Berlin",
    }
)
TEXTS = (
    "field ends is today", "field ends is in 3 days", "field ends is before today", "field ends is after 2026-12-01",
    "field ends is between today and in 2 days", "field visit is before now", "field visit is after now",
    "field visit is today", "field visit is after 2 days ago", "field ends is not tomorrow",
    "field ends is at most 1 week ago",
    "field visit is now", "field visit is open", "field plan is pro", "field plan is empty",
    "date is 2026-12-24", "date is before 2026-12-24", "date is not after 2027-03-28", "date is today",
    "time is between 09:00 and 17:00", "time is between 22:00 and 06:00", "time is after 02:30", "time is 02:30",
    "time is at most 23:59", "weekday is weekend", "weekday is Monday or Friday", "weekday is not Sunday", "open now",
    "window is open", "window is closed", "tag is reader", "language is de", "channel is mail", "answered",
    "consent friday_leaf is confirmed", "not field ends is today", "weekday is Monday and field ends is before today",
    "weekday is Monday or time is after 09:00 and field plan is pro", "cup.noted in 3 days and not weekday is Friday",
    "no cup.noted for 3 days or window is open and field visit is after now", "cup.noted falls and weekday is workday",
)  # fmt: skip
ZONES = ("", "Europe/London", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Tokyo",
         "Africa/Cairo", "America/Santiago")  # fmt: skip


def read(text: str) -> Condition:
    """Return a condition that has nothing wrong."""
    condition, problems = read_condition(text, CONFIG)
    assert condition is not None, problems
    return condition


CONDITIONS = {text: read(text) for text in TEXTS}
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001  zone is set at once
MINUTES = MOMENTS.map(lambda at: at.replace(second=0, microsecond=0))


@st.composite
def people(draw: st.DrawFn, now: datetime) -> Subscriber:
    """Return somebody with fields near now, in any zone."""
    near = st.integers(-5 * 1440, 5 * 1440).map(lambda minutes: now + timedelta(minutes=minutes))
    ends, visit, until = draw(near), draw(near), draw(near)
    deed = None
    for at in sorted(draw(st.lists(near, max_size=6))):
        deed = add_occurrence(deed, min(at, now))
    return replace(
        new_subscriber(),
        created_at=now - timedelta(days=draw(st.integers(0, 20))),
        last_event_at=now,
        profile=Profile(timezone=draw(st.sampled_from(ZONES))),
        fields={"ends": f"{ends:%Y-%m-%d}", "visit": visit.isoformat(), "plan": draw(st.sampled_from(["pro", ""]))},
        window_expires_at=until,
        behaviour={"cup.noted": deed} if deed else {},
    )


@given(data=st.data(), text=st.sampled_from(TEXTS), now=MOMENTS | MINUTES)
def test_a_condition_is_constant_until_it_says_so(data: st.DataObject, text: str, now: datetime) -> None:
    """Nobody has to look in [now, changes_at)."""
    condition, record = CONDITIONS[text], data.draw(people(now))
    result, change = condition.holds(record, now), condition.changes_at(record, now)
    assert change is None or change > now, text
    end = change or now + timedelta(days=60)
    within = data.draw(st.lists(st.floats(0, 1, exclude_max=True), min_size=4, max_size=4))
    moments = [now + (end - now) * part for part in within] + [end - timedelta(microseconds=1)]
    hours = [now.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=30 * step) for step in range(1, 60)]
    hours += [now + timedelta(hours=6 * step) for step in range(1, 60)]
    for at in (at for at in moments + hours if now <= at < end):
        assert condition.holds(record, at) is result, (text, at)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("date is before 2026-12-24", datetime(2026, 12, 23, 23, tzinfo=UTC)),  # one wake, not one a day
        ("date is before 2026-11-01", None),
        ("weekday is weekend", datetime(2026, 11, 27, 23, tzinfo=UTC)),
        ("time is after 14:00", datetime(2026, 11, 23, 13, 0, 0, 1, tzinfo=UTC)),
        ("weekday is weekend and tag is reader", None),  # without the tag, no day changes it
        ("field plan is pro", None),
        ("field ends is before 2026-12-24", None),
    ],
)
def test_the_next_change_is_the_real_one(text: str, changes: datetime | None) -> None:
    """A change is not told where there is none: each one is a wake."""
    record = replace(new_subscriber(), fields={"ends": "2026-12-01"})
    assert CONDITIONS.get(text, read(text)).changes_at(record, NOON) == changes


@given(days=st.integers(1, 40))
@example(days=1)
def test_a_day_that_is_counted_from_today_changes_at_its_midnight(days: int) -> None:
    """“Is today” changes when the day begins where the person is, and when it ends."""
    record = replace(new_subscriber(), fields={"ends": f"{NOON + timedelta(days=days):%Y-%m-%d}"})
    condition, now, wakes = CONDITIONS["field ends is today"], NOON, 0
    while (change := condition.changes_at(record, now)) and wakes < 100:
        now, wakes = change, wakes + 1
    assert wakes == 2
    assert not condition.holds(record, now)
