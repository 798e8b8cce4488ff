"""Events of every kind, one at a time: windows, profiles, nudges, taps of another day, changed flows."""

from datetime import timedelta

import pytest

from domain.decision import Fact
from domain.effects import SendChat
from domain.entry_point import EntryPoint
from domain.events import ChatRefused, Message, Postback, Profiled, Reaction, Referral
from flows.conversation.position import ConversationPosition, find_position
from flows.decide import wake_at
from flows.load import compile_flows
from language.text_template import split_at_sentences
from tests.support.flow_person import LIBRARY, START, FlowPerson, shipped_catalog, shipped_config

DAY = timedelta(days=1)


def person_for_flow(steps: str, start: str = "words: [go now]") -> FlowPerson:
    """A person before a flow of these steps."""
    catalog, found = compile_flows({"flows/f.yaml": f"flow: f\nstart: {{{start}}}\nsteps:\n{steps}"}, shipped_config())
    assert [one for one in found if one.severity == "error"] == []
    return FlowPerson(catalog)


def at_address() -> FlowPerson:
    """A person who has agreed and is asked for an address."""
    person = FlowPerson()
    person.begin_chat()
    person.type_text("yes")
    return person


def test_a_first_message_opens_the_window_and_asks_who_it_is() -> None:
    """The window is open for a day, and the profile is asked for once."""
    person = FlowPerson()
    person.type_text("hello")
    assert (person.record.window_expires_at, person.asks_profile) == (START + DAY, True)
    person.type_text("hello")
    assert not person.asks_profile


@pytest.mark.parametrize(
    ("typed", "reply", "language"),
    [
        ("Hallo", "Hallo! Ich bin Pip", "de"), ("Moin!", "Hallo! Ich bin Pip", "de"),
        ("hello", "Hello! I'm Pip", ""), ("hi", "Hello! I'm Pip", ""), ("good morning", "Hello! I'm Pip", ""),
    ],
)  # fmt: skip
def test_a_first_hello_is_answered_in_its_language(typed: str, reply: str, language: str) -> None:
    """The profile comes after the first answer; a hello that several languages share leaves the choice to it."""
    person = FlowPerson()
    person.type_text(typed)
    assert person.bot_texts[0].startswith(reply)
    assert person.record.language == language


def test_an_ad_opens_the_window_for_a_week() -> None:
    """A first message that came by an ad may be answered for seven days; a later message never shortens that."""
    person = FlowPerson()
    person.handle_event(Message(id="1", at=START, text="hi", entry=EntryPoint(ref="x", source="ADS", ad_id="7")))
    person.pass_time(DAY)
    person.type_text("hi")
    assert (person.record.window_expires_at, person.record.entry) == (START + 7 * DAY, ("x", "ADS", "7"))


def test_a_turn_is_typing_first_and_quick_replies_last() -> None:
    """Messages of a turn keep their order and ids; only the last has buttons."""
    person = FlowPerson()
    person.begin_chat()
    chats = person.chats
    assert [(one.typing, bool(one.quick_replies), one.good_until) for one in chats] == [
        (True, False, START + DAY), (False, False, START + DAY), (False, True, START + DAY),
    ]  # fmt: skip
    assert len({one.id for one in chats}) == person.record.chat_serial == 3


@pytest.mark.parametrize("name", ["Mia", "  Mia  "])
def test_a_known_name_is_greeted(name: str) -> None:
    """The profile's first name stands in the greeting."""
    person = FlowPerson()
    person.handle_event(Profiled(id="p", at=START, first_name=name, locale="de_DE"))
    assert person.begin_chat()[0].startswith("Hallo Mia! Ich bin Pip")


def test_the_profile_does_not_overrule_a_chosen_language() -> None:
    """Who typed an English word stays in English."""
    person = FlowPerson()
    person.type_text("tea")
    person.handle_event(Profiled(id="p", at=START, locale="de_DE", timezone="Europe/Berlin"))
    assert (person.record.language, person.record.profile.timezone) == ("en", "Europe/Berlin")


def test_what_fits_nothing_is_offered_the_flows() -> None:
    """The default reply has a button for each flow of the menu and one for a human."""
    person = FlowPerson()
    said = person.type_text("what is the weather")
    assert said[0].startswith("I'm Pip, a bot")
    assert person.chip_labels == [
        "Find my tea", "Tasting evenings", "Questions", "Settings and my data", "A human, please",
    ]  # fmt: skip
    assert person.tap_label("Find my tea")[0].startswith("Hello!")


