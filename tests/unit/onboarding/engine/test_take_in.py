"""What happened is taken in: behaviour, fields that follow the product, and the bounds of both."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from msgspec.structs import replace

from domain import record as records
from domain.decision import Context, Outcome
from domain.events import ProductEvent
from domain.record import Subscriber, Value
from domain.sequence_runs import Run
from domain.workspace_config import EventDeclaration, FieldDeclaration
from onboarding.engine.behaviour import MOST_BYTES, MOST_EVENTS, MOST_RUNNING, has_room_for_run
from onboarding.engine.take_in import Occurrence, list_occurrences, take_in
from onboarding.language.catalog import SequenceCatalog
from tests.support.people import NOON, SHIPPED_CONFIG, deciding_context, new_subscriber

HOUR = timedelta(hours=1)
EVENTS = {
    "account.created": EventDeclaration(label={"en": "began"}),
    "plan.upgraded": EventDeclaration(label={"en": "upgraded"}, keep=["plan", "note"]),
    **{f"event.number{number}": EventDeclaration(label={"en": "did"}, keep=["a", "b"]) for number in range(80)},
}
FIELDS = {
    "plan": FieldDeclaration.model_validate({"from": ["account.created.plan", "plan.upgraded.plan"]}),
    "trial_ends": FieldDeclaration.model_validate({"type": "date", "from": "account.created.trial_ends"}),
    "seats": FieldDeclaration.model_validate({"type": "number", "from": "account.created.seats"}),
}
CONFIG = SHIPPED_CONFIG.model_copy(update={"events": EVENTS, "fields": FIELDS})
HERE = replace(deciding_context(), config=CONFIG)
NO_RULES = SequenceCatalog(sequences={}, hash="")


def take(record: Subscriber, name: str, at: datetime = NOON, /, context: Context = HERE, **said: Value) -> Outcome:
    """Take one event of the product in."""
    event = ProductEvent(id=f"{name} {at}", at=at, name=name, properties=said)
    return take_in(NO_RULES, record, list_occurrences(event, (), context), context)


def take_said(record: Subscriber, said: dict[str, Value], context: Context = HERE) -> Outcome:
    """Take an event in that fills fields."""
    occurrence = Occurrence(name="account.created", at=NOON, said=said)
    return take_in(NO_RULES, record, (occurrence,), context)


def test_a_field_follows_the_newest_event_that_tells_it() -> None:
    """An older event that comes later never overwrites a newer value."""
    begun = take(new_subscriber(), "account.created", NOON - 3 * HOUR, plan="free").record
    upgraded = take(begun, "plan.upgraded", NOON, plan="pro", note="Yearly").record
    late = take(upgraded, "account.created", NOON - 2 * HOUR, plan="free", seats=4).record

    assert [one.fields.get("plan") for one in (begun, upgraded, late)] == ["free", "pro", "pro"]
    assert late.fields["seats"] == 4
    assert late.behaviour["plan.upgraded"].said == {"plan": "pro", "note": "Yearly"}
    assert late.behaviour["account.created"].said == {}  # it fills a field, but is not kept


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ({"trial_ends": "2026-12-24"}, "2026-12-24"),
        ({"trial_ends": "2026-12-24T23:30:00+00:00"}, "2026-12-25"),  # the day where the person is
        ({"seats": 3.5}, 3.5), ({"plan": 7}, "7"), ({"plan": "Pro"}, "Pro"), ({"plan": None}, None),
    ],
)  # fmt: skip
def test_a_value_takes_the_form_of_its_field(said: dict[str, Value], kept: Value) -> None:
    """A moment becomes a day, a number a text; nothing at all empties the field."""
    berlin = replace(HERE, config=CONFIG.model_copy(update={"timezone": "Europe/Berlin"}))

    outcome = take_said(new_subscriber(), said, berlin)

    assert outcome.record.fields == {next(iter(said)): kept}
    assert outcome.reasons == ()


@pytest.mark.parametrize(
    "said", [{"trial_ends": "soon"}, {"trial_ends": 5}, {"seats": "many"}, {"seats": True}, {"plan": "x" * 3000},
             {"seats": float("nan")}, {"seats": float("inf")}, {"seats": 2**63}, {"seats": "1" * 1_000_000}],
)  # fmt: skip
def test_a_value_that_fits_no_field_leaves_it_as_it_is(said: dict[str, Value]) -> None:
    """And the log says so, without the value."""
    before = replace(new_subscriber(), fields={"seats": 2, "plan": "free", "trial_ends": "2026-12-01"})

    outcome = take_said(before, said)

    assert outcome.record.fields == before.fields
    (reason,) = outcome.reasons
    assert reason.text.startswith(f"{next(iter(said))} stays as it is: ")
    assert str(next(iter(said.values())))[:8] not in reason.text


def test_a_field_changed_a_thousand_times_in_a_second_holds_the_last() -> None:
    """Events of one second count in the order in which they come."""
    record = new_subscriber()
    for number in range(1000):
        record = take(record, "account.created", NOON + timedelta(microseconds=number), seats=number).record

    assert record.fields["seats"] == 999
    assert record.behaviour["account.created"].count == 1000
    assert len(records.encode(record)) < 600


def test_events_of_1970_and_2100_are_taken() -> None:
    """A time in the future counts as now; one of long ago counts, and fills nothing that is filled."""
    record = take(new_subscriber(), "account.created", NOON, plan="pro").record
    record = take(record, "account.created", datetime(1970, 1, 1, tzinfo=UTC), plan="free").record
    record = take(record, "account.created", datetime(2100, 1, 1, tzinfo=UTC), plan="team").record

    deed = record.behaviour["account.created"]
    assert (deed.count, deed.first, deed.last) == (3, datetime(1970, 1, 1, tzinfo=UTC), NOON)
    assert record.fields["plan"] == "team"


def worst_person() -> Subscriber:
    """Return a person in 32 passes who did 80 things, each 30 times, and said all that is kept each time."""
    record, minutes = new_subscriber(), count()
    run = Run(
        number=9, sequence_hash="0" * 16, step="a_step_with_a_name", started_at=NOON, entered_at=NOON,
        address="kGtnZNfC7J3fCl0X", due_at=NOON, sent=("welcome", "nudge", "news"), counts_from=NOON,
    )  # fmt: skip
    record = replace(record, runs={f"sequence_{number}": run for number in range(MOST_RUNNING)})
    for name in list(EVENTS)[2:]:
        for _ in range(30):
            at = NOON + timedelta(minutes=next(minutes))
            record = take(record, name, at, replace(HERE, now=at), a="ü" * 64, b=1).record
    return record


def test_the_worst_person_keeps_within_the_bounds() -> None:
    """8 kB, 64 events, and no 33rd pass; what goes is told."""
    record = worst_person()

    assert len(record.behaviour) <= MOST_EVENTS
    assert len(records.encode(record)) <= MOST_BYTES + 300  # who it is, and the like
    assert "event.number79" in record.behaviour  # the latest stays
    assert "event.number0" not in record.behaviour
    assert not has_room_for_run(record)
    outcome = take(record, "account.created", NOON + timedelta(days=9))
    assert all("is forgotten" in reason.text for reason in outcome.reasons)


def test_what_a_rule_names_is_forgotten_last() -> None:
    """With more than 64 events, the one goes that no rule names and that is longest ago."""
    record = new_subscriber()
    for number in range(MOST_EVENTS):
        record = take(record, f"event.number{number}", NOON + timedelta(minutes=number)).record
    named = SequenceCatalog(sequences={}, hash="")
    object.__setattr__(named, "named_events", frozenset({"event.number0"}))

    outcome = take_in(named, record, (Occurrence(name="account.created", at=NOON + 5 * HOUR),), HERE)

    assert set(record.behaviour) - set(outcome.record.behaviour) == {"event.number1"}
    assert [reason.about for reason in outcome.reasons] == ["event.number1"]
