"""Writes a translated step as it stands in a translation file, in the shortest form that says the same."""

from collections.abc import Mapping

from flows.language.messages import get_item_kind
from flows.language.model import Cards, StepText
from flows.language.translation_model import TranslatedStep
from flows.translation.calendar_texts import write_calendar
from flows.translation.entry_texts import WORDS

PLAIN = ("again", "skip", "agree", "decline", "low", "high", "done", "notify")
"""Parts of a step that are one text each, under the same name in the translation."""


def write_step(original: StepText, texts: Mapping[str, str], old: TranslatedStep) -> object:
    """Return a translated step for YAML: only its texts if it holds nothing else."""
    written: dict[str, object] = {}
    if says := _write_messages(original, texts, old):
        written["say"] = says[0] if len(says) == 1 else says
    if buttons := {label: texts[f"button {label}"] for label in original.buttons if f"button {label}" in texts}:
        written["buttons"] = buttons
    written.update({name: texts[name] for name in PLAIN if name in texts})
    if calendar := write_calendar(texts):
        written["calendar"] = calendar
    if nudges := _write_nudges([nudge.say for nudge in original.nudge], texts):
        written["nudge"] = nudges[0] if len(nudges) == 1 else nudges
    if choices := {label: choice for label in original.choices if (choice := _write_choice(label, texts))}:
        written["choices"] = choices
    return written["say"] if list(written) == ["say"] and isinstance(written["say"], str | list) else written


def _write_nudges(originals: list[str], texts: Mapping[str, str]) -> list[str]:
    """Return the reminders up to the last translated one; the original stands in for those that are missing."""
    last = max((at for at in range(1, len(originals) + 1) if f"nudge {at}" in texts), default=0)
    return [texts.get(f"nudge {at}", original) for at, original in enumerate(originals[:last], 1)]


def _write_choice(label: str, texts: Mapping[str, str]) -> object:
    """Return a translated choice for YAML: only its label if it holds nothing else."""
    translated_label, says = texts.get(f"choice {label}", ""), _numbered_texts(f"choice {label} say", texts)
    written: dict[str, object] = {"label": translated_label} if translated_label else {}
    if says:
        written["say"] = says[0] if len(says) == 1 else says
    if words := texts.get(f"choice {label} words", ""):
        written[WORDS] = [word.strip() for word in words.split(",")]
    return translated_label if list(written) == ["label"] else written


def _write_messages(original: StepText, texts: Mapping[str, str], old: TranslatedStep) -> list[object]:
    """Return the messages in the order of the original: texts, cards, and what else the translation had."""
    # Texts are matched by their order: the first translated text stands where the original has its first.
    waiting = _numbered_texts("say", texts)
    other_items = [message for message in old.say if get_item_kind(message) not in ("text", "cards", "pause")]
    says: list[object] = []
    cards = 0
    for item in original.say:
        kind = get_item_kind(item)
        if kind == "text" and waiting:
            says.append(waiting.pop(0))
        elif item.cards:
            cards += 1
            says += [{"cards": written}] if (written := _write_cards(item.cards, cards, texts)) else []
        # A picture of the translation's own takes the place of the original's.
        elif other := next((message for message in other_items if get_item_kind(message) == kind), None):
            other_items.remove(other)
            says.append({kind: getattr(other, kind)})
    return [*says, *waiting]  # a translation may need more messages than the original


def _write_cards(original: Cards, at: int, texts: Mapping[str, str]) -> dict[str, object]:
    head_texts = {name: texts[f"cards {at} {name}"] for name in ("title", "subtitle") if f"cards {at} {name}" in texts}
    keys = {label: f"cards {at} button {label}" for label in original.buttons}
    buttons = {label: texts[key] for label, key in keys.items() if key in texts}
    return {**head_texts, **({"buttons": buttons} if buttons else {})}


def _numbered_texts(prefix: str, texts: Mapping[str, str]) -> list[str]:
    """Return the texts under ``prefix 1``, ``prefix 2`` and so on, in order."""
    head = f"{prefix} "
    by_number = {part.removeprefix(head): text for part, text in texts.items() if part.startswith(head)}
    # By number, not by text: “say 10” comes after “say 9”.
    return [by_number[at] for at in sorted((at for at in by_number if at.isdecimal()), key=int)]