def test_a_nudge_comes_once_inside_the_window() -> None:
    """Twenty minutes of silence give one nudge, as an update."""
    person = at_address()
    due = wake_at(person.catalog, person.record)
    assert due == START + timedelta(minutes=20)
    person.pass_time(timedelta(minutes=20))
    assert person.handle_event(None) == ["Still here. All I need is your email address."]
    assert [(one.response, one.offer_email) for one in person.chats] == [(False, True)]
    assert wake_at(person.catalog, person.record) is None
    assert person.handle_event(None) == []


def test_no_nudge_outside_the_window_or_while_a_human_talks() -> None:
    """A nudge that may not be sent is given up."""
    closed, paused = at_address(), at_address()
    closed.handle_event(ChatRefused(id="r", at=START, reason="outside_window"))
    closed.pass_time(timedelta(minutes=20))
    paused.type_text("person")
    assert (closed.handle_event(None), wake_at(closed.catalog, closed.record)) == ([], None)
    paused.pass_time(timedelta(minutes=20))
    assert paused.handle_event(None) == []


@pytest.mark.parametrize("kind", ["sticker", "image", "location"])
def test_an_attachment_is_no_address(kind: str) -> None:
    """A thumb or picture where text is expected costs no try, and the question is asked once more."""
    person = at_address()
    said = [person.type_text("", kind) for _ in range(4)]
    assert said[0][0].startswith("That I can't read")
    assert said[0][1].startswith("Which address")
    assert "person" in said[1][0]
    assert (len(said[3]), person.chip_labels[-1]) == (1, "A human, please")
    assert person.record.conversation is not None
    assert person.record.conversation.tries == 0


@pytest.mark.parametrize("text", ["👍", "", "maybe", "don't send it to me", "yes, send it to nobody, no", "🤷‍♀️"])
def test_what_is_no_clear_yes_is_no_consent(text: str) -> None:
    """A thumb, nothing, or a text with a no in it never agrees."""
    person = FlowPerson()
    person.begin_chat()
    person.type_text(text, "sticker")
    assert person.consent_status in ("", "declined")


@pytest.mark.parametrize("text", ["YES SEND IT TO ME", "yes, send it to me! 🎉", "yes send it to mee", "1", "ok", "Ja"])
def test_what_is_clearly_a_yes(text: str) -> None:
    """The label with a slip of the finger, its number, and yes in any language agree."""
    person = FlowPerson()
    person.begin_chat()
    person.type_text(text)
    assert (person.consent_status, person.step_name) == ("agreed", "address")


def test_a_tap_of_an_earlier_question_never_skips_consent() -> None:
    """A choice of a conversation that has ended begins the flow again; nothing is confirmed or mailed."""
    person = at_address()
    person.type_text("mia@example.com")
    change = person.chats[-1].quick_replies[1].payload
    other = FlowPerson()
    said = other.tap_payload(change)
    assert said[0] == "That button belongs to an earlier chat, so let's begin again."
    assert (other.step_name, other.consent_status, other.mails) == ("hello", "", [])


def test_an_agreement_tapped_after_the_end_counts() -> None:
    """The wording still stands above the button, so its tap is an agreement."""
    person = FlowPerson()
    person.begin_chat()
    agree = person.chats[-1].quick_replies[0].payload
    person.type_text("no")
    assert person.tap_payload(agree)[0].startswith("Lovely.")
    assert person.consent_status == "agreed"


def test_an_agreement_to_an_old_wording_is_asked_again() -> None:
    """If the wording has changed since, the new one is shown and nothing is agreed."""
    person = FlowPerson()
    person.begin_chat()
    said = person.tap_payload("tap|newsletter|hello|agree.0123456789")
    assert (len(said), person.consent_status, person.step_name) == (3, "", "hello")


def test_a_double_tap_changes_nothing() -> None:
    """The second tap within ten seconds is quiet; a later one repeats the open question."""
    person = FlowPerson()
    person.begin_chat()
    agree = person.chats[-1].quick_replies[0].payload
    person.tap_payload(agree)
    size = person.record.ledger_size
    assert person.tap_payload(agree) == []
    person.pass_time(timedelta(minutes=1))
    assert person.tap_payload(agree)[0].startswith("Lovely.")
    assert (person.step_name, person.record.ledger_size) == ("address", size)


def test_declining_late_takes_the_wish_back() -> None:
    """Not now, tapped after yes, is a no."""
    person = FlowPerson()
    person.begin_chat()
    agree, decline = (chip.payload for chip in person.chats[-1].quick_replies)
    person.tap_payload(agree)
    person.pass_time(timedelta(minutes=1))
    assert person.tap_payload(decline)[0].startswith("No problem.")
    assert person.consent_status == "declined"


