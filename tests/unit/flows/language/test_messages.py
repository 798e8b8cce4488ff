"""What a step says: texts, pauses, pictures, cards and buttons, as messages that the platform takes."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.effects import Button, Card, Media
from flows.language.buttons import leads_to
from flows.language.messages import buttons, compile_says, pieces
from flows.language.model import StepText, TranslatedStep
from flows.language.split_text import BUTTON_TEXT, MESSAGE, Piece, chats, text_pieces
from flows.language.tables import read_tables
from flows.language.text_template import Text
from language.conditions.comparisons import ComparisonScope
from tests.support.flow_person import START, FlowPerson, shipped_config

TEAS = """
- {id: assam, name: Assam, mood: awake}
- {id: camomile, name: Camomile, mood: sleepy}
"""
SCOPE = ComparisonScope(now=START, values={"mood": "sleepy"})


def said(written: Mapping[str, object], german: object = None, values: Mapping[str, object] | None = None) -> object:
    """Return the messages of a step as written, in German if its German is given."""
    step = StepText.model_validate(written)
    other = TranslatedStep.model_validate(german if isinstance(german, dict) else {"say": german or []})
    tables, findings = read_tables({"tables/teas.yaml": TEAS}, shipped_config())
    assert findings == []
    compiled = compile_says(
        step.say,
        other.say,
        language="de" if german else "en",
        tap=lambda what: f"tap|{what}",
        buttons=step.buttons,
        labels=other.buttons,
        tables=tables,
    )
    known = values or {}

    def fill(_text: Text) -> Mapping[str, object]:
        return known

    return pieces(compiled, fill, lambda: SCOPE)


def test_texts_pictures_and_pauses_are_messages_in_order() -> None:
    """A pause stands before what follows it; two pauses add up; nothing follows the last, so it is none."""
    written = {"say": [
        "Look:", {"pause": "2 seconds"}, {"image": "https://a.example/cup.jpg"}, {"pause": "1 second"},
        {"pause": "500 seconds"}, {"file": "{{ website }}/menu.pdf"}, {"pause": "1 second"},
    ]}  # fmt: skip
    assert said(written, values={"website": "https://a.example"}) == [
        Piece(text="Look:"),
        Piece(media=Media(kind="image", url="https://a.example/cup.jpg"), pause_ms=2_000),
        Piece(media=Media(kind="file", url="https://a.example/menu.pdf"), pause_ms=20_000),
    ]


def test_what_cannot_be_shown_is_left_out() -> None:
    """An address that is none and a text that is empty are no message; the pause before them waits on."""
    written = {"say": [{"pause": "1 second"}, {"image": "{{ picture }}"}, "{{ nothing }}", "Hello"]}
    assert said(written, values={"picture": "soon", "nothing": ""}) == [Piece(text="Hello", pause_ms=1_000)]


def test_buttons_stand_under_the_last_text() -> None:
    """A web address, a phone number and a step each become their kind of button; cards after the text do not matter."""
    written = {
        "say": ["One", "Two", {"image": "https://a.example/cup.jpg"}],
        "buttons": {"Shop": "https://a.example/?c={{ code }}", "Call": "+49 (40) 123-456", "Tell me more": "more"},
    }  # fmt: skip
    assert said(written, values={"code": "T1"}) == [
        Piece(text="One"),
        Piece(text="Two", buttons=(
            Button(label="Shop", url="https://a.example/?c=T1"),
            Button(label="Call", call="+4940123456"),
            Button(label="Tell me more", payload="tap|button.2"),
        )),
        Piece(media=Media(kind="image", url="https://a.example/cup.jpg")),
    ]  # fmt: skip


def test_a_long_text_with_buttons_is_cut_so_that_the_last_message_carries_them() -> None:
    """A text that fits a message but no button template becomes two, the second with the buttons."""
    text = "A sentence that goes on for a while. " * 30
    many = text_pieces(text, (Button(label="Go", payload="x"),), 700)
    assert " ".join(one.text for one in many) == text.strip()
    assert [len(one.buttons) for one in many] == [0] * (len(many) - 1) + [1]
    assert [one.pause_ms for one in many] == [700] + [0] * (len(many) - 1)
    assert len(many[-1].text) <= BUTTON_TEXT


@given(st.text(max_size=5_000), st.booleans())
def test_no_message_is_longer_than_the_platform_takes(text: str, with_buttons: bool) -> None:  # noqa: FBT001  hypothesis
    """Whatever the text, each message fits, and nobody's buttons are lost."""
    under = (Button(label="Go", payload="x"),) if with_buttons else ()
    many = text_pieces(text, under)
    assert all(0 < len(one.text) <= (BUTTON_TEXT if one.buttons else MESSAGE) for one in many)
    assert [one.buttons for one in many if one.buttons] == ([under] if under else [])


def test_cards_of_rows_that_fit() -> None:
    """One card for each row that fits the answers; the step's buttons count before those of its cards."""
    written = {
        "say": ["For you:", {"cards": {
            "from": "teas", "where": "mood is {{ mood }}", "title": "{{ name }}", "buttons": {"This one": "order"},
        }}],
        "buttons": {"None of these": "other"},
    }  # fmt: skip
    assert said(written) == [
        Piece(text="For you:", buttons=(Button(label="None of these", payload="tap|button.0"),)),
        Piece(cards=(Card(title="Camomile", buttons=(Button(label="This one", payload="tap|button.1.camomile"),)),)),
    ]
    assert buttons(StepText.model_validate(written)) == [("None of these", "other"), ("This one", "order")]


def test_without_a_fitting_row_nothing_is_said() -> None:
    """The step takes its way out instead of announcing cards that are not there."""
    cards = {"from": "teas", "where": "mood is grumpy", "title": "{{ name }}"}
    assert said({"say": ["For you:", {"cards": cards}]}) is None


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
    assert said(written, german) == [
        Piece(text="Schau:"),
        Piece(media=Media(kind="image", url="https://a.example/en.jpg"), pause_ms=1_000),
        Piece(cards=(
            Card(title="Assam", subtitle="Ein Tee", buttons=taken["assam"]),
            Card(title="Camomile", subtitle="Ein Tee", buttons=taken["camomile"]),
        )),
        Piece(text="Welcher?", buttons=(Button(label="Laden", url="https://a.example/"),)),
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
    spoken = said({"say": ["One", "Two"]}, {"say": german})
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
    """What is written tells what tapping does."""
    assert leads_to(target) == kind


def test_a_turn_shows_typing_first_and_quick_replies_last() -> None:
    """Pauses, persona and offers travel with the messages."""
    chip = Button(label="Yes", payload="y")
    record = FlowPerson().record
    first, last = chats(
        [Piece(text="One", pause_ms=900), Piece(media=Media(kind="image", url="https://a.example/x"))],
        record,
        chips=(chip,),
        offer_email=False,
        offer_phone=True,
        response=True,
        persona="lena",
    )
    assert (first.typing, first.pause_ms, first.quick_replies, first.offer_phone, first.persona) == (
        True, 900, (), False, "lena",
    )  # fmt: skip
    assert (last.typing, last.media, last.quick_replies, last.offer_phone, last.id) == (
        False, Media(kind="image", url="https://a.example/x"), (chip,), True, "person.2",
    )  # fmt: skip
