"""The shipped newsletter flow, walked whole, in English and German, typed and tapped."""

from datetime import timedelta

import pytest

from domain.entry_point import EntryPoint
from domain.events import ConfirmPressed, Message
from tests.support.flow_person import FlowPerson

TEXTS = {
    "en": {
        "begin": "tea", "agree": "Yes, send it to me", "decline": "Not now", "yes": "yes please", "no": "no thanks",
        "stop": "STOP!", "back": "go back", "help": "help", "person": "a human", "over": "start over",
        "new": "new code", "no_mail": "No mail yet", "change": "Change address",
        "hello": "Hello! I'm Pip", "address": "Lovely.", "again": "I need an email address",
        "still": "Still no address", "code": "Now look in mia@example.com.",
        "wrong": "That code does not fit.", "done": "You're in!", "cold": "That code has expired.",
        "lost": "We don't seem", "other": "Which address shall it be?",
        "bye": "No problem.", "stopped": "Done. You get no more mails",
        "fresh": "I send a new code",
        "handed": "I'm handing you over", "resumed": "Pip, the bot, is back", "helped": "I'm Pip, the Amsel Tea bot.",
    },
    "de": {
        "begin": "Tee", "agree": "Ja, schick es mir", "decline": "Jetzt nicht", "yes": "Ja, gerne!", "no": "nein danke",
        "stop": "Stopp", "back": "zurück", "help": "Hilfe", "person": "Mensch", "over": "von vorn",
        "new": "neuer Code", "no_mail": "Noch keine Mail", "change": "Andere Adresse",
        "hello": "Hallo! Ich bin Pip", "address": "Schön!",
        "again": "Hier brauche ich eine E-Mail-Adresse", "still": "Da ist noch keine Adresse",
        "code": "Schau jetzt in dein Postfach (mia@example.com).",
        "wrong": "Der Code passt nicht.", "done": "Du bist dabei!", "cold": "Der Code ist abgelaufen",
        "lost": "Heute klappt es nicht", "other": "Welche Adresse soll es sein?",
        "bye": "Kein Problem.", "stopped": "Erledigt.", "fresh": "Einen neuen Code",
        "handed": "Ich hole jemanden", "resumed": "Hier ist wieder Pip",
        "helped": "Ich bin Pip, der Bot von Amsel Tee.",
    },
}  # fmt: skip


@pytest.fixture(params=["en", "de"])
def words(request: pytest.FixtureRequest) -> dict[str, str]:
    """What is typed and heard in one language."""
    return TEXTS[request.param]


@pytest.fixture
def person(words: dict[str, str]) -> FlowPerson:
    """A person who has typed a word that begins the flow."""
    one = FlowPerson()
    one.type_text(words["begin"])
    return one


def at_code(person: FlowPerson, words: dict[str, str]) -> FlowPerson:
    """Bring a person to where a code is waited for."""
    person.type_text(words["yes"])
    person.type_text("mia@example.com")
    return person


def test_the_word_of_a_translation_chooses_the_language(person: FlowPerson, words: dict[str, str]) -> None:
    """“Tee” begins the flow in German, “tea” in English, and the exact wording is shown with two buttons."""
    assert person.bot_texts[0].startswith(words["hello"])
    assert len(person.bot_texts) == 3
    assert person.bot_texts[2].endswith("https://amseltea.example/privacy")
    assert person.chip_labels == [words["agree"], words["decline"]]
    assert TEXTS[person.record.language] is words


def test_typed_all_the_way(person: FlowPerson, words: dict[str, str]) -> None:
    """Yes, an address inside a sentence, and the code spoken in two groups lead to a confirmed consent."""
    assert person.type_text(words["yes"])[0].startswith(words["address"])
    assert person.type_text("it's mia@example.com!")[0].startswith(words["code"])
    assert [one.template for one in person.mails] == ["confirmation"]
    code = person.confirmation_code
    assert person.type_text(f"{code[:3]} {code[3:]}")[0].startswith(words["done"])
    assert (person.step_name, person.consent_status, person.record.tags) == ("", "confirmed", ("reader",))


