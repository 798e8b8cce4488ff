"""Compares what the bot said in a line with what it should say.

Items of ``bot`` are matched in order, each from where the one before ended.  Every message must be matched by an item,
or be covered by ``...``; a message or an item that is left over stands in the difference.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from domain.effects import SendChat
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowCatalog, Step
from flows.language.messages import MessageTemplate
from language.text_template import TextTemplate
from service.transcripts.model import BotText
from service.transcripts.participant import Participant
from service.transcripts.perform_line import list_quick_replies

ANYTHING = ("...", "…")
"""Items that cover any number of messages."""
NOTHING = "nothing"
"""The item that says the bot keeps silent."""
_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*%\}", re.DOTALL)
"""What differs from person to person in a template; of conditions, everything from the first tag to the last."""

Sign = Literal[" ", "-", "+"]


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of a difference."""

    sign: Sign
    """A space for both sides, ``-`` for what should have been said, ``+`` for what was said."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardMessages:
    """What a person heard in one line, and what is needed to judge it."""

    person: Participant
    messages: Sequence[SendChat]
    passed_steps: frozenset[tuple[str, str]]
    """Flow and step of every step that the conversation passed or stands at."""
    book: FlowCatalog
    config: WorkspaceConfig

    @property
    def language(self) -> str:
        """The language the person is spoken to in."""
        return self.person.record.language or self.config.default_language


def compare_messages(
    items: Sequence[BotText], heard: HeardMessages, named_steps: Mapping[str, tuple[str, str]]
) -> list[DiffRow]:
    """Return both sides row by row; rows whose sign is not a space are differences.

    ``named_steps`` gives flow and step by the name that the transcript uses.
    """
    if len(items) == 1 and items[0].text == NOTHING:  # every message is one too many
        return [DiffRow("+", describe_message(message)) for message in heard.messages]
    rows: list[DiffRow] = []
    at, open_end = 0, False  # next message to match; whether ``...`` stood before the next item
    for item in items:
        if item.text in ANYTHING:
            open_end = True
            continue
        first, after = _find_item(item, heard, at, named_steps)
        if first is None:
            # ``at`` stays, so that the next item may still match the same messages.
            rows.append(DiffRow("-", describe_item(item)))
            continue
        rows += [DiffRow(" " if open_end else "+", describe_message(message)) for message in heard.messages[at:first]]
        rows += [DiffRow(" ", describe_message(message)) for message in heard.messages[first:after]]
        at, open_end = after, False
    rows += [DiffRow(" " if open_end else "+", describe_message(message)) for message in heard.messages[at:]]
    return rows


def _find_item(
    item: BotText, heard: HeardMessages, start: int, named_steps: Mapping[str, tuple[str, str]]
) -> tuple[int | None, int]:
    """Return the index of an item's first message from ``start`` on, and the index after its last; None if not said."""
    if item.step:
        return _find_step(item, heard, start, named_steps[item.step])
    for at in range(start, len(heard.messages)):
        if _fits_message(item, heard.messages[at], heard):
            return at, at + 1
    return None, start


def _find_step(item: BotText, heard: HeardMessages, start: int, place: tuple[str, str]) -> tuple[int | None, int]:
    step = heard.book.flows[place[0]].steps[place[1]]
    belongs = [belongs_to_step(message, step, heard) for message in heard.messages]
    first = next((at for at in range(start, len(belongs)) if belongs[at]), None)
    if first is None:
        # A step that only decides says nothing; naming it asks that the conversation passed it.
        silent = place in heard.passed_steps and not _says_anything(step, heard.language)
        return (start, start) if silent and item.model_fields_set == {"step"} else (None, start)
    # The step's messages are one run: from the first that belongs to it to the first that does not.
    after = next((at for at in range(first, len(belongs)) if not belongs[at]), len(belongs))
    if item.model_fields_set == {"step"} or any(
        _fits_message(item, message, heard) for message in heard.messages[first:after]
    ):
        return first, after
    return None, start


