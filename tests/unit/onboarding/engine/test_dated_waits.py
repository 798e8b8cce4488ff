"""Waits for a date: they move with it, what is over goes the other way, and of several mails only the latest goes."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from msgspec import structs

from domain.record import Value
from language.mail_times.field_moments import parse_field_moment
from onboarding.engine.decide import refusal_reason
from tests.support.people import NOON, SHIPPED_CONFIG
from tests.support.sequence_people import DAY, compile_texts, confirmed_newcomer
from tests.unit.onboarding.engine.test_mails_together import HOUR, Person, started_by

BERLIN = ZoneInfo("Europe/Berlin")
FIELD = "table_at"
"""A field of the shipped workspace that holds a moment."""
TRIAL = (
    "  hello: {send: welcome}\n  to_week: {wait: 7 days before table_at}\n  week: {send: come_back}\n"
    "  to_last: {wait: 1 day before table_at}\n  last: {send: evaluate_order}\n"
)


def begin(steps: str, value: Value, *, at: datetime = NOON) -> Person:
    """Return somebody in Berlin whose date is known, and who has just ordered."""
    person = Person(compile_texts(started_by("box.ordered", "s", steps))[0], SHIPPED_CONFIG, timezone="Europe/Berlin")
    put(person, value)
    person.do("box.ordered", at)
    return person


def put(person: Person, value: Value) -> None:
    """Set the date, as an answer or an event does."""
    person.record = structs.replace(person.record, fields={FIELD: value})


def told(person: Person) -> list[str]:
    """Return when mails went out, where the person is."""
    return [f"{at.astimezone(BERLIN):%d %b %H:%M} {mail.template}" for at, mail, _ in person.mails]


def test_a_wait_ends_before_its_date() -> None:
    """On the first allowed moment of the day before, where the person is."""
    person = begin(TRIAL, "2026-12-14")
    person.take(NOON + 30 * DAY)

    assert [one[:9] + one[12:] for one in told(person)] == [
        "23 Nov 13 welcome", "07 Dec 08 come_back", "13 Dec 08 evaluate_order",
    ]  # fmt: skip


def test_a_moved_date_moves_the_wait_in_the_same_decision() -> None:
    """Whatever the person does next sets the new time; a date that was put off calls a mail back from the night."""
    person = begin(TRIAL, "2026-12-14")
    put(person, "2026-12-20")
    person.decide(NOON + HOUR)
    assert person.record.runs["s"].due_at == datetime(2026, 12, 12, 23, tzinfo=UTC)

    person.take(datetime(2026, 12, 13, 3, tzinfo=UTC))  # the mail of the 13th waits for the morning
    assert person.record.runs["s"].step == "week"
    put(person, "2026-12-27")
    person.decide(datetime(2026, 12, 13, 4, tzinfo=UTC))

    assert person.record.runs["s"].step == "to_week"
    assert "come_back is not sent: table_at has moved: 7 days before table_at is still ahead." in person.sentences
    person.take(NOON + 40 * DAY)
    assert [one[:6] for one in told(person)] == ["23 Nov", "20 Dec", "26 Dec"]


def test_a_mail_under_way_is_refused_when_its_date_has_moved() -> None:
    """Between deciding and handing over, too."""
    person = begin(TRIAL, "2026-12-14")
    person.take(datetime(2026, 12, 7, 8, tzinfo=UTC))
    at, mail, _ = person.mails[-1]
    assert refusal_reason(person.catalog, person.record, mail, at) == ""

    put(person, "2026-12-20")

    assert refusal_reason(person.catalog, person.record, mail, at).startswith("table_at has moved")


def test_of_several_dated_mails_only_the_latest_goes() -> None:
    """Who comes two hours before the end gets the last mail only; the welcome is not one of them."""
    person = begin(TRIAL, "2026-11-24")
    person.take(NOON + 30 * DAY)

    assert [one.split()[-1] for one in told(person)] == ["welcome", "evaluate_order"]
    assert "come_back is not sent: it is overtaken, for it is 1 day before table_at already." in person.sentences


def test_the_first_mail_is_dated_where_a_date_begins_the_sequence() -> None:
    """Of who begins on the last day, “one week to go” is not true any more."""
    text = "sequence: s\ntopic: friday_leaf\nstart: 7 days before table_at\nsteps:\n" + TRIAL.partition("\n")[2]
    steps = text.replace("  to_week: {wait: 7 days before table_at}\n", "")
    person = Person(compile_texts(steps)[0], SHIPPED_CONFIG, timezone="Europe/Berlin")
    person.take(NOON)
    put(person, "2026-11-24")
    person.do("cup.noted", NOON + HOUR)

    assert [one.split()[-1] for one in told(person)] == ["evaluate_order"]


@pytest.mark.parametrize(
    ("value", "went"),
    [("2026-11-20", ["come_back"]), ("2026-12-20", ["welcome"]), ("", ["come_back"]), ("soon", ["come_back"])],
)
def test_what_is_over_on_arrival_goes_the_other_way(value: str, went: list[str]) -> None:
    """A date in the past, and none at all."""
    steps = (
        "  until: {wait: 1 day before table_at, else: late}\n  early: {send: welcome, go: end}\n"
        "  late: {send: come_back}\n"
    )
    person = begin(steps, value)
    person.take(NOON + 60 * DAY)

    assert [one.split()[-1] for one in told(person)] == went


def test_without_a_date_and_another_way_it_ends() -> None:
    """What follows speaks of the date."""
    person = begin("  until: {wait: 1 day before table_at}\n  early: {send: welcome}\n", None)

    assert person.record.runs["s"].status == "finished"
    assert "s is finished: table_at holds no date." in person.sentences


@pytest.mark.parametrize(
    ("text", "value", "moment"),
    [
        ("1 day before table_at", "2026-12-14", "2026-12-13 00:00"),
        ("1 day after table_at", "2026-03-28", "2026-03-29 00:00"),  # the clocks change that night
        ("1 day after table_at", "2026-03-28T10:00", "2026-03-29 10:00"),
        ("24 hours after table_at", "2026-03-28T10:00", "2026-03-29 10:00"),
        ("25 hours after table_at", "2026-03-28T10:00", "2026-03-29 12:00"),
        ("2 hours before table_at", "2026-12-14", "2026-12-13 22:00"),
        ("3 days after table_at, then 10:00 their time", "2026-12-14", "2026-12-17 10:00"),
        ("1 day before table_at", "2026-12-14T19:00:00-05:00", "2026-12-14 01:00"),
        ("1 day before table_at", "20261214", "2026-12-13 00:00"),
        ("1 day after table_at", "2026-03-28T09:00:00Z", "2026-03-29 10:00"),
        ("1 day before table_at", "9999-12-31", None),
        ("1 day before table_at", "0001-01-01", None),
        ("1 day before table_at", "tomorrow", None),
        ("1 day before table_at", 20, None),
    ],
)
def test_a_moment_is_counted_from_a_field(text: str, value: Value, moment: str | None) -> None:
    """Days are days of the calendar where the person is; what is no date gives none."""
    record = structs.replace(confirmed_newcomer(timezone="Europe/Berlin"), fields={FIELD: value})

    found = parse_field_moment(text, "Europe/Berlin").find(record, NOON)

    assert (f"{found.astimezone(BERLIN):%Y-%m-%d %H:%M}" if found else None) == moment
    assert found is None or found.tzinfo is UTC
    assert found is None or abs(found - NOON) < timedelta(days=400)
