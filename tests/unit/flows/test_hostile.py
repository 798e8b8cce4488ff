"""What a hostile reader tried: near misses, moves in awkward moments, times beyond any calendar."""

import csv
import io
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.events import ChatRefused, ConfirmPressed, Message, Unsubscribed
from domain.record import Consent, ScheduledMessage, decode, encode
from flows.language.matching import normalize_text
from flows.translation.translate import TranslationLine, from_csv, to_csv
from flows.understanding.agreement import read_agreement, read_typed_consent
from tests.support.flow_person import KEYS, START, person_for_steps, roomy_config

MIA = KEYS.address_hash("mia@example.com")


@pytest.mark.parametrize("typed", ["shop", "step", "cancer", "Stow"])
def test_another_word_is_no_stop(typed: str) -> None:
    """One letter from “stop” or “cancel” stand words that people ask a shop for; none of them ends a consent."""
    person = person_for_steps("  a: {say: Which?, choices: {Yes: end, No: end}}\n")
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.type_text("go now")
    person.type_text(typed)
    assert (person.consent_status, person.step_name) == ("confirmed", "a")


@pytest.mark.parametrize("typed", ["stop", "Sotp", "stopp!", "unsubscrive"])
def test_a_slip_of_the_finger_still_stops(typed: str) -> None:
    """Letters that changed places, one too many, one wrong in a long word."""
    person = person_for_steps("  a: {say: Which?, choices: {Yes: end, No: end}}\n")
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.type_text("go now")
    person.type_text(typed)
    assert (person.consent_status, person.step_name) == ("withdrawn", "")


@pytest.mark.parametrize(
    ("label", "typed"),
    [("Yes", "less"), ("Yes", "nyet"), ("Okay", "away"), ("Agree", "degree"), ("I want it", "I won't it")],
)
def test_no_yes_is_heard_in_another_word(label: str, typed: str) -> None:
    """Agreeing is taken from a slip only where no other word is so near."""
    assert read_agreement(normalize_text(typed), {normalize_text(label)}, {"not now"}) is not True


def test_a_yes_with_a_slip_in_it_is_one() -> None:
    """A long label has room for slips."""
    assert read_agreement("yes sent it to me", {"yes send it to me"}, {"not now"}) is True


def agreed_consent(status: str = "confirmed") -> Consent:
    """A consent to the Friday Leaf, for Mia's address."""
    wording, _ = roomy_config().consent_wording("friday_leaf", "en")
    return Consent(status=status, wording=wording, language="en", asked_at=START, address=MIA)  # type: ignore[arg-type]  # a literal


# -- what never arrived ---------------------------------------------------------------------------------------
LEAF = """
  a: {say: A moment., wait: 5 minutes}
  leaf: {say: The Leaf?, consent: friday_leaf, agree: "Yes, please", decline: Not now, else: b}
  mail: {say: The address?, ask: email, else: b}
  code: {say: The code?, confirm: friday_leaf, else: b}
  b: {say: Bye., go: end}
"""


def test_no_yes_counts_for_a_wording_that_was_never_shown() -> None:
    """The window was closed when it should have been shown: whatever the yes is for, the wording comes first."""
    person = person_for_steps(LEAF)
    person.type_text("go now")
    person.handle_event(ChatRefused(id="r", at=START, reason="outside_window"))
    assert (person.wake_up(), person.step_name) == ([], "leaf")
    said = person.type_text("yes")
    assert (said[0], person.consent_status, person.step_name) == ("The Leaf?", "", "leaf")
    person.type_text("yes")
    assert (person.consent_status, person.step_name) == ("agreed", "mail")


def test_no_yes_counts_for_a_wording_that_the_platform_refused() -> None:
    """It is shown again first; a tap proves by itself that it was seen."""
    person = person_for_steps(LEAF)
    person.type_text("go now")
    person.wake_up()
    agree = person.chats[-1].quick_replies[0]
    person.handle_event(ChatRefused(id="r", at=START, reason="permanent", send=person.chats[-1].id))
    twin = person_for_steps(LEAF)
    twin.record = person.record
    person.type_text("yes")
    assert (person.consent_status, person.step_name) == ("", "leaf")
    twin.tap_payload(agree.payload, agree.label)
    assert (twin.consent_status, twin.step_name) == ("agreed", "mail")


