"""What a mail may say: the table of ``{{ variables }}`` and how each is filled for one person.

Only the variables that a template really uses are computed.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date

from subscribers.declarations import Declarations
from subscribers.effects import SendMail
from subscribers.keyring import Keyring
from subscribers.record import Subscriber, Value

LONGEST = 200
"""Characters of a value that a mail shows; what a person typed may be far longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One mail to one person."""

    mail: SendMail
    record: Subscriber
    house: Declarations
    keys: Keyring
    public_url: str
    """Base of every link, without a slash at the end."""

    @property
    def first_name(self) -> str:
        """The name a person gave, else the platform's; may be empty."""
        return shown(self.record.fields.get("first_name") or self.record.profile.first_name)

    def link(self, page: str, *parts: str) -> str:
        """Return the link to one of our pages with a token that is good for that page only."""
        return f"{self.public_url}/{page}/{self.keys.sign(page, self.record.id, self.mail.address, *parts)}"


def shown(value: Value) -> str:
    """Return a value as text on one line, cut to what a mail can bear."""
    text = "" if value is None else str(value)[: 2 * LONGEST]
    return " ".join(text.split())[:LONGEST]


def _hi(scope: Scope) -> str:
    greeting, name = scope.house.greeting, scope.first_name
    text = scope.house.text(greeting.named if name else greeting.unnamed, scope.mail.language)
    return text.replace("{{ first_name }}", name)


def _code(scope: Scope) -> str:
    mail = scope.mail
    return scope.keys.codes(scope.record.id, mail.address, mail.nonce)[0] if mail.nonce else ""


def _confirm_url(scope: Scope) -> str:
    mail = scope.mail
    if not mail.nonce:
        return ""
    secret = scope.keys.confirm_secrets(scope.record.id, mail.address, mail.nonce)[0]
    return f"{scope.public_url}/confirm/{scope.record.id}.{secret}"


def _not_me_url(scope: Scope) -> str:
    token = scope.keys.sign("not-me", scope.record.id, scope.mail.address)
    return f"{scope.public_url}/confirm/{token}"


def _confirmed_on(scope: Scope) -> str:
    consent = scope.record.consents.get(scope.mail.topic)
    held = scope.record.addresses.get(scope.mail.address)
    at = (consent.confirmed_at if consent else None) or (held.proven_at if held else None)
    if at is None:
        return ""
    zone = scope.record.profile.timezone or scope.house.timezone
    return long_date(_local(at, zone), scope.mail.language)


def _local(at: datetime, zone: str) -> date:
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return at.date()


@functools.lru_cache(maxsize=1024)
def long_date(day: date, language: str) -> str:
    """Return a day as the language writes it, such as “22 November 2026”."""
    try:
        locale = Locale.parse("en_GB" if language == "en" else language, sep="-" if "-" in language else "_")
    except (UnknownLocaleError, ValueError):
        locale = Locale("en", "GB")
    return format_date(day, "long", locale=locale)


def _marketing(fill: Callable[[Scope], str]) -> Callable[[Scope], str]:
    return lambda scope: fill(scope) if scope.mail.lane == "marketing" else ""


VARIABLES: Mapping[str, Callable[[Scope], str]] = {
    "hi": _hi,
    "first_name": lambda scope: scope.first_name,
    "email": lambda scope: scope.record.addresses[scope.mail.address].email,
    "code": _code,
    "confirmed_on": _confirmed_on,
    "brand": lambda scope: scope.house.brand_for(scope.mail.language),
    "bot": lambda scope: scope.house.bot,
    "company": lambda scope: scope.house.company,
    "address": lambda scope: scope.house.address,
    "contact": lambda scope: scope.house.contact,
    "website": lambda scope: scope.house.website.rstrip("/"),
    "confirm_url": _confirm_url,
    "not_me_url": _not_me_url,
    "unsubscribe_url": _marketing(lambda scope: scope.link("unsubscribe", scope.mail.topic)),
    "preferences_url": _marketing(lambda scope: scope.link("preferences")),
    "privacy_url": lambda scope: scope.house.privacy_url or f"{scope.public_url}/privacy",
    "chat_url": lambda scope: f"https://m.me/{scope.house.page_username}" if scope.house.page_username else "",
}
"""Name and filling of every variable that any mail may use; the declared fields come on top."""

PERSONAL = frozenset({"hi", "first_name", "email", "confirmed_on"})
"""What a confirmation may not use: a stranger may have typed the address, so nothing they set travels in it."""


def fill(names: frozenset[str], uses: Mapping[str, str], scope: Scope) -> dict[str, Value]:
    """Return the values of these variables.

    ``uses`` are the template's own ones: name → event whose count it is, or empty if the sequence gives it.
    Raises ``KeyError`` naming a variable that nobody gave.
    """
    return {name: _value(name, uses, scope) for name in names}


def _value(name: str, uses: Mapping[str, str], scope: Scope) -> Value:
    if name in VARIABLES:
        return VARIABLES[name](scope)
    if name in scope.mail.variables:
        return _number_or_text(scope.mail.variables[name])
    if uses.get(name):
        seen = scope.record.behaviour.get(uses[name])
        return seen.count if seen else 0
    if name in scope.house.fields:
        declared = scope.house.fields[name]
        known = _number_or_text(scope.record.fields.get(name))
        return scope.house.text(declared.fallback, scope.mail.language) if known in ("", None) else known
    raise KeyError(name)


def _number_or_text(value: Value) -> Value:
    return value if isinstance(value, int | float) else shown(value)
