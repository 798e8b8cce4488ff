"""A wait for a condition goes on when it comes to hold, and not a moment later; nobody polls for it."""

from datetime import UTC, datetime, timedelta
from random import Random  # noqa: TID251  a life from a number, so that it can be lived again

import pytest
from msgspec.structs import replace

from domain.decision import Fact
from domain.events import ProductEvent
from domain.house_values import HouseValues, SilentEvent
from domain.record import Subscriber
from language.conditions.parse import read_condition
from onboarding.engine.decide import decide, wake_at
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import (
    DAY,
    compile_clean,
    confirmed_newcomer,
    onboarding_sentences,
    sent_mails,
    sequence_text,
    simulate_person,
    timed_event,
)
from tests.unit.onboarding.engine.test_hold_back import mails_of
from tests.unit.onboarding.engine.test_starts_reference import CONDITIONS, LOOK, ZONES, Change, apply_change, make_life
from tests.unit.onboarding.engine.test_timed_starts import CONFIG, HOUR, Person, compile_start

LIVES = 12
AT_MOST = timedelta(days=9)


def wait_when(condition: str, at_most: str = "5 days") -> str:
    """Return steps that wait for a condition, thank for it, and nag otherwise."""
    return (
        f"  w:\n    wait: {{when: {condition}, at_most: {at_most}}}\n    else: nag\n"
        "  thanks: {send: welcome, go: end}\n  nag: {send: come_back}\n"
    )


def test_it_goes_on_in_the_moment_in_which_the_condition_comes_to_hold() -> None:
    """The product tells the field, and the mail follows in the same decision; nobody was woken before."""
    person = Person("confirmed", wait_when("field plan is pro")).confirm(0).look(2.125, plan="pro")

    assert person.mails == ["25 Nov 15:00"]
    assert person.wakes == 0
    assert person.sentences[1] == "w waits until “field plan is pro” holds, at most until Sat 12:00."
    assert person.sentences[2] == "welcome goes out: “field plan is pro” holds."


def test_it_goes_its_other_way_when_the_time_is_over() -> None:
    """One wake, at the end of the time; what comes later changes nothing any more."""
    person = Person("confirmed", wait_when("field plan is pro")).confirm(0).let_pass(9)

    assert person.mails == ["28 Nov 12:00"]
    assert person.wakes == 1
    assert "come_back goes out: “field plan is pro” did not come to hold within 5 days." in person.sentences
    assert person.look(9.5, plan="pro").mails == ["28 Nov 12:00"]


def test_what_holds_already_is_not_waited_for() -> None:
    """The step is passed in the moment of the confirmation."""
    assert Person("confirmed", wait_when("language is en")).confirm(0).mails == ["23 Nov 12:00"]


def test_time_alone_makes_it_hold_and_each_visit_moves_that_moment() -> None:
    """Three days without a visit: it is told once that it waits, and it wakes when time can have changed something."""
    steps = wait_when("no app.opened for 3 days", at_most="30 days")
    person = Person("confirmed", steps).open_app(-1).confirm(0)
    for hours in range(1, 40):
        person.open_app(hours / 24)
    person.let_pass(30)

    assert person.mails == [f"{NOON + 39 * HOUR + 3 * DAY:%d %b} 08:00"[:6] + " " + person.mails[0][7:]]
    assert person.mails[0].startswith(f"{NOON + 39 * HOUR + 3 * DAY + 5 * HOUR:%d %b}")
    assert person.wakes <= 3
    assert sum("waits until" in sentence for sentence in person.sentences) == 1


def test_the_mail_behind_it_rests_on_the_condition() -> None:
    """Whoever is no longer on the plan when the mail leaves is not thanked for it."""
    steps = wait_when("field plan is pro").replace("  thanks:", "  night: {wait: 1 day}\n  thanks:")
    person = Person("confirmed", steps).confirm(0).look(1, plan="pro").look(1.5, plan="free").let_pass(9)

    assert person.mails == []
    assert "welcome is not sent: “field plan is pro” does not hold any more." in person.sentences


def test_the_mail_of_the_other_way_rests_on_it_too() -> None:
    """Who comes to the plan after the time, and before the mail, is not nagged."""
    steps = wait_when("field plan is pro").replace("else: nag", "else: night")
    steps = steps.replace("  nag:", "  night: {wait: 1 day}\n  nag:")
    person = Person("confirmed", steps).confirm(0).look(5.5, plan="pro").let_pass(9)

    assert person.mails == []
    assert "come_back is not sent: “field plan is pro” holds by now." in person.sentences


def test_somebody_who_is_woken_late_is_asked_as_of_the_end() -> None:
    """The worker was down for a day, in which three days without a visit were over: that was not in time."""
    person = Person("confirmed", wait_when("no app.opened for 3 days", at_most="2 days")).open_app(0).confirm(0)
    person.look(4)

    assert "come_back goes out: “no app.opened for 3 days” did not come to hold within 2 days." in person.sentences


@pytest.mark.parametrize("condition", ["never cup.noted or tag is reader", "no cup.noted for 2 days"])
def test_nobody_goes_on_by_the_absence_of_an_event_that_has_gone_quiet(condition: str) -> None:
    """That it has not happened cannot be known."""
    catalog = compile_clean(sequence_text("  first: {wait: 3 days}\n" + wait_when(condition)))
    silent = HouseValues(silent={"cup.noted": SilentEvent(since=NOON)})

    assert mails_of(catalog, "mia", until=NOON + 10 * DAY, house=HouseValues())[0] != []
    mails, sentences = mails_of(catalog, "mia", until=NOON + 10 * DAY, house=silent)
    assert mails == []
    assert sum("nothing was heard of cup.noted" in sentence for sentence in sentences) == 1