def test_an_older_message_that_was_refused_does_not_unshow_the_wording() -> None:
    """The refusal of what was sent before it says nothing of it."""
    person = person_for_steps(LEAF)
    person.type_text("what is this")
    earlier = person.chats[-1].id
    person.type_text("go now")
    person.wake_up()
    person.handle_event(ChatRefused(id="r", at=START, reason="permanent", send=earlier))
    person.type_text("yes")
    assert (person.consent_status, person.step_name) == ("agreed", "mail")


def test_a_button_that_proved_an_address_confirms_no_topic_of_later() -> None:
    """Whoever presses it need not be who agrees in this chat: the mailbox's owner is asked for the topic, once."""
    person = person_for_steps(f"""
  p: {{say: Address?, ask: email, else: b}}
  q: {{say: Code?, prove: address, go: z, else: b}}
  z: {{say: Proven., choices: {{More: leaf, No: b}}}}
{LEAF.partition("wait: 5 minutes}")[2]}""")
    for text in ("go now", "mia@example.com"):
        person.type_text(text)
    person.handle_event(ConfirmPressed(id="b", at=START, token=person.link_secret))
    assert (person.step_name, person.record.addresses[MIA].proven_by) == ("z", "button")
    for text in ("more", "yes", "mia@example.com"):
        person.type_text(text)
    assert (person.consent_status, person.step_name, [one.topic for one in person.mails]) == (
        "agreed",
        "code",
        ["friday_leaf"],
    )
    assert person.record.addresses[MIA].status == "proven"
    person.handle_event(ConfirmPressed(id="c", at=START, token=person.link_secret))
    assert (person.consent_status, person.step_name) == ("confirmed", "")


def test_what_is_said_first_answers_no_question_that_was_never_sent() -> None:
    """The window was closed when it was to be asked: it is asked now, its timers count from now, and then answered."""
    person = person_for_steps("""
  a: {say: A moment., wait: 5 minutes}
  b: {say: Which tea?, ask: text, save: tea, nudge: {after: 1 hour, say: Still here.}, else: end}
""")
    person.type_text("go now")
    person.handle_event(ChatRefused(id="r", at=START, reason="outside_window"))
    assert (person.wake_up(), person.step_name) == ([], "b")
    person.pass_time(timedelta(hours=9))
    assert (person.type_text("hello there"), person.record.fields) == (["Which tea?"], {})
    assert person.next_wake == person.now + timedelta(hours=1)
    person.type_text("Assam")
    assert (person.record.fields, person.step_name) == ({"tea": "Assam"}, "")


def test_a_code_confirms_nothing_that_was_withdrawn_meanwhile() -> None:
    """Nobody is told that they are in: they are asked again."""
    person = person_for_steps(LEAF.replace("b: {say: Bye.", "in: {say: You are in!, go: end}\n  b: {say: Bye."))
    person.type_text("go now")
    person.wake_up()
    for text in ("yes", "mia@example.com"):
        person.type_text(text)
    person.handle_event(Unsubscribed(id="u", at=START, topic="friday_leaf", via="preferences"))
    assert person.type_text(person.confirmation_code)[0] == "The Leaf?"
    assert (person.consent_status, person.step_name) == ("withdrawn", "leaf")
    assert (person.type_text("yes"), person.type_text("mia@example.com"), person.consent_status) == (
        ["The address?"], ["You are in!"], "confirmed",
    )  # fmt: skip


def test_a_long_way_without_a_question_is_gone_to_its_end() -> None:
    """However many steps it has; a conversation never ends in the middle."""
    steps = "".join(f"  s{number}: {{score: {{points: 1}}}}\n" for number in range(90))
    first, last = "  a: {say: Hi., choices: {Go: s0, No: end}}\n", "  z: {say: Here., choices: {Ok: end}}\n"
    person = person_for_steps(first + steps + last)
    person.type_text("go now")
    assert (person.type_text("go"), person.step_name) == (["Here."], "z")


