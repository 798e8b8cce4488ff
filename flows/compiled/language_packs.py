"""Compiles the texts that do not depend on a flow, for each language of the workspace."""

from collections.abc import Mapping

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import LanguagePack, command_payload
from flows.language.default_replies import REPLIES, reply_text
from flows.language.matching import COMMANDS, pick_command_word
from language.opening_hours import opening_or_none
from language.say_hours import say_week
from language.text_template import TextError, TextTemplate, compile_text

MOST_OFFERS = 4
"""Quick replies that begin flows, before the one that asks for a person: a short list is read, a long one is not."""


def fixed_variables(config: WorkspaceConfig, language: str) -> dict[str, str]:
    """Return the variables that are the same for everybody."""
    return {
        "bot": config.bot,
        "brand": config.brand_for(language),
        "company": config.company,
        "privacy_url": config.privacy_url,
        "website": config.website,
        "minutes": str(config.limits.mail_every_minutes),
        # Only if they are declared, so that a text without hours to say is told.
        **({"opening_hours": say_opening_hours(config, language)} if config.open else {}),
        **{command: pick_command_word(command, language, config) for command in COMMANDS},
    }


def say_opening_hours(config: WorkspaceConfig, language: str) -> str:
    """Return the declared opening hours as people read them; empty if there are none."""
    opening = opening_or_none(config.open)
    return say_week(opening, language) if opening else ""


def compile_language_packs(
    config: WorkspaceConfig,
    offers: Mapping[str, tuple[Button, ...]],
    kept_labels: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> dict[str, LanguagePack]:
    """Return the pack of each language.

    By language, ``offers`` are the quick replies that begin flows, ``kept_labels`` the labels of choices that fields
    keep (:attr:`flows.compiled.catalog.LanguagePack.kept_labels`).
    """
    return {
        language: _compile_pack(config, language, offers[language], kept_labels[language])
        for language in config.languages
    }


def _compile_pack(
    config: WorkspaceConfig,
    language: str,
    offers: tuple[Button, ...],
    kept_labels: Mapping[str, Mapping[str, str]],
) -> LanguagePack:
    replies = {name: compile_or_keep(reply_text(name, config, language)) for name in REPLIES}
    fallbacks = {
        name: config.pick_text(field.fallback, language) for name, field in config.fields.items() if field.fallback
    }
    constants = fixed_variables(config, language)
    # Last of the offers, so that a human is always one tap away.  A label holds 20 characters.
    person = Button(label=replies["label_person"].source[:20], payload=command_payload("person"))
    return LanguagePack(
        replies=replies,
        greeting_named=compile_or_keep(config.pick_text(config.greeting.named, language)),
        greeting_unnamed=compile_or_keep(config.pick_text(config.greeting.unnamed, language)),
        constants=constants,
        default_values=fallbacks | constants,
        topic_names={name: config.pick_text(topic.name, language) for name, topic in config.topics.items()},
        wordings={name: config.consent_wording(name, language)[1] for name in config.topics},
        offers=(*offers[:MOST_OFFERS], person),
        kept_labels=kept_labels,
    )


def compile_or_keep(text: str) -> TextTemplate:
    """Compile a text; one that does not compile is said as it is written (the checks report it)."""
    try:
        return compile_text(text)
    except TextError:
        return TextTemplate(text)  # a text without a template