def test_nobody_is_nagged_for_what_cannot_be_heard() -> None:
    """The other way rests on the silent event, too."""
    catalog = compile_clean(sequence_text(wait_when("cup.noted at least twice in 7 days", at_most="2 days")))
    silent = HouseValues(silent={"cup.noted": SilentEvent(since=NOON)})

    assert [template for _, template in mails_of(catalog, "mia", house=HouseValues())[0]] == ["come_back"]
    assert mails_of(catalog, "mia", house=silent)[0] == []


MARKS = f"sequence: marks\ntopic: {TOPIC}\nstart: cup.noted\nsteps:\n  w: {{wait: 2 days}}\n  t: {{tag: reader}}\n"


@pytest.mark.parametrize("condition", ["tag is reader", "not in marks and cup.noted"])
@pytest.mark.parametrize("name", ["a", "z"])
def test_what_another_sequence_makes_true_is_seen_in_the_same_moment(condition: str, name: str) -> None:
    """Its tag, and its end; whichever of the two is walked first."""
    waiting = sequence_text(wait_when(condition, at_most="30 days")).replace("sequence: s", f"sequence: {name}")
    # Nothing but the step of the other sequence happens on the third day.
    cup = timed_event("cup.noted", HOUR)
    moments = simulate_person([cup], catalog=compile_clean(waiting, MARKS))

    assert sent_mails(moments) == [("Wed 25 Nov 13:00", "welcome")]


def test_a_condition_that_begins_or_leaves_a_sequence_is_seen_in_the_same_moment_too() -> None:
    """The tag that one gives begins a second one, and ends a third."""
    begins = f"sequence: begins\ntopic: {TOPIC}\nstart: when tag is reader\nsteps:\n  m: {{send: welcome}}\n"
    leaves = (
        f"sequence: leaves\ntopic: {TOPIC}\nstart: confirmed\nexit: tag is reader\nsteps:\n"
        "  w: {wait: 9 days}\n  m: {send: come_back}\n"
    )
    moments = simulate_person([timed_event("cup.noted", HOUR)], catalog=compile_clean(MARKS, begins, leaves))

    assert sent_mails(moments) == [("Wed 25 Nov 13:00", "welcome")]
    assert "leaves is left: “tag is reader” holds." in onboarding_sentences(moments)


def test_a_field_changed_a_thousand_times_in_a_second_is_thanked_for_once() -> None:
    """The first time it holds ends the wait."""
    person = Person("confirmed", wait_when("field plan is pro")).confirm(0)
    for number in range(1000):
        person.look(1, plan="pro" if number % 2 else "free")

    assert person.mails == ["24 Nov 12:00"]
    assert sum("waits until" in sentence for sentence in person.sentences) == 1


def wait_woken(condition: str, record: Subscriber, life: list[Change], begin: datetime) -> tuple[datetime | None, int]:
    """Return when a wait was over by its condition, and after how many wakes, looking only when something happens."""
    steps = wait_when(condition, at_most="9 days").replace("{send: welcome", "{tag: reader")
    catalog = compile_start("confirmed", steps)
    wakes, fact = 0, Fact(name="confirmed", at=begin, topic=TOPIC, address="a")

    def look(record: Subscriber, now: datetime, event: ProductEvent | None = None, *facts: Fact) -> Subscriber:
        return decide(catalog, record, event, facts, replace(deciding_context(), now=now, config=CONFIG)).record

    record = look(record, begin, None, fact)
    if "reader" in record.tags:
        return begin, 0
    for at, kind, value in [*life, (begin + AT_MOST, "", "")]:
        while (due := wake_at(catalog, record)) is not None and due <= at:
            record, wakes = look(record, due), wakes + 1
            if "reader" in record.tags:
                return due, wakes
        event = ProductEvent(id=f"{at}", at=at, name=value) if kind == "event" else None
        changed = replace(record, engaged_at=at) if event else replace(record, fields={**record.fields, kind: value})
        record = look(changed, at, event)
        if "reader" in record.tags:
            return at, wakes
    return None, wakes


def wait_polled(condition: str, record: Subscriber, life: list[Change], begin: datetime) -> datetime | None:
    """Return the first half hour in which the condition holds, within the time."""
    test, todo = read_condition(condition, CONFIG, "s")[0], list(life)
    assert test
    now = begin
    while now <= begin + AT_MOST:
        if test.holds(record, now):
            return now
        while todo and todo[0][0] == now:
            _, kind, value = todo.pop(0)
            record = apply_change(record, kind, value, now)
            if test.holds(record, now):
                return now
        now += LOOK
    return None


def test_waits_end_when_one_who_looks_all_the_time_ends_them() -> None:
    """Random people, zones and lives: not one wait longer or shorter, and few wakes."""
    for number in range(LIVES):
        random = Random(number)  # noqa: S311  no secret comes of it
        begin = datetime(2026, 11, 23, tzinfo=UTC) + LOOK * random.randrange(48 * 365)
        person = replace(
            confirmed_newcomer(timezone=random.choice(ZONES)),
            created_at=begin - 30 * DAY, last_event_at=begin, engaged_at=begin, profiled_at=begin,
        )  # fmt: skip
        life = [change for change in make_life(random, begin) if change[0] <= begin + AT_MOST]
        for condition in CONDITIONS:
            over, wakes = wait_woken(condition, person, life, begin)
            assert over == wait_polled(condition, person, life, begin), (number, condition)
            assert wakes <= 2 * (len(life) + 1) + 9, (number, condition)
