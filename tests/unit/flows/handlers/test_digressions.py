"""What people say in the middle of a question: questions of theirs, small talk, voice messages, second thoughts."""

import pytest
from msgspec.structs import replace

from domain.effects import TeamListEntry
from domain.unanswered_questions import read_unanswered
from tests.support.flow_person import FlowPerson, person_for_steps

ADDRESS = "Which address should it go to? Tap yours or type it."
VOICE = ("", "audio")


def at_address() -> FlowPerson:
    """A person who has agreed and is asked for an address."""
    person = FlowPerson()
    person.begin_chat()
    person.type_text("yes")
    return person


def tries(person: FlowPerson) -> int:
    """Answers that did not fit."""
    assert person.record.conversation is not None
    return person.record.conversation.tries


def test_noise_is_no_try_however_often_it_comes() -> None:
    """Three voice messages ended the subscription once; now the address is taken after ten."""
    person = at_address()
    for _ in range(10):
        person.type_text(*VOICE)
    assert (person.step_name, tries(person)) == ("address", 0)
    person.type_text("mia@example.com")
    assert person.step_name == "proof"


def test_noise_is_answered_in_turns_and_never_by_a_wall_of_text() -> None:
    """The question is repeated twice, a person offered from the second time; later a sentence is enough."""
    person = at_address()
    said = [person.type_text(*VOICE) for _ in range(4)]
    assert said[0] == ["That I can't read. Words work best here, or a tap.", ADDRESS]
    assert said[1] == ["That one I can't read either, sorry. Rather a human? Type 'person'.", ADDRESS]
    assert said[2] == said[3] == said[1][:1]


@pytest.mark.parametrize("text", ["How long does shipping take?", "how hot should the water be"])
def test_a_question_in_the_middle_is_answered_and_the_open_one_asked_again(text: str) -> None:
    """In its short form, with what can be tapped, and without a try."""
    person = at_address()
    said = person.type_text(text)
    assert len(said) == 2
    assert said[1] == ADDRESS
    assert tries(person) == 0


def test_a_question_without_an_answer_offers_a_person_and_is_noted() -> None:
    """The bot does not guess; the team reads the question."""
    person = at_address()
    said = person.type_text("what do you do with my address?")
    assert said == [
        "That I don't know, and I'd rather not guess. Type 'person', and one of us answers.", ADDRESS
    ]  # fmt: skip
    assert person.chip_labels[-1] == "A human, please"
    assert tries(person) == 0
    assert len(person.effects_of(TeamListEntry)) == 1


@pytest.mark.parametrize(
    ("text", "language", "reply"),
    [
        ("hello", "en", "Hello!"),
        ("thanks!", "en", "You're welcome!"),
        ("are you a bot?", "en", "I'm Pip, the Amsel Tea bot, and not a human. Rather talk to one? Type 'person'."),
        ("one moment please", "en", "Take your time."),
        ("Danke schön", "de", "Gern geschehen!"),
        (
            "wer bist du?", "de",
            "Ich bin Pip, der Bot von Amsel Tee, also kein Mensch. Lieber mit einem sprechen? Schreib „Mensch“.",
        ),
    ],
)  # fmt: skip
def test_small_talk_gets_a_kind_word_and_costs_nothing(text: str, language: str, reply: str) -> None:
    """Then the question stands again."""
    person = FlowPerson(language=language)
    person.begin_chat()
    person.type_text("ja" if language == "de" else "yes")
    said = person.type_text(text)
    assert said[0] == reply
    assert len(said) == 2
    assert tries(person) == 0


def test_small_talk_never_agrees() -> None:
    """A consent stays unanswered by it, and its wording is shown again."""
    person = FlowPerson()
    person.begin_chat()
    said = person.type_text("thank you")
    assert (said[0], person.consent_status) == ("You're welcome!", "")
    assert said[1].startswith("By agreeing")


@pytest.mark.parametrize("text", ["no thanks", "I changed my mind", "rather not", "not now"])
def test_a_no_at_the_address_declines_and_is_no_bad_address(text: str) -> None:
    """It leads where the flow says; nothing is mailed."""
    person = at_address()
    assert person.type_text(text) == ["No problem. Type 'newsletter' whenever you fancy a cup."]
    assert (person.step_name, person.mails) == ("", [])


@pytest.mark.parametrize("text", ["skip", "no", "lieber nicht", "No phone, please", "no thanks"])
def test_a_skip_is_taken_by_its_label_and_by_a_no(text: str) -> None:
    """``skip: No phone, please``."""
    person = person_for_steps(
        "  a: {say: Your number?, ask: phone, save: phone, skip: 'No phone, please', else: c}\n"
        "  b: {say: Without then., go: end}\n  c: {say: Lost., go: end}\n"
    )
    person.type_text("go now")
    assert person.type_text(text) == ["Without then."]


def test_a_question_with_a_figure_is_an_answer_that_does_not_fit() -> None:
    """“Can we be 9?” to a question for 1 to 4 gets what would fit, not “I don't know”."""
    person = person_for_steps(
        "  a: {say: How many?, ask: {for: number, from: 1, to: 4}, save: seats, else: b}\n  b: {say: Lost., go: end}\n"
    )
    person.type_text("go now")
    assert person.type_text("can we be 9?") == ["I need one number here, say 1 to 4."]
    assert tries(person) == 1