def test_tapped_all_the_way(person: FlowPerson, words: dict[str, str]) -> None:
    """The buttons, and the address offered by Messenger, do the same."""
    person.tap_label(words["agree"])
    assert person.chats[-1].offer_email
    assert person.tap_payload("mia@example.com", "mia@example.com")[0].startswith(words["code"])
    assert person.handle_event(ConfirmPressed(id="c", at=person.now, token=person.link_secret))[0].startswith(
        words["done"]
    )
    assert [one.response for one in person.chats] == [False]
    assert (person.step_name, person.consent_status) == ("", "confirmed")


def test_a_wrong_code(person: FlowPerson, words: dict[str, str]) -> None:
    """A wrong code is answered with the step's own words and the question stays open."""
    at_code(person, words)
    wrong = f"{(int(person.confirmation_code) + 1) % 1_000_000:06d}"
    assert person.type_text(wrong)[0].startswith(words["wrong"])
    assert person.step_name == "proof"
    assert person.chip_labels == [words["no_mail"], words["change"]]


def test_a_burned_code(person: FlowPerson, words: dict[str, str]) -> None:
    """After five wrong codes the code has expired and the address is asked again."""
    at_code(person, words)
    wrong = f"{(int(person.confirmation_code) + 1) % 1_000_000:06d}"
    said = [person.type_text(wrong) for _ in range(5)]
    assert said[-1][0].startswith(words["cold"])
    assert said[-1][1].startswith(words["other"])
    assert (person.step_name, person.record.pending) == ("other", {})


@pytest.mark.parametrize("tapped", [True, False])
def test_declining(person: FlowPerson, words: dict[str, str], *, tapped: bool) -> None:
    """A no is kept in the ledger, answered kindly, and ends the conversation."""
    said = person.tap_label(words["decline"]) if tapped else person.type_text(words["no"])
    assert said[0].startswith(words["bye"])
    assert (person.step_name, person.consent_status, person.record.ledger_size) == ("", "declined", 1)


def test_stop_while_a_code_is_waited_for(person: FlowPerson, words: dict[str, str]) -> None:
    """Stop withdraws everything, forgets the pending code, and ends the conversation."""
    at_code(person, words)
    assert person.type_text(words["stop"])[0].startswith(words["stopped"])
    assert (person.step_name, person.consent_status, person.record.pending) == ("", "withdrawn", {})


def test_back_to_the_address_and_on_with_another(person: FlowPerson, words: dict[str, str]) -> None:
    """Back asks the question before; a new address gets its own code and the first one is void."""
    at_code(person, words)
    assert person.type_text(words["back"])[0].startswith(words["address"])
    first = next(iter(person.record.pending))
    person.pass_time(timedelta(minutes=16))
    person.type_text("lena@example.com")
    assert (person.step_name, len(person.mails), first in person.record.pending) == ("proof", 1, False)


def test_back_where_nothing_is_before(person: FlowPerson, words: dict[str, str]) -> None:
    """Back at the first question says so and asks it again."""
    said = person.type_text(words["back"])
    assert len(said) == 2
    assert person.step_name == "hello"


def test_a_code_counts_while_a_human_talks(person: FlowPerson, words: dict[str, str]) -> None:
    """The right code confirms without a word of the bot's while it is silent."""
    person.type_text(words["yes"])
    person.type_text("mia@example.com")
    person.type_text(words["person"])
    assert person.type_text(person.confirmation_code) == []
    assert person.record.consents["friday_leaf"].status == "confirmed"


def test_help_repeats_the_question(person: FlowPerson, words: dict[str, str]) -> None:
    """Help says what can be typed and asks the open question again."""
    person.type_text(words["yes"])
    said = person.type_text(words["help"])
    assert said[0].startswith(words["helped"])
    assert said[1].startswith(words["address"])


def test_a_human_and_back(person: FlowPerson, words: dict[str, str]) -> None:
    """A person hushes the bot until “start over”; then it says that it is a bot."""
    person.type_text(words["yes"])
    assert person.type_text(words["person"])[0].startswith(words["handed"])
    assert (person.chip_labels, person.record.paused) == ([], True)
    assert person.type_text("mia@example.com") == []
    said = person.type_text(words["over"])
    assert said[0].startswith(words["resumed"])
    assert said[1].startswith(words["hello"])
    assert not person.record.paused


