from datetime import timedelta

import pytest

from domain.events import Message
from domain.record import Value
from tests.support.flow_person import FlowPerson, person_for_steps


def person_asked(ask: str, save: str = "", more: str = "") -> FlowPerson:
    """Return a person whom a flow has asked one question."""
    kept = f"    save: {save}\n" if save else ""
    ends = "  yes:\n    say: Fine.\n    go: end\n  no:\n    say: Pity.\n    go: end\n"
    person = person_for_steps(f"  q:\n    say: Well?\n    ask: {ask}\n{kept}{more}    else: no\n{ends}")
    person.type_text("go now")
    return person


@pytest.mark.parametrize(
    ("ask", "save", "answer", "kept"),
    [
        ("{for: number, from: 1, to: 8}", "seats", "four", 4),
        ("date", "day", "tomorrow", "2026-11-23"),
        ("{for: moment, from: today 14:00, to: in 60 days 20:30, open: false}", "tasting_at", "tomorrow at 7",
         "2026-11-23T19:00:00+01:00"),
        ("yes_no", "agreed", "sure", True),
        ("rating", "points", "⭐⭐⭐⭐", 4),
        ("{for: text, pattern: '[A-Z]{3}'}", "tea", "EGB", "EGB"),
        ("text", "tea", "  any   old tea ", "any old tea"),
        ("phone", "tea", "0170 1234567", "+491701234567"),
        ("email", "tea", "it's mia@example.com", "mia@example.com"),
    ],
)  # fmt: skip
def test_an_answer_is_kept_by_its_type(ask: str, save: str, answer: str, kept: Value) -> None:
    """The step's field holds the value, and the flow goes on."""
    person = person_asked(ask, save)

    assert person.type_text(answer) == ["Fine."]
    assert person.record.fields[save] == kept


def test_a_no_takes_the_other_way_and_is_kept() -> None:
    """yes_no: go on yes, else on no."""
    person = person_asked("yes_no", "agreed")

    assert person.chip_labels == ["Yes", "No"]
    assert person.tap_label("No") == ["Pity."]
    assert person.record.fields["agreed"] is False


def test_what_does_not_fit_is_told_what_would() -> None:
    """The built-in reply names the range; after the tries the way out is taken."""
    person = person_asked("{for: number, from: 4, to: 8}", "seats", "    tries: 2\n")

    assert person.type_text("2") == ["I need one number here, say 4 to 8."]
    assert person.type_text("lots") == ["Pity."]
    assert "seats" not in person.record.fields


def test_the_own_retry_text_counts_first() -> None:
    """``again`` is said instead, except where only the bot can say which two things it doubts between."""
    person = person_asked("time", "", '    again: "Once more, please."\n    tries: 5\n')

    assert person.type_text("some day") == ["Once more, please."]
    assert person.type_text("at seven") == ["I want to be sure: 07:00 or 19:00?"]
    assert person.type_text("in the evening") == ["Fine."]


def test_half_an_answer_is_no_try() -> None:
    """The day first, the time then."""
    person = person_asked("{for: moment, open: false}", "tasting_at", '    again: "Hm?"\n    tries: 1\n')

    assert person.type_text("on friday") == ["And at what time? Something like 19:00."]
    assert person.type_text("6pm") == ["Fine."]
    assert person.record.fields["tasting_at"] == "2026-11-27T18:00:00+01:00"


def test_what_is_closed_is_told_the_hours_and_a_time_that_a_yes_takes() -> None:
    """Whatever the flow's own retry text is; the workspace is open from Tuesday to Saturday, 11:00 to 18:00."""
    person = person_asked("{for: moment, from: tomorrow}", "tasting_at", '    again: "Hm?"\n')

    assert person.type_text("sunday at 3 am") == [
        "On Sunday, 29 November 2026 we are closed. Would Tuesday, 1 December, 11:00 suit you?"
    ]
    assert person.type_text("saturday at 7 pm") == [
        "On Saturday, 28 November 2026 we are open 11:00 to 18:00. Would Tuesday, 1 December, 11:00 suit you?"
    ]
    assert person.type_text("yes please") == ["Fine."]
    assert person.record.fields["tasting_at"] == "2026-12-01T11:00:00+01:00"


def test_the_reading_within_the_hours_is_meant() -> None:
    """Nobody reserves for three in the night."""
    person = person_asked("{for: moment, from: tomorrow}", "tasting_at")

    assert person.type_text("friday at 3") == ["Fine."]
    assert person.record.fields["tasting_at"] == "2026-11-27T15:00:00+01:00"


def test_a_day_keeps_the_hours_if_the_flow_says_so() -> None:
    """A birthday may be a Sunday; the day of a visit may not."""
    assert person_asked("{for: date, from: tomorrow}").type_text("sunday")[-1] == "Fine."
    person = person_asked("{for: date, from: tomorrow, open: true}", "day")

    assert person.type_text("sunday") == [
        "On Sunday, 29 November 2026 we are closed. Would Tuesday, 1 December 2026 suit you?"
    ]
    assert person.type_text("ok") == ["Fine."]
    assert person.record.fields["day"] == "2026-12-01"


def test_half_an_answer_again_is_a_try() -> None:
    """Answers that do not complete the moment count as tries, so the question ends."""
    person = person_asked("moment", "", "    tries: 1\n")
    person.type_text("on friday")

    assert person.type_text("on friday") == ["Pity."]


