"""What stands on a Page before anybody writes: get-started, greeting, menu and ice breakers, per language.  Pure."""

from collections.abc import Callable, Mapping, Sequence

from domain.workspace_config import Declarations, MenuItem
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


def profile(house: Declarations, page: str = "") -> Profile:
    """Return the whole Messenger profile of a Page; what its workspace declares nothing for is left out."""
    languages = _locales(house, page)
    body: dict[str, object] = {
        "get_started": {"payload": GET_STARTED},
        "greeting": [{"locale": locale, "text": text} for locale, text in greetings(house, languages).items()],
    }
    if house.menu:
        body["persistent_menu"] = _by_locale(languages, lambda language: _menu(house, language), composer=True)
    if house.ice_breakers:
        body["ice_breakers"] = _by_locale(languages, lambda language: _ice_breakers(house, language))
    return body


def _locales(house: Declarations, page: str) -> Mapping[str, str]:
    """Return the language of each locale; everybody else's is that of the Page, else of the workspace."""
    known = house.pages.get(page)
    default = known.language if known and known.language else house.language
    return {DEFAULT: default, **{LOCALES.get(one, one): one for one in house.languages}}


def greetings(house: Declarations, languages: Mapping[str, str]) -> Mapping[str, str]:
    """Return the greeting that newcomers read above the get-started button, by Messenger locale."""
    names = {
        language: ", ".join(house.text(topic.name, language) for topic in house.topics.values())
        for language in house.languages
    }
    return {
        locale: f"{house.brand_for(language)}: {names[language]}"[:GREETING] for locale, language in languages.items()
    }


def _by_locale(
    languages: Mapping[str, str], actions: Callable[[str], Sequence[Profile]], *, composer: bool = False
) -> list[Profile]:
    typing: dict[str, object] = {"composer_input_disabled": False} if composer else {}
    return [
        {"locale": locale, **typing, "call_to_actions": list(actions(language))}
        for locale, language in languages.items()
    ]


def _menu(house: Declarations, language: str) -> list[Profile]:
    return [_item(one, house.text(one.label, language)[:TITLE]) for one in house.menu]


def _item(item: MenuItem, title: str) -> Profile:
    if item.url:
        return {"type": "web_url", "title": title, "url": item.url}
    return {"type": "postback", "title": title, "payload": start_payload(item.flow or "")}


def _ice_breakers(house: Declarations, language: str) -> list[Profile]:
    return [
        {"question": house.text(one.question, language)[:QUESTION], "payload": start_payload(one.flow)}
        for one in house.ice_breakers
    ]
