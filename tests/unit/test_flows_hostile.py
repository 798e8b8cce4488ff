"""What a hostile reader of the flow language tried: near misses, moves in awkward moments, times beyond any calendar."""

from dataclasses import replace as swap
from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from flows.book import FlowBook
from flows.model import Kind
from flows.words import agreed, normal
from subscribers.effects import SendMail
from subscribers.events import ChatRefused, CodeDrawn, Control, Event, Message, Profiled
from subscribers.record import Consent, Relay, decode, encode
from tests.unit.flows_person import KEYS, START, Person, roomy_house, written
from tests.unit.test_flows_versions import beside, book, standing_in

MIA = KEYS.address_hash("mia@example.com")
CHOOSING = "  a: {say: Old mood?, choices: {Calm: end}, nudge: {after: 1 hour, say: Old nudge.}, timeout: {after: 2 hours, go: end}}\n"
STEPS: dict[Kind, str] = {
    "email": "{say: New., ask: email, else: end}",
    "text": "{say: New., ask: text, save: tea, else: end}",
    "say": "{say: New., go: end}",
    "if": "{if: tag is vip, go: end, else: b}",
    "split": "{split: {b: 50%, c: 50%}}",
    "wait": "{say: New., wait: 5 minutes, go: end}",
    "code": "{code: spring, go: b, else: c}",
    "mail": "{mail: ticket, go: b, else: c}",
    "relay": "{relay: reminder, say: New., go: end}",
    "hand_over": "{say: New., hand_over: Moved, go: end}",
    "consent": "{say: New., consent: friday_leaf, agree: Yes I do, decline: Not now, else: b}",
    "rating": "{say: New., ask: rating, else: end}",
}
"""By kind, a step that people may be moved to."""
BELOW = "  b: {say: New b., choices: {Ok: end}}\n  c: {say: New c., choices: {Ok: end}}\n"


def moved(old: str, kind: Kind) -> Person:
    """A person at step ``a`` of an old flow, which ``migrate`` maps to a step of another kind."""
    before, after = book(old), book(f"  z: {STEPS[kind]}\n{BELOW}", "migrate: {a: z}\n")
    person = standing_in(before)
    person.book = beside(after, before)
    return person


@pytest.mark.parametrize("typed", ["shop", "step", "cancer", "Stow"])
def test_another_word_is_no_stop(typed: str) -> None:
    """One letter from “stop” or “cancel” stand words that people ask a shop for; none of them ends a consent."""
    person = written("  a: {say: Which?, choices: {Yes: end, No: end}}\n")
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.types("go now")
    person.types(typed)
    assert (person.consent, person.at) == ("confirmed", "a")


@pytest.mark.parametrize("typed", ["stop", "Sotp", "stopp!", "unsubscrive"])
def test_a_slip_of_the_finger_still_stops(typed: str) -> None:
    """Letters that changed places, one too many, one wrong in a long word."""
    person = written("  a: {say: Which?, choices: {Yes: end, No: end}}\n")
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.types("go now")
    person.types(typed)
    assert (person.consent, person.at) == ("withdrawn", "")


@pytest.mark.parametrize(
    ("label", "typed"),
    [("Yes", "less"), ("Yes", "nyet"), ("Okay", "away"), ("Agree", "degree"), ("I want it", "I won't it"), ("Sure", "pure")],
)
def test_no_yes_is_heard_in_another_word(label: str, typed: str) -> None:
    """Agreeing is taken from a slip only where no other word is so near."""
    assert agreed(normal(typed), {normal(label)}, {"not now"}) is not True


def test_a_yes_with_a_slip_in_it_is_one() -> None:
    """A long label has room for slips."""
    assert agreed("yes sent it to me", {"yes send it to me"}, {"not now"}) is True


def agreed_consent(status: str = "confirmed") -> Consent:
    """A consent to the Friday Leaf, for Mia's address."""
    wording, _ = roomy_house().wording("friday_leaf", "en")
    return Consent(status=status, wording=wording, language="en", asked_at=START, address=MIA)  # type: ignore[arg-type]  # a literal


