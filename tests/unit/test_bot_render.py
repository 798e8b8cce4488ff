"""Chat effects as Send API bodies."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from bot.render import LIMITS, EmptyMessageError, Limit, LimitError, render, typing
from service.demo.graph_rules import bad_send
from subscribers.effects import Button, SendChat

CHAT = SendChat(id="s:1", to="7", text="Hello")


def test_a_text() -> None:
    """The id travels as metadata, so that the echo can be recognised."""
    assert render(CHAT) == {
        "recipient": {"id": "7"},
        "messaging_type": "RESPONSE",
        "message": {"metadata": "s:1", "text": "Hello"},
    }


def test_what_answers_nobody_is_an_update() -> None:
    """A nudge is no response."""
    assert render(replace(CHAT, response=False))["messaging_type"] == "UPDATE"


def test_quick_replies_with_the_profile_address_first() -> None:
    """``user_email`` stands before the texts."""
    chat = replace(CHAT, offer_email=True, quick_replies=(Button(label="Skip", payload="SKIP"),))
    assert render(chat)["message"] == {
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
    assert render(chat)["message"] == {
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


def test_the_typing_indicator() -> None:
    """It is a request of its own."""
    assert typing("7") == {"recipient": {"id": "7"}, "sender_action": "typing_on"}


BUTTON = Button(label="a", payload="p")
AT_MOST: dict[str, Callable[[int], SendChat]] = {
    "characters of a text": lambda n: replace(CHAT, text="ä" * n),
    "characters of a text with buttons": lambda n: replace(CHAT, text="a" * n, buttons=(BUTTON,)),
    "quick replies of a message": lambda n: replace(CHAT, quick_replies=(BUTTON,) * n),
    "characters of a quick reply": lambda n: replace(CHAT, quick_replies=(replace(BUTTON, label="a" * n),)),
    "buttons of a message": lambda n: replace(CHAT, buttons=(BUTTON,) * n),
    "characters of a button": lambda n: replace(CHAT, buttons=(replace(BUTTON, label="a" * n),)),
    "characters of a payload": lambda n: replace(CHAT, quick_replies=(replace(BUTTON, payload="a" * n),)),
    "characters of the metadata": lambda n: replace(CHAT, id="a" * n),
}


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.what)
def test_each_limit_is_kept_to_the_character(limit: Limit) -> None:
    """What is just small enough passes here and at the platform's stand-in; one more names the limit."""
    make = AT_MOST[limit.what]
    assert bad_send(render(make(limit.most))) is None
    message = f"{limit.what}: {limit.most + 1}, the platform takes {limit.most} at most"
    with pytest.raises(LimitError, match=f"^{message}$"):
        render(make(limit.most + 1))


def test_the_offered_address_counts_as_a_quick_reply() -> None:
    """Twelve texts and the address are the most."""
    render(replace(CHAT, offer_email=True, quick_replies=(BUTTON,) * 12))
    with pytest.raises(LimitError, match="quick replies"):
        render(replace(CHAT, offer_email=True, quick_replies=(BUTTON,) * 13))


@pytest.mark.parametrize("text", ["", " \n"])
def test_a_message_without_text_is_refused(text: str) -> None:
    """The platform takes none."""
    with pytest.raises(EmptyMessageError):
        render(replace(CHAT, text=text))
