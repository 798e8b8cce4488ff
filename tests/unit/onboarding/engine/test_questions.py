"""Questions in mails: asked, answered by a press, answered anew, not answered, and not asked too often."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.effects import CallHook, SendMail
from domain.events import ChoiceAnswered
from domain.questions.question_state import CHOICES, question_state
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.decide import wake_at
from tests.support.people import NOON
from tests.support.sequence_people import DAY
from tests.unit.onboarding.engine import test_acts
from tests.unit.onboarding.engine.test_acts import CONFIG, HEAD, HOUR, Person

ASKING = (
    "  still: {send: come_back, choices: {Keep me: stay, Take me off: off}, at_most: 14 days, else: late, save: city}\n"
    "  stay: {tag: guest}\n  rest: {wait: 30 days, go: end}\n  off: {tag: lead, go: end}\n  late: {tag: reader}\n"
)
SCALE = (
    "  score: {send: come_back, choices: {0 to 6: talk, 7 to 10: thanks}, at_most: 7 days, else: end,"
    " save: lead_score}\n  talk: {tag: lead, go: end}\n  thanks: {tag: guest, go: end}\n"
)
MINUTE = timedelta(minutes=1)


def answer(person: Person, number: int, after: timedelta, send: str = "") -> None:
    """Press the button under an answer."""
    asked = send or person.found(SendMail)[0].id
    person.take(after, ChoiceAnswered(id=f"{number}{after}", at=NOON + after, send=asked, number=number))


def asked_person(steps: str = ASKING) -> Person:
    """Return somebody who has just been asked."""
    person = Person(steps)
    person.confirm()
    return person


def test_the_mail_brings_its_answers_and_the_run_waits() -> None:
    """The mail holds the labels; the run waits up to the end of the time to answer."""
    person = asked_person()

    (mail,) = person.found(SendMail)
    assert mail.variables[CHOICES] == "Keep me\nTake me off"
    assert wake_at(person.catalog, person.record) == NOON + 14 * DAY
    assert person.record.questioned_at == NOON


def test_hooks_hear_of_an_answer_and_of_a_changed_one() -> None:
    """Of the step that was answered, each time under another id; the same answer again is no news."""
    person = asked_person()
    for number, after in ((0, DAY), (0, DAY + MINUTE), (1, DAY + 2 * MINUTE)):
        answer(person, number, after)

    told = [call for call in person.found(CallHook) if call.kind == "answered"]
    assert [(call.hook, call.sequence, call.step, call.at - NOON) for call in told] == [
        ("crm", "s0", "still", DAY), ("crm", "s0", "still", DAY + 2 * MINUTE),
    ]  # fmt: skip
    assert len({call.id for call in told}) == 2


def test_an_answer_leads_its_way_and_is_kept() -> None:
    """The run goes on at the step of the answer, which a field keeps; the log does not say which it was."""
    person = asked_person()

    answer(person, 1, DAY)

    assert person.record.tags == ("lead",)
    assert person.record.fields["city"] == "Take me off"
    assert not any("Take me off" in sentence for sentence in person.sentences)


def test_silence_leads_the_other_way() -> None:
    """Without an answer the step's else follows, and an answer after that changes nothing."""
    person = asked_person()

    person.take(15 * DAY)
    answer(person, 0, 16 * DAY)

    assert (person.record.tags, "city" in person.record.fields) == (("reader",), False)


def test_a_number_of_a_scale_is_kept_as_a_number() -> None:
    """A scale has an answer for each number."""
    person = asked_person(SCALE)

    answer(person, 9, DAY)

    assert (person.record.tags, person.record.fields["lead_score"]) == (("guest",), 9)


@pytest.mark.parametrize(("later", "kept"), [(59 * MINUTE, "Take me off"), (61 * MINUTE, "Keep me")])
def test_another_answer_within_an_hour_replaces_the_first(later: timedelta, kept: str) -> None:
    """Up to an hour later, if no mail has left since; after that the first one counts."""
    person = asked_person()

    answer(person, 0, HOUR)
    answer(person, 1, HOUR + later)

    assert person.record.fields["city"] == kept


def test_an_answer_is_not_replaced_after_another_mail() -> None:
    """What the first answer brought about cannot be taken back."""
    person = asked_person(ASKING.replace("stay: {tag: guest}", "stay: {send: welcome, anyway: true}"))
    sent = person.record.runs["s0"]
    moved = replace(sent, sent=("still", "stay"))

    answer(person, 0, HOUR)
    person.record = replace(person.record, runs={"s0": replace(person.record.runs["s0"], sent=moved.sent)})
    answer(person, 1, HOUR + MINUTE)

    assert person.record.fields["city"] == "Keep me"


def test_answers_that_nobody_can_give_change_nothing() -> None:
    """A place that the mail does not have, and a mail that asked nothing."""
    person = asked_person()
    before = person.record

    answer(person, 2, HOUR)
    answer(person, 0, HOUR, send="another")

    assert person.record == before
    assert question_state(before, person.found(SendMail)[0].id, 2, NOON) == "unknown"