# -- moved by migrate -----------------------------------------------------------------------------------------
HAPPENINGS: tuple[Event, ...] = (
    Profiled(id="p", at=START, first_name="Mia"),
    ChatRefused(id="r", at=START, reason="permanent"),
    Control(id="k", at=START, action="asked"),
    CodeDrawn(id="d", at=START, pool="spring", code="TEA-1"),
)


@pytest.mark.parametrize("kind", STEPS)
@pytest.mark.parametrize("event", HAPPENINGS, ids=lambda one: type(one).__name__)
def test_what_nobody_said_makes_no_moved_question_an_open_one(kind: Kind, event: Event) -> None:
    """Only arriving asks the new question: whatever else happens first, the next message is no answer to it."""
    person, twin = moved(CHOOSING, kind), moved(CHOOSING, kind)
    person.meets(event)
    asked = twin.types("calm")
    assert person.types("calm") == asked
    assert "Calm" not in person.record.fields.values()
    assert person.at == twin.at


@pytest.mark.parametrize("kind", STEPS)
def test_a_timer_brings_whoever_was_moved_to_the_new_step(kind: Kind) -> None:
    """The old step's reminder finds another question: it is asked, and its own timers count from then."""
    person, twin = moved(CHOOSING, kind), moved(CHOOSING, kind)
    spoken = person.wakes_up()
    twin.now = person.now
    assert spoken == twin.types("calm")
    assert person.at == twin.at
    assert person.wakes is None or person.wakes > person.now


def test_a_wait_that_became_a_question_asks_it_when_it_is_over() -> None:
    """Nobody stands in it for ever."""
    person = moved("  a: {say: Brewing., wait: 1 hour}\n  y: {say: Old., go: end}\n", "email")
    assert (person.wakes_up(), person.at, person.wakes) == (["New."], "z", None)


def test_a_code_that_is_drawn_brings_whoever_was_moved_on() -> None:
    """The step that waited for it is another by now."""
    person = moved("  a: {code: spring, go: y, else: y}\n  y: {say: Old., go: end}\n", "email")
    assert person.meets(CodeDrawn(id="d", at=START, pool="spring", code="TEA-1")) == ["New."]
    assert (person.at, person.record.codes) == ("z", {"spring": "TEA-1"})


@pytest.mark.parametrize("kind", STEPS)
def test_who_was_moved_while_a_person_talked_is_asked_on_return(kind: Kind) -> None:
    """The bot comes back with the new step's question, not in the middle of it."""
    person, twin = moved(CHOOSING, kind), moved(CHOOSING, kind)
    person.meets(Control(id="s", at=START, action="spoke"))
    returned = person.meets(Control(id="g", at=START, action="given_back"))
    assert returned == ["Pip, the bot, is back with you.", *twin.types("calm")]


def test_a_call_returns_to_the_step_that_the_caller_became() -> None:
    """A renamed step still calls; one of another kind is arrived at."""
    old = book("  a: {call: f2}\n  b: {say: Old b., go: end}\n")
    for step, then in (("{say: Instead., go: end}", ["Instead."]), ("{say: Hm., wait: 1 minute, go: end}", ["Hm."])):
        new = book(f"  z: {step}\n", "migrate: {a: z}\n")
        person = called(old)
        person.book = swap(beside(new, old), flows={**new.flows, "g": person.book.flows["g"]})
        assert person.types("ok") == then


def called(old: FlowBook) -> Person:
    """A person in flow ``g``, which step ``a`` of flow ``f`` has called."""
    inner = written("  a: {call: g}\n  b: {say: Old b., go: end}\n", g="  x: {say: In g., choices: {Ok: end}}\n")
    flow = inner.book.flows["f"]
    assert flow.steps.keys() == old.flows["f"].steps.keys()
    old_version = swap(flow, hash=old.flows["f"].hash)
    inner.book = swap(inner.book, flows={**inner.book.flows, "f": old_version})
    inner.types("go now")
    return inner


