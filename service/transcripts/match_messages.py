"""What the bot said against what it should say: each message is accounted for, or stands in the difference."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from domain.effects import SendChat
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import FlowBook, Step
from flows.language.messages import Saying
from flows.language.text_template import Text
from service.transcripts.model import BotText
from service.transcripts.perform_line import quick_replies
from service.transcripts.world import Person

ANYTHING = ("...", "…")
NOTHING = "nothing"
_FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*%\}", re.DOTALL)
"""What differs from person to person in a text; with conditions, everything from the first to the last."""

Sign = Literal[" ", "-", "+"]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a difference."""

    sign: Sign
    """Both; should have been said; was said."""
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one person heard in one line, and what else is needed to judge it."""

    person: Person
    messages: Sequence[SendChat]
    passed: frozenset[tuple[str, str]]
    """Flow and step, of every step the conversation came through or stands at."""
    book: FlowBook
    config: WorkspaceConfig

    @property
    def language(self) -> str:
        """The language the person is spoken to in."""
        return self.person.record.language or self.config.language


def compare(items: Sequence[BotText], heard: Heard, places: Mapping[str, tuple[str, str]]) -> list[Row]:
    """Return the rows of what was said and what should have been; ``places`` gives flow and step of each reference.

    Rows with another sign than a space are differences.
    """
    if len(items) == 1 and items[0].text == NOTHING:
        return [Row("+", told(one)) for one in heard.messages]
    rows: list[Row] = []
    at, open_end = 0, False
    for item in items:
        if item.text in ANYTHING:
            open_end = True
            continue
        first, after = _find(item, heard, at, places)
        if first is None:
            rows.append(Row("-", wanted(item)))
            continue
        rows += [Row(" " if open_end else "+", told(one)) for one in heard.messages[at:first]]
        rows += [Row(" ", told(one)) for one in heard.messages[first:after]]
        at, open_end = after, False
    rows += [Row(" " if open_end else "+", told(one)) for one in heard.messages[at:]]
    return rows


def _find(item: BotText, heard: Heard, start: int, places: Mapping[str, tuple[str, str]]) -> tuple[int | None, int]:
    """Return where an item is said from ``start`` on: its first message, and the one after its last."""
    if item.step:
        return _find_step(item, heard, start, places[item.step])
    for at in range(start, len(heard.messages)):
        if _fits(item, heard.messages[at], heard):
            return at, at + 1
    return None, start


def _find_step(item: BotText, heard: Heard, start: int, place: tuple[str, str]) -> tuple[int | None, int]:
    step = heard.book.flows[place[0]].steps[place[1]]
    mine = [belongs(one, step, heard) for one in heard.messages]
    first = next((at for at in range(start, len(mine)) if mine[at]), None)
    if first is None:
        silent = place in heard.passed and not _says(step, heard.language)
        return (start, start) if silent and item.model_fields_set == {"step"} else (None, start)
    after = next((at for at in range(first, len(mine)) if not mine[at]), len(mine))
    if item.model_fields_set == {"step"} or any(_fits(item, one, heard) for one in heard.messages[first:after]):
        return first, after
    return None, start


def _fits(item: BotText, message: SendChat, heard: Heard) -> bool:
    """Tell whether one message is all that an item says of it; its step is judged elsewhere."""
    text = _plain(message.text)
    return (
        (not item.text or text == _plain(item.text))
        and all(_plain(part) in text for part in item.contains)
        and (not item.wording or text == _plain(heard.config.wording(item.wording, heard.language)[1]))
        and _fits_shown(item, message)
        and (item.buttons is None or item.buttons == _button_labels(message))
        and (item.quick_replies is None or item.quick_replies == _labels(message, heard.person))
        and (item.persona is None or item.persona == message.persona)
    )


def _fits_shown(item: BotText, message: SendChat) -> bool:
    if isinstance(item.cards, list) and [_plain(one) for one in item.cards] != [
        _plain(one.title) for one in message.cards
    ]:
        return False
    if isinstance(item.cards, int) and item.cards != len(message.cards):
        return False
    wants = ((kind, getattr(item, kind)) for kind in ("image", "video", "audio", "file"))
    media = (message.media.kind, message.media.url) if message.media else ("", "")
    return all(not url or (kind, url) == media for kind, url in wants)


def _labels(message: SendChat, person: Person) -> list[str]:
    return [one.label for one in quick_replies(message, person)]


def _button_labels(message: SendChat) -> list[str]:
    """Return the labels under a text; of cards, each once."""
    carried = (button for card in message.cards for button in card.buttons)
    return list(dict.fromkeys(one.label for one in (*message.buttons, *carried)))


def _plain(text: str) -> str:
    return " ".join(text.split())


# -- what a step says ------------------------------------------------------------------------------------------
def belongs(message: SendChat, step: Step, heard: Heard) -> bool:
    """Tell whether a message is something that this step says."""
    if message.cards or message.media:
        return shows(step, heard.language, cards=bool(message.cards))
    if step.kind == "consent" and message.text == heard.config.wording(step.topic, heard.language)[1]:
        return True
    return any(reads_as(message.text, text.source) for text in _texts(step, heard.language))


def shows(step: Step, language: str, *, cards: bool) -> bool:
    """Tell whether a step shows cards, or pictures, films, sounds and files."""
    return any(one.cards if cards else one.media for one in _items(step, language))


def _says(step: Step, language: str) -> bool:
    return bool(step.kind == "consent" or _items(step, language))


def _items(step: Step, language: str) -> list[Saying]:
    spoken = step.spoken[language]
    return [*spoken.says, *(one for answer in spoken.answers for one in answer.says)]


def _texts(step: Step, language: str) -> Iterator[Text]:
    spoken = step.spoken[language]
    yield from (one.text for one in _items(step, language) if one.text is not None)
    yield from (one for one in (spoken.again, *spoken.nudges) if one is not None)


@lru_cache(maxsize=4096)
def _constants(source: str) -> tuple[str, ...]:
    """Return the parts of a text that are the same for everybody."""
    return tuple(_FILLED_IN.split(source.strip()))


def reads_as(said: str, source: str) -> bool:
    """Tell whether something said is this text, whatever was filled in; takes linear time."""
    first, *between = _constants(source)
    if not between:
        return said == first
    last = between.pop()
    if not said.startswith(first) or not said.endswith(last) or len(said) < len(first) + len(last):
        return False
    at, end = len(first), len(said) - len(last)
    for part in between:
        at = said.find(part, at, end)
        if at < 0:
            return False
        at += len(part)
    return True


# -- in words --------------------------------------------------------------------------------------------------
def told(message: SendChat) -> str:
    """Say in one line what was said."""
    said = _plain(message.text)
    if message.cards:
        said = f"cards: {', '.join(one.title for one in message.cards)}"
    elif message.media:
        said = f"{message.media.kind}: {message.media.url}"
    under = [f"[{one.label}]" for one in (*message.buttons, *message.quick_replies)]
    return " ".join([said, *under])


def wanted(item: BotText) -> str:
    """Say in one line what should have been said."""
    if item.model_fields_set == {"text"}:
        return _plain(item.text)
    given = item.model_dump(include=item.model_fields_set)
    return ", ".join(f"{key}: {_value(value)}" for key, value in given.items())


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