def test_reminders_come_in_time_in_whatever_order_they_stand() -> None:
    """None of them wakes the conversation again and again."""
    nudges = "{after: 1 hour, say: One.}, {after: 2 hours, say: Two.}, {after: 30 minutes, say: Half.}"
    person = person_for_steps(f"  a: {{say: Which?, choices: {{A: end, B: end}}, nudge: [{nudges}]}}\n")
    person.type_text("go now")
    assert [person.wake_up() for _ in range(3)] == [["Half."], ["One."], ["Two."]]
    assert (person.next_wake, person.now) == (None, START + timedelta(hours=2))


# -- what is gone ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["yes please", "not now", "help", "back", "xyz", "AGREE", "DECLINE"])
def test_a_topic_that_is_gone_strands_nobody(typed: str) -> None:
    """Whoever finishes in a version whose topic was taken away goes on by ``else``, and nothing is agreed to."""
    person = person_for_steps("""
  a: {say: First?, choices: {Ok: leaf}}
  leaf: {say: The Leaf?, consent: friday_leaf, agree: "Yes, please", decline: Not now, else: b}
  mail: {say: The address?, ask: email, else: b}
  code: {say: The code?, confirm: friday_leaf, else: b}
  b: {say: Bye., go: end}
""")
    person.type_text("go now")
    person.type_text("ok")
    agree, decline = person.chats[-1].quick_replies
    payloads = {"AGREE": agree.payload, "DECLINE": decline.payload}
    person.config = roomy_config().model_copy(update={"topics": {}})
    person.config.__dict__.pop("_filled_wordings", None)
    person.handle_event(Message(id="x", at=START, mid="x", text=typed, payload=payloads.get(typed, "")))
    assert person.consent_status == ""


# -- times and numbers that nobody means ----------------------------------------------------------------------
@pytest.mark.parametrize(
    "value", ["9999-12-31", "9999-12-31T23:30:00-08:00", "0001-01-01T00:00:00+10:00", "x" * 20_000]
)
@pytest.mark.parametrize("at", ["1 day before tasting_at", "2 days after tasting_at", ""])
def test_a_time_near_the_end_of_the_calendar_is_none(value: str, at: str) -> None:
    """Nothing can be counted from it, and nothing raises."""
    more = f", at: {at}" if at else ""
    person = person_for_steps(f"""
  a: {{relay: {{mail: reminder{more}, calendar: {{title: T, starts: tasting_at}}}}, say: Now.}}
  b: {{say: Bye., go: end}}
""")
    person.prove_address()
    person.record = replace(person.record, fields={"tasting_at": value}, channels={"": "both"})
    assert person.type_text("go now")[-1] == "Bye."
    assert [one.calendar for one in person.mails] == ([] if at else [None])
    assert person.next_wake is None


def test_points_have_an_end() -> None:
    """Whatever stands in a file, the record can be kept."""
    person = person_for_steps(
        "  a: {score: {points: 99999999999999999999999}, say: Hi., choices: {More: b, No: end}}\n"
        "  b: {say: Really?, choices: {Again: a, No: end}}\n"
    )
    person.type_text("go now")
    person.type_text("more")
    person.type_text("again")
    assert decode(encode(person.record)) == person.record


# -- tables that go out ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("text", ["=1+1", "+49 170", "-5", "@x", "'=1", "''=1", "'Tis", "plain", "", "a=b"])
def test_no_text_is_a_formula_in_a_translators_spreadsheet(text: str) -> None:
    """It goes out as text, and comes back as it was."""
    line = TranslationLine(flow="f", step="a", part="say 1", original=text, translation=text)
    table = to_csv([line])
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in csv.reader(io.StringIO(table)) for cell in row)
    assert from_csv(table) == [line]


# -- scheduled messages ----------------------------------------------------------------------------------------
def test_a_refused_message_turns_to_no_marketing_mail_without_consent() -> None:
    """It was withdrawn between the message and its refusal."""
    person = person_for_steps("""
  z: {if: consent friday_leaf is confirmed, go: a, else: end}
  a: {relay: {mail: reminder, topic: friday_leaf}, say: News.}
  b: {say: Bye., choices: {Ok: end}}
""")
    person.prove_address()
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.type_text("go now")
    told = person.record.relays[0].chat
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent("withdrawn")})
    person.handle_event(ChatRefused(id="r", at=START, reason="outside_window", send=told))
    assert (person.mails, person.record.relays) == ([], ())