def test_half_an_answer_is_forgotten_with_its_question() -> None:
    """It completes no other question, and no later conversation."""
    person = person_asked("{for: moment, open: false}")
    person.type_text("on friday")
    person.type_text("go now")

    assert person.type_text("6pm")[0].startswith("And on which day?")


def test_skip_goes_on_and_keeps_nothing() -> None:
    """Tapped or typed."""
    person = person_asked("phone", "tea", "    skip: No phone, please\n")

    assert person.chip_labels == ["No phone, please"]
    assert person.type_text("no phone please") == ["Fine."]
    assert "tea" not in person.record.fields


def test_the_number_of_the_profile_is_offered_and_taken() -> None:
    """The platform's quick reply carries it as its payload."""
    person = person_asked("phone", "tea")
    offered = person.chats[-1].offer_phone

    said = person.tap_payload("+491701234567", "+49 170 1234567")

    assert (offered, said, person.record.fields["tea"]) == (True, ["Fine."], "+491701234567")


def test_a_file_is_kept_by_its_address() -> None:
    """A picture that was sent; words are asked for the file."""
    person = person_asked("{for: file, files: [image]}", "tea")
    asked = person.type_text("here")

    person.handle_event(Message(id="p", at=person.now, mid="p", attachments=("image",), urls=("https://a.example/p",)))

    assert asked == ["Please send it here as a picture or a file."]
    assert person.record.fields["tea"] == "https://a.example/p"


def test_a_day_is_told_by_the_persons_own_midnight() -> None:
    """Shortly before midnight in UTC it is tomorrow in Berlin."""
    person = person_asked("date", "day")
    person.pass_time(timedelta(hours=14, minutes=30))

    person.type_text("today")

    assert person.record.fields["day"] == "2026-11-23"


def test_german_is_answered_in_german() -> None:
    """Understanding, range and reply are in the person's language."""
    person = person_for_steps("  q:\n    say: Na?\n    ask: {for: number, from: 4, to: 8}\n    save: seats\n")
    person.record = type(person)(person.catalog, "de", person.config).record
    person.type_text("go now")

    assert person.type_text("zu zweit") == ["Hier brauche ich eine Zahl, etwa 4 bis 8."]
    person.type_text("zu sechst")
    assert person.record.fields["seats"] == 6


def test_a_synonym_or_a_slip_takes_a_choice() -> None:
    """Other words of a choice count like its label, and close ones too."""
    choices = "      Black: {go: b, words: [assam, darjeeling]}\n      Green: {go: g, words: [sencha]}\n"
    ends = "  b: {say: Strong., go: end}\n  g: {say: Fresh., go: end}\n"
    person = person_for_steps(f"  q:\n    say: Which?\n    choices:\n{choices}{ends}")
    person.type_text("go now")

    assert person.type_text("darjeling") == ["Strong."]


@pytest.mark.parametrize(
    ("answer", "mark"),
    [
        ("9", 9), ("nine", 9), ("9/10", 9), ("eine 7", 7), ("sieben", 7), ("0", 0), ("zero", 0), ("10 out of 10", 10),
        ("8 von 10", 8), ("Not at all", 0), ("absolutely!", 10), ("I'd say 6", 6),
    ],
)  # fmt: skip
def test_a_scale_from_zero_with_labels_at_its_ends(answer: str, mark: int) -> None:
    """The ends say what they mean, and may be typed."""
    person = person_asked("{for: rating, from: 0, to: 10}", "points", "    low: Not at all\n    high: Absolutely\n")

    assert person.chip_labels == ["0 Not at all", *map(str, range(1, 10)), "10 Absolutely"]
    assert person.type_text(answer) == ["Fine."]
    assert person.record.fields["points"] == mark


def test_what_is_not_on_the_scale_is_asked_again() -> None:
    """With the scale."""
    person = person_asked("{for: rating, from: 0, to: 10}", "points")

    assert person.type_text("11") == ["Give me a number, 0 to 10. The higher, the better."]
    assert person.tap_label("0") == ["Fine."]
    assert person.record.fields["points"] == 0


def test_a_day_that_is_not_the_nearest_one_is_said_back() -> None:
    """On a Sunday “Sunday” is in a week if today does not fit; no other day is said back."""
    sunday = person_asked("{for: moment, from: tomorrow, open: false}").type_text("sunday at 4 pm")
    monday = person_asked("{for: moment, from: tomorrow, open: false}").type_text("monday at 4 pm")

    assert sunday == ["I have noted: Sunday, 29 November, 16:00.", "Fine."]
    assert monday == ["Fine."]


def test_of_two_days_the_closed_one_is_told() -> None:
    """“Monday or Tuesday”: Tuesday is proposed, and not taken in silence."""
    person = person_asked("{for: moment, from: tomorrow}", "tasting_at")

    assert person.type_text("monday or tuesday at 5") == [
        "On Monday, 23 November 2026 we are closed. Would Tuesday, 24 November, 17:00 suit you?"
    ]
    assert person.type_text("yes") == ["Fine."]
    assert person.record.fields["tasting_at"] == "2026-11-24T17:00:00+01:00"


def test_of_two_days_one_out_of_range_is_asked_about() -> None:
    """The time is kept, and the other day then is enough."""
    person = person_asked("{for: moment, from: tomorrow, open: false}", "tasting_at")

    [said] = person.type_text("today or tomorrow at 17:00")

    assert said.endswith("Which day?")
    assert person.type_text("tomorrow") == ["Fine."]
    assert person.record.fields["tasting_at"] == "2026-11-23T17:00:00+01:00"
