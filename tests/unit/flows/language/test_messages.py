"""Messages of a step: texts, pauses, pictures, cards and buttons, within the limits of the platform."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effects import Button, Card, Media
from flows.language.buttons import classify_target
from flows.language.messages import compile_messages, list_buttons, render_messages
from flows.language.model import StepText
from flows.language.split_text import (
    MOST_BUTTON_TEXT,
    MOST_TEXT,
    MessageDraft,
    build_chat_messages,
    draft_text_messages,
)
from flows.language.tables import read_tables
from flows.language.translation_model import TranslatedStep
from language.conditions.values import ComparisonScope
from language.text_template import TextTemplate
from tests.support.flow_person import START, FlowPerson, shipped_config

TEAS = """
- {id: assam, name: Assam, mood: awake}
- {id: camomile, name: Camomile, mood: sleepy}
"""
SCOPE = ComparisonScope(now=START, values={"mood": "sleepy"})


def render_step(
    written: Mapping[str, object], german: object = None, values: Mapping[str, object] | None = None
) -> object:
    """Return the messages of a step, in German if a translation is given."""
    step = StepText.model_validate(written)
    translation = TranslatedStep.model_validate(german if isinstance(german, dict) else {"say": german or []})
    tables, findings = read_tables({"tables/teas.yaml": TEAS}, shipped_config())
    assert findings == []
    compiled = compile_messages(
        step.say,
        translation.say,
        language="de" if german else "en",
        make_payload=lambda what: f"tap|{what}",
        buttons=step.buttons,
        translated_labels=translation.buttons,
        tables=tables,
    )
    known = values or {}

    def values_for(_text: TextTemplate) -> Mapping[str, object]:
        return known

    return render_messages(compiled, values_for, lambda: SCOPE)


def test_texts_pictures_and_pauses_are_messages_in_order() -> None:
    """A pause belongs to the next message; two pauses add up; a last pause without a message is dropped."""
    written = {"say": [
        "Look:", {"pause": "2 seconds"}, {"image": "https://a.example/cup.jpg"}, {"pause": "1 second"},
        {"pause": "500 seconds"}, {"file": "{{ website }}/menu.pdf"}, {"pause": "1 second"},
    ]}  # fmt: skip
    assert render_step(written, values={"website": "https://a.example"}) == [
        MessageDraft(text="Look:"),
        MessageDraft(media=Media(kind="image", url="https://a.example/cup.jpg"), pause_ms=2_000),
        MessageDraft(media=Media(kind="file", url="https://a.example/menu.pdf"), pause_ms=20_000),
    ]


def test_what_cannot_be_shown_is_left_out() -> None:
    """An invalid address and an empty text are left out; their pause moves to the next message."""
    written = {"say": [{"pause": "1 second"}, {"image": "{{ picture }}"}, "{{ nothing }}", "Hello"]}
    assert render_step(written, values={"picture": "soon", "nothing": ""}) == [
        MessageDraft(text="Hello", pause_ms=1_000)
    ]


def test_buttons_stand_under_the_last_text() -> None:
    """A web address, a phone number and a step each become their kind of button; cards after the text do not matter."""
    written = {
        "say": ["One", "Two", {"image": "https://a.example/cup.jpg"}],
        "buttons": {"Shop": "https://a.example/?c={{ code }}", "Call": "+49 (40) 123-456", "Tell me more": "more"},
    }  # fmt: skip
    assert render_step(written, values={"code": "T1"}) == [
        MessageDraft(text="One"),
        MessageDraft(text="Two", buttons=(
            Button(label="Shop", url="https://a.example/?c=T1"),
            Button(label="Call", call="+4940123456"),
            Button(label="Tell me more", payload="tap|button.2"),
        )),
        MessageDraft(media=Media(kind="image", url="https://a.example/cup.jpg")),
    ]  # fmt: skip


def test_a_long_text_with_buttons_is_cut_so_that_the_last_message_carries_them() -> None:
    """A text that fits a message but no button template becomes two, the second with the buttons."""
    text = "A sentence that goes on for a while. " * 30
    many = draft_text_messages(text, (Button(label="Go", payload="x"),), 700)
    assert " ".join(one.text for one in many) == text.strip()
    assert [len(one.buttons) for one in many] == [0] * (len(many) - 1) + [1]
    assert [one.pause_ms for one in many] == [700] + [0] * (len(many) - 1)
    assert len(many[-1].text) <= MOST_BUTTON_TEXT


@given(st.text(max_size=5_000), st.booleans())
def test_no_message_is_longer_than_the_platform_takes(text: str, with_buttons: bool) -> None:  # noqa: FBT001  hypothesis
    """Whatever the text, each message fits the limits, and no button is lost."""
    under = (Button(label="Go", payload="x"),) if with_buttons else ()
    many = draft_text_messages(text, under)
    assert all(0 < len(one.text) <= (MOST_BUTTON_TEXT if one.buttons else MOST_TEXT) for one in many)
    assert [one.buttons for one in many if one.buttons] == ([under] if under else [])


def test_cards_of_rows_that_fit() -> None:
    """One card for each row that fits the answers; the step's buttons count before those of its cards."""
    written = {
        "say": ["For you:", {"cards": {
            "from": "teas", "where": "mood is {{ mood }}", "title": "{{ name }}", "buttons": {"This one": "order"},
        }}],
        "buttons": {"None of these": "other"},
    }  # fmt: skip
    assert render_step(written) == [
        MessageDraft(text="For you:", buttons=(Button(label="None of these", payload="tap|button.0"),)),
        MessageDraft(
            cards=(Card(title="Camomile", buttons=(Button(label="This one", payload="tap|button.1.camomile"),)),)
        ),
    ]
    assert list_buttons(StepText.model_validate(written)) == [("None of these", "other"), ("This one", "order")]


