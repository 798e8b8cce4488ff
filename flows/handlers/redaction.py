"""Redacts what a person sent: the history keeps our words for replays, never theirs.

A tap is kept as its payload, which the bot wrote.  A typed text is kept if it is one of ours (a label of the question,
a start word, a command, a yes or no); of anything else only the kind is kept:

=================  =====================================================================================
``tap|…``          payload of a tap, also ``start|…`` and ``do|…``
``“person”``       a label, start word, command, yes or no that was typed or tapped, in its plain form
``<email>``        something with an @
``<code>``         six digits
``<number 4>``     a number of up to three digits, with its value; a longer one could be a telephone
``<digits>``       a longer number
``<image>``        an attachment, by its kind
``<text>``         anything else
``ref spring``     a link or ad was followed
``drawn``          a voucher was drawn; ``drawn none``: there was none left
``seated``           seats were taken; ``seated none``: too few were left
``hook``           a hook answered; ``hook failed``: it did not, or not so that it counts
``pressed``        the button in a confirmation mail was pressed
=================  =====================================================================================

The redacted form is stored in the history, so none of these words ever changes.
"""

import re
from collections.abc import Callable
from typing import Any

from domain.events import ConfirmPressed, HookAnswered, Message, OptIn, Postback, Referral, SeatsTaken, VoucherDrawn
from flows.compiled.catalog import FlowCatalog
from flows.compiled.step import Step
from flows.conversation.state import ConversationTurn
from flows.language.matching import normalize_text
from flows.understanding.answer_words import NO_WORDS, YES_WORDS

OURS = ("tap|", "start|", "do|")
"""How the payloads begin that the bot writes."""
SAYS = "|say."
"""In a payload, what stands before the text that a tap says for the person; the text may be theirs (an address)."""
EMAIL, CODE, DIGITS, TEXT = "<email>", "<code>", "<digits>", "<text>"
DRAWN, NONE_DRAWN, PRESSED = "drawn", "drawn none", "pressed"
SEATED, NONE_SEATED = "seated", "seated none"
HOOK, HOOK_FAILED = "hook", "hook failed"
MOST_DIGITS = 3
"""Digits of a number that is kept with its value."""

_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"\d{3}[ -]?\d{3}")  # 123456, 123 456, 123-456
_NUMBER = re.compile(r"\D{0,12}?(\d[\d .,-]*)\D{0,12}")  # “4 people”, “about 25 €”; “room 5, floor 2” holds two


def _redact_message(turn: ConversationTurn, event: Message) -> str:
    payload = event.payload
    if payload.startswith(OURS):
        # The text behind “say.” may be the person's own: "tap|welcome|ask|say.mia@example.com".
        tapped, says, text = payload.partition(SAYS)
        return redact_text(text, turn.asked_step, turn.catalog) if says and tapped.startswith(OURS[0]) else payload
    if event.entry and event.entry.ref:
        return f"ref {event.entry.ref}"
    if event.attachments and not event.text:
        return f"<{event.attachments[0]}>"
    if payload:
        return redact_text(payload, turn.asked_step, turn.catalog)
    # Routing the input has normalised the text already, unless a link was followed.
    return redact_text(event.text, turn.asked_step, turn.catalog, turn.typed)


def redact_text(text: str, asked: Step | None, catalog: FlowCatalog, typed: str = "") -> str:
    """Return a typed text if it is one of ours, else its kind.

    ``asked`` is the step whose labels count, ``typed`` the text as it is compared, if that is known already.
    """
    if "@" in text:
        return EMAIL
    word = typed or normalize_text(text)
    if (
        (asked and word and _is_label(word, asked))
        or word in YES_WORDS
        or word in NO_WORDS
        or word in catalog.start_words
        or word in catalog.command_words
    ):
        return f"“{word}”"
    if not _DIGIT.search(text):
        return TEXT
    if _CODE.fullmatch(text.strip()):
        return CODE
    if number := _NUMBER.fullmatch(text.strip()):
        digits = "".join(character for character in number[1] if character.isdigit())
        return f"<number {int(digits)}>" if len(digits) <= MOST_DIGITS else DIGITS
    return TEXT


def _is_label(word: str, asked: Step) -> bool:
    return word in asked.labels or any(
        word in (texts.agree_label, texts.decline_label) for texts in asked.texts.values()
    )


def _redact_postback(turn: ConversationTurn, event: Postback) -> str:
    del turn
    return event.payload if event.payload.startswith(OURS) else f"“{normalize_text(event.title)}”"


REDACTIONS: dict[type, Callable[[ConversationTurn, Any], str]] = {
    Message: _redact_message,
    Postback: _redact_postback,
    Referral: lambda _, event: f"ref {event.entry.ref}",
    OptIn: lambda _, event: f"ref {event.ref}" if event.ref else "",
    VoucherDrawn: lambda _, event: DRAWN if event.code else NONE_DRAWN,
    SeatsTaken: lambda _, event: SEATED if event.held == event.wanted else NONE_SEATED,
    HookAnswered: lambda _, event: HOOK if event.taken else HOOK_FAILED,
    ConfirmPressed: lambda _turn, _event: PRESSED,
}
"""What the history may keep of an event, by its kind; events that are not here were not sent by a person."""
