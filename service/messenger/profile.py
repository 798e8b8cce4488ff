"""Builds the Messenger profile of a Page: get-started button, greeting, menu and ice breakers per language.  Pure."""

from collections.abc import Callable, Mapping, Sequence

from domain.declarations import MenuItem
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import GET_STARTED, start_payload

LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT", "nl": "nl_NL", "pt": "pt_BR"}
"""Messenger's locale of a language (“Supported locales”)."""
DEFAULT = "default"
"""The locale for every other language; the platform requires it."""
GREETING = 160
"""Characters of a greeting (Messenger Profile API)."""
TITLE = 30
"""Characters of a menu item (Messenger Profile API)."""
QUESTION = 80
"""Characters of an ice breaker (Messenger Profile API)."""

Profile = Mapping[str, object]


def build_profile(config: WorkspaceConfig, page: str = "") -> Profile:
    """Return the Messenger profile of a Page, without the parts that its workspace does not declare."""
    languages = _language_by_locale(config, page)
    body: dict[str, object] = {
        "get_started": {"payload": GET_STARTED},
        "greeting": [{"locale": locale, "text": text} for locale, text in build_greetings(config, languages).items()],
    }
    if config.menu:
        body["persistent_menu"] = _actions_by_locale(
            languages, lambda language: _menu_items(config, language), composer=True
        )
    if config.ice_breakers:
        body["ice_breakers"] = _actions_by_locale(languages, lambda language: _ice_breakers(config, language))
    return body


def _language_by_locale(config: WorkspaceConfig, page: str) -> Mapping[str, str]:
    """Return the language of each locale; the default is that of the Page, else of the workspace."""
    declared = config.pages.get(page)
    default = declared.language if declared and declared.language else config.default_language
    # A language without an entry in LOCALES is passed on as it is written.
    return {DEFAULT: default, **{LOCALES.get(language, language): language for language in config.languages}}


def build_greetings(config: WorkspaceConfig, languages: Mapping[str, str]) -> Mapping[str, str]:
    """Return the greeting that newcomers read above the get-started button, by Messenger locale."""
    names = {
        language: ", ".join(config.pick_text(topic.name, language) for topic in config.consent_topics.values())
        for language in config.languages
    }
    return {
        locale: f"{config.brand_for(language)}: {names[language]}"[:GREETING] for locale, language in languages.items()
    }


def _actions_by_locale(
    languages: Mapping[str, str], actions: Callable[[str], Sequence[Profile]], *, composer: bool = False
) -> list[Profile]:
    # True would hide the text field, and the person could only tap (Messenger Profile API, persistent_menu).
    typing: dict[str, object] = {"composer_input_disabled": False} if composer else {}
    return [
        {"locale": locale, **typing, "call_to_actions": list(actions(language))}
        for locale, language in languages.items()
    ]


def _menu_items(config: WorkspaceConfig, language: str) -> list[Profile]:
    return [_menu_item(item, config.pick_text(item.label, language)[:TITLE]) for item in config.menu]


def _menu_item(item: MenuItem, title: str) -> Profile:
    if item.url:
        return {"type": "web_url", "title": title, "url": item.url}
    return {"type": "postback", "title": title, "payload": start_payload(item.flow or "")}


def _ice_breakers(config: WorkspaceConfig, language: str) -> list[Profile]:
    return [
        {"question": config.pick_text(breaker.question, language)[:QUESTION], "payload": start_payload(breaker.flow)}
        for breaker in config.ice_breakers
    ]
