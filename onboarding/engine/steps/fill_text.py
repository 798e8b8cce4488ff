"""Fills the texts of sequences: notices to the team, and what a relay says in the chat.  Pure."""

from domain.decision import Context
from domain.record import Subscriber
from language.personal_values import clean_line
from language.template_filters import HOME, LANGUAGE, ZONE, format_field
from language.text_template import TextTemplate
from language.zones import zone_of_person
from onboarding.language.parts.text_names import FIXED_VARIABLES

LONGEST_VALUE = 200
"""Characters of a value that a text shows; what a person typed may be far longer."""


def fill_text(text: TextTemplate, record: Subscriber, language: str, context: Context) -> str:
    """Return a text with its variables filled in; a field without a value says its fallback, or nothing."""
    if text.template is None:
        return text.source
    values: dict[str, object] = {name: _value_of(name, record, language, context) for name in text.variables}
    zone = zone_of_person(record, context.config.timezone, context.now).key
    return text.render({**values, LANGUAGE: language, ZONE: zone, HOME: context.config.timezone})


def _value_of(name: str, record: Subscriber, language: str, context: Context) -> object:
    config = context.config
    if name == "brand":
        return config.brand_for(language)
    if name in FIXED_VARIABLES:
        return getattr(config, name)
    if name == "hi":
        first_name = _first_name(record)
        greeting = config.pick_text(config.greeting.named if first_name else config.greeting.unnamed, language)
        return greeting.replace("{{ first_name }}", first_name)
    if name == "first_name" and (first_name := _first_name(record)):
        return first_name
    if name == "code":
        return next(reversed(record.codes.values()), "")  # the newest one drawn
    if name in config.event_by_counter and name not in config.fields:
        behaviour = record.behaviour.get(config.event_by_counter[name])
        return behaviour.count if behaviour else 0
    return _field_value(name, record, language, context)


def _first_name(record: Subscriber) -> str:
    return clean_line(record.fields.get("first_name"), LONGEST_VALUE) or clean_line(
        record.profile.first_name, LONGEST_VALUE
    )


def _field_value(name: str, record: Subscriber, language: str, context: Context) -> object:
    declared, kept = context.config.fields.get(name), record.fields.get(name)
    if declared is None or kept in (None, ""):
        return context.config.pick_text(declared.fallback, language) if declared else ""
    zone = zone_of_person(record, context.config.timezone, context.now).key
    value = clean_line(kept, LONGEST_VALUE) if isinstance(kept, str) else kept
    return format_field(value, declared.type, language, (zone, context.config.timezone), plain=False)
