"""What a step says: texts, pauses, pictures, films, sounds, files and cards, with buttons under the last text.

Buttons of a step are numbered: those of the step itself first, then those of its cards in the order they are said.
A button that leads to a step is a way out of the step; :func:`buttons` gives their numbers, and a tap comes back as
``button.NUMBER``, from a card as ``button.NUMBER.ROW``, ROW being the id of the card's row.

A translation gives its items in the order of the original, texts to texts and cards to cards.  Pauses stay, and so
do pictures and files that it does not replace.  It may have fewer texts than the original, or more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from domain.effects import Media
from flows.language.buttons import Fill, Pressable, compile_button, is_web
from flows.language.cards import CardList, compile_cards
from flows.language.model import MessageItemModel, StepText
from flows.language.split_text import Piece, text_pieces
from flows.language.tables import Table
from flows.language.text_template import Text, compile_text
from language.conditions.comparisons import ComparisonScope
from language.durations import UnclearTimeError, parse_duration

LONGEST_PAUSE = timedelta(seconds=20)
"""Typing shows no longer; the platform ends it by itself then."""

MediaKind = Literal["image", "video", "audio", "file"]
MEDIA: tuple[MediaKind, ...] = get_args(MediaKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One thing that is said, compiled: a text, a pause, a public address of something to show, or cards."""

    text: Text | None = None
    buttons: tuple[Pressable, ...] = ()
    """Under the text."""
    pause_ms: int = 0
    """Before what follows."""
    media: tuple[MediaKind, Text] | None = None
    cards: CardList | None = None


def buttons(step: StepText) -> list[tuple[str, str]]:
    """Return label and target (address, phone number or step) of every button of a step, by their number."""
    carried = [list(item.cards.buttons.items()) for item in step.say if item.cards]
    return [*step.buttons.items(), *(one for many in carried for one in many)]


def compile_says(
    items: Sequence[MessageItemModel],
    translated: Sequence[MessageItemModel],
    *,
    language: str,
    tap: Callable[[str], str],
    buttons: Mapping[str, str] | None = None,
    labels: Mapping[str, str] | None = None,
    tables: Mapping[str, Table] | None = None,
) -> tuple[MessageTemplate, ...]:
    """Compile what a step says in one language.

    ``buttons`` are the step's own, ``labels`` what stands on them in this language, by the original's label.  ``tap``
    makes the payload of what was tapped.  Raises :class:`flows.language.text_template.TextError`.
    """
    own, number = buttons or {}, len(buttons or {})
    compiled: list[MessageTemplate] = []
    for item, other in _paired(items, translated):
        if item.cards:
            cards = compile_cards(
                item.cards, other.cards if other else None, (tables or {}).get(item.cards.table),
                language=language, tap=tap, first=number,
            )  # fmt: skip
            number += len(item.cards.buttons)
            compiled.append(MessageTemplate(cards=cards))
        else:
            compiled.append(_saying(other or item))
    pressable = tuple(
        compile_button((labels or {}).get(label) or label, target, tap(f"button.{at}"))
        for at, (label, target) in enumerate(own.items())
    )
    last = max((at for at, one in enumerate(compiled) if one.text), default=-1)
    return tuple(
        MessageTemplate(text=one.text, buttons=pressable) if at == last and pressable else one
        for at, one in enumerate(compiled)
    )


def pieces(says: Sequence[MessageTemplate], fill: Fill, asked: Callable[[], ComparisonScope]) -> list[Piece] | None:
    """Return the messages for one person; None if cards are to be shown and no row of their table fits.

    ``asked`` gives what conditions on rows look at (``scope``).  What cannot be shown (an empty
    text, an address that is none) is left out.
    """
    said: list[Piece] = []
    pause = 0
    for one in says:
        if one.pause_ms:
            pause = min(pause + one.pause_ms, _ms(LONGEST_PAUSE))
            continue
        added = _pieces(one, fill, asked, pause)
        if added is None:
            return None
        said += added
        pause = 0 if added else pause
    return said


def _pieces(one: MessageTemplate, fill: Fill, asked: Callable[[], ComparisonScope], pause: int) -> list[Piece] | None:
    if one.text:
        text = one.text
        under = tuple(button for each in one.buttons if (button := each.render(fill)))
        return text_pieces(text.render(fill(text) if text.template else {}), under, pause)
    if one.cards:
        cards = one.cards.render(fill, asked)
        return [Piece(cards=cards, pause_ms=pause)] if cards else None
    if one.media:
        kind, address = one.media
        url = address.render(fill(address) if address.template else {}).strip()
        return [Piece(media=Media(kind=kind, url=url), pause_ms=pause)] if is_web(url) else []
    return []


def _saying(item: MessageItemModel) -> MessageTemplate:
    if item.pause:
        return MessageTemplate(pause_ms=_pause(item.pause))
    for kind in MEDIA:
        if address := getattr(item, kind):
            return MessageTemplate(media=(kind, compile_text(address)))
    return MessageTemplate(text=compile_text(item.text))


def _pause(said: str) -> int:
    """Return a pause in ms; one that is not understood is reported by the check, and is none here."""
    try:
        return _ms(min(parse_duration(said), LONGEST_PAUSE))
    except UnclearTimeError:
        return 0


def _ms(length: timedelta) -> int:
    return int(length.total_seconds() * 1000)


def kind_of(item: MessageItemModel) -> str:
    """Return what an item is: ``text``, ``image``, ``video``, ``audio``, ``file``, ``pause`` or ``cards``."""
    return next(iter(item.model_fields_set), "text")


def _paired(
    items: Sequence[MessageItemModel], translated: Sequence[MessageItemModel]
) -> Iterator[tuple[MessageItemModel, MessageItemModel | None]]:
    """Yield each item of the original with its translation; texts that the translation lacks are left out."""
    waiting = {kind: [one for one in translated if kind_of(one) == kind] for kind in ("text", "cards", *MEDIA)}
    texts = sum(kind_of(item) == "text" for item in items)
    replaces = bool(waiting["text"])
    for item in items:
        kind = kind_of(item)
        others = waiting.get(kind, [])
        other = others.pop(0) if others else None
        texts -= kind == "text"
        if kind != "text" or other or not replaces:
            yield item, other
        if kind == "text" and not texts:
            yield from ((one, one) for one in others)
