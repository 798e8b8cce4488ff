"""When mails leave: hours of a sequence, a time of a step, the person's usual hour, workdays."""

import random  # noqa: TID251  lives that a seed gives
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from domain.events import ProductEvent
from domain.record import Subscriber, encode
from domain.workspace_config import SafetyLimits, WorkspaceConfig
from onboarding.engine.mail_hours.quiet_hours import is_quiet
from onboarding.engine.mail_hours.usual_hour import FEWEST, find_usual_hour, hour_for_mail, learn_hour
from tests.support.people import NOON, SHIPPED_CONFIG
from tests.support.sequence_people import DAY, compile_clean, compile_texts, confirmed_newcomer
from tests.unit.onboarding.engine.test_mails_together import HOUR, Person, config_with, started_by

BERLIN = ZoneInfo("Europe/Berlin")
USED = "cup.noted"
SECOND = timedelta(seconds=1)


def config_of_use() -> WorkspaceConfig:
    """Return the shipped configuration, in which noting a cup tells when a person is there."""
    declared = SHIPPED_CONFIG.events[USED].model_copy(update={"use": True})
    return SHIPPED_CONFIG.model_copy(update={"events": {**SHIPPED_CONFIG.events, USED: declared}})


def ordered(steps: str, *more: str, at: datetime = NOON, config: WorkspaceConfig = SHIPPED_CONFIG) -> Person:
    """Return somebody in Berlin who ordered then, and what became of it in four weeks."""
    person = Person(compile_clean(started_by("box.ordered", "s", steps, *more)), config, timezone="Europe/Berlin")
    person.do("box.ordered", at)
    person.take(at + 28 * DAY)
    return person


def times(person: Person) -> list[str]:
    """Return when mails went out, where the person is."""
    return [f"{at.astimezone(BERLIN):%a %d %b %H:%M}" for at, _, _ in person.mails]


TIP = "  tip: {send: welcome}\n"
SATURDAY = NOON + 5 * DAY


def test_hours_of_a_sequence_wait_for_the_workday() -> None:
    """Ordered on a Saturday, mailed on Monday in the first quarter of an hour; the log says why."""
    person = ordered(TIP, "hours: workday 09:00 to 17:00", at=SATURDAY)

    assert [at[:13] for at in times(person)] == ["Mon 30 Nov 09"]
    assert person.mails[0][0].minute < 15
    assert "within workday 09:00 to 17:00: box.ordered happened." in person.sentences[1]


def test_short_hours_are_met() -> None:
    """Nobody is spread beyond the ten minutes that there are."""
    person = ordered(TIP, "hours: workday 09:00 to 09:10", at=SATURDAY)

    assert [at[:14] for at in times(person)] == ["Mon 30 Nov 09:"]
    assert person.mails[0][0].minute < 10


@pytest.mark.parametrize(
    ("step", "went"),
    [
        ("at: 10:00 their time", ["Tue 24 Nov 10:00"]),
        ("at: Friday 18:30 their time", ["Fri 27 Nov 18:30"]),
    ],
)
def test_a_mail_at_a_time_of_day(step: str, went: list[str]) -> None:
    """It leaves at the first such time."""
    person = ordered(f"  rest: {{wait: 1 hour}}\n  tip: {{send: welcome, {step}}}\n")

    assert times(person) == went


def test_a_mail_without_a_time_of_day_within_a_week_is_dropped() -> None:
    """The cap ends on the next Monday in the afternoon, so its Monday morning is two weeks away."""
    steps = "  one: {send: welcome}\n  rest: {wait: 1 hour}\n  two: {send: come_back, at: Monday 10:00 their time}\n"
    person = ordered(steps, config=config_with("1 in 7 days"))

    assert times(person) == ["Mon 23 Nov 13:00"]
    assert any("come_back is not sent: its hours and the quiet hours" in text for text in person.sentences)


def test_a_late_wake_still_meets_the_time_of_day() -> None:
    """A process that was away for half an hour sends at once, not a day later."""
    catalog = compile_clean(started_by("box.ordered", "s", "  tip: {send: welcome, at: 15:00 their time}\n"))
    person = Person(catalog, SHIPPED_CONFIG, timezone="Europe/Berlin")
    person.do("box.ordered", NOON)
    person.decide(NOON + 2 * HOUR + timedelta(minutes=30))

    assert times(person) == ["Mon 23 Nov 15:30"]


@pytest.mark.parametrize(
    ("place", "step"), [("hours: their usual hour", TIP), ("", "  tip: {send: welcome, at: their usual hour}\n")]
)
def test_a_mail_leaves_in_the_hour_before_the_usual_one(place: str, step: str) -> None:
    """Who notes cups at five in the afternoon has the mail there when they come."""
    catalog = compile_clean(started_by("box.ordered", "s", step, place))
    person = Person(catalog, config_of_use(), timezone="Europe/Berlin")
    for day in range(FEWEST):
        person.do(USED, NOON + day * DAY + 4 * HOUR)  # 17:00 in Berlin

    person.do("box.ordered", NOON + 9 * DAY)
    person.take(NOON + 12 * DAY)

    assert [at[:13] for at in times(person)] == ["Wed 02 Dec 16"]
    assert "in the hour before their usual one: box.ordered happened." in person.sentences[1]


def test_who_has_no_usual_hour_is_not_kept_waiting() -> None:
    """Four uses tell nothing yet, and events without “use” never do."""
    person = ordered(TIP, "hours: their usual hour")

    assert times(person) == ["Mon 23 Nov 13:00"]
    assert person.record.use_hours is None


