"""What stands on a Page before anybody writes: get-started, greeting, menu and ice breakers, per language.  Pure."""

from collections.abc import Callable, Mapping, Sequence

from domain.workspace_config import MenuItem, WorkspaceConfig
from flows.compiled.catalog import GET_STARTED, start_payload

LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT", "nl": "nl_NL", "pt": "pt_BR"}
"""Messenger's locale of a language (“Supported locales”)."""
DEFAULT = "default"
"""The locale for everybody else; it must be there."""
GREETING = 160
"""Characters of a greeting (Messenger Profile API)."""
TITLE = 30
"""Characters of a menu item (Messenger Profile API)."""
QUESTION = 80
"""Characters of an ice breaker (Messenger Profile API)."""

Profile = Mapping[str, object]


def profile(config: WorkspaceConfig, page: str = "") -> Profile:
    """Return the whole Messenger profile of a Page; what its workspace declares nothing for is left out."""
    languages = _locales(config, page)
    body: dict[str, object] = {
        "get_started": {"payload": GET_STARTED},
        "greeting": [{"locale": locale, "text": text} for locale, text in greetings(config, languages).items()],
    }
    if config.menu:
        body["persistent_menu"] = _by_locale(languages, lambda language: _menu(config, language), composer=True)
    if config.ice_breakers:
        body["ice_breakers"] = _by_locale(languages, lambda language: _ice_breakers(config, language))
    return body


def _locales(config: WorkspaceConfig, page: str) -> Mapping[str, str]:
    """Return the language of each locale; everybody else's is that of the Page, else of the workspace."""
    known = config.pages.get(page)
    default = known.language if known and known.language else config.language
    return {DEFAULT: default, **{LOCALES.get(one, one): one for one in config.languages}}


def greetings(config: WorkspaceConfig, languages: Mapping[str, str]) -> Mapping[str, str]:
    """Return the greeting that newcomers read above the get-started button, by Messenger locale."""
    names = {
        language: ", ".join(config.text(topic.name, language) for topic in config.topics.values())
        for language in config.languages
    }
    return {
        locale: f"{config.brand_for(language)}: {names[language]}"[:GREETING] for locale, language in languages.items()
    }


def _by_locale(
    languages: Mapping[str, str], actions: Callable[[str], Sequence[Profile]], *, composer: bool = False
) -> list[Profile]:
    typing: dict[str, object] = {"composer_input_disabled": False} if composer else {}
    return [
        {"locale": locale, **typing, "call_to_actions": list(actions(language))}
        for locale, language in languages.items()
    ]


def _menu(config: WorkspaceConfig, language: str) -> list[Profile]:
    return [_item(one, config.text(one.label, language)[:TITLE]) for one in config.menu]


def _item(item: MenuItem, title: str) -> Profile:
    if item.url:
        return {"type": "web_url", "title": title, "url": item.url}
    return {"type": "postback", "title": title, "payload": start_payload(item.flow or "")}


def _ice_breakers(config: WorkspaceConfig, language: str) -> list[Profile]:
    return [
        {"question": config.text(one.question, language)[:QUESTION], "payload": start_payload(one.flow)}
        for one in config.ice_breakers
    ]
