"""A request to stop comes before everything else that a message may be."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.record import Consent
from flows.load import compile_flows
from tests.support.flow_person import START, FlowPerson, roomy_config

FLOW = """
flow: tea
start: {words: [tea]}
steps:
  pick: {say: Which tea?, choices: {Green: tell, End the call: bye}, else: bye}
  tell: {say: Tell me more., ask: text, save: tea, else: bye}
  bye: {say: Bye.}
"""
CATALOG = compile_flows({"flows/tea.yaml": FLOW}, roomy_config())[0]


def subscriber(*typed: str) -> FlowPerson:
    """Return somebody who gets the Leaf, after typing this."""
    person = FlowPerson(CATALOG, config=roomy_config())
    consent = Consent(status="confirmed", wording="w", language="en", asked_at=START)
    person.record = replace(person.record, consents={"friday_leaf": consent})
    for text in typed:
        person.type_text(text)
    return person


@pytest.mark.parametrize("typed", [(), ("tea",), ("tea", "green"), ("person",)])
@pytest.mark.parametrize("text", ["Stop. Thank you", "please unsubscribe me", "Ich möchte mich abmelden"])
def test_stop_wins_over_everything(typed: tuple[str, ...], text: str) -> None:
    """Over an open question, a free answer and a handover."""
    person = subscriber(*typed)

    said = person.type_text(text)

    assert (person.consent_status, person.record.conversation) == ("withdrawn", None)
    assert said[0].startswith("Done. You get no more mails")


def test_what_may_be_a_stop_is_asked_about() -> None:
    """One tap ends all mails; the open question stays."""
    person = subscriber("tea")

    said = person.type_text("how do I unsubscribe?")
    step, labels = person.step_name, [reply.label for reply in person.chats[-1].quick_replies]

    assert said == ["Shall I stop all mails? One tap, and they end at once."]
    assert (step, labels, person.consent_status) == (
        "pick",
        ["Stop all mails", "No, keep them", "Pause for 30 days"],
        "confirmed",
    )
    tap = person.chats[-1].quick_replies[0]
    person.tap_payload(tap.payload, tap.label)
    assert person.consent_status == "withdrawn"


@pytest.mark.parametrize(
    ("answer", "status", "step"),
    [
        ("yes", "withdrawn", ""),
        ("ja bitte", "withdrawn", ""),
        ("no", "confirmed", "pick"),
        ("green", "confirmed", "tell"),
    ],
)
def test_the_question_is_answered_by_typing_too(answer: str, status: str, step: str) -> None:
    """A yes stops, a no keeps everything, and anything else answers the question that was open."""
    person = subscriber("tea", "how do I unsubscribe?")

    person.type_text(answer)

    assert (person.consent_status, person.step_name, person.record.invited) == (status, step, "")


def test_the_tap_that_keeps_the_mails_repeats_the_question() -> None:
    """Nothing has changed, and the open question is asked again."""
    person = subscriber("tea", "how do I unsubscribe?")
    tap = person.chats[-1].quick_replies[1]

    assert person.tap_payload(tap.payload, tap.label) == ["Good, everything stays as it is.", "Which tea?"]
    assert person.consent_status == "confirmed"


def test_a_label_of_the_open_question_is_that_label() -> None:
    """“End the call” is a button here, and no end of all mails."""
    person = subscriber("tea")

    assert person.type_text("end the call") == ["Bye."]
    assert person.consent_status == "confirmed"


def test_a_story_that_speaks_of_stopping_is_an_answer_where_no_mails_are_had() -> None:
    """Only who gets mails is asked about them in the middle of a free answer."""
    person = FlowPerson(CATALOG, config=roomy_config())
    for text in ("tea", "green"):
        person.type_text(text)

    assert person.type_text("I cannot say how I would stop drinking it") == ["Bye."]


def test_a_question_in_between_keeps_the_bots_question_open() -> None:
    """Who asks something after “Shall I stop all mails?” is answered, and their yes still stops."""
    person = subscriber("how do I unsubscribe?", "thanks", "what does it cost?")
    labels = [reply.label for reply in person.chats[-1].quick_replies]

    person.type_text("yes")

    assert labels == ["Stop all mails", "No, keep them", "Pause for 30 days"]
    assert (person.consent_status, person.record.stop_asked_at) == ("withdrawn", None)


def test_over_an_open_question_the_bots_question_is_repeated() -> None:
    """A yes then means that one, and not the step's."""
    person = subscriber("tea", "how do I unsubscribe?")

    assert person.type_text("thanks") == ["You're welcome!", "Shall I stop all mails? One tap, and they end at once."]
    person.type_text("yes")
    assert person.consent_status == "withdrawn"


def test_a_day_later_a_yes_stops_nothing() -> None:
    """Nobody remembers the question for longer."""
    person = subscriber("how do I unsubscribe?")
    person.pass_time(timedelta(days=1, minutes=1))

    person.type_text("yes")

    assert person.consent_status == "confirmed"


def test_records_of_an_older_version_still_hold_the_question() -> None:
    """They name it in ``invited``, where it was kept before it had a field of its own."""
    person = subscriber()
    person.record = replace(person.record, invited="do|stop")

    person.type_text("yes")

    assert (person.consent_status, person.record.invited) == ("withdrawn", "")


@pytest.mark.parametrize(("typed", "asked"), [((), True), (("tea",), True), (("tea", "green"), False)])
def test_a_weary_saying_is_asked_about_where_nothing_else_is_meant(typed: tuple[str, ...], *, asked: bool) -> None:
    """“Es reicht” may be the free answer to an open question."""
    person = subscriber(*typed)

    said = person.type_text("es reicht")

    assert (said[0].startswith("Shall I stop"), person.consent_status) == (asked, "confirmed")


@pytest.mark.parametrize(
    ("asked", "typed", "days"),
    [
        (True, "pause for two weeks", 14), (True, "just a break please", 30), (True, "mach zwei Wochen Pause", 14),
        (True, "lieber eine Pause", 30), (True, "pause 10 days", 10), (True, "pause for a month", 30),
        (False, "pause the mails for 3 weeks", 21), (False, "bitte die Mails einen Monat pausieren", 30),
        (False, "pause for two weeks", 14), (False, "Mach eine Woche Pause", 7), (False, "pause for 900 days", 366),
        (False, "I need a break for a week", None), (False, "don't pause my mails", None), (False, "keine Pause", None),
        (False, "do you have a coffee break?", None), (True, "no pause", None),
    ],
)  # fmt: skip
def test_a_pause_is_less_than_a_stop(asked: bool, typed: str, days: int | None) -> None:  # noqa: FBT001  a row of a table
    """Mails wait for the time that was said, the consent stays, and the ledger says so."""
    person = subscriber("how do I unsubscribe?") if asked else subscriber()

    said = person.type_text(typed)

    until = person.record.mails_paused_until
    assert until == (None if days is None else START + timedelta(days=days))
    assert person.consent_status == "confirmed"
    assert ("your mails wait until" in said[0]) is (days is not None)


def test_the_pause_has_a_button_and_stays_out_of_open_questions() -> None:
    """A tap pauses for 30 days; where a free text is asked for, the word is an answer."""
    person = subscriber("how do I unsubscribe?")
    tap = person.chats[-1].quick_replies[2]
    assert person.tap_payload(tap.payload, tap.label)[0].startswith("All right, your mails wait until 22 December 2026")
    assert person.record.stop_asked_at is None
    writing = subscriber("tea", "green")
    writing.type_text("pause for two weeks")
    assert (writing.record.mails_paused_until, writing.record.fields.get("tea")) == (None, "pause for two weeks")
