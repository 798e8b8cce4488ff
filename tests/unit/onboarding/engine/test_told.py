"""What is told as history, and fields that the product tells: what changes, and that nothing starts."""

from datetime import timedelta

from domain.decision import Fact, Outcome
from domain.effects import Count
from domain.events import AnyEvent, FieldsTold, ProductEvent
from domain.record import Subscriber
from onboarding.engine.decide import decide
from onboarding.engine.goals import is_goal_reached
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, confirmed_newcomer, sequence_text

CATALOG = compile_clean(
    sequence_text(
        "  hello: {send: welcome}\n  month: {wait: 30 days}", goal="goal: {event: box.ordered, within: 30 days}"
    ),
    f"sequence: cups\ntopic: {TOPIC}\nstart: cup.noted\nsteps:\n  hello: {{send: welcome}}\n",
)


def started() -> Subscriber:
    """Return somebody who is in the first sequence since noon."""
    person = confirmed_newcomer()
    fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=person.consents[TOPIC].address)
    return decide(CATALOG, person, None, (fact,), deciding_context()).record


def tell(person: Subscriber, event: AnyEvent, after: timedelta = DAY) -> Outcome:
    """Return what an event brings a day later."""
    return decide(CATALOG, person, event, (), deciding_context(after=after))


def test_history_starts_nothing() -> None:
    """It is counted as what the person did; the sequence begins with the next event that is no history."""
    event = ProductEvent(id="a", at=NOON, name="cup.noted", past=True, properties={"tea": "Assam"})

    told = tell(started(), event)

    assert (told.effects, told.reasons) == ((), ())
    assert "cups" not in told.record.runs
    assert told.record.behaviour["cup.noted"].count == 1
    assert "cups" in tell(told.record, ProductEvent(id="b", at=NOON + DAY, name="cup.noted")).record.runs


def test_history_reaches_no_goal() -> None:
    """Neither at once nor when the run is looked at later; told as news, the same event does."""
    past = ProductEvent(id="a", at=NOON + timedelta(hours=1), name="box.ordered", past=True)

    told = tell(started(), past).record
    later = tell(told, ProductEvent(id="b", at=NOON + 2 * DAY, name="evening.booked"), after=2 * DAY)

    sequence = CATALOG.sequences["s"]
    assert told.behaviour["box.ordered"].count == 1
    assert not is_goal_reached(sequence.goal, told, told.runs["s"], NOON + 2 * DAY)
    assert later.record.runs["s"].status == "running"
    assert Count(name="goal:s") in tell(told, ProductEvent(id="c", at=NOON + DAY, name="box.ordered")).effects


def test_told_fields_are_filled_the_newest_last() -> None:
    """What an older message says never overwrites a newer one, in whatever order they arrive."""
    newer = FieldsTold(id="a", at=NOON + timedelta(hours=2), fields={"city": "Hamburg"})
    older = FieldsTold(id="b", at=NOON + timedelta(hours=1), fields={"city": "Bremen", "party": 2})

    told = tell(tell(started(), newer).record, older).record

    assert {name: told.fields[name] for name in ("city", "party")} == {"city": "Hamburg", "party": 2}
    assert told.told_at["city"] - told.told_at["party"] == 3600
