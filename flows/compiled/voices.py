"""What the bot says whatever the flow, in each language of the workspace."""

from collections.abc import Mapping

from domain.effects import Button
from domain.workspace_config import Declarations
from flows.compiled.catalog import Voice, command_payload
from flows.language.default_replies import REPLIES, reply_text
from flows.language.matching import COMMANDS, told_word
from flows.language.text_template import Text, TextError, compile_text

MOST_OFFERS = 12
"""Quick replies that begin flows; one more asks for a person (Messenger allows 13)."""


def constants(house: Declarations, language: str) -> dict[str, str]:
    """Return the variables that are the same for everybody."""
    return {
        "bot": house.bot,
        "brand": house.brand_for(language),
        "company": house.company,
        "privacy_url": house.privacy_url,
        "website": house.website,
        "minutes": str(house.limits.mail_every_minutes),
        **{command: told_word(command, language, house) for command in COMMANDS},
    }


def voices(house: Declarations, offers: Mapping[str, tuple[Button, ...]]) -> dict[str, Voice]:
    """Return the voice of each language."""
    return {language: _voice(house, language, offers[language]) for language in house.languages}


def _voice(house: Declarations, language: str, offers: tuple[Button, ...]) -> Voice:
    replies = {name: _safe(reply_text(name, house, language)) for name in REPLIES}
    fallbacks = {name: house.text(one.fallback, language) for name, one in house.fields.items() if one.fallback}
    fixed = constants(house, language)
    person = Button(label=replies["label_person"].source[:20], payload=command_payload("person"))
    return Voice(
        replies=replies,
        named=_safe(house.text(house.greeting.named, language)),
        unnamed=_safe(house.text(house.greeting.unnamed, language)),
        constants=fixed,
        known=fallbacks | fixed,
        topics={name: house.text(one.name, language) for name, one in house.topics.items()},
        wordings={name: house.wording(name, language)[1] for name in house.topics},
        offers=(*offers[:MOST_OFFERS], person),
    )


def _safe(text: str) -> Text:
    """Compile a text of doorstep.yaml; what does not compile is said as it stands (``run`` reports it)."""
    try:
        return compile_text(text)
    except TextError:
        return Text(text)