def _fits_message(item: BotText, message: SendChat, heard: HeardMessages) -> bool:
    """Return True if a message is all that an item says of it; the step is judged by the caller."""
    text = _collapse_spaces(message.text)
    return (
        (not item.text or text == _collapse_spaces(item.text))
        and all(_collapse_spaces(part) in text for part in item.contains)
        and (
            not item.wording or text == _collapse_spaces(heard.config.consent_wording(item.wording, heard.language)[1])
        )
        and _fits_attachments(item, message)
        and (item.buttons is None or item.buttons == _button_labels(message))
        and (item.quick_replies is None or item.quick_replies == _quick_reply_labels(message, heard.person))
        and (item.persona is None or item.persona == message.persona)
    )


def _fits_attachments(item: BotText, message: SendChat) -> bool:
    # ``cards`` is a list of titles, or only their number.
    if isinstance(item.cards, list) and [_collapse_spaces(title) for title in item.cards] != [
        _collapse_spaces(card.title) for card in message.cards
    ]:
        return False
    if isinstance(item.cards, int) and item.cards != len(message.cards):
        return False
    wants = ((kind, getattr(item, kind)) for kind in ("image", "video", "audio", "file"))
    media = (message.media.kind, message.media.url) if message.media else ("", "")
    return all(not url or (kind, url) == media for kind, url in wants)


def _quick_reply_labels(message: SendChat, person: Participant) -> list[str]:
    return [reply.label for reply in list_quick_replies(message, person)]


def _button_labels(message: SendChat) -> list[str]:
    """Return the labels under a text or on cards, each once."""
    carried = (button for card in message.cards for button in card.buttons)
    return list(dict.fromkeys(button.label for button in (*message.buttons, *carried)))


def _collapse_spaces(text: str) -> str:
    return " ".join(text.split())


def belongs_to_step(message: SendChat, step: Step, heard: HeardMessages) -> bool:
    """Return True if this step can have said a message."""
    if message.cards or message.media:
        return shows_attachment(step, heard.language, cards=bool(message.cards))
    if step.kind == "consent" and message.text == heard.config.consent_wording(step.topic, heard.language)[1]:
        return True
    return any(reads_as(message.text, text.source) for text in _list_texts(step, heard.language))


def shows_attachment(step: Step, language: str, *, cards: bool) -> bool:
    """Return True if a step shows cards, or (``cards`` False) pictures, films, sounds or files."""
    return any(saying.cards if cards else saying.media for saying in _list_messages(step, language))


def _says_anything(step: Step, language: str) -> bool:
    return bool(step.kind == "consent" or _list_messages(step, language))


def _list_messages(step: Step, language: str) -> list[MessageTemplate]:
    spoken = step.texts[language]
    return [*spoken.messages, *(saying for answer in spoken.choice_replies for saying in answer.messages)]


def _list_texts(step: Step, language: str) -> Iterator[TextTemplate]:
    spoken = step.texts[language]
    yield from (saying.text for saying in _list_messages(step, language) if saying.text is not None)
    yield from (text for text in (spoken.again, *spoken.nudges) if text is not None)


@lru_cache(maxsize=4096)
def _constant_parts(source: str) -> tuple[str, ...]:
    """Return the parts of a template that are the same for everybody."""
    # "Hi {{ name }}, {% if x %}a{% else %}b{% endif %}!" gives "Hi ", ", " and "!".
    return tuple(_FILLED_IN.split(source.strip()))


def reads_as(text: str, source: str) -> bool:
    """Return True if a text can have come of this template, whatever was filled in; takes linear time."""
    first, *between = _constant_parts(source)
    if not between:
        return text == first
    last = between.pop()
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    # Finding each part as early as possible is enough: if any choice fits, the earliest does.  A regular expression
    # with thirty wildcards would go back over them all.
    at, end = len(first), len(text) - len(last)
    for part in between:
        at = text.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


def describe_message(message: SendChat) -> str:
    """Return a message in one line."""
    text = _collapse_spaces(message.text)
    if message.cards:
        text = f"cards: {', '.join(card.title for card in message.cards)}"
    elif message.media:
        text = f"{message.media.kind}: {message.media.url}"
    under = [f"[{button.label}]" for button in (*message.buttons, *message.quick_replies)]
    return " ".join([text, *under])


def describe_item(item: BotText) -> str:
    """Return in one line what an item asks for."""
    if item.model_fields_set == {"text"}:
        return _collapse_spaces(item.text)
    written = item.model_dump(include=item.model_fields_set)
    return ", ".join(f"{key}: {_format_value(value)}" for key, value in written.items())


def _format_value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