def test_the_second_misfit_is_said_in_other_words_with_a_person_beside_it() -> None:
    """A choice names what can be said."""
    person = person_for_steps(
        "  a: {say: Which?, choices: {Green: b, Black: b, White: b}, else: b}\n  b: {say: So., go: end}\n"
    )
    person.type_text("go now")
    assert person.type_text("xyz") == ["I did not get that. Tap one of the buttons, or type what is on it."]
    assert person.type_text("xyz") == [
        "I still don't see which one you mean. You can say Green, Black or White. Rather a human? Type 'person'."
    ]
    assert person.chip_labels == ["Green", "Black", "White", "A human, please"]


@pytest.mark.parametrize(
    ("steps", "typed", "reply"),
    [
        ("  a: {say: 'How many?', ask: number, gives_up: end, else: b}\n", ["x"] * 3, "We don't seem to get there"),
        ("  a: {say: 'How many?', ask: number, else: end}\n", ["x"] * 3, "We don't seem to get there"),
        ("  a: {say: 'How many?', ask: number, else: end}\n", ["no thanks"], "All right, I'll leave it there."),
    ],
)
def test_nothing_ends_in_silence(steps: str, typed: list[str], reply: str) -> None:
    """Where the flow says nothing, the bot does."""
    person = person_for_steps(f"{steps}  b: {{say: B., go: end}}\n")
    person.type_text("go now")
    said = [person.type_text(text) for text in typed]
    assert said[-1][0].startswith(reply)
    assert person.step_name == ""


def test_each_way_out_is_taken_for_its_own_reason() -> None:
    """``declines`` and ``gives_up`` beside ``else``."""
    steps = (
        "  a: {say: Date?, ask: date, declines: no_thanks, gives_up: not_got, else: other}\n"
        "  no_thanks: {say: No date., go: end}\n  not_got: {say: Not got., go: end}\n  other: {say: Other., go: end}\n"
    )
    person = person_for_steps(steps)
    person.type_text("go now")
    assert person.type_text("rather not") == ["No date."]
    person.type_text("go now")
    assert [person.type_text("xyz") for _ in range(3)][-1] == ["Not got."]


def test_hello_outside_a_conversation_begins_it_the_first_time() -> None:
    """Later it is a greeting, with what the bot can do."""
    person = FlowPerson()
    assert person.type_text("Hello")[0].startswith("Hello! I'm Pip")
    person.type_text("no thanks")
    assert person.type_text("hi there") == ["Hello!", "What can I do for you?"]
    assert person.chip_labels[-1] == "A human, please"
    assert len(person.chip_labels) == 5


@pytest.mark.parametrize("text", ["I want to speak to a real person", "human please", "kann mir jemand helfen"])
def test_a_person_is_called_in_words_of_ones_own(text: str) -> None:
    """In the middle of a question, too."""
    person = at_address()
    assert person.type_text(text)[0].startswith("I'm handing you over")


@pytest.mark.parametrize(("text", "seats"), [("one person please", 1), ("4, and how long does shipping take?", 4)])
def test_an_answer_is_taken_with_what_stands_beside_it(text: str, seats: int) -> None:
    """A question behind it is answered first."""
    steps = "  a: {say: How many?, ask: {for: number, from: 1, to: 4}, save: seats, else: b}\n  b: {say: B., go: end}\n"
    person = person_for_steps(steps)
    person.type_text("go now")
    person.type_text(text)
    assert person.record.fields["seats"] == seats


def test_a_consent_is_not_divided() -> None:
    """A yes with a question behind it is answered and asked again."""
    person = FlowPerson()
    person.begin_chat()
    said = person.type_text("yes, and how long does shipping take?")
    assert person.consent_status == ""
    assert said[-1].startswith("By agreeing")


@pytest.mark.parametrize(
    ("language", "reply"),
    [
        ("en", "I can take Monday, 23 November to Thursday, 21 January. Which day?"),
        ("de", "Möglich ist Montag, 23. November bis Donnerstag, 21. Januar. Welcher Tag?"),
    ],
)
def test_a_day_out_of_range_is_told_the_range_in_its_short_form(language: str, reply: str) -> None:
    """Without years where nobody needs them."""
    steps = "  a: {say: When?, ask: {for: date, from: tomorrow, to: in 60 days}, else: b}\n  b: {say: B., go: end}\n"
    person = person_for_steps(steps)
    person.record = replace(person.record, language=language)
    person.type_text("go now")
    assert person.type_text("1.3.2029") == [reply]


@pytest.mark.parametrize(("text", "evening"), [("der erste", 0), ("2", 1), ("der zweite", 1)])
def test_a_card_is_meant_by_its_place(text: str, evening: int) -> None:
    """And not the button below the cards."""
    person = FlowPerson(language="de")
    person.type_text("teeabend")
    titles = [card.title for message in person.chats for card in message.cards]
    assert person.type_text(text)[0].startswith(titles[evening])


