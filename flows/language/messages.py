"""Messages of a step: texts, pauses, pictures, videos, sounds, files and cards, with buttons under the last text.

Buttons of a step are numbered: first those of the step itself, then those of its cards in the order of the messages.
A button that leads to a step is a way out of the step.  :func:`list_buttons` returns them in this order, and a tap
comes back as ``button.NUMBER``, from a card as ``button.NUMBER.ROW``, where ROW is the id of the card's row.

A translation gives its items in the order of the original, texts for texts and cards for cards.  Pauses stay, and so
do pictures and files that the translation does not replace.  It may have fewer texts than the original, or more.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

from domain.effects import Media
from flows.language.buttons import ButtonTemplate, ValuesFor, compile_button, is_web_address
from flows.language.cards import CardList, compile_cards
from flows.language.model import MessageItemModel, StepText
from flows.language.split_text import MessageDraft, draft_text_messages
from flows.language.tables import Table
from language.conditions.values import ComparisonScope
from language.durations import UnclearTimeError, parse_duration
from language.text_template import TextTemplate, compile_text

LONGEST_PAUSE = timedelta(seconds=20)
"""The platform ends the typing signal by itself after this time."""

MediaKind = Literal["image", "video", "audio", "file"]
MEDIA: tuple[MediaKind, ...] = get_args(MediaKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageTemplate:
    """One compiled message: a text, a pause, the public address of a medium, or cards."""

    text: TextTemplate | None = None
    buttons: tuple[ButtonTemplate, ...] = ()
    """Under the text."""
    pause_ms: int = 0
    """Typing shows this long before the next message."""
    media: tuple[MediaKind, TextTemplate] | None = None
    cards: CardList | None = None


def list_buttons(step: StepText) -> list[tuple[str, str]]:
    """Return label and target (address, phone number or step) of every button of a step, ordered by number."""
    card_buttons = [list(item.cards.buttons.items()) for item in step.say if item.cards]
    return [*step.buttons.items(), *(button for buttons in card_buttons for button in buttons)]


def compile_messages(
    items: Sequence[MessageItemModel],
    translated: Sequence[MessageItemModel],
    *,
    language: str,
    make_payload: Callable[[str], str],
    buttons: Mapping[str, str] | None = None,
    translated_labels: Mapping[str, str] | None = None,
    tables: Mapping[str, Table] | None = None,
) -> tuple[MessageTemplate, ...]:
    """Compile the messages of a step in one language.

    ``buttons`` are the step's own, ``translated_labels`` their labels in this language, by the label of the original.
    ``make_payload`` returns the payload of a button.  Raises :class:`language.text_template.TextError`.
    """
    # Numbers of card buttons go on behind those of the step: the order of `list_buttons`.
    step_buttons, next_button = buttons or {}, len(buttons or {})
    compiled: list[MessageTemplate] = []
    for item, translation in _pair_items(items, translated):
        if item.cards:
            cards = compile_cards(
                item.cards, translation.cards if translation else None, (tables or {}).get(item.cards.table),
                language=language, make_payload=make_payload, first_button=next_button,
            )  # fmt: skip
            # Numbers come from the original, so a payload means the same button in every language.
            next_button += len(item.cards.buttons)
            compiled.append(MessageTemplate(cards=cards))
        else:
            compiled.append(_compile_item(translation or item))
    button_templates = tuple(
        compile_button((translated_labels or {}).get(label) or label, target, make_payload(f"button.{number}"))
        for number, (label, target) in enumerate(step_buttons.items())
    )
    # Only texts can carry buttons (button template); a picture may follow the last text.
    last_text = max((index for index, template in enumerate(compiled) if template.text), default=-1)
    return tuple(
        MessageTemplate(text=template.text, buttons=button_templates)
        if index == last_text and button_templates
        else template
        for index, template in enumerate(compiled)
    )


def render_messages(
    templates: Sequence[MessageTemplate], values_for: ValuesFor, get_scope: Callable[[], ComparisonScope]
) -> list[MessageDraft] | None:
    """Return the messages for one person; None if a message is cards and no row of their table fits.

    ``get_scope`` returns the values that conditions on rows compare.  An empty text and a medium without a valid
    address are left out.
    """
    drafts: list[MessageDraft] = []
    pause_ms = 0
    for template in templates:
        if template.pause_ms:
            # Two pauses in a row add up; the platform stops typing after 20 seconds anyway.
            pause_ms = min(pause_ms + template.pause_ms, _to_ms(LONGEST_PAUSE))
            continue
        added = _render_message(template, values_for, get_scope, pause_ms)
        # The whole step fails, not only this message: it then takes its way out `else`.
        if added is None:
            return None
        drafts += added
        # The pause of a message that was left out moves to the next one.
        pause_ms = 0 if added else pause_ms
    return drafts


def _render_message(
    template: MessageTemplate, values_for: ValuesFor, get_scope: Callable[[], ComparisonScope], pause_ms: int
) -> list[MessageDraft] | None:
    if template.text:
        text = template.text
        buttons = tuple(shown for button in template.buttons if (shown := button.render(values_for)))
        # `values_for` can cost a lookup of everything known, so a plain text does not call it.
        return draft_text_messages(text.render(values_for(text) if text.template else {}), buttons, pause_ms)
    if template.cards:
        cards = template.cards.render(values_for, get_scope)
        return [MessageDraft(cards=cards, pause_ms=pause_ms)] if cards else None
    if template.media:
        kind, address = template.media
        url = address.render(values_for(address) if address.template else {}).strip()
        return [MessageDraft(media=Media(kind=kind, url=url), pause_ms=pause_ms)] if is_web_address(url) else []
    return []


def _compile_item(item: MessageItemModel) -> MessageTemplate:
    if item.pause:
        return MessageTemplate(pause_ms=_parse_pause(item.pause))
    for kind in MEDIA:
        if address := getattr(item, kind):
            return MessageTemplate(media=(kind, compile_text(address)))
    return MessageTemplate(text=compile_text(item.text))


def _parse_pause(written: str) -> int:
    """Return a pause in ms; 0 if it is not understood, which the checks report."""
    try:
        return _to_ms(min(parse_duration(written), LONGEST_PAUSE))
    except UnclearTimeError:
        return 0


def _to_ms(duration: timedelta) -> int:
    return int(duration.total_seconds() * 1000)


def get_item_kind(item: MessageItemModel) -> str:
    """Return the kind of an item: ``text``, ``image``, ``video``, ``audio``, ``file``, ``pause`` or ``cards``."""
    # The model takes exactly one key (`MessageItemModel`), so the first set field is the kind.
    return next(iter(item.model_fields_set), "text")


def _pair_items(
    items: Sequence[MessageItemModel], translated: Sequence[MessageItemModel]
) -> Iterator[tuple[MessageItemModel, MessageItemModel | None]]:
    """Yield each item of the original with its translation, None if there is none.

    Example: [text A, picture, text B] and [text X, text Y, text Z] give A with X, the picture alone, B with Y, and Z.
    """
    translations = {
        kind: [item for item in translated if get_item_kind(item) == kind] for kind in ("text", "cards", *MEDIA)
    }
    texts_left = sum(get_item_kind(item) == "text" for item in items)
    has_texts = bool(translations["text"])
    for item in items:
        kind = get_item_kind(item)
        same_kind = translations.get(kind, [])
        translation = same_kind.pop(0) if same_kind else None
        texts_left -= kind == "text"
        # A translation of two texts for three has said it all in two: the third would be in the wrong language.
        # Without any text in the translation the original stays, which is better than silence.
        if kind != "text" or translation or not has_texts:
            yield item, translation
        # Behind the last text of the original come the texts that the translation has more.
        if kind == "text" and not texts_left:
            yield from ((extra, extra) for extra in same_kind)
