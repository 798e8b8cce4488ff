from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome
from domain.deeds import make_deed
from domain.effects import Count, SendMail
from domain.events import AnyEvent, ProductEvent, Unsubscribed
from domain.record import Subscriber
from domain.workspace_config import SafetyLimits
from language.zones import zone_or_default
from onboarding.engine.behaviour import happened_in_pass, record_occurrence
from onboarding.engine.decide import decide, refusal_reason, wake_at
from onboarding.engine.mail_hours.quiet_hours import is_quiet
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import confirmed_person
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import CATALOG, DAY, NAME, SHIPPED, compile_clean, confirmed_newcomer, sequence_text

HOUR = timedelta(hours=1)


def confirmed(record: Subscriber, at: datetime = NOON) -> Fact:
    """Return the fact that the person confirmed their topic."""
    return Fact(name="confirmed", at=at, topic=TOPIC, address=record.consents[TOPIC].address)


def start(
    record: Subscriber | None = None, *, catalog: SequenceCatalog = CATALOG, after: timedelta = timedelta(0)
) -> Outcome:
    """Return what confirming brings."""
    known = record or confirmed_newcomer()
    return decide(catalog, known, None, (confirmed(known),), deciding_context(after=after))


def mail_of(outcome: Outcome) -> SendMail:
    """Return the one mail of an outcome."""
    (mail,) = (effect for effect in outcome.effects if isinstance(effect, SendMail))
    return mail


def cup(after: timedelta, name: str = "cup.noted") -> ProductEvent:
    """Return something noted some time after noon."""
    return ProductEvent(id=f"{name}{after}", at=NOON + after, name=name)


def test_confirming_brings_the_welcome_at_once() -> None:
    """The first mail leaves in the moment of confirmation, named by person, pass and step."""
    outcome = start()
    record = outcome.record

    assert outcome.effects == (
        Count(name="started:tasting_book"),
        SendMail(
            id=KEYS.send_id(record.id, NAME, "1", "welcome"), template="welcome",
            address=record.consents[TOPIC].address, lane="marketing", language="en", queued_at=NOON, topic=TOPIC,
            sequence=NAME, run=1, step="welcome", variables={"cups": 0},
        ),
    )  # fmt: skip
    assert wake_at(CATALOG, record) == NOON + 3 * DAY
    assert (record.runs[NAME].step, record.runs[NAME].sent) == ("first_cup", ("welcome",))


def test_a_person_who_already_used_it_is_not_blank() -> None:
    """Cups noted before the confirmation count: the way leads on at once."""
    known = record_occurrence(confirmed_newcomer(), "cup.noted", NOON - 10 * DAY, NOON)

    assert start(known).record.runs[NAME].step == "real_use"


def test_confirming_twice_changes_only_the_address() -> None:
    """While a pass runs, another confirmation brings no second welcome."""
    running = start().record
    again = Fact(name="confirmed", at=NOON, topic=TOPIC, address="another")

    outcome = decide(CATALOG, running, None, (again,), deciding_context(after=HOUR))

    assert outcome.effects == ()
    assert outcome.record.runs == {NAME: structs.replace(running.runs[NAME], address="another")}


@pytest.mark.parametrize(("days", "number", "mails"), [(29, 1, 0), (31, 2, 1)])
def test_a_new_pass_needs_thirty_days(days: int, number: int, mails: int) -> None:
    """Who comes back soon is not welcomed again; after thirty days a new pass begins."""
    first = start().record
    ended = structs.replace(first.runs[NAME], status="left", due_at=None, ended_at=NOON)
    record = structs.replace(first, runs={NAME: ended})

    outcome = start(record, after=days * DAY)

    assert outcome.record.runs[NAME].number == number
    assert sum(isinstance(effect, SendMail) for effect in outcome.effects) == mails
    assert outcome.reasons[0].text in {
        "tasting_book does not start again: its last pass was less than 30 days ago.",
        "tasting_book starts: friday_leaf was confirmed.",
    }


