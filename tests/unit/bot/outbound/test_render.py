"""Chat effects as Send API bodies."""

from collections.abc import Callable
from typing import Literal

import pytest
from msgspec.structs import replace

from bot.limits import LIMITS, PERSONA_NAME, LimitError, PlatformLimit
from bot.outbound.render import EmptyMessageError, render_message, render_persona, render_typing
from domain.declarations import Persona
from domain.effects import Button, Card, Media, SendChat
from service.stand_ins.graph_page import bad_persona
from service.stand_ins.graph_rules import bad_send

CHAT = SendChat(id="s:1", to="7", text="Hello")


def test_a_text() -> None:
    """The id travels as metadata, so that the echo can be recognised."""
    assert render_message(CHAT) == {
        "recipient": {"id": "7"},
        "messaging_type": "RESPONSE",
        "message": {"metadata": "s:1", "text": "Hello"},
    }


def test_a_message_that_answers_nothing_is_an_update() -> None:
    """A nudge is not a response."""
    assert render_message(replace(CHAT, response=False))["messaging_type"] == "UPDATE"


def test_quick_replies_with_the_profile_address_first() -> None:
    """``user_email`` stands before the texts."""
    chat = replace(CHAT, offer_email=True, quick_replies=(Button(label="Skip", payload="SKIP"),))
    assert render_message(chat)["message"] == {
        "metadata": "s:1",
        "text": "Hello",
        "quick_replies": [
            {"content_type": "user_email"},
            {"content_type": "text", "title": "Skip", "payload": "SKIP"},
        ],
    }


def test_buttons_make_a_template() -> None:
    """A button sends its payload or opens its URL."""
    chat = replace(CHAT, buttons=(Button(label="Go", payload="GO"), Button(label="Read", url="https://a.example/")))
    assert render_message(chat)["message"] == {
        "metadata": "s:1",
        "attachment": {
            "type": "template",
            "payload": {
                "template_type": "button",
                "text": "Hello",
                "buttons": [
                    {"type": "postback", "title": "Go", "payload": "GO"},
                    {"type": "web_url", "title": "Read", "url": "https://a.example/"},
                ],
            },
        },
    }


def test_a_call_button_rings() -> None:
    """Its payload is the number."""
    body = render_message(replace(CHAT, buttons=(Button(label="Call us", call="+493012345"),)))
    assert bad_send(body) is None
    assert body["message"]["attachment"]["payload"]["buttons"] == [  # type: ignore[index]  # a nested body
        {"type": "phone_number", "title": "Call us", "payload": "+493012345"}
    ]


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
def test_media_goes_by_its_address_or_by_its_id(kind: Literal["image", "video", "audio", "file"]) -> None:
    """By address the first time, to be kept; then by id.  Quick replies go with it, a text does not."""
    media = Media(kind=kind, url="https://example.com/cup")
    chat = replace(CHAT, media=media, quick_replies=(Button(label="Next", payload="N"),))
    replies = [{"content_type": "text", "title": "Next", "payload": "N"}]
    first, kept = render_message(chat), render_message(chat, attachment="55")
    assert [bad_send(first), bad_send(kept)] == [None, None]
    assert first["message"] == {
        "metadata": "s:1",
        "quick_replies": replies,
        "attachment": {"type": kind, "payload": {"url": "https://example.com/cup", "is_reusable": True}},
    }
    assert kept["message"] == {
        "metadata": "s:1",
        "quick_replies": replies,
        "attachment": {"type": kind, "payload": {"attachment_id": "55"}},
    }


def test_cards_make_a_carousel() -> None:
    """With a picture, a link of their own, and buttons; what is empty is left out."""
    full = Card(
        title="Sencha",
        subtitle="green",
        image="https://example.com/s.jpg",
        link="https://example.com/s",
        buttons=(Button(label="Take it", payload="S"),),
    )
    body = render_message(replace(CHAT, text="", cards=(full, Card(title="Assam", subtitle="black"))))
    assert bad_send(body) is None
    assert body["message"]["attachment"] == {  # type: ignore[index]  # a nested body
        "type": "template",
        "payload": {
            "template_type": "generic",
            "elements": [
                {
                    "title": "Sencha",
                    "subtitle": "green",
                    "image_url": "https://example.com/s.jpg",
                    "default_action": {"type": "web_url", "url": "https://example.com/s"},
                    "buttons": [{"type": "postback", "title": "Take it", "payload": "S"}],
                },
                {"title": "Assam", "subtitle": "black"},
            ],
        },
    }


