"""What the variables in a text stand for."""

from collections.abc import Mapping
from datetime import datetime

from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Voice
from flows.language.text_template import Text
from language.conditions.comparisons import Scope
from language.template_filters import LANGUAGE, ZONE, said

FIRST_NAME = 40
"""Characters of a first name that are said; a profile can hold anything."""


def variables(
    text: Text,
    voice: Voice,
    record: Subscriber,
    *,
    address: str,
    begins: str,
    language: str,
    config: WorkspaceConfig,
    given: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the values a text needs.

    ``address`` is the conversation's, ``begins`` a word that begins a flow, ``given`` what the conversation itself
    knows (``code``).  Fields are said as they are declared: a date as a date, in the person's language and zone.
    """
    values: dict[str, object] = dict(voice.known)
    if record.fields:
        values.update((name, value) for name, value in record.fields.items() if value not in (None, ""))
    zone = record.profile.timezone or config.timezone
    values[LANGUAGE], values[ZONE] = language, zone
    name = record.fields.get("first_name") or record.profile.first_name
    if name:
        name = " ".join(str(name).split())[:FIRST_NAME]
    if name:
        values["first_name"] = name
    if "hi" in text.variables:
        values["hi"] = voice.named.render(values) if name else voice.unnamed.render(values)
    if "email" in text.variables:
        held = record.addresses.get(address)
        values["email"] = held.email if held else voice.replies["your_inbox"].source
    if "word" in text.variables:
        values["word"] = begins or voice.constants["start_over"]
    _declared(values, text, record, config)
    return {**values, **given} if given else values


def _declared(values: dict[str, object], text: Text, record: Subscriber, config: WorkspaceConfig) -> None:
    """Put in the fields and counters that a text names, fields as they are declared."""
    for each in text.variables:
        if each in config.fields and (value := record.fields.get(each)) not in (None, ""):
            zone, language = str(values[ZONE]), str(values[LANGUAGE])
            values[each] = said(value, config.fields[each].type, language, zone, plain=bool(text.pieces))
        elif each in config.counters:
            seen = record.behaviour.get(config.counters[each])
            values[each] = seen.count if seen else 0


def scope(
    record: Subscriber, now: datetime, config: WorkspaceConfig, given: Mapping[str, object] | None = None
) -> Scope:
    """Return what conditions on the rows of a table look at: the values as they are kept, not as they are said."""
    counted = {
        name: record.behaviour[event].count for name, event in config.counters.items() if event in record.behaviour
    }
    return Scope(
        now=now, zones=(record.profile.timezone, config.timezone), values={**counted, **record.fields, **(given or {})}
    )
