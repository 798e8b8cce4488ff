"""What is kept of what a person said, for replays: never their words, only ours.

A tap is kept as its payload, which we wrote.  A typed text is kept if it is a text of ours (a label of the question, a
start word, a command); anything else only as its kind:

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
``drawn``          a code of a pool was drawn; ``drawn none``: there was none left
``pressed``        the button in a confirmation mail was pressed
=================  =====================================================================================
"""

import re

from domain.events import AnyEvent, CodeDrawn, ConfirmPressed, Message, OptIn, Postback, Referral
from domain.record import Conversation
from flows.compiled.catalog import FlowBook
from flows.language.matching import NO, YES, normal

OURS = ("tap|", "start|", "do|")
"""What a payload of our own begins with."""
SAYS = "|say."
"""What stands in a payload before the text that a tap says for the person; it may be theirs, such as an address."""
EMAIL, CODE, DIGITS, TEXT = "<email>", "<code>", "<digits>", "<text>"
DRAWN, NONE_DRAWN, PRESSED = "drawn", "drawn none", "pressed"
_DIGIT = re.compile(r"\d")
_CODE = re.compile(r"\d{3}[ -]?\d{3}")
_NUMBER = re.compile(r"\D{0,12}?(\d[\d .,-]*)\D{0,12}")
_MOST_DIGITS = 3


def heard(event: AnyEvent, stood: Conversation | None, book: FlowBook) -> str:
    """Return what may be kept of what was said; empty if the event is nothing that a person said in chat."""
    match event:
        case Message():
            return _message(event, stood, book)
        case Postback():
            return event.payload if event.payload.startswith(OURS) else f"“{normal(event.title)}”"
        case Referral():
            return f"ref {event.entry.ref}"
        case OptIn() if event.ref:
            return f"ref {event.ref}"
        case CodeDrawn():
            return DRAWN if event.code else NONE_DRAWN
        case ConfirmPressed():
            return PRESSED
        case _:
            return ""


def _message(event: Message, stood: Conversation | None, book: FlowBook) -> str:
    if event.payload.startswith(OURS):
        tapped, says, text = event.payload.partition(SAYS)
        return typed(text, stood, book) if says and tapped.startswith(OURS[0]) else event.payload
    if event.entry and event.entry.ref:
        return f"ref {event.entry.ref}"
    if event.attachments and not event.text:
        return f"<{event.attachments[0]}>"
    return typed(event.payload or event.text, stood, book)


def typed(text: str, stood: Conversation | None, book: FlowBook) -> str:
    """Return a typed text if it is one of ours, else its kind."""
    if "@" in text:
        return EMAIL
    word = normal(text)
    if word in YES or word in NO or word in book.words or word in book.commands or _is_label(word, stood, book):
        return f"“{word}”"
    if not _DIGIT.search(text):
        return TEXT
    if _CODE.fullmatch(text.strip()):
        return CODE
    if number := _NUMBER.fullmatch(text.strip()):
        digits = "".join(one for one in number[1] if one.isdigit())
        return f"<number {int(digits)}>" if len(digits) <= _MOST_DIGITS else DIGITS
    return TEXT


def _is_label(word: str, stood: Conversation | None, book: FlowBook) -> bool:
    flow = book.flow(stood.flow, stood.flow_hash) if stood else None
    step = flow.steps.get(stood.step) if flow and stood else None
    if step is None or not word:
        return False
    return word in step.labels or word in [
        answer for spoken in step.spoken.values() for answer in (spoken.agree, spoken.decline)
    ]
