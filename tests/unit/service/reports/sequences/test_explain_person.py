"""The explanation of a person: what holds a mail, what took its room, and why a sequence has not begun."""

from datetime import datetime

from msgspec import structs

from service.engine.build_commit import HistoryLine
from service.reports.sequences.explain_person import PersonStory, SequenceStanding
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, confirmed_newcomer
from tests.unit.onboarding.engine.test_mails_together import HOUR, Person, config_with, started_by

TIP = "  tip: {send: come_back}\n"


def explain(person: Person, now: datetime) -> dict[str, SequenceStanding]:
    """Return what is said of a person, by sequence."""
    story = PersonStory(
        record=person.record,
        history=[HistoryLine(at=at, events=(), reasons=why, sends=sends) for at, why, sends in person.history],
        context=structs.replace(deciding_context(), now=now, config=person.config),
    )
    return {one.sequence: one for one in story.explain(person.catalog, list(person.catalog.sequences))}


def test_a_mail_that_waits_names_the_mails_before_it() -> None:
    """The cap, the two mails that fill it, and when there is room."""
    a = started_by("cup.noted", "a", "  one: {send: welcome}\n  rest: {wait: 1 day}\n  two: {send: evaluate_order}\n")
    catalog = compile_clean(a, started_by("box.ordered", "b", TIP))
    person = Person(catalog, config_with("1 in 20 hours", "2 in 7 days"))
    person.do("cup.noted", NOON)
    person.do("box.ordered", NOON + 2 * DAY)

    said = explain(person, NOON + 2 * DAY + HOUR)

    held = said["b"]
    assert (held.step, held.next_mail, held.next_at) == ("tip", "come_back", NOON + 7 * DAY)
    assert held.until == NOON + 7 * DAY
    assert held.waits_for == "when there is room again (2 in 7 days)"
    assert [(mail.template, mail.at) for mail in held.taken_by] == [
        ("welcome", NOON), ("evaluate_order", NOON + DAY),
    ]  # fmt: skip
    assert (said["a"].state, said["a"].began_because) == ("finished", "cup.noted happened")


def test_why_a_sequence_has_not_begun() -> None:
    """Nothing happened, the person is not among those who begin, or the consent is missing."""
    readers = started_by("cup.noted", "readers", TIP, "if: tag is reader")
    person = Person(compile_clean(readers, started_by("box.ordered", "buyers", TIP)), config_with())
    person.do("cup.noted", NOON)

    said = explain(person, NOON + HOUR)
    person.record = structs.replace(confirmed_newcomer(), consents={})
    strangers = explain(person, NOON + HOUR)

    assert said["readers"].not_begun_because == "“tag is reader” does not hold"
    assert said["buyers"].not_begun_because == "it begins with box.ordered, which has not happened"
    assert strangers["buyers"].not_begun_because == f"{TOPIC} is not confirmed"


def test_what_the_next_mail_rests_on() -> None:
    """The wait that has to run out, and the condition on the way; a mail with “anyway” rests on nothing."""
    steps = (
        "  try: {wait: {for: box.ordered, at_most: 3 days}, else: asked, go: end}\n"
        "  asked: {if: tag is reader, else: tip}\n  yes: {send: welcome, go: end}\n"
    )
    catalog = compile_clean(
        started_by("cup.noted", "a", steps + TIP),
        started_by("cup.noted", "b", steps + TIP.replace("}", ", anyway: true}")),
    )
    person = Person(catalog, config_with())
    person.do("cup.noted", NOON)

    said = explain(person, NOON + HOUR)

    assert (said["a"].step, said["a"].next_mail) == ("try", "come_back")
    assert said["a"].if_still == ("not: tag is reader", "no box.ordered")
    assert said["b"].if_still == ()


def test_who_is_held_out_is_told_so() -> None:
    """They walk through it, and no mail is next."""
    person = Person(compile_clean(started_by("cup.noted", "a", "  rest: {wait: 1 day}\n" + TIP)), config_with())
    person.do("cup.noted", NOON)
    person.record = structs.replace(person.record, runs={"a": structs.replace(person.record.runs["a"], withheld=())})

    said = explain(person, NOON + HOUR)["a"]

    assert (said.held_out, said.next_mail) == (True, "")


def test_a_wait_for_a_condition_is_told_with_its_end() -> None:
    """Not with the moment at which time alone could change it; the next mail rests on it."""
    steps = "  w: {wait: {when: no box.ordered for 2 days, at_most: 9 days}, else: end}\n" + TIP
    person = Person(compile_clean(started_by("cup.noted", "s", steps)), config_with())
    person.do("box.ordered", NOON)
    person.do("cup.noted", NOON + HOUR)

    said = explain(person, NOON + 2 * HOUR)["s"]

    assert (said.step, said.until) == ("w", NOON + HOUR + 9 * DAY)
    assert person.record.runs["s"].due_at == NOON + 2 * DAY
    assert (said.next_mail, said.if_still) == ("come_back", ("no box.ordered for 2 days",))