def test_no_mail_is_decided_without_a_confirmed_consent() -> None:
    """A consent that is no longer confirmed ends the pass, even if nobody told of a withdrawal."""
    running = start().record
    agreed = structs.replace(running.consents[TOPIC], status="agreed")

    outcome = decide(
        CATALOG, structs.replace(running, consents={TOPIC: agreed}), None, (), deciding_context(after=3 * DAY)
    )

    assert outcome.effects == (Count(name="left:tasting_book"),)
    assert [one.text for one in outcome.reasons] == ["tasting_book is left: friday_leaf is not confirmed."]


def test_an_event_told_late_beats_a_wait_that_is_over() -> None:
    """What happened before the deadline counts, although the wait is decided after it."""
    running = start().record

    in_time = decide(CATALOG, running, cup(3 * DAY), (), deciding_context(after=3 * DAY + HOUR))
    too_late = decide(CATALOG, running, cup(3 * DAY + HOUR), (), deciding_context(after=3 * DAY + HOUR))

    assert [outcome.record.runs[NAME].step for outcome in (in_time, too_late)] == ["real_use", "real_use"]
    assert [outcome.reasons[0].step for outcome in (in_time, too_late)] == ["real_use", "come_back"]
    assert too_late.reasons[0].text == "come_back is not sent: cup.noted happened meanwhile."


def test_an_order_from_before_the_start_is_no_goal() -> None:
    """Only what happens from the start of the pass on, by its own time, reaches the goal."""
    running = start().record

    before = decide(CATALOG, running, cup(-HOUR, "box.ordered"), (), deciding_context(after=HOUR))
    after = decide(CATALOG, running, cup(timedelta(0), "box.ordered"), (), deciding_context(after=HOUR))

    assert [outcome.record.runs[NAME].status for outcome in (before, after)] == ["running", "goal"]


def test_a_flow_can_tell_an_event_too() -> None:
    """A declared event that a flow records counts like one of the product."""
    told = Fact(name="cup.noted", at=NOON)

    assert decide(CATALOG, start().record, None, (told,), deciding_context()).record.runs[NAME].step == "real_use"


def test_an_undeclared_event_changes_nothing() -> None:
    """Events that the workspace does not declare are not kept."""
    running = start().record

    assert decide(CATALOG, running, cup(HOUR, "tea.spilt"), (), deciding_context(after=HOUR)) == Outcome(record=running)


def test_a_changed_sequence_goes_on_at_the_same_step() -> None:
    """A new version is taken over where the person stands; a step that is gone ends the pass."""
    running = start().record
    longer = compile_clean(SHIPPED.replace("at_most: 3 days", "at_most: 5 days"))
    other = compile_clean(SHIPPED.replace("first_cup:", "opening_cup:"))

    kept = decide(longer, running, None, (), deciding_context(after=HOUR)).record
    lost = decide(other, running, None, (), deciding_context(after=HOUR))
    gone = decide(compile_clean(), running, None, (), deciding_context(after=HOUR))

    assert (wake_at(longer, kept), kept.runs[NAME].sequence_hash) == (NOON + 5 * DAY, longer.sequences[NAME].hash)
    assert [one.text for one in (*lost.reasons, *gone.reasons)] == [
        "tasting_book is left: its new version has no step first_cup.",
        "tasting_book is left: the workspace no longer has it.",
    ]


def test_a_circle_without_a_wait_cannot_hold_a_process() -> None:
    """A catalog that was never checked goes round once, and on in an hour."""
    steps = "  one: {send: one}\n  two: {wait: {for: cup.noted, at_most: 1 day}, else: end}\n"
    straight = compile_clean(sequence_text(steps)).sequences["s"]
    bent = replace(straight, steps={**straight.steps, "two": replace(straight.steps["two"], next_step="one")})
    catalog = SequenceCatalog(sequences={"s": bent}, hash="")

    outcome = start(record_occurrence(confirmed_newcomer(), "cup.noted", NOON, NOON), catalog=catalog)

    assert mail_of(outcome).step == "one"
    assert wake_at(catalog, outcome.record) == NOON + HOUR
    assert outcome.reasons[-1].text == "one goes round without a wait; it goes on in an hour."


