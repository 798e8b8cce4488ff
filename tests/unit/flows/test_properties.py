"""Whatever people do, in whatever order: the conversation holds."""

from datetime import timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    ChatRefused,
    ConfirmPressed,
    Message,
    MessageEdit,
    Postback,
    Profiled,
    Reaction,
    Referral,
    Unsubscribed,
)
from domain.record import decode, encode
from flows.language.matching import normalize_text
from flows.understanding.agreement import read_agreement
from tests.support.flow_person import START, FlowPerson, shipped_catalog

TYPED = st.one_of(
    st.sampled_from([
        "yes", "no", "ja", "nein", "stop", "zurück", "back", "help", "person", "mensch", "start over", "von vorn",
        "newsletter", "tee", "tea", "mia@example.com", "lena@example.com", "CODE", "CODE", "000000", "new code",
        "No mail yet", "Change address", "Andere Adresse", "1", "2", "Yes, send it to me", "👍", "", "a@b", "العربية",
    ]),
    st.text(max_size=40),
)  # fmt: skip
PAYLOAD = st.sampled_from([
    "", "", "", "tap|newsletter|hello|decline", "tap|newsletter|hello|agree.x", "tap|address_and_code|proof|0",
    "tap|address_and_code|proof|1",
    "start|newsletter", "do|stop", "do|person", "do|back", "GET_STARTED", "tap||", "AGREE",
])  # fmt: skip
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("message"), TYPED, PAYLOAD),
        st.tuples(st.just("message"), TYPED, st.just("")),
        st.tuples(st.sampled_from(["postback", "edit", "referral", "press"]), TYPED, PAYLOAD),
        st.tuples(st.sampled_from(["profile", "refused", "reaction", "due", "day", "unsubscribed"]), TYPED, PAYLOAD),
    ),
    max_size=25,
)


AGREE = shipped_catalog().flows["newsletter"].steps["hello"].texts["en"].quick_replies[0].payload
"""The payload under the consent as it is shown now."""


def event_of(person: FlowPerson, kind: str, text: str, payload: str) -> AnyEvent | None:
    """Make an event of a drawn act."""
    at, mid = person.now, f"m{person.events}"
    text = person.confirmation_code if text == "CODE" and person.record.pending else text
    payload = AGREE if payload == "AGREE" else payload
    made: dict[str, AnyEvent] = {
        "message": Message(id=mid, at=at, mid=mid, text=text, payload=payload),
        "postback": Postback(id=mid, at=at, mid=mid, payload=payload, title=text),
        "edit": MessageEdit(id=mid, at=at, mid=f"m{person.events - 1}", text=text, edition=1),
        "referral": Referral(id=mid, at=at, entry=EntryPoint(ref=text[:20], source="ADS")),
        "press": ConfirmPressed(id=mid, at=at, token=person.link_secret if person.record.pending else "x"),
        "profile": Profiled(id=mid, at=at, first_name=text[:30], locale="de_DE"),
        "refused": ChatRefused(id=mid, at=at, reason="outside_window"),
        "reaction": Reaction(id=mid, at=at, mid="m", reaction="love", action="react"),
        "unsubscribed": Unsubscribed(id=mid, at=at),
    }
    return made.get(kind)


@settings(max_examples=250, deadline=None)
@given(ACTS)
def test_any_sequence_of_events_is_survived(acts: list[tuple[str, str, str]]) -> None:
    """Nothing raises; the step exists, tries stay under the limit, and no consent is confirmed without an agreement."""
    person, again = FlowPerson(), FlowPerson()
    agreed_once = False
    for kind, text, payload in acts:
        if kind in ("due", "day"):
            person.pass_time(timedelta(minutes=25) if kind == "due" else timedelta(days=1))
            again.now = person.now
        event = event_of(person, kind, text, payload)
        person.handle_event(event)
        again.handle_event(event)
        assert person.outcome == again.outcome
        acts_written = {getattr(effect, "act", "") for effect in person.outcome.effects}
        agreed_once = agreed_once or "agreed" in acts_written
        talk = person.record.conversation
        assert talk is None or talk.step in person.catalog.flows[talk.flow].steps
        assert talk is None or talk.tries < person.catalog.flows[talk.flow].steps[talk.step].tries
        assert person.consent_status != "confirmed" or agreed_once
        assert all(0 < len(said) <= 2000 for said in person.bot_texts)
        assert sum(bool(chat.quick_replies) for chat in person.chats) <= 1
        assert decode(encode(person.record)) == person.record
    assert person.record.created_at == START


@given(st.text(max_size=300))
def test_normalising_is_stable(text: str) -> None:
    """Comparing a compared form changes nothing more."""
    once = normalize_text(text)
    assert normalize_text(once) == once or len(once) > 200


@given(st.text(max_size=60))
@example("send it to me")
@example("schick es mir")
def test_a_text_with_a_no_never_agrees(text: str) -> None:
    """However near it is to the label, a text with “no” or “nicht” in it is no yes."""
    labels = ({"yes send it to me", "ja schick es mir"}, {"not now", "jetzt nicht"})
    assert read_agreement(normalize_text(f"no {text}"), *labels) is not True
    assert read_agreement(normalize_text(f"{text} nicht"), *labels) is not True


def test_a_no_within_a_slip_of_a_yes_is_no_yes() -> None:
    """“Don't send it” is two letters from “Do send it”, and means the opposite."""
    assert read_agreement(normalize_text("Don't send it"), {"do send it"}, {"later"}) is False
    assert read_agreement(normalize_text("Na, schick es mir"), {"ja schick es mir"}, {"später"}) is not True
    assert read_agreement(normalize_text("Do sned it"), {"do send it"}, {"later"}) is True