# -- what is gone ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("typed", ["yes please", "not now", "help", "back", "xyz", "AGREE", "DECLINE"])
def test_a_topic_that_is_gone_strands_nobody(typed: str) -> None:
    """Whoever finishes in a version whose topic was taken away goes on by ``else``, and nothing is agreed to."""
    person = written("""
  a: {say: First?, choices: {Ok: leaf}}
  leaf: {say: The Leaf?, consent: friday_leaf, agree: "Yes, please", decline: Not now, else: b}
  code: {say: The code?, confirm: friday_leaf, else: b}
  b: {say: Bye., go: end}
""")
    person.types("go now")
    person.types("ok")
    payloads = {"AGREE": person.chats[-1].quick_replies[0].payload, "DECLINE": person.chats[-1].quick_replies[1].payload}
    person.house = roomy_house().model_copy(update={"topics": {}})
    person.house.__dict__.pop("_wordings", None)
    person.meets(Message(id="x", at=START, mid="x", text=typed, payload=payloads.get(typed, "")))
    assert person.consent == ""


# -- times and numbers that nobody means ----------------------------------------------------------------------
@pytest.mark.parametrize("value", ["9999-12-31", "9999-12-31T23:30:00-08:00", "0001-01-01T00:00:00+10:00", "x" * 20_000])
@pytest.mark.parametrize("at", ["1 day before tasting_at", "2 days after tasting_at", ""])
def test_a_time_near_the_end_of_the_calendar_is_none(value: str, at: str) -> None:
    """Nothing can be counted from it, and nothing raises."""
    more = f", at: {at}" if at else ""
    person = written(f"""
  a: {{relay: {{mail: reminder{more}, calendar: {{title: T, starts: tasting_at}}}}, say: Now.}}
  b: {{say: Bye., go: end}}
""")
    person.proves()
    person.record = replace(person.record, fields={"tasting_at": value}, channels={"": "both"})
    assert person.types("go now")[-1] == "Bye."
    assert [one.calendar for one in person.mails] == ([] if at else [None])
    assert person.wakes is None


def test_points_have_an_end() -> None:
    """Whatever stands in a file, the record can be kept."""
    person = written("  a: {score: {points: 99999999999999999999999}, say: Hi., choices: {Again: a, No: end}}\n")
    person.types("go now")
    person.types("again")
    assert decode(encode(person.record)) == person.record


# -- relays ---------------------------------------------------------------------------------------------------
def test_a_refused_message_turns_to_no_marketing_mail_without_consent() -> None:
    """It was withdrawn between the message and its refusal."""
    person = written("""
  z: {if: consent friday_leaf is confirmed, go: a, else: end}
  a: {relay: {mail: reminder, topic: friday_leaf}, say: News.}
  b: {say: Bye., choices: {Ok: end}}
""")
    person.proves()
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent()})
    person.types("go now")
    told = person.record.relays[0].chat
    person.record = replace(person.record, consents={"friday_leaf": agreed_consent("withdrawn")})
    person.meets(ChatRefused(id="r", at=START, reason="outside_window", send=told))
    assert (person.mails, person.record.relays) == ([], ())


def test_walking_in_a_circle_does_not_fill_the_record() -> None:
    """Only the latest messages are remembered as what may still be refused; what is not told yet is never dropped."""
    person = written("""
  a: {relay: reminder, say: Now.}
  b: {say: Again?, choices: {Again: a, No: end}}
""")
    person.proves()
    later = Relay(id="later", flow="f", flow_hash="", step="q", due_at=START + timedelta(days=9))
    person.record = replace(person.record, relays=(later,))
    person.types("go now")
    for _ in range(30):
        person.waits(timedelta(seconds=1))
        person.types("again")
    assert person.record.relays[0] == later
    assert len(person.record.relays) == 11  # ten told, one to come


# -- whatever is typed ----------------------------------------------------------------------------------------
@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["tea", "first_name"]))
def test_what_a_person_types_is_said_and_never_run(typed: str, field: str) -> None:
    """A template in an answer stays the text that it is."""
    person = written("  a: {say: Which?, choices: {Ok: b}}\n  b: {say: 'Your {{ %s }}, {{ hi }}', go: end}\n" % field)
    person.types("go now")
    evil = f"{{{{ email }}}}{{% if 1 %}}{typed}"
    person.record = replace(person.record, fields={field: evil})
    said = "".join(person.types("ok"))
    assert "{{ email }}{% if 1 %}"[:40] in said


def test_every_kind_is_moved_to() -> None:
    """The table above names kinds of the language."""
    assert set(STEPS) <= set(get_args(Kind))
    assert SendMail