def test_a_mail_of_a_pass_that_ended_well_still_goes() -> None:
    """The last mail of a sequence is not stopped by its end."""
    catalog = compile_clean(sequence_text("  bye: {send: bye}\n"))
    outcome = start(catalog=catalog)

    assert outcome.record.runs["s"].status == "finished"
    assert refusal_reason(catalog, outcome.record, mail_of(outcome), NOON) == ""


def _ordered(record: Subscriber) -> Subscriber:
    return record_occurrence(record, "box.ordered", NOON + HOUR, NOON + HOUR)


def _left(record: Subscriber) -> Subscriber:
    return structs.replace(record, runs={NAME: structs.replace(record.runs[NAME], status="left")})


def _withdrawn(record: Subscriber) -> Subscriber:
    return decisions.withdraw_consent(record, TOPIC, deciding_context(), how="page").record


def _another_pass(record: Subscriber) -> Subscriber:
    return structs.replace(record, runs={NAME: structs.replace(record.runs[NAME], number=2)})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda record: record, ""),
        (_ordered, "the goal of tasting_book was reached"),
        (_left, "the person left tasting_book"),
        (_withdrawn, "the person left tasting_book"),
        (_another_pass, "tasting_book is in another pass by now"),
        (lambda record: record_occurrence(record, "cup.noted", NOON, NOON), "cup.noted happened meanwhile"),
    ],
)
def test_the_gate_asks_again_at_the_moment_of_sending(change: object, reason: str) -> None:
    """A come-back mail on its way is stopped by whatever made it wrong since."""
    assert callable(change)
    outcome = decide(CATALOG, start().record, None, (), deciding_context(after=3 * DAY))

    assert refusal_reason(CATALOG, change(outcome.record), mail_of(outcome), NOON + 3 * DAY) == reason


def test_the_gate_knows_what_the_workspace_still_has_and_what_has_waited_too_long() -> None:
    """Mails of a vanished step, and mails that could not be sent for a week, do not go; other mail is none of its."""
    outcome = start()
    mail = mail_of(outcome)

    assert refusal_reason(compile_clean(), outcome.record, mail, NOON) == "tasting_book no longer has the step welcome"
    assert refusal_reason(CATALOG, outcome.record, mail, NOON + 8 * DAY) == "it could not be sent for 7 days"
    paused = structs.replace(outcome.record, mails_paused_until=NOON + 30 * DAY)
    assert refusal_reason(CATALOG, paused, mail, NOON + 33 * DAY) == ""
    assert refusal_reason(CATALOG, paused, mail, NOON + 38 * DAY) == "it could not be sent for 7 days"
    assert refusal_reason(CATALOG, outcome.record, structs.replace(mail, sequence="", lane="transactional"), NOON) == ""


def test_late_events_are_put_in_their_place() -> None:
    """Occurrences stand in the order of their own time, and none lies in the future."""
    record = confirmed_newcomer()
    for at in (NOON - 2 * HOUR, NOON - 3 * HOUR, NOON + DAY):
        record = record_occurrence(record, "cup.noted", at, NOON)

    recent = (NOON - 3 * HOUR, NOON - 2 * HOUR, NOON)
    assert record.behaviour == {"cup.noted": make_deed(count=3, first=recent[0], last=NOON, recent=recent)}
    run = start().record.runs[NAME]
    assert [happened_in_pass(record, run, "cup.noted", times, NOON - 2 * HOUR) for times in (1, 2, 3)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("quiet_from", "quiet_until", "quiet"),
    [(20, 8, {20, 23, 0, 7}), (0, 6, {0, 5}), (22, 24, {22, 23}), (0, 0, set()), (8, 8, set())],
)
def test_quiet_hours_can_pass_midnight(quiet_from: int, quiet_until: int, quiet: set[int]) -> None:
    """The first hour is quiet and the last is not; the same hour twice means none are."""
    limits = SafetyLimits(quiet_from=quiet_from, quiet_until=quiet_until)
    utc = zone_or_default("UTC", "")
    hours = {hour for hour in range(24) if is_quiet(NOON.replace(hour=hour), utc, limits)}

    assert hours >= quiet
    assert len(hours) == (quiet_until - quiet_from) % 24


