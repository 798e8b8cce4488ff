"""What a mail may say: the table of ``{{ variables }}`` and how each is filled for one person.

Only the variables that a template really uses are computed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from domain.effects import SendMail
from domain.keyring import Keyring
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from language import cldr
from language.template_filters import LANGUAGE, ZONE, said

LONGEST = 200
"""Characters of a value that a mail shows; what a person typed may be far longer."""


LONGEST_LIST = 1_000
"""Characters of the names of all cards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One mail to one person."""

    mail: SendMail
    record: Subscriber
    config: WorkspaceConfig
    keys: Keyring
    public_url: str
    """Base of every link, without a slash at the end."""

    @property
    def first_name(self) -> str:
        """The name a person gave, else the platform's; may be empty."""
        return shown(self.record.fields.get("first_name") or self.record.profile.first_name)

    @property
    def zone(self) -> str:
        """Time zone of the person, else the workspace's."""
        return self.record.profile.timezone or self.config.timezone

    def link(self, page: str, *parts: str) -> str:
        """Return the link to one of our pages with a token that is good for that page only."""
        return f"{self.public_url}/{page}/{self.keys.sign(page, self.record.id, self.mail.address, *parts)}"


def shown(value: Value) -> str:
    """Return a value as text on one line, cut to what a mail can bear."""
    text = "" if value is None else str(value)[: 2 * LONGEST]
    return " ".join(text.split())[:LONGEST]


def _hi(scope: Scope) -> str:
    greeting, name = scope.config.greeting, scope.first_name
    text = scope.config.text(greeting.named if name else greeting.unnamed, scope.mail.language)
    return text.replace("{{ first_name }}", name)


def _code(scope: Scope) -> str:
    """The code of a confirmation; in any other mail the one drawn of a pool, the newest if the mail brings none."""
    mail = scope.mail
    if mail.nonce:
        return scope.keys.codes(scope.record.id, mail.address, mail.nonce)[0]
    return shown(mail.variables.get("code") or next(reversed(scope.record.codes.values()), ""))


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
    return cldr.day(at.isoformat(), scope.mail.language, scope.zone)


def _topic_name(scope: Scope) -> str:
    topic = scope.config.topics.get(scope.mail.topic)
    return scope.config.text(topic.name, scope.mail.language) if topic else ""


def _appointment_at(scope: Scope) -> str:
    calendar = scope.mail.calendar
    return cldr.date_time(calendar.starts.isoformat(), scope.mail.language, scope.zone) if calendar else ""


def _marketing(fill: Callable[[Scope], str]) -> Callable[[Scope], str]:
    return lambda scope: fill(scope) if scope.mail.lane == "marketing" else ""


VARIABLES: Mapping[str, Callable[[Scope], str]] = {
    "hi": _hi,
    "first_name": lambda scope: scope.first_name,
    "email": lambda scope: scope.record.addresses[scope.mail.address].email,
    "code": _code,
    "confirmed_on": _confirmed_on,
    "topic_name": _topic_name,
    "cards": lambda scope: " ".join(str(scope.mail.variables.get("cards") or "").split())[:LONGEST_LIST],
    "appointment": lambda scope: shown(scope.mail.calendar.title) if scope.mail.calendar else "",
    "appointment_at": _appointment_at,
    "appointment_where": lambda scope: shown(scope.mail.calendar.where) if scope.mail.calendar else "",
    "topic": lambda scope: scope.mail.topic,
    "brand": lambda scope: scope.config.brand_for(scope.mail.language),
    "bot": lambda scope: scope.config.bot,
    "company": lambda scope: scope.config.company,
    "address": lambda scope: scope.config.address,
    "contact": lambda scope: scope.config.contact,
    "website": lambda scope: scope.config.website.rstrip("/"),
    "confirm_url": _confirm_url,
    "not_me_url": _not_me_url,
    "unsubscribe_url": _marketing(lambda scope: scope.link("unsubscribe", scope.mail.topic)),
    "preferences_url": _marketing(lambda scope: scope.link("preferences")),
    "privacy_url": lambda scope: scope.config.privacy_url or f"{scope.public_url}/privacy",
    "chat_url": lambda scope: f"https://m.me/{scope.config.page_username}" if scope.config.page_username else "",
}
"""Name and filling of every variable that any mail may use; the declared fields come on top."""

PERSONAL = frozenset({
    "hi", "first_name", "email", "confirmed_on", "cards", "appointment", "appointment_at", "appointment_where",
})  # fmt: skip
"""What a confirmation may not use: a stranger may have typed the address, so nothing they set travels in it."""


def fill(names: frozenset[str], uses: Mapping[str, str], scope: Scope) -> dict[str, object]:
    """Return the values of these variables, with the language and time zone that filters follow.

    ``uses`` are the template's own ones: name → event whose count it is, or empty if a flow or sequence gives it.
    Raises ``KeyError`` naming a variable that nobody gave.
    """
    values = {name: _value(name, uses, scope) for name in names}
    return {**values, LANGUAGE: scope.mail.language, ZONE: scope.zone}


def _value(name: str, uses: Mapping[str, str], scope: Scope) -> object:
    if name in VARIABLES:
        return VARIABLES[name](scope)
    if name in scope.mail.variables:
        return _number_or_text(scope.mail.variables[name])
    if uses.get(name):
        seen = scope.record.behaviour.get(uses[name])
        return seen.count if seen else 0
    if name in scope.config.fields:
        declared = scope.config.fields[name]
        known = _number_or_text(scope.record.fields.get(name))
        if known in ("", None):
            return scope.config.text(declared.fallback, scope.mail.language)
        return said(known, declared.type, scope.mail.language, scope.zone, plain=False)
    if name in scope.config.counters:
        seen = scope.record.behaviour.get(scope.config.counters[name])
        return seen.count if seen else 0
    raise KeyError(name)


def _number_or_text(value: Value) -> Value:
    return value if isinstance(value, int | float) else shown(value)
