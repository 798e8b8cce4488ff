"""Time zones of people: an offset that the platform tells is not a zone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.record import Profile, Subscriber
from language.zones import zone_of_offset, zone_of_person, zone_or_default
from tests.support.flow_person import FlowPerson

WINTER, SUMMER = datetime(2027, 2, 1, 12, tzinfo=UTC), datetime(2027, 7, 1, 12, tzinfo=UTC)


def person(timezone: str, locale: str = "", told_at: datetime | None = WINTER) -> Subscriber:
    """Return a person with this profile."""
    profile = Profile(timezone=timezone, locale=locale)
    return replace(FlowPerson().record, profile=profile, profiled_at=told_at)


@pytest.mark.parametrize(
    ("offset", "locale", "told_at", "home", "zone"),
    [
        (1, "de_DE", WINTER, "Europe/Berlin", "Europe/Berlin"),
        (2, "de_DE", SUMMER, "Europe/Berlin", "Europe/Berlin"),
        (1, "fr_FR", WINTER, "Europe/Berlin", "Europe/Berlin"),  # equal to the workspace's, so its zone
        (2, "", SUMMER, "Europe/Berlin", "Europe/Berlin"),
        (-5, "en_US", WINTER, "Europe/Berlin", "America/New_York"),
        (-5, "en_US", SUMMER, "Europe/Berlin", "America/Chicago"),
        (-7, "en_US", WINTER, "Europe/Berlin", "America/Denver"),
        (-7, "en_US", SUMMER, "Europe/Berlin", "America/Los_Angeles"),
        (0, "en_GB", WINTER, "Europe/Berlin", "Europe/London"),
        (1, "en_GB", SUMMER, "Europe/Berlin", "Europe/London"),
        (0, "es_ES", WINTER, "Europe/Berlin", "Atlantic/Canary"),
        (9.5, "en_AU", SUMMER, "Europe/Berlin", "Australia/Adelaide"),  # southern winter
        (5.5, "en_IN", WINTER, "Europe/Berlin", "Asia/Kolkata"),
        (-5, "de_DE", WINTER, "Europe/Berlin", "Etc/GMT+5"),  # no German lives there: the offset is all that is known
        (3, "", WINTER, "Europe/Berlin", "Etc/GMT-3"),
        (3, "de", WINTER, "Europe/Berlin", "Etc/GMT-3"),
        (0, "", WINTER, "Europe/Berlin", "UTC"),
        (-5, "de_DE", WINTER, "America/New_York", "America/New_York"),
    ],
)
def test_an_offset_stands_for_the_likeliest_zone(
    offset: float, locale: str, told_at: datetime, home: str, zone: str
) -> None:
    """The workspace's zone, else one of the country in the locale, else the offset itself."""
    record = person(zone_of_offset(offset), locale, told_at)
    assert zone_of_person(record, home, SUMMER).key == zone


def test_the_offset_belongs_to_the_time_at_which_it_was_told() -> None:
    """Whoever said “1” in February is two hours ahead in April, without writing again."""
    record = person("Etc/GMT-1", "de_DE")
    april = datetime(2027, 4, 2, 17, tzinfo=UTC)
    assert april.astimezone(zone_of_person(record, "Europe/Berlin", april)).hour == 19


def test_a_zone_that_was_named_is_kept() -> None:
    """Only names that stand for an offset are judged; a record without a profile lives where the workspace is."""
    assert zone_of_person(person("America/Phoenix"), "America/Denver", WINTER).key == "America/Phoenix"
    assert zone_of_person(person(""), "Europe/Berlin", WINTER).key == "Europe/Berlin"
    assert zone_of_person(person("Etc/GMT-1", told_at=None), "Europe/Berlin", WINTER).key == "Europe/Berlin"


@given(st.one_of(st.floats(-30, 30), st.integers(-30, 30), st.text(max_size=5), st.booleans(), st.none()))
def test_the_offset_is_always_right_when_it_was_told(offset: object) -> None:
    """Whatever zone is chosen, its clock shows the told time then."""
    name = zone_of_offset(offset)
    if not name or not isinstance(offset, int | float):
        return
    for locale in ("en_US", "de_DE", "ru_RU", "xx"):
        zone = zone_of_person(person(name, locale), "Europe/Berlin", SUMMER)
        told = WINTER.astimezone(zone).utcoffset()
        assert told == WINTER.astimezone(zone_or_default(name, "UTC")).utcoffset()
        assert told is not None
        assert abs(told - timedelta(hours=offset)) <= timedelta(hours=1)  # part-hour zones have summer time


def test_an_unknown_time_zone_falls_back() -> None:
    """A zone nobody knows is replaced by the workspace's, and that by UTC."""
    names = (("Asia/Tokyo", "UTC"), ("../etc", "Europe/Berlin"), ("", "Mars"))
    assert [zone_or_default(*pair).key for pair in names] == ["Asia/Tokyo", "Europe/Berlin", "UTC"]