def test_the_usual_hour_follows_the_person() -> None:
    """A byte an hour: when one is full, all are halved, so a new habit wins after some weeks."""
    record: Subscriber = confirmed_newcomer()
    for use in range(1000):
        record = learn_hour(record, NOON + use * timedelta(seconds=7), BERLIN)
    assert find_usual_hour(record) in (13, 14)
    assert len(encode(record)) - len(encode(replace(record, use_hours=None))) == 33 - len(b"\xc0")
    for day in range(300):
        record = learn_hour(record, NOON.replace(hour=20) + day * DAY, BERLIN)

    assert find_usual_hour(record) in (21, 22)


@pytest.mark.parametrize(("usual", "mail"), [(9, 8), (18, 17), (7, 8), (23, 19), (0, 19), (3, 8), (20, 19), (21, 19)])
def test_the_hour_for_a_mail_is_never_quiet(usual: int, mail: int) -> None:
    """The hour before, or the nearest that is not quiet."""
    assert hour_for_mail(usual, SafetyLimits()) == mail


def test_waits_count_workdays_where_the_person_is() -> None:
    """Two workdays after a Friday is Tuesday; a holiday makes it Wednesday."""
    steps = "  rest: {wait: 2 workdays}\n" + TIP
    friday = NOON + 4 * DAY
    config = SHIPPED_CONFIG.model_copy(update={"holidays": ("2026-11-30",)})

    assert times(ordered(steps, at=friday)) == ["Tue 01 Dec 13:00"]
    assert times(ordered(steps, at=friday, config=config)) == ["Wed 02 Dec 13:00"]
    assert times(ordered("  rest: {wait: '3 days, then 10:00 their time'}\n" + TIP)) == ["Fri 27 Nov 10:00"]


def test_caps_hours_and_quiet_hours_are_kept_together() -> None:
    """The cap ends on a Saturday at night, so the mail leaves on Monday in office hours."""
    config = config_with("1 in 1 hour", "1 in 4 days")
    steps = "  one: {send: welcome}\n  two: {send: come_back}\n"
    person = ordered(steps, "hours: workday 09:00 to 17:00", at=NOON + DAY, config=config)

    assert [at[:13] for at in times(person)] == ["Tue 24 Nov 13", "Mon 30 Nov 09"]


def paused_until(person: Person, until: datetime) -> None:
    """Let a person ask for a break."""
    person.record = replace(person.record, mails_paused_until=until)


def test_a_pause_holds_a_mail_and_says_so() -> None:
    """It goes in the morning after the pause, and the log names what it waits for."""
    person = Person(compile_clean(started_by("box.ordered", "s", TIP)), SHIPPED_CONFIG, timezone="Europe/Berlin")
    paused_until(person, datetime(2026, 12, 24, 23, tzinfo=UTC))
    person.do("box.ordered", NOON)
    person.take(NOON + 60 * DAY)

    assert [at[:13] for at in times(person)] == ["Fri 25 Dec 08"]
    assert "when the pause that the person asked for is over" in person.sentences[1]


def test_what_waited_for_a_pause_is_not_dropped_as_late() -> None:
    """Two mails that came due in a pause go one after the other; the time of the pause does not count."""
    steps = "  tip: {send: welcome}\n  pause: {wait: 1 day}\n  second: {send: first_cup}\n"
    person = Person(compile_clean(started_by("box.ordered", "s", steps)), SHIPPED_CONFIG, timezone="Europe/Berlin")
    paused_until(person, datetime(2026, 12, 24, 23, tzinfo=UTC))
    person.do("box.ordered", NOON)
    person.take(NOON + 60 * DAY)

    assert len(person.mails) == 2


HOURS = ("", "hours: workday 09:00 to 17:00", "hours: their usual hour", "hours: fri-mon 19:30 to 23:00")
MOMENTS = ("", ", at: 10:00 their time", ", at: their usual hour", ", at: Monday 19:45 their time")
ZONES = ("UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def test_the_moment_that_is_said_is_kept() -> None:
    """Looked at again in between, it stays; when it has come the mail goes, in no quiet hour and within its hours."""
    chance = random.Random(11)  # noqa: S311  lives that can be repeated
    config, went = config_of_use(), 0
    for hours, moment in product(HOURS, MOMENTS):
        steps = f"  rest: {{wait: 3 hours}}\n  tip: {{send: welcome{moment}}}\n"
        catalog, _ = compile_texts(started_by("box.ordered", "s", steps, hours))
        for zone in ZONES if catalog.sequences else ():
            person = Person(catalog, config, timezone=zone)
            at = NOON + timedelta(seconds=chance.randrange(86_400 * 360))
            for _ in range(FEWEST):
                person.decide(at, ProductEvent(id="use", at=at - chance.randrange(86_400) * SECOND, name=USED))
            person.do("box.ordered", at)
            person.take(at + 3 * HOUR)
            due = person.record.runs["s"].due_at
            if due and not person.mails:
                person.decide(at + 3 * HOUR + (due - at - 3 * HOUR) * chance.random())
                assert person.record.runs["s"].due_at == due or person.mails
                person.take(due)
            assert [mail.template for _, mail, _ in person.mails] == ["welcome"], (hours, moment, zone)
            sent = person.mails[0][0]
            assert due is None or sent <= due
            assert not is_quiet(sent, ZoneInfo(zone), config.limits)
            opening = catalog.sequences["s"].hours
            assert not (opening and opening.opening) or opening.opening.is_open(sent.astimezone(ZoneInfo(zone)))
            went += 1
    assert went >= 60