@pytest.mark.parametrize("card", [Card(title="Sencha"), Card(title=" ", subtitle="green")])
def test_a_card_needs_a_title_and_one_thing_more(card: Card) -> None:
    """The platform takes no other."""
    with pytest.raises(EmptyMessageError, match="a card needs"):
        render_message(replace(CHAT, cards=(card,)))


def test_the_profiles_number_is_offered_after_its_address() -> None:
    """Both before the texts."""
    body = render_message(replace(CHAT, offer_email=True, offer_phone=True))
    assert bad_send(body) is None
    assert body["message"]["quick_replies"] == [  # type: ignore[index]  # a nested body
        {"content_type": "user_email"},
        {"content_type": "user_phone_number"},
    ]


def test_a_persona_speaks_and_types() -> None:
    """By the id that the platform gave."""
    assert render_message(CHAT, persona="9")["persona_id"] == "9"
    assert render_typing("7", persona="9") == {
        "recipient": {"id": "7"},
        "sender_action": "typing_on",
        "persona_id": "9",
    }


def test_a_persona_has_a_short_name() -> None:
    """What is just short enough passes here and at the platform's stand-in."""
    persona = Persona(name="a" * 50, picture="https://example.com/lena.jpg")
    assert bad_persona(render_persona(persona)) is None
    with pytest.raises(LimitError, match="characters of a persona's name"):
        render_persona(Persona(name="a" * 51, picture="https://example.com/lena.jpg"))


def test_the_typing_indicator() -> None:
    """It is a request of its own."""
    assert render_typing("7") == {"recipient": {"id": "7"}, "sender_action": "typing_on"}


BUTTON = Button(label="a", payload="p")
CARD = Card(title="Sencha", subtitle="green")
AT_MOST: dict[str, Callable[[int], SendChat]] = {
    "characters of a text": lambda n: replace(CHAT, text="ä" * n),
    "characters of a text with buttons": lambda n: replace(CHAT, text="a" * n, buttons=(BUTTON,)),
    "quick replies of a message": lambda n: replace(CHAT, quick_replies=(BUTTON,) * n),
    "characters of a quick reply": lambda n: replace(CHAT, quick_replies=(replace(BUTTON, label="a" * n),)),
    "buttons of a message": lambda n: replace(CHAT, buttons=(BUTTON,) * n),
    "characters of a button": lambda n: replace(CHAT, buttons=(replace(BUTTON, label="a" * n),)),
    "characters of a payload": lambda n: replace(CHAT, quick_replies=(replace(BUTTON, payload="a" * n),)),
    "characters of the metadata": lambda n: replace(CHAT, id="a" * n),
    "cards of a message": lambda n: replace(CHAT, cards=(CARD,) * n),
    "characters of a card's title": lambda n: replace(CHAT, cards=(replace(CARD, title="a" * n),)),
    "characters of a card's subtitle": lambda n: replace(CHAT, cards=(replace(CARD, subtitle="a" * n),)),
    "buttons of a card": lambda n: replace(CHAT, cards=(replace(CARD, buttons=(BUTTON,) * n),)),
}


@pytest.mark.parametrize("limit", [one for one in LIMITS if one is not PERSONA_NAME], ids=lambda limit: limit.counted)
def test_each_limit_is_kept_to_the_character(limit: PlatformLimit) -> None:
    """What is just small enough passes here and at the platform's stand-in; one more names the limit."""
    make = AT_MOST[limit.counted]
    assert bad_send(render_message(make(limit.most))) is None
    message = f"{limit.counted}: {limit.most + 1}, the platform takes {limit.most} at most"
    with pytest.raises(LimitError, match=f"^{message}$"):
        render_message(make(limit.most + 1))


def test_the_offered_address_counts_as_a_quick_reply() -> None:
    """Twelve texts and the address are the most."""
    render_message(replace(CHAT, offer_email=True, quick_replies=(BUTTON,) * 12))
    with pytest.raises(LimitError, match="quick replies"):
        render_message(replace(CHAT, offer_email=True, quick_replies=(BUTTON,) * 13))


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_message_without_text_is_refused(text: str) -> None:
    """The platform takes none."""
    with pytest.raises(EmptyMessageError):
        render_message(replace(CHAT, text=text))