def test_without_a_fitting_row_nothing_is_said() -> None:
    """The step takes its way out instead of announcing cards that are not there."""
    cards = {"from": "teas", "where": "mood is grumpy", "title": "{{ name }}"}
    assert render_step({"say": ["For you:", {"cards": cards}]}) is None


def test_a_translation_pairs_texts_with_texts_and_cards_with_cards() -> None:
    """Pauses and pictures stay, what a translation replaces is replaced, labels are by the original's."""
    cards = {"from": "teas", "title": "{{ name }}", "subtitle": "A tea", "buttons": {"Take": "order"}}
    written = {
        "say": ["Look:", {"pause": "1 second"}, {"image": "https://a.example/en.jpg"}, {"cards": cards}, "Which?"],
        "buttons": {"Shop": "https://a.example/"},
    }  # fmt: skip
    german = {
        "say": ["Schau:", "Welcher?", {"cards": {"subtitle": "Ein Tee", "buttons": {"Take": "Nehmen"}}}],
        "buttons": {"Shop": "Laden"},
    }  # fmt: skip
    taken = {name: (Button(label="Nehmen", payload=f"tap|button.1.{name}"),) for name in ("assam", "camomile")}
    assert render_step(written, german) == [
        MessageDraft(text="Schau:"),
        MessageDraft(media=Media(kind="image", url="https://a.example/en.jpg"), pause_ms=1_000),
        MessageDraft(cards=(
            Card(title="Assam", subtitle="Ein Tee", buttons=taken["assam"]),
            Card(title="Camomile", subtitle="Ein Tee", buttons=taken["camomile"]),
        )),
        MessageDraft(text="Welcher?", buttons=(Button(label="Laden", url="https://a.example/"),)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("german", "heard"),
    [
        (["Eins"], ["Eins"]),
        (["Eins", "Zwei", "Drei"], ["Eins", "Zwei", "Drei"]),
        ([], ["One", "Two"]),
    ],
)
def test_a_translation_may_say_it_in_fewer_or_more_messages(german: list[str], heard: list[str]) -> None:
    """Only one that says nothing leaves the original."""
    spoken = render_step({"say": ["One", "Two"]}, {"say": german})
    assert isinstance(spoken, list)
    assert [one.text for one in spoken] == heard


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("https://a.example/x", "url"),
        ("{{ website }}/x", "url"),
        ("+49 40 1234567", "call"),
        ("tel:+49401234567", "call"),
        ("more", "step"),
        ("end", "step"),
    ],
)
def test_where_a_button_leads(target: str, kind: str) -> None:
    """The written target tells whether a tap opens, calls or goes to a step."""
    assert classify_target(target) == kind


def test_a_turn_shows_typing_first_and_quick_replies_last() -> None:
    """Pauses, persona and offers travel with the messages."""
    chip = Button(label="Yes", payload="y")
    record = FlowPerson().record
    first, last = build_chat_messages(
        [
            MessageDraft(text="One", pause_ms=900, persona="lena"),
            MessageDraft(media=Media(kind="image", url="https://a.example/x")),
        ],
        record,
        quick_replies=(chip,),
        offer_email=False,
        offer_phone=True,
        response=True,
    )
    assert (first.typing, first.pause_ms, first.quick_replies, first.offer_phone, first.persona) == (
        True, 900, (), False, "lena",
    )  # fmt: skip
    assert (last.typing, last.media, last.quick_replies, last.offer_phone, last.id) == (
        False, Media(kind="image", url="https://a.example/x"), (chip,), True, "person.2",
    )  # fmt: skip