def test_a_split_is_stable_and_near_its_weights() -> None:
    """Over many people the parts come out as written, and each person always has the same part."""
    catalog = compile_clean(sequence_text("  one: {send: {a: 70%, b: 20%, c: 10%}}\n"))

    def choose(number: int) -> str:
        person = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON, psid=str(number))
        return mail_of(start(person, catalog=catalog)).template

    templates = [choose(number) for number in range(2000)]

    assert templates[:50] == [choose(number) for number in range(50)]
    parts = Counter(templates)
    assert [abs(parts[name] / 2000 - part) < 0.03 for name, part in (("a", 0.7), ("b", 0.2), ("c", 0.1))] == [True] * 3


EVENTS = st.one_of(
    st.none(),
    st.builds(
        lambda name, back: (name, back),
        st.sampled_from(["cup.noted", "box.ordered", "tea.spilt"]),
        st.integers(-48, 2000),
    ),
    st.just("unsubscribe"),
    st.just("confirm"),
)
LOOPING = compile_clean(
    sequence_text(
        "  hi: {send: hi}\n  on: {wait: Sunday 02:30 their time}\n"
        "  ask: {if: cup.noted in 3 days, else: rest}\n"
        "  yes: {send: {a: 50%, b: 50%}, go: end}\n  rest: {wait: {for: cup.noted, times: 4, at_most: 2 days}}\n"
    )
)


@settings(max_examples=150)
@given(
    catalog=st.sampled_from([CATALOG, LOOPING]),
    story=st.lists(st.tuples(st.integers(0, 400), EVENTS), max_size=25),
    timezone=st.sampled_from(["", "Asia/Tokyo", "America/St_Johns", "Mars"]),
    first_hour=st.integers(0, 8760),
)
def test_whatever_happens_nobody_gets_what_they_should_not(
    catalog: SequenceCatalog, story: list[tuple[int, object]], timezone: str, first_hour: int
) -> None:
    """No error, no mail twice, none without consent or after the goal or at night, and every wake lies ahead."""
    now = NOON + timedelta(hours=first_hour)
    record = confirmed_newcomer(timezone=timezone)
    sent: dict[str, SendMail] = {}
    for hours, what in story:
        now += timedelta(hours=hours)
        record, facts, event = _happens(record, what, structs.replace(deciding_context(), now=now))
        outcome = decide(catalog, record, event, facts, structs.replace(deciding_context(), now=now))
        record = outcome.record
        wake = wake_at(catalog, record)
        assert wake is None or wake > now
        for mail in (effect for effect in outcome.effects if isinstance(effect, SendMail)):
            assert mail.id not in sent
            sent[mail.id] = mail
            run = record.runs[mail.sequence]
            assert record.consents[TOPIC].status == "confirmed"
            assert run.status in {"running", "finished"}
            assert refusal_reason(catalog, record, mail, now) == ""
            zone = zone_or_default(timezone, SHIPPED_CONFIG.timezone)
            assert now == run.started_at or not is_quiet(now, zone, SHIPPED_CONFIG.limits)


def _happens(record: Subscriber, what: object, known: Context) -> tuple[Subscriber, tuple[Fact, ...], AnyEvent | None]:
    if what == "unsubscribe":
        event = Unsubscribed(id="u", at=known.now)
        outcome = decisions.apply_event(record, event, known)
        return outcome.record, outcome.facts, event
    if what == "confirm":
        again = structs.replace(record.consents[TOPIC], status="confirmed", confirmed_at=known.now)
        return structs.replace(record, consents={TOPIC: again}), (confirmed(record, known.now),), None
    if isinstance(what, tuple):
        name, back = what
        return record, (), ProductEvent(id="p", at=known.now - timedelta(hours=back), name=name)
    return record, (), None