def test_a_reply_to_a_mail_is_an_event_that_every_workspace_has() -> None:
    """It needs no line in doorstep.yaml; waits, exits and conditions know it."""
    person = Person(
        "  a: {wait: 9 days}\n  b: {if: mail.replied, else: end}\n  c: {tag: lead}\n",
        head=f"{HEAD}\nexit: mail.replied",
    )
    waiting = Person("  a: {wait: {for: mail.replied, at_most: 9 days}, else: end}\n  b: {tag: guest}\n")
    for one in (person, waiting):
        one.confirm()
        one.did("mail.replied", DAY)

    assert (person.record.runs["s0"].status, person.record.tags) == ("left", ())
    assert waiting.record.tags == ("guest",)
    assert "mail.replied" not in list(CONFIG.events)


def test_answers_are_shown_in_the_persons_language_and_kept_in_one() -> None:
    """Conditions and ways know the label of the file only."""
    person = Person(ASKING.replace("save: city", "save: city, labels: {de: {Keep me: Ich bleibe}}"))
    person.record = replace(person.record, language="de")
    person.confirm()

    (mail,) = person.found(SendMail)
    asked = person.record.runs["s0"].question
    assert mail.variables[CHOICES] == "Ich bleibe\nTake me off"
    assert asked is not None
    assert (asked.labels, asked.shown_labels) == (("Keep me", "Take me off"), ("Ich bleibe", "Take me off"))
    answer(person, 0, HOUR)
    assert (person.record.fields["city"], person.record.tags) == ("Keep me", ("guest",))


def test_own_words_are_kept_behind_the_answer_they_belong_to() -> None:
    """In the field of the step, cut, and only while the question could be answered; the log does not hold them."""
    person = Person(ASKING.replace("save: city", "free: city"))
    person.confirm()
    send = person.found(SendMail)[0].id

    def add(number: int, text: str, after: timedelta) -> None:
        event_id = f"{text[:9]}{after}"
        person.take(after, ChoiceAnswered(id=event_id, at=NOON + after, send=send, number=number, text=text))

    add(0, "too early", HOUR)
    answer(person, 0, 2 * HOUR)
    add(1, "not mine", 3 * HOUR)
    assert "city" not in person.record.fields
    add(0, "more " * 300, 4 * HOUR)
    assert person.record.fields["city"] == ("more " * 300)[:1000]
    add(0, "too late", 15 * DAY)
    assert str(person.record.fields["city"]).startswith("more")
    assert not any("more more" in sentence for sentence in person.sentences)


def test_a_hook_hears_that_somebody_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each answer, with the step that asked, and again for the answer that takes its place."""
    crm = CONFIG.hooks["crm"].model_copy(update={"events": ["answered"]})
    written = CONFIG.model_dump(by_alias=True)
    told = WorkspaceConfig.model_validate(written | {"hooks": {**written["hooks"], "crm": crm.model_dump()}})
    monkeypatch.setattr(test_acts, "CONFIG", told)
    person = asked_person()

    answer(person, 0, HOUR)
    answer(person, 0, HOUR + MINUTE)
    answer(person, 1, HOUR + 2 * MINUTE)

    calls = person.found(CallHook)
    assert [(call.kind, call.step, call.fields) for call in calls] == [
        ("answered", "still", {"city": "Keep me"}),
        ("answered", "still", {"city": "Take me off"}),
    ]
    assert len({call.id for call in calls}) == 2


def test_nobody_is_asked_twice_within_the_time() -> None:
    """A second question within 30 days is skipped with its reason, and silence about it is not held against anybody."""
    person = Person(ASKING, ASKING.replace("still", "again"))

    person.confirm()
    person.take(20 * DAY)

    assert len(person.found(SendMail)) == 1
    assert "come_back is not sent: they were asked something within 30 days." in person.sentences
    assert person.record.runs["s1"].status == "finished"


@pytest.mark.parametrize(("later", "kept"), [(59 * MINUTE, "Keep me"), (61 * MINUTE, "Take me off")])
def test_an_answer_that_led_to_the_end_can_be_changed_as_well(later: timedelta, kept: str) -> None:
    """The pass goes on from its question; after an hour, and where another pass began, the first answer counts."""
    person = asked_person(ASKING.replace("Take me off: off", "Take me off: end"))

    answer(person, 1, HOUR)
    assert person.record.runs["s0"].status == "finished"
    answer(person, 0, HOUR + later)

    assert person.record.fields["city"] == kept
    assert (person.record.tags, person.record.runs["s0"].status) == (
        (("guest",), "running") if kept == "Keep me" else ((), "finished")
    )
    assert wake_at(person.catalog, person.record) == (NOON + HOUR + later + 30 * DAY if kept == "Keep me" else None)