def test_three_wrong_addresses(person: FlowPerson, words: dict[str, str]) -> None:
    """The first two are told so in other words each, the third leads out."""
    person.type_text(words["yes"])
    said = [person.type_text(text)[0] for text in ("mia at example", "at home", "in my box")]
    assert said[0].startswith(words["again"])
    assert said[1].startswith(words["still"])
    assert said[2].startswith(words["lost"])
    assert person.step_name == ""


def test_no_mail_yet_and_a_new_code(person: FlowPerson, words: dict[str, str]) -> None:
    """A new code comes after fifteen minutes; before, the words are the same and none is sent."""
    at_code(person, words)
    assert "mia@example.com" in person.type_text(words["no_mail"].upper())[0]
    assert person.type_text(words["new"])[0].startswith(words["fresh"])
    assert person.mails == []
    old = person.confirmation_code
    person.pass_time(timedelta(minutes=15))
    assert person.type_text(words["new"])[0].startswith(words["fresh"])
    assert len(person.mails) == 1
    assert person.confirmation_code != old


@pytest.mark.parametrize("tapped", [True, False])
def test_changing_the_address(person: FlowPerson, words: dict[str, str], *, tapped: bool) -> None:
    """The choice leads back to the question for the address."""
    at_code(person, words)
    said = person.tap_label(words["change"]) if tapped else person.type_text(words["change"].lower())
    assert said[0].startswith(words["other"])


def test_an_address_typed_where_a_code_is_waited_for(person: FlowPerson, words: dict[str, str]) -> None:
    """A corrected address is understood as one and gets a code."""
    at_code(person, words)
    person.pass_time(timedelta(minutes=16))
    assert "lena@example.com" in person.type_text("sorry, lena@example.com")[0]
    assert len(person.mails) == 1


def test_the_code_of_an_address_that_is_being_changed(person: FlowPerson, words: dict[str, str]) -> None:
    """A code typed while another question is open still confirms and moves the conversation on."""
    at_code(person, words)
    person.type_text(words["change"])
    assert person.type_text(person.confirmation_code)[0].startswith(words["done"])
    assert (person.step_name, person.consent_status) == ("", "confirmed")


def test_who_is_in_is_not_asked_again(person: FlowPerson, words: dict[str, str]) -> None:
    """Beginning again with a confirmed consent says so and ends."""
    at_code(person, words)
    person.type_text(person.confirmation_code)
    assert len(person.type_text(words["begin"])) == 1
    assert (person.step_name, person.consent_status) == ("", "confirmed")


def test_a_proven_address_needs_no_second_code(person: FlowPerson, words: dict[str, str]) -> None:
    """After stop, agreeing again with the same address is confirmed in the same pass."""
    at_code(person, words)
    person.type_text(person.confirmation_code)
    person.type_text(words["stop"])
    person.type_text(words["begin"])
    person.type_text(words["yes"])
    assert person.type_text("mia@example.com")[0].startswith(words["done"])
    assert (person.mails, person.consent_status) == ([], "confirmed")


def test_two_answers_in_one_go(person: FlowPerson, words: dict[str, str]) -> None:
    """The second answer is judged by the question that the first one led to."""
    for text in (words["agree"], "mia@example.com"):
        person.handle_event(Message(id=text, at=person.now, mid=text, text=text))
    assert person.step_name == "proof"


def test_an_expired_code(person: FlowPerson, words: dict[str, str]) -> None:
    """A code typed after two days leads to a fresh address question."""
    at_code(person, words)
    code = person.confirmation_code
    person.pass_time(timedelta(hours=49))
    assert person.type_text(code)[0].startswith(words["cold"])


def test_a_link_begins_the_flow() -> None:
    """The ref of an m.me link chooses the flow and is kept as the way in."""
    person = FlowPerson()
    person.begin_chat(EntryPoint(ref="spring", source="SHORTLINK"))
    assert (person.step_name, person.record.entry) == ("hello", ("spring", "SHORTLINK", ""))
