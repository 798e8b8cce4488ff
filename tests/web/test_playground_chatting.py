"""What a chat holds beside texts: media, cards, calls, other voices, and notes of what happened."""

from datetime import UTC, datetime

from service.playground import mailbox, thread
from service.playground.chat_views import BubbleView, CardView, ChoiceView, MediaView
from service.playground.views import AttachmentView
from service.stand_ins.graph_api import DeliveredMessage
from service.stand_ins.smtp_server import ReceivedMail

NOW = datetime(2026, 11, 23, 9, 3, tzinfo=UTC)

RAW = (
    b"From: Amsel Tea <hello@post.amseltea.example>\r\nTo: mia@example.com\r\nSubject: Your seat\r\n"
    b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
    b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
    b'--x\r\nContent-Type: text/calendar; charset=utf-8; name="appointment.ics"\r\n'
    b'Content-Disposition: attachment; filename="appointment.ics"\r\n\r\nBEGIN:VCALENDAR\r\n--x--\r\n'
)


def _sent(message: dict[str, object], persona: str = "") -> DeliveredMessage:
    return DeliveredMessage(page="1", psid="2", at=NOW, mid="m", action="", message=message, persona=persona)


def _only(*sent: DeliveredMessage, voices: dict[str, str] | None = None) -> BubbleView:
    (bubble,) = thread.build_thread((), sent, "mia@example.com", voices)
    return bubble


def test_media_are_named_by_kind_and_address() -> None:
    """What was uploaded before has an id in place of an address."""
    shown = [
        _only(_sent({"attachment": {"type": "image", "payload": payload}})).media
        for payload in ({"url": "https://x.example/tea.jpg"}, {"attachment_id": "77"})
    ]

    assert shown == [MediaView(kind="image", url="https://x.example/tea.jpg"), MediaView(kind="image", url="77")]


def test_cards_keep_their_buttons() -> None:
    """Each with title, subtitle, picture and what can be tapped; a call is told from a web address."""
    buttons = [
        {"type": "phone_number", "title": "Call the shop", "payload": "+494066969123"},
        {"type": "web_url", "title": "Show the way", "url": "https://x.example/way"},
    ]
    element = {
        "title": "Speicherstadt", "subtitle": "Tuesday to Saturday", "image_url": "https://x.example/shop.jpg",
        "default_action": {"type": "web_url", "url": "https://x.example/shop"}, "buttons": buttons,
    }  # fmt: skip
    template = {"type": "template", "payload": {"template_type": "generic", "elements": [element]}}

    assert _only(_sent({"attachment": template})).cards == (
        CardView(
            title="Speicherstadt",
            subtitle="Tuesday to Saturday",
            image="https://x.example/shop.jpg",
            link="https://x.example/shop",
            buttons=(
                ChoiceView(label="Call the shop", kind="call", url="tel:+494066969123"),
                ChoiceView(label="Show the way", kind="url", url="https://x.example/way"),
            ),
        ),
    )


def test_another_voice_is_named() -> None:
    """A persona by its name, the team as the team; a phone number is offered like an address."""
    offered = [{"content_type": "user_phone_number"}]
    persona = _only(_sent({"text": "Hello", "quick_replies": offered}, persona="p1"), voices={"p1": "Lena"})
    team = thread.build_thread(
        [thread.ChatEntry(psid="2", mid="t", text="Hi", at=NOW, team=True)], (), "mia@example.com"
    )[0]

    assert (persona.voice, persona.replies) == (
        "Lena", (ChoiceView(label=thread.PROFILE_PHONE, kind="phone", payload=thread.PROFILE_PHONE),),
    )  # fmt: skip
    assert (team.who, team.voice) == ("page", thread.TEAM_NAME)


def test_a_link_followed_is_a_note_and_a_photo_is_media() -> None:
    """Nobody said the one; the other has no text."""
    said = [
        thread.ChatEntry(psid="2", mid="n", text="Mia came by the link: ref=gift", at=NOW, ref="gift"),
        thread.ChatEntry(psid="2", mid="p", text="", at=NOW, photo=True),
    ]

    assert thread.build_thread(said, (), "mia@example.com") == (
        BubbleView(id="n", who="note", text="Mia came by the link: ref=gift", at=NOW),
        BubbleView(id="p", who="person", text="", at=NOW, media=MediaView(kind="image", url="photo.jpg")),
    )


def test_a_file_that_came_with_a_mail_can_be_read() -> None:
    """The calendar's entry is text."""
    received = [
        ReceivedMail(number=1, received_at=NOW, sender="", recipients=("mia@example.com",), smtputf8=False, raw=RAW)
    ]
    name = mailbox.list_heads(received, {"mia@example.com"})[0].id

    found = mailbox.find_mail(received, {"mia@example.com"}, name)

    assert found
    assert found.attached == (AttachmentView(name="appointment.ics", kind="text/calendar", text="BEGIN:VCALENDAR"),)
