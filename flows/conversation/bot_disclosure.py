"""Who writes after a long time is told that a bot speaks, unless what is said tells it anyway.

The platform's policy asks for it at the start, after a long gap, and after a human spoke; some countries by law.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from domain.effects import SendChat
from flows.language.split_text import text_pieces

if TYPE_CHECKING:
    from flows.conversation.state import Talk

_BOT = re.compile(r"\bbot\b", re.IGNORECASE)


def disclosure(talk: "Talk", messages: Sequence[SendChat]) -> list[SendChat]:
    """Return the message that goes before these to whoever is to be told; none if it is said already, or nothing is.

    It has an id of its own: those of the others are known before it is decided.
    """
    waits = not messages or talk.record.paused
    if talk.record.undisclosed != waits:
        talk.change(undisclosed=waits)
    if waits or any(map(_tells, messages)):
        return []
    talk.because("After a long time, or after a human, the person is told that a bot speaks.")
    text = talk.filled(talk.book.voices[talk.language].replies["here_again"])
    record = talk.record
    return [
        SendChat(
            id=f"{record.id}.{record.chat_serial}.here", to=record.identity.psid, text=piece.text, typing=True,
            response=talk.response, good_until=record.window_expires_at,
        )
        for piece in text_pieces(text)[:1]
    ]  # fmt: skip


def _tells(message: SendChat) -> bool:
    return _BOT.search(message.text) is not None
