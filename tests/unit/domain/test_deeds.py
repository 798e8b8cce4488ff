"""What is kept of an event of a person."""

from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from domain import record as records
from domain.deeds import DAY, DAYS_BACK, REMEMBERED, Deed, add_occurrence, make_deed, second_of
from domain.record import Identity, Subscriber
from domain.sequence_runs import Behaviour

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
TODAY = second_of(NOON) // DAY


def tell(*hours_ago: float) -> Deed:
    """Return the deed of occurrences told in this order, by how long ago they happened."""
    deed = None
    for hours in hours_ago:
        deed = add_occurrence(deed, NOON - timedelta(hours=hours))
    assert deed is not None
    return deed


@given(st.lists(st.integers(0, 60 * 24), min_size=1, max_size=60))
def test_the_order_in_which_occurrences_are_told_does_not_matter(hours: list[int]) -> None:
    """Days, latest times, first and last are those of a list of all of them, told in order."""
    deed = tell(*hours)
    times = sorted(NOON - timedelta(hours=each) for each in hours)
    by_day = {at.date().isoformat(): 0 for at in reversed(times)}
    for at in times:
        by_day[at.date().isoformat()] += 1
    oldest = (times[-1] - timedelta(days=DAYS_BACK)).date().isoformat()

    assert (deed.count, deed.first, deed.last) == (len(times), times[0], times[-1])
    assert deed.recent == tuple(times[-REMEMBERED:])
    assert {day: count for day, count in deed.by_day.items() if count} == {
        day: count for day, count in by_day.items() if day >= oldest
    }


@given(st.lists(st.integers(0, 40 * 24), min_size=1, max_size=60), st.integers(0, 40), st.integers(1, 36))
def test_days_are_counted_up_to_a_day_before_today(hours: list[int], first: int, number: int) -> None:
    """Days that are not kept count as nothing."""
    deed = tell(*sorted(hours, reverse=True))
    newest = max(second_of(NOON - timedelta(hours=each)) // DAY for each in hours)
    days = [second_of(NOON - timedelta(hours=each)) // DAY for each in hours]
    kept = [day for day in days if day >= newest - DAYS_BACK]

    assert deed.count_days(TODAY, first, number) == sum(first <= TODAY - day < first + number for day in kept)


def test_a_late_event_goes_into_the_day_on_which_it_happened() -> None:
    """Told today, it belongs to the day before yesterday; one of two months ago counts, and is the first."""
    deed = tell(0, 48, 60 * 24)

    assert deed.by_day == {"2026-06-15": 1, "2026-06-13": 1}
    assert (deed.count, deed.first) == (3, NOON - timedelta(days=60))


def test_a_day_counts_255_at_most() -> None:
    """More of one day are one byte all the same."""
    assert tell(*[0] * 300).by_day == {"2026-06-15": 255}


def test_what_an_older_event_says_replaces_nothing() -> None:
    """It only adds what no newer one said."""
    newer = add_occurrence(None, NOON, {"total": 40})
    late = add_occurrence(newer, NOON - timedelta(days=1), {"total": 20, "order": "a-1"})

    assert late.said == {"total": 40, "order": "a-1"}
    assert add_occurrence(late, NOON + timedelta(days=1), {"total": 7}).said == {"total": 7, "order": "a-1"}


def test_events_of_1969_and_2200_are_kept_at_the_ends_of_time() -> None:
    """Seconds are packed without a sign, in four bytes."""
    deed = add_occurrence(add_occurrence(None, datetime(1969, 1, 1, tzinfo=UTC)), datetime(2200, 1, 1, tzinfo=UTC))

    assert (deed.count, deed.first.year, deed.last.year) == (2, 1970, 2106)


def test_a_typical_person_is_a_third_smaller_than_before() -> None:
    """8 events, 3 of them full, by a product that tells milliseconds."""
    times = [NOON - timedelta(hours=29 * number, milliseconds=1) for number in range(REMEMBERED)][::-1]
    person = Subscriber(id="wCV_oOLMPWsJg_NI", identity=Identity(page="4711", psid="7"), created_at=NOON,
                        last_event_at=NOON)  # fmt: skip
    full = [(f"event.full{number}", times) for number in range(3)]
    often = [(f"event.often{number}", times[:5]) for number in range(5)]
    deeds = {name: make_deed(len(done), done[0], done[-1], done) for name, done in full + often}
    before = {
        name: Behaviour(count=len(done), first=done[0], last=done[-1], recent=tuple(done))
        for name, done in full + often
    }

    assert len(records.encode(msgspec.structs.replace(person, schema=2, behaviour=deeds))) <= 850
    assert len(records.encode(msgspec.structs.replace(person, old_behaviour=before))) >= 1_150


def test_a_record_of_the_first_version_is_read_with_deeds() -> None:
    """The times it remembered are counted by days, too, and the old form is gone with the next save."""
    old = Behaviour(count=30, first=NOON - timedelta(days=90), last=NOON, recent=(NOON - timedelta(days=3), NOON))
    person = Subscriber(id="s", identity=Identity(page="4711", psid="7"), created_at=NOON, last_event_at=NOON,
                        old_behaviour={"cup.noted": old})  # fmt: skip

    read = records.decode(records.encode(person))

    assert (read.schema, read.old_behaviour) == (records.SCHEMA, {})
    deed = read.behaviour["cup.noted"]
    assert (deed.count, deed.first, deed.last, deed.recent) == (old.count, old.first, old.last, old.recent)
    assert deed.by_day == {"2026-06-15": 1, "2026-06-12": 1}
    assert records.decode(records.encode(read)) == read