@pytest.mark.parametrize(
    "payload", ["tap|", "tap|address_and_code|proof|99", "tap|x|y|z", "do|fly", "start|x", "|||", "x"]
)
def test_payloads_that_mean_nothing(payload: str) -> None:
    """Unknown payloads are answered like any text that does not fit."""
    person = at_address()
    person.tap_payload(payload)
    assert person.step_name == "address"


def test_an_edited_address_is_a_new_answer() -> None:
    """Correcting the message that gave the address sends a code to the corrected one."""
    person = at_address()
    person.type_text("mai@example.com")
    mid = str(person.record.conversation.variables["address_mid"]) if person.record.conversation else ""
    person.pass_time(timedelta(minutes=16))
    said = person.edit_message(mid, "mia@example.com")
    assert ("mia@example.com" in said[0], len(person.mails), person.step_name) == (True, 1, "proof")
    assert person.edit_message("other", "eve@example.com") == []


def test_an_expired_confirmation_moves_on() -> None:
    """The fact that a code has expired leads out of the step, silently when the window is closed."""
    person = at_address()
    person.type_text("mia@example.com")
    address = next(iter(person.record.pending))
    person.pass_time(timedelta(hours=48))
    assert person.handle_event(None, [Fact(name="expired", at=person.now, address=address)]) == []
    assert person.step_name == "other"


def test_a_referral_in_an_open_thread_begins_the_flow() -> None:
    """A link followed later begins its flow, whatever the case of its ref; an unknown one changes nothing."""
    person = FlowPerson()
    assert person.handle_event(Referral(id="1", at=START, entry=EntryPoint(ref="nothing"))) == []
    person.handle_event(Referral(id="2", at=START, entry=EntryPoint(ref="SPRING")))
    assert person.step_name == "hello"


def test_what_others_do_is_not_answered() -> None:
    """Reactions change nothing."""
    person = at_address()
    before = person.record
    assert person.handle_event(Reaction(id="r", at=START, mid="m", reaction="love", action="react")) == []
    assert person.record == before


def test_who_blocked_the_page_is_not_written_to() -> None:
    """An unavailable person gets nothing until a message shows that they are back."""
    person = at_address()
    person.handle_event(ChatRefused(id="r", at=START, reason="user_unavailable"))
    assert wake_at(person.catalog, person.record) is None
    person.type_text("mia@example.com")
    assert (person.record.unavailable, person.step_name) == (False, "proof")


def test_a_changed_flow_goes_on_where_the_step_still_exists() -> None:
    """An edited text strands nobody; the new text is said from there on."""
    person = at_address()
    changed = {
        name: text.replace("  address:\n    ask: email\n", "  address:\n    ask: email\n    again: Not quite.\n")
        for name, text in LIBRARY.items()
    }
    person.catalog = compile_flows(changed, shipped_config())[0]
    assert person.type_text("mia at home")[0].startswith("Not quite.")
    assert person.record.conversation
    assert person.record.conversation.flow_hash == person.catalog.flows["address_and_code"].hash


def test_a_flow_whose_step_is_gone_begins_again() -> None:
    """A short honest sentence, then the first step; stop still works at once."""
    stranded, stopping = at_address(), at_address()
    called = LIBRARY["flows/address_and_code.yaml"].replace("  address:", "  inbox:").replace(": address", ": inbox")
    changed = {"flows/newsletter.yaml": LIBRARY["flows/newsletter.yaml"], "flows/address_and_code.yaml": called}
    book = compile_flows(changed, shipped_config())[0]
    stranded.catalog = stopping.catalog = book
    stranded.handle_event(Profiled(id="p", at=START))
    said = stranded.type_text("mia@example.com")
    assert said[0].startswith("This conversation was rewritten")
    assert (stranded.step_name, len(said)) == ("hello", 4)
    assert stopping.type_text("stop")[0].startswith("Done.")
    assert stopping.record.conversation is None


def test_where_a_person_stands() -> None:
    """The playground is told flow, step, file and line."""
    person = at_address()
    lines = LIBRARY["flows/address_and_code.yaml"].splitlines()
    assert find_position(person.catalog, person.record) == ConversationPosition(
        flow="address_and_code", step="address", file="flows/address_and_code.yaml",
        line=lines.index("  address:") + 1, tries=0,
    )  # fmt: skip
    assert find_position(shipped_catalog(), FlowPerson().record) is None


