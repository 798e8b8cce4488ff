"""While an event is silent nothing happens that rests on its absence; a halted step sends nothing."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Context, Fact
from domain.effects import SendMail
from domain.events import ProductEvent
from domain.house_values import HouseValues, SilentEvent
from onboarding.engine.decide import decide, wake_at
from onboarding.engine.hold_back import find_queued_hold
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import confirmed_person
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, sequence_text

HOUR = timedelta(hours=1)
WAITING = compile_clean(
    sequence_text("  w: {wait: {for: cup.noted, at_most: 3 days}, else: b}\n  a: {send: welcome, go: end}\n"
                  "  b: {send: come_back}\n")
)  # fmt: skip
OUTAGE = NOON + 2 * DAY + 22 * HOUR
"""Two hours before the waits run out."""
HEARD = OUTAGE + 6 * HOUR


def house_at(now: datetime, *, noticed_after: timedelta = 0.5 * HOUR) -> HouseValues:
    """Return the values of the house before, in and after an outage of six hours, which is noticed after a while."""
    if now < OUTAGE + noticed_after:
        return HouseValues()
    heard_at = HEARD if now >= HEARD else None
    return HouseValues(silent={"cup.noted": SilentEvent(since=OUTAGE, heard_at=heard_at)})


def mails_of(
    catalog: SequenceCatalog,
    psid: str,
    told: tuple[datetime, ...] = (),
    *,
    until: datetime = NOON + 6 * DAY,
    house: HouseValues | None = None,
) -> tuple[list[tuple[datetime, str]], list[str]]:
    """Return the mails and sentences of somebody of whom these occurrences are told at last, at :data:`HEARD`."""
    record = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON, psid=psid, timezone="America/Los_Angeles")
    fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=record.consents[TOPIC].address)
    mails: list[tuple[datetime, str]] = []
    sentences: list[str] = []

    def context(now: datetime) -> Context:
        return replace(deciding_context(), now=now, house=house_at(now) if house is None else house)

    outcome = decide(catalog, record, None, (fact,), context(NOON))
    late = [ProductEvent(id=f"{at}", at=at, name="cup.noted") for at in told]
    now = NOON
    while True:
        mails += [(now, effect.template) for effect in outcome.effects if isinstance(effect, SendMail)]
        sentences += [reason.text for reason in outcome.reasons]
        due = wake_at(catalog, outcome.record)
        if late and (due is None or due >= HEARD):
            now = HEARD
            outcome = decide(catalog, outcome.record, late.pop(), (), context(now))
        elif due is None or due > until:
            return mails, sentences
        else:
            now = due
            outcome = decide(catalog, outcome.record, None, (), context(now))


def test_an_outage_of_six_hours_mails_nobody_who_was_there() -> None:
    """200 people used it in the outage and were told late: no mail says that they never came; the others get theirs."""
    wrong, right = [], []
    for number in range(200):
        mails, _ = mails_of(WAITING, f"came {number}", (OUTAGE + HOUR,))
        wrong += [template for _, template in mails if template == "come_back"]
        mails, sentences = mails_of(WAITING, f"never {number}")
        right += mails
        assert sum("nothing was heard of cup.noted since" in sentence for sentence in sentences) == 1

    print(f"\nsilent for six hours: {len(wrong)} mails to 200 who were there, {len(right)} to 200 who were not")  # noqa: T201  shown by make proofs
    assert wrong == []
    assert len(right) == 200
    assert all(at >= HEARD + 6 * HOUR for at, _ in right)
    spread = [at for at, _ in right]
    assert max(spread) - min(spread) > HOUR


@pytest.mark.parametrize(
    ("condition", "held"),
    [
        ("never cup.noted", True),
        ("never box.ordered", False),
        ("cup.noted", True),
        ("tag is not reader", False),
        ("never cup.noted and never box.ordered", True),
        ("never cup.noted or tag is not reader", False),
    ],
)
def test_a_way_stays_only_if_the_silent_event_would_change_it(condition: str, held: bool) -> None:  # noqa: FBT001  a parameter of the table
    """Both ways of a condition can rest on absence; one that is settled by something else does not."""
    steps = f"  i: {{if: {condition}, else: b}}\n  a: {{send: welcome, go: end}}\n  b: {{send: come_back}}\n"
    silent = HouseValues(silent={"cup.noted": SilentEvent(since=NOON - HOUR)})
    mails, sentences = mails_of(compile_clean(sequence_text(steps)), "mia", until=NOON + 5 * HOUR, house=silent)

    assert (mails == []) == held
    assert any(sentence.startswith("i waits: nothing was heard of cup.noted") for sentence in sentences) == held


def test_a_mail_that_waits_for_the_morning_stays_too() -> None:
    """The wait ran out before the silence; what the mail rests on is asked again, and cannot be known."""
    silent = HouseValues(silent={"cup.noted": SilentEvent(since=NOON)})
    steps = "  w: {wait: {for: cup.noted, at_most: 1 day}, else: p}\n  x: {wait: 1 day, go: end}\n"
    catalog = compile_clean(sequence_text(steps + "  p: {wait: 1 day}\n  b: {send: come_back}\n"))
    mails, _ = mails_of(catalog, "mia", until=NOON + 5 * DAY, house=HouseValues())
    assert [template for _, template in mails] == ["come_back"]
    mails, _ = mails_of(catalog, "mia", until=NOON + 5 * DAY, house=silent)
    assert mails == []


def test_a_halted_step_sends_nothing_and_others_do() -> None:
    """Who comes to it waits there, hour by hour; what goes anyway is halted as well."""
    halted = HouseValues(halted={"s/a": NOON})
    catalog = compile_clean(sequence_text("  a: {send: welcome, anyway: true}\n"))
    mails, sentences = mails_of(catalog, "mia", until=NOON + 5 * HOUR, house=halted)

    assert mails == []
    assert sentences[1].startswith("a waits: s/a is halted since")
    other, _ = mails_of(catalog, "mia", house=HouseValues(halted={"s/b": NOON}))
    assert len(other) == 1


def test_a_queued_mail_that_rests_on_the_silent_event_is_held() -> None:
    """It was decided before the silence was known; another event that is silent does not hold it."""
    mails, _ = mails_of(WAITING, "mia", house=HouseValues())
    ((at, template),) = mails
    record = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON, psid="mia", timezone="America/Los_Angeles")
    fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=record.consents[TOPIC].address)
    outcome = decide(WAITING, record, None, (fact,), replace(deciding_context(), now=NOON))
    while not any(isinstance(effect, SendMail) for effect in outcome.effects):
        due = wake_at(WAITING, outcome.record)
        assert due is not None
        outcome = decide(WAITING, outcome.record, None, (), replace(deciding_context(), now=due))
    mail = next(effect for effect in outcome.effects if isinstance(effect, SendMail))
    assert (mail.template, mail.queued_at) == (template, at)

    def hold(event: str) -> str:
        house = HouseValues(silent={event: SilentEvent(since=NOON)})
        context = replace(deciding_context(), now=at + HOUR, house=house)
        return find_queued_hold(WAITING, outcome.record, mail, context)

    assert hold("cup.noted") == "nothing was heard of cup.noted"
    assert hold("box.ordered") == ""
