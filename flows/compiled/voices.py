"""What the bot says whatever the flow, in each language of the workspace."""

from collections.abc import Mapping

from domain.effects import Button
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Voice, command_payload
from flows.language.default_replies import REPLIES, reply_text
from flows.language.matching import COMMANDS, told_word
from flows.language.text_template import Text, TextError, compile_text

MOST_OFFERS = 12
"""Quick replies that begin flows; one more asks for a person (Messenger allows 13)."""


def constants(config: WorkspaceConfig, language: str) -> dict[str, str]:
    """Return the variables that are the same for everybody."""
    return {
        "bot": config.bot,
        "brand": config.brand_for(language),
        "company": config.company,
        "privacy_url": config.privacy_url,
        "website": config.website,
        "minutes": str(config.limits.mail_every_minutes),
        **{command: told_word(command, language, config) for command in COMMANDS},
    }


def voices(config: WorkspaceConfig, offers: Mapping[str, tuple[Button, ...]]) -> dict[str, Voice]:
    """Return the voice of each language."""
    return {language: _voice(config, language, offers[language]) for language in config.languages}


def _voice(config: WorkspaceConfig, language: str, offers: tuple[Button, ...]) -> Voice:
    replies = {name: _safe(reply_text(name, config, language)) for name in REPLIES}
    fallbacks = {name: config.text(one.fallback, language) for name, one in config.fields.items() if one.fallback}
    fixed = constants(config, language)
    person = Button(label=replies["label_person"].source[:20], payload=command_payload("person"))
    return Voice(
        replies=replies,
        named=_safe(config.text(config.greeting.named, language)),
        unnamed=_safe(config.text(config.greeting.unnamed, language)),
        constants=fixed,
        known=fallbacks | fixed,
        topics={name: config.text(one.name, language) for name, one in config.topics.items()},
        wordings={name: config.wording(name, language)[1] for name in config.topics},
        offers=(*offers[:MOST_OFFERS], person),
    )


def _safe(text: str) -> Text:
    """Compile a text of doorstep.yaml; what does not compile is said as it stands (``run`` reports it)."""
    try:
        return compile_text(text)
    except TextError:
        return Text(text)