def test_walking_in_a_circle_does_not_fill_the_record() -> None:
    """Only the latest messages are remembered as what may still be refused; what is not told yet is never dropped."""
    person = person_for_steps("""
  a: {relay: reminder, say: Now.}
  b: {say: Again?, choices: {Again: a, No: end}}
""")
    person.prove_address()
    later = ScheduledMessage(id="later", flow="f", flow_hash="", step="q", due_at=START + timedelta(days=9))
    person.record = replace(person.record, relays=(later,))
    person.type_text("go now")
    for _ in range(30):
        person.pass_time(timedelta(seconds=1))
        person.type_text("again")
    assert person.record.relays[0] == later
    assert len(person.record.relays) == 11  # ten told, one to come


def test_whoever_walks_in_a_circle_fills_no_mailbox() -> None:
    """Neither their own, or that of somebody who pressed a button for them, nor the team's; the next day it goes on."""
    person = person_for_steps("""
  a: {mail: ticket, else: b}
  b: {notify: {team: sales, say: Again.}, channel: mail, say: Sent.}
  c: {relay: reminder, say: Now.}
  d: {say: Once more?, choices: {Again: a, No: end}}
""")
    person.prove_address()
    person.type_text("go now")
    sent = len(person.mails)
    for _ in range(30):
        person.pass_time(timedelta(minutes=1))
        person.type_text("again")
        sent += len(person.mails)
    person.pass_time(timedelta(days=1))
    person.type_text("again")
    assert (sent, len(person.mails), person.step_name) == (20, 3, "d")


# -- whatever is typed ----------------------------------------------------------------------------------------
SAYING = ("{{ tea }}", "{{ hi }}", "{{ tea | upper }}", "{% if tea %}{{ tea }}{% endif %}")


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(SAYING))
def test_what_a_person_types_is_said_and_never_run(typed: str, text: str) -> None:
    """A template in an answer stays the text that it is."""
    person = person_for_steps(f"  a: {{say: Which?, choices: {{Ok: b}}}}\n  b: {{say: 'So {text}', go: end}}\n")
    person.type_text("go now")
    evil = f"{{{{ email }}}}{{% if 1 %}}{typed}"
    person.record = replace(person.record, fields={"tea": evil, "first_name": evil})
    assert "{{ email }}{% if 1 %}" in "".join(person.type_text("ok")).casefold()


@pytest.mark.parametrize(
    "typed",
    [
        "yes?", "ok?", "Ja？", "are you sure", "do you agree", "-1", "I'm ok", "das ist ja toll",
        "yes 👎", "ja ❌", "sure 🙄", "okay was noch", "okay und dann", "ok and then",
        "yes, yours but not the newsletter", "ja lg aber nicht den Brief", "yes\nBest regards\nnot really",
        "yes please " * 20 + "no", "ja " * 80 + "nicht",
    ],
)  # fmt: skip
def test_a_doubtful_yes_agrees_to_nothing(typed: str) -> None:
    """A question, a vote against, and a text of which only the beginning is read are no consent."""
    assert read_typed_consent(typed, {"yes please", "ja bitte"}, {"no thanks"}) is not True


@pytest.mark.parametrize(
    "typed", ["sign me out", "sign her up", "sign me off", "sing them up", "sign up later", "signs"]
)
def test_a_word_beside_the_label_is_not_its_slip(typed: str) -> None:
    """A slip lies within a word; another short word makes another sentence."""
    assert read_typed_consent(typed, {"sign me up"}, {"maybe later"}) is not True


@pytest.mark.parametrize("typed", ["sing me up", "signme up", "Sign me up!"])
def test_a_slip_within_a_word_of_the_label_agrees(typed: str) -> None:
    """Swapped letters and a lost space change nothing."""
    assert read_typed_consent(typed, {"sign me up"}, {"maybe later"}) is True


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("abmelden", "anmelden"), ("bitte abmelden", "bitte anmelden"), ("friday", "yes every friday"),
        ("club", "join the club"), ("keep it", "keep me posted"),
    ],
)  # fmt: skip
def test_a_word_of_the_label_alone_is_no_yes(typed: str, label: str) -> None:
    """A consent needs the label, or a yes."""
    assert read_typed_consent(typed, {label}, {"not now"}) is not True
