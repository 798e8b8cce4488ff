"""Mails that once went to the wrong people, and numbers that were wrong: each as a walk through a small sequence."""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from msgspec import structs

from domain.decision import Fact
from domain.effects import SendMail
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from onboarding.engine.behaviour import count_in_pass, happened_in_pass, record_occurrence
from onboarding.engine.decide import decide, refusal_reason, wake_at
from onboarding.language.catalog import SequenceCatalog
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import (
    DAY,
    compile_clean,
    compile_texts,
    confirmed_newcomer,
    onboarding_sentences,
    sent_mails,
    sequence_text,
    simulate_person,
    timed_event,
)

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def walk(
    catalog: SequenceCatalog, record: Subscriber, event: AnyEvent | None, at: datetime, *facts: Fact
) -> tuple[Subscriber, list[tuple[datetime, str]]]:
    """Decide one event at a time, after everything that was due before; return the record and what went out when."""
    mails: list[tuple[datetime, str]] = []

    def take(moment: datetime, happening: AnyEvent | None, *said: Fact) -> None:
        nonlocal record
        outcome = decide(catalog, record, happening, said, structs.replace(deciding_context(), now=moment))
        record = outcome.record
        mails.extend((moment, effect.template) for effect in outcome.effects if isinstance(effect, SendMail))

    while (due := wake_at(catalog, record)) is not None and due < at:
        take(due, None)
    take(at, event, *facts)
    return record, mails


def confirmed_at(record: Subscriber, at: datetime) -> Fact:
    """Return the fact that the person confirmed their topic."""
    return Fact(name="confirmed", at=at, topic=TOPIC, address=record.consents[TOPIC].address)


def ordered(at: datetime) -> ProductEvent:
    """Return an order."""
    return ProductEvent(id=f"box{at}", at=at, name="box.ordered")


def test_a_new_pass_counts_nothing_that_an_earlier_pass_counted() -> None:
    """An order of the first pass brings no thanks in the second; a new one does."""
    steps = "  order: {wait: {for: box.ordered, at_most: 365 days}, else: end}\n  thanks: {send: welcome, go: end}\n"
    catalog = compile_clean(sequence_text(steps))
    record, _ = walk(catalog, confirmed_newcomer(), None, NOON, confirmed_at(confirmed_newcomer(), NOON))

    record, first = walk(catalog, record, ordered(NOON + HOUR), NOON + HOUR)
    again = NOON + 40 * DAY
    record, second = walk(catalog, record, None, again, confirmed_at(record, again))
    record, third = walk(catalog, record, ordered(again + DAY), again + DAY)

    assert [template for _, template in first] == ["welcome"]
    assert second == []
    assert [template for _, template in third] == ["welcome"]


@pytest.mark.parametrize("before", [3, 30])
@pytest.mark.parametrize("within", [2, 19, 25])
def test_a_pass_counts_beyond_what_is_remembered(before: int, within: int) -> None:
    """Of each event the record has the latest 20 occurrences; the count goes on."""
    record = confirmed_newcomer()
    for number in range(before):
        record = record_occurrence(record, "cup.noted", NOON + number * MINUTE, NOON + DAY)
    catalog = compile_clean(
        sequence_text(
            "  cups: {wait: {for: cup.noted, times: 25, at_most: 90 days}, else: end}\n  a: {send: welcome}\n"
        )
    )
    record, _ = walk(catalog, record, None, NOON + DAY, confirmed_at(record, NOON + DAY))
    record = structs.replace(
        record,
        runs={"s": structs.replace(record.runs["s"], status="finished", due_at=None, ended_at=NOON + 2 * DAY)},
    )
    start = NOON + 40 * DAY
    record, _ = walk(catalog, record, None, start, confirmed_at(record, start))
    run = record.runs["s"]
    for number in range(within):
        at = start + number * HOUR
        record = record_occurrence(record, "cup.noted", at, at)

    assert run.number == 2
    assert count_in_pass(record, run, "cup.noted") == within
    assert happened_in_pass(record, run, "cup.noted", within, start + within * HOUR)
    assert not happened_in_pass(record, run, "cup.noted", within, start)
    assert not happened_in_pass(record, run, "cup.noted", within + 1, start + 90 * DAY)


@pytest.mark.parametrize("words", ["no cup.noted for 30 days", "never cup.noted in 30 days"])
def test_absence_needs_acquaintance(words: str) -> None:
    """Of somebody known for a day nobody can say that they stayed away for 30."""
    steps = f"  rest: {{wait: 1 day}}\n  look: {{if: {words}, else: end}}\n  miss: {{send: come_back}}\n"
    soon = compile_clean(sequence_text(steps))
    late = compile_clean(sequence_text(steps.replace("1 day", "31 days")))

    assert [len(sent_mails(simulate_person([], catalog=catalog))) for catalog in (soon, late)] == [0, 1]


NAG = """  try: {wait: {for: cup.noted, at_most: 3 days}, go: end, else: friday}
  friday: {wait: 2 days}
  nag: {send: come_back}
"""


def test_a_mail_behind_a_plain_wait_is_dropped_when_its_reason_goes() -> None:
    """Four days after the start the cup is noted; five days after it nobody is told that there is none."""
    catalog = compile_clean(sequence_text(NAG))

    assert len(sent_mails(simulate_person([], catalog=catalog))) == 1
    moments = simulate_person([timed_event("cup.noted", 4 * DAY)], catalog=catalog)
    assert sent_mails(moments) == []
    assert "come_back is not sent: cup.noted happened meanwhile." in onboarding_sentences(moments)