def test_an_answer_to_cards_that_is_not_understood_says_nothing_about_dates() -> None:
    """“Egal” three times led to “the next date is not fixed yet” while three dates were shown."""
    person = FlowPerson(language="de")
    person.type_text("teeabend")
    said = [person.type_text("egal") for _ in range(3)]
    assert said[-1][0].startswith("Noch kein Platz")


@pytest.mark.parametrize(
    "text", ["is green on sale on sunday?", "do you have a green one in stock?", "who drinks black"]
)
def test_a_question_about_a_choice_takes_none(text: str) -> None:
    """It is a question like others; “green” and “is green ok?” choose."""
    person = person_for_steps(
        "  a: {say: Which?, choices: {Green: b, Black: b}, else: c}\n"
        "  b: {say: So., go: end}\n  c: {say: No., go: end}\n"
    )
    person.type_text("go now")
    person.type_text(text)
    assert person.step_name == "a"
    assert person.type_text("is green ok?") == ["So."]


def notes(person: FlowPerson) -> list[str]:
    """Steps of what was noted for the team just now."""
    entries = (one for one in person.effects_of(TeamListEntry) if isinstance(one, TeamListEntry))
    return [read_unanswered(one.line).step for one in entries]


@pytest.mark.parametrize(
    "text",
    ["do you have wifi?", "kann ich meinen Hund mitbringen?", "can I bring my pram?", "what's your phone number?"],
)
@pytest.mark.parametrize(
    ("before", "step"),
    [
        (("newsletter",), "hello"), (("newsletter", "yes"), "address"),
        (("newsletter", "yes", "mia@example.com"), "proof"), (("reserve",), "hello"),
        (("reserve", "Hamburg"), "when"), (("reserve", "Hamburg", "Saturday at 3 pm"), "party"),
        (("reserve", "Hamburg", "Saturday at 3 pm", "2"), "phone"),
    ],
)  # fmt: skip
def test_what_the_table_cannot_answer_is_noted_at_every_question(text: str, before: tuple[str, ...], step: str) -> None:
    """Said honestly, noted with its step, and the open question asked again; it costs no try."""
    person = FlowPerson()
    for one in before:
        person.type_text(one)
    said = person.type_text(text)
    assert said[0].startswith("That I don't know")
    assert (len(said), notes(person), person.step_name, tries(person)) == (2, [step], step, 0)


@pytest.mark.parametrize(
    "text", ["where is it?", "how long does it take?", "wo bleibt die Mail?", "what is the code for?", "is it in spam?"]
)
def test_a_question_about_the_code_is_answered_there(text: str) -> None:
    """Not by the delivery times of parcels, nor as one that nobody knows."""
    person = at_address()
    person.type_text("mia@example.com")
    [said] = person.type_text(text)
    assert ("Spam" in said or "six digits" in said, notes(person)) == (True, [])


@pytest.mark.parametrize(
    ("text", "noted"),
    [("is 9 pm free?", False), ("can we come at 4?", False), ("do you have a high chair for 2 kids?", True)],
)
def test_a_question_with_a_figure_is_an_attempt_unless_it_is_about_something_else(text: str, *, noted: bool) -> None:
    """A time that does not fit is told so; two high chairs are no time."""
    person = FlowPerson()
    for one in ("reserve", "Hamburg"):
        person.type_text(one)
    person.type_text(text)
    assert notes(person) == (["when"] if noted else [])


PARTY = "  a: {say: How many of you come?, ask: {number: whole, from: 1, to: 8}, save: seats, else: end}\n"
DONE = "  b: {say: Fine., go: end}\n"


@pytest.mark.parametrize("text", ["is there a discount for 4 people?", "gibt es rabatt für 4 personen?", "why only 8?"])
def test_a_question_that_holds_a_number_is_no_number(text: str) -> None:
    """It is noted for the team, and the number is asked for again at no cost."""
    person = person_for_steps(PARTY + DONE)
    person.type_text("go now")
    said = person.type_text(text)
    assert (said[0][:17], person.record.fields, person.step_name) == ("That I don't know", {}, "a")
    assert (notes(person), tries(person)) == (["a"], 0)
    assert person.type_text("4") == ["Fine."]


@pytest.mark.parametrize("text", ["4 please, do you have a roof?", "do you have a roof? we are 4", "4 - any discount?"])
def test_a_question_beside_the_number_is_not_dropped(text: str) -> None:
    """The number is taken, and what the table cannot answer is said so and noted."""
    person = person_for_steps(PARTY + DONE)
    person.type_text("go now")
    said = person.type_text(text)
    assert (said[0][:17], said[-1]) == ("That I don't know", "Fine.")
    assert (person.record.fields, notes(person)) == ({"seats": 4}, ["a"])


def test_an_offer_out_of_range_is_told_the_range() -> None:
    """“Is 9 ok?” is an answer, and no question that nobody knows."""
    person = person_for_steps(PARTY + DONE)
    person.type_text("go now")
    [said] = person.type_text("is 9 ok?")
    assert ("1 to 8" in said, notes(person)) == (True, [])
