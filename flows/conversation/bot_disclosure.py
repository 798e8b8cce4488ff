"""Tells a person who writes after a long time that a bot speaks, unless the answer says it anyway.

The platform's policy asks for it at the start, after a long gap, and after a human spoke; some countries by law.
"""

import re

from domain.effects import SendChat
from flows.conversation.state import ConversationTurn
from flows.language.split_text import draft_text_messages

_BOT = re.compile(r"\bbot\b", re.IGNORECASE)


def disclose_bot(turn: ConversationTurn) -> None:
    """Add the message that says so, before everything that is said; none if nothing is said, or a text says it.

    Decided last, when all texts of the turn are known.  Where nothing can be said now, the record remembers that it
    is still to be told.
    """
    # “I am only a bot” in the bot's own words counts, in any message of the turn; pictures and cards do not.
    record, pieces = turn.record, turn.speech.pieces
    must_wait = not pieces or not turn.can_chat() or record.paused
    if record.undisclosed != must_wait:
        turn.change_record(undisclosed=must_wait)
    if must_wait or any(_BOT.search(piece.text) for piece in pieces):
        return
    turn.add_reason("After a long time, or after a human, the person is told that a bot speaks.")
    text = turn.speech.fill_text(turn.catalog.language_packs[turn.language].replies["here_again"])
    # Its id takes no number of ``chat_serial``: the ids of the other messages are given already (a consent text
    # remembers by which message it was shown).
    turn.add_effects(
        *(
            SendChat(
                id=f"{record.id}.{record.chat_serial}.here", to=record.identity.psid, text=piece.text, typing=True,
                response=turn.speech.is_response, good_until=record.window_expires_at,
            )
            for piece in draft_text_messages(text)[:1]
        )
    )  # fmt: skip
