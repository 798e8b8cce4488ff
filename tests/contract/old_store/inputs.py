"""What happens to everybody in the old store: the same events, made from each record alone."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.effects import Effect, SendChat
from domain.entry_point import EntryPoint
from domain.events import (
    AnyEvent,
    ChatRefused,
    ConfirmPressed,
    MailRefused,
    MailSent,
    Message,
    MessageEdit,
    MessageUnsend,
    NotMe,
    Postback,
    ProductEvent,
    Profiled,
    Reaction,
    Referral,
    ThreadControlChanged,
    Unsubscribed,
    VoucherDrawn,
)
from domain.keyring import Keyring
from domain.record import Subscriber

TYPED = {
    "text": "blue teapots",
    "yes": "yes",
    "number": "4",
    "day": "next Friday at 4 pm",
    "phone": "+49 40 66969123",
    "stop": "stop",
    "back": "back",
    "help": "help",
    "person": "person",
    "over": "start over",
    "new code": "new code",
    "another flow": "table",
    "address": "new@example.com",
    "wrong code": "123456",
}
MOST_PAYLOADS = 8
"""Buttons that are tapped for one person."""


def list_inputs(record: Subscriber, at: datetime, keys: Keyring) -> Iterator[tuple[str, AnyEvent]]:
    """Yield what may happen to anybody, and what may happen to somebody with this record."""
    for number, (label, text) in enumerate(TYPED.items(), 1):
        yield label, Message(id=f"x{number}", at=at, mid=f"x{number}", text=text)
    entry = EntryPoint(ref="spring=poster", source="ADS", ad_id="7")
    yield "get started", Postback(id="y1", at=at, mid="y1", payload="get_started", title="Get Started", entry=entry)
    yield "link", Referral(id="y2", at=at, entry=EntryPoint(ref="gift", source="SHORTLINK"))
    yield "picture", Message(id="y3", at=at, mid="y3", attachments=("image",), urls=("https://cdn.example/1",))
    yield "cup", ProductEvent(id="y4", at=at, name="cup.noted", properties={"tea": "sencha"})
    yield "box", ProductEvent(id="y5", at=at, name="box.ordered")
    yield "unsubscribed", Unsubscribed(id="y6", at=at, via="page")
    yield "team spoke", ThreadControlChanged(id="y7", at=at, action="spoke")
    yield "handed back", ThreadControlChanged(id="y8", at=at, action="given_back")
    yield "profiled", Profiled(id="y9", at=at, first_name="Ann", locale="de_DE", timezone="Europe/Vienna")
    yield "reacted", Reaction(id="y10", at=at, mid="mid1", reaction="love", action="react")
    yield from _list_own(record, at, keys)


def _list_own(record: Subscriber, at: datetime, keys: Keyring) -> Iterator[tuple[str, AnyEvent]]:
    for address, pending in list(record.pending.items())[:1]:
        code = keys.confirmation_codes(record.id, address, pending.nonce)[0]
        token = keys.confirm_secrets(record.id, address, pending.nonce)[0]
        yield "right code", Message(id="z1", at=at, mid="z1", text=code)
        yield "pressed", ConfirmPressed(id="z2", at=at, token=token)
        yield "mailed", MailSent(id="z3", at=at, send_id="s", message_id="<s@example.com>", content_hash="0" * 64)
    for address in list(record.addresses)[:1]:
        yield "not me", NotMe(id="z4", at=at, address=address)
        refused = MailRefused(id="z5", at=at, send_id="s", reason="550 5.1.1", address=address, hard_bounce=True)
        yield "bounced", refused
    if record.conversation:
        for answer in record.conversation.answered[-1:]:
            yield "edited", MessageEdit(id="z6", at=at, mid=answer.mid, text="another answer", edition=1)
            yield "unsent", MessageUnsend(id="z7", at=at, mid=answer.mid)
    for scheduled in record.relays[-1:]:
        yield "not told", ChatRefused(id="z8", at=at, reason="outside_window", send=scheduled.chat)
    yield "refused", ChatRefused(id="z9", at=at, reason="user_unavailable", send=f"{record.id}.1")
    yield "drawn", VoucherDrawn(id="z10", at=at, pool="hello_cup", code="HELLO")


def list_taps(effects: Sequence[Effect], at: datetime) -> Iterator[tuple[str, AnyEvent]]:
    """Yield a tap of everything that these messages show; the payload tells what it means."""
    messages = [effect for effect in effects if isinstance(effect, SendChat)]
    replies = [button for message in messages for button in message.quick_replies]
    buttons = [button for message in messages for button in message.buttons]
    buttons += [button for message in messages for card in message.cards for button in card.buttons]
    for button in dict.fromkeys(replies[:MOST_PAYLOADS]):
        label, payload = button.label, button.payload
        yield f"reply {payload}", Message(id="t1", at=at, mid="t1", text=label, payload=payload)
    for button in dict.fromkeys(buttons[:MOST_PAYLOADS]):
        if button.payload:
            yield (
                f"tap {button.payload}",
                Postback(id="t2", at=at, mid="t2", payload=button.payload, title=button.label),
            )