def test_fields_tags_events_and_choices_with_answers() -> None:
    """Marks of a step are set; a choice is kept in its field; a free answer may be any word."""
    person = person_for_flow(
        "  a:\n    say: [Hi, Which?]\n    tag: reader\n    event: cup.noted\n    save: first_name\n"
        "    choices: {Green: b, Black: {say: Strong!, go: b}, Help me choose: {say: Take green.}}\n    else: end\n"
        "  b: {say: Your name?, ask: text, save: first_name, else: end}\n  c: {say: Thanks!}\n"
    )
    person.type_text("go now")
    assert [(fact.name, person.record.tags) for fact in person.outcome.facts] == [("cup.noted", ("reader",))]
    assert (person.type_text("help me choose"), person.step_name) == (["Take green."], "a")
    assert person.type_text("blak") == ["Strong!", "Your name?"]
    assert person.record.fields == {"first_name": "Black"}
    assert person.type_text("go now") == ["Thanks!"]
    assert (person.record.fields, person.step_name) == ({"first_name": "go now"}, "")


def test_a_long_answer_is_cut_and_a_long_text_is_split() -> None:
    """20,000 characters are no problem, coming or going."""
    person = person_for_flow("  a: {say: Name?, ask: text, save: first_name, else: end}\n  b: {say: Bye}\n")
    person.type_text("go now")
    person.type_text("ש" * 20_000)
    assert len(str(person.record.fields["first_name"])) == 1000


def test_texts_longer_than_a_message_are_cut_at_sentences() -> None:
    """No part is longer than allowed, nothing is lost, and the cuts are at sentence ends where there are any."""
    text = "A cup of tea. " * 300 + "x" * 5_000
    parts = split_at_sentences(text, 2000)
    assert max(map(len, parts)) <= 2000
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert parts[0].endswith("tea.")


def test_a_name_cannot_flood_a_text() -> None:
    """A profile's name is said shortly, on one line, and never as a template."""
    person = FlowPerson()
    person.handle_event(Profiled(id="p", at=START, first_name="{{ email }}\n" * 50))
    assert person.begin_chat()[0].startswith("Hi {{ email }} {{ email }} {{ email }}")
    assert len(person.bot_texts[0]) < 120


def test_a_code_where_nothing_waits_for_one() -> None:
    """Six digits out of nowhere get a clear answer."""
    assert FlowPerson().type_text("123456")[0].startswith("There is nothing waiting for a code")


def test_near_words_work_too() -> None:
    """A slip of the finger in a word that works everywhere is understood."""
    person = at_address()
    assert person.type_text("perosn")[0].startswith("I'm handing")


def test_a_human_is_left_by_a_button() -> None:
    """Get-started wakes the bot again."""
    person = at_address()
    person.type_text("person")
    said = person.handle_event(Postback(id="b", at=person.now, payload="get started"))
    assert (said[0], person.record.paused) == ("Pip, the bot, is back with you.", False)


def test_the_same_event_gives_the_same_decision() -> None:
    """Deciding twice on the same record gives equal outcomes."""
    one, two = at_address(), at_address()
    one.type_text("mia@example.com")
    two.type_text("mia@example.com")
    assert one.outcome == two.outcome
    assert all(isinstance(chat, SendChat) for chat in one.chats)


def test_a_new_code_is_offered_when_one_may_be_sent() -> None:
    """The button appears fifteen minutes after the last request, and does what the words do."""
    person = at_address()
    person.type_text("mia@example.com")
    person.type_text("no mail yet")
    assert "New code" not in person.chip_labels
    person.pass_time(timedelta(minutes=15))
    person.type_text("no mail yet")
    assert person.chip_labels == ["No mail yet", "Change address", "New code"]
    person.tap_label("New code")
    assert len(person.mails) == 1


def test_a_thumb_outside_a_conversation_is_left_alone() -> None:
    """Nobody wants an answer to a thumb."""
    assert FlowPerson().type_text("", "sticker") == []


def test_anything_else_where_a_code_is_waited_for() -> None:
    """What is no code is told so and costs no try; a slip in a word that works everywhere is understood."""
    person = at_address()
    person.type_text("mia@example.com")
    assert person.type_text("where is it?")[0].startswith("I'm waiting for the six digits")
    assert person.record.conversation
    assert (person.step_name, person.record.conversation.tries, person.record.wrong_codes) == ("proof", 0, ())
    assert person.type_text("perosn")[0].startswith("I'm handing")


def test_a_word_of_a_flow_without_translation_keeps_the_language() -> None:
    """Somebody who speaks German stays German when a flow exists in English only."""
    person = person_for_flow("  a: {say: Hi}\n")
    person.handle_event(Profiled(id="p", at=START, locale="de_DE"))
    person.type_text("go now")
    assert person.record.language == "de"