def test_a_mail_anyway_is_not_asked_again() -> None:
    """The author says that it goes whatever happened."""
    catalog = compile_clean(sequence_text(NAG.replace("come_back}", "come_back, anyway: true}")))

    assert len(sent_mails(simulate_person([timed_event("cup.noted", 4 * DAY)], catalog=catalog))) == 1


OFFER = """  evening: {wait: "22:00 their time"}
  look: {if: never box.ordered, else: end}
  offer: {send: evaluate_order}
"""


def test_a_condition_is_asked_again_after_the_quiet_hours() -> None:
    """The offer waits for the morning; who orders in the night does not get it."""
    catalog = compile_clean(sequence_text(OFFER))
    zone = "Europe/Berlin"

    assert len(sent_mails(simulate_person([], catalog=catalog, timezone=zone))) == 1
    night = timedelta(hours=18, minutes=34)
    moments = simulate_person([timed_event("box.ordered", night)], catalog=catalog, timezone=zone)
    assert sent_mails(moments) == []
    assert "evaluate_order is not sent: “never box.ordered” does not hold any more." in onboarding_sentences(moments)


@pytest.mark.parametrize(
    ("condition", "change", "goes"),
    [
        ("tag is reader", {"tags": ()}, False),
        ("not tag is reader", {"tags": ("reader",)}, True),
        ("tag is reader and weekday is Monday", {"tags": ()}, False),
        ("tag is reader and weekday is Monday", {}, True),
        ("tag is reader or never box.ordered", {"tags": ()}, True),
        ("consent tastings is confirmed or tag is reader", {"tags": ()}, False),
    ],
)
def test_what_was_asked_is_asked_at_the_gate(condition: str, change: dict[str, object], goes: bool) -> None:  # noqa: FBT001  the expected value
    """Fields, tags and consents can change between deciding and handing over; the clock only chose the moment."""
    mails = "  a: {send: welcome, go: end}\n  b: {send: come_back}\n"
    catalog = compile_clean(sequence_text(f"  look: {{if: {condition}, go: a, else: b}}\n{mails}"))
    person = structs.replace(confirmed_newcomer(), tags=("reader",))
    outcome = decide(catalog, person, None, (confirmed_at(person, NOON),), deciding_context())
    (mail,) = (effect for effect in outcome.effects if isinstance(effect, SendMail))

    changed = structs.replace(outcome.record, **change)
    refused = refusal_reason(catalog, changed, mail, NOON + DAY)

    assert (refused == "") is goes


def test_a_mail_that_several_ways_lead_to_goes_while_one_stands() -> None:
    """Both ways end in the same tip: it says nothing about the cup."""
    wait = "  try: {wait: {for: cup.noted, at_most: 3 days}, go: rest, else: rest}\n"
    catalog = compile_clean(sequence_text(f"{wait}  rest: {{wait: 1 day}}\n  tip: {{send: welcome}}\n"))

    moments = simulate_person([timed_event("cup.noted", 3 * DAY + HOUR)], catalog=catalog)

    assert len(sent_mails(moments)) == 1


def test_no_two_mails_come_in_one_moment() -> None:
    """Three sends in a row come a day apart, in two sequences as in one."""
    steps = "  rest: {wait: 3 days}\n  a: {send: welcome}\n  b: {send: come_back}\n  c: {send: evaluate_order}\n"
    one = compile_clean(sequence_text(steps))
    two, _ = compile_texts(sequence_text(steps), sequence_text(steps).replace("sequence: s", "sequence: t"))

    for catalog, count in ((one, 3), (two, 6)):
        times = [moment.at for moment in simulate_person([], catalog=catalog) for _ in moment.mails]
        assert len(times) == count
        assert all(later - earlier >= 20 * HOUR for earlier, later in pairwise(times))


def test_a_goal_after_the_last_step_is_counted() -> None:
    """Reached on day 5 of 30, long after the last mail."""
    catalog = compile_clean(sequence_text("  a: {send: welcome}\n", goal="goal: {event: box.ordered, within: 30 days}"))

    in_time = simulate_person([timed_event("box.ordered", 5 * DAY)], catalog=catalog)
    too_late = simulate_person([timed_event("box.ordered", 31 * DAY)], catalog=catalog)

    assert onboarding_sentences(in_time)[-1] == "s reached its goal after its last step: box.ordered happened."
    assert "goal" not in onboarding_sentences(too_late)[-1]


def test_a_short_wait_makes_short_laps() -> None:
    """A loop of 20 minutes goes round every 20 minutes, and never “without a wait”."""
    steps = (
        "  look: {wait: 20 minutes}\n  again: {if: never cup.noted, go: look, else: done}\n  done: {send: welcome}\n"
    )
    catalog = compile_clean(sequence_text(steps))

    moments = simulate_person([timed_event("cup.noted", 2 * HOUR + MINUTE)], catalog=catalog)

    laps = [moment.at for moment in moments if moment.at <= NOON + 2 * HOUR]
    assert laps == [NOON + number * 20 * MINUTE for number in range(7)]
    assert not any("without a wait" in sentence for sentence in onboarding_sentences(moments))
