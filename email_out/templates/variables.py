"""The ``{{ variables }}`` of mails: a table of their names, and how each is filled for one person.

Only the variables that a template uses are computed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone

from domain.effects import CLOCK, PLACE, SendMail
from domain.keyring import Keyring
from domain.questions.question_state import CHOICES, read_labels
from domain.record import Subscriber, Value
from domain.workspace_config import WorkspaceConfig
from email_out.templates.answer_links import AnswerLinks
from language import cldr
from language.personal_values import clean_line, clean_lines
from language.template_filters import HOME, LANGUAGE, ZONE, format_field
from language.zones import zone_of_person

LONGEST_VALUE = 200
"""Characters of a value that a mail shows; a text that a person typed may be far longer."""
LONGEST_LIST = 1_000
"""Characters of the list of all cards' names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailScope:
    """One mail to one person, with everything that its variables are computed from."""

    mail: SendMail
    record: Subscriber
    config: WorkspaceConfig
    keys: Keyring
    public_url: str
    """Base of every link, without a slash at the end."""

    @property
    def first_name(self) -> str:
        """The first name that the person gave, else the one of their profile; may be empty."""
        return shorten_value(self.record.fields.get("first_name")) or shorten_value(self.record.profile.first_name)

    @property
    def timezone(self) -> str:
        """Time zone of the person, else the workspace's."""
        # By the time of the decision: the same mail says the same whenever it is rendered.
        return zone_of_person(self.record, self.config.timezone, self.mail.queued_at).key

    def sign_link(self, route: str, *parts: str) -> str:
        """Return the link to a web page of ours, with a token that is valid on this route only."""
        return f"{self.public_url}/{route}/{self.keys.sign_link(route, self.record.id, self.mail.address, *parts)}"


def shorten_value(value: Value) -> str:
    """Return a value as clean text on one line, with at most ``LONGEST_VALUE`` characters."""
    return clean_line(value, LONGEST_VALUE)


def _greeting(scope: MailScope) -> str:
    greeting, name = scope.config.greeting, scope.first_name
    # “Hello {{ first_name }},” or, without a name, “Hello,”.
    text = scope.config.pick_text(greeting.named if name else greeting.unnamed, scope.mail.language)
    return text.replace("{{ first_name }}", name)


def _confirmation_code_or_voucher(scope: MailScope) -> str:
    """Return the confirmation code of a confirmation; in any other mail its voucher, else the newest one drawn."""
    mail = scope.mail
    if mail.nonce:
        return scope.keys.confirmation_codes(scope.record.id, mail.address, mail.nonce)[0]
    return shorten_value(mail.variables.get("code") or next(reversed(scope.record.codes.values()), ""))


def _confirm_url(scope: MailScope) -> str:
    mail = scope.mail
    if not mail.nonce:  # only a confirmation has something to confirm
        return ""
    # One secret for each key of the keyring, the present key first; the older ones only verify old links.
    secret = scope.keys.confirm_secrets(scope.record.id, mail.address, mail.nonce)[0]
    return f"{scope.public_url}/confirm/{scope.record.id}.{secret}"


def _not_me_url(scope: MailScope) -> str:
    # A signed token, not the secret: whoever says “not me” must not be able to confirm with the same link.
    # It names its mail, so that it ends with the confirmation that the mail asked for.
    token = scope.keys.sign_link("not-me", scope.record.id, scope.mail.address, scope.mail.id)
    return f"{scope.public_url}/confirm/{token}"


def _confirmed_on(scope: MailScope) -> str:
    consent = scope.record.consents.get(scope.mail.topic)
    address = scope.record.addresses.get(scope.mail.address)
    at = (consent.confirmed_at if consent else None) or (address.proven_at if address else None)
    if at is None:
        return ""
    return cldr.format_day(at.astimezone(cldr.zone_of(scope.timezone)).isoformat(), scope.mail.language, scope.timezone)


def _topic_name(scope: MailScope) -> str:
    topic = scope.config.topics.get(scope.mail.topic)
    return scope.config.pick_text(topic.name, scope.mail.language) if topic else ""


def _appointment_at(scope: MailScope) -> str:
    calendar, home = scope.mail.calendar, scope.config.timezone
    if calendar is None:
        return ""
    # The time that was said: by the workspace's clock, or that of a branch or person elsewhere.
    offset = scope.mail.variables.get(CLOCK)
    clock = timezone(timedelta(minutes=offset)) if isinstance(offset, int) else cldr.zone_of(home)
    starts = calendar.starts.astimezone(clock).isoformat()
    return cldr.format_moment(starts, scope.mail.language, scope.timezone, _home_of(starts, scope))


def _home_of(value: object, scope: MailScope) -> str:
    """Return the zone whose name is said beside a moment: that of the place, if it was said by its clock."""
    return cldr.fitting_zone(value, (str(scope.mail.variables.get(PLACE, "")), scope.config.timezone))


class ChatAddress(str):
    """The address of the chat, which can be called: ``{{ chat('feedback') }}`` begins the flow of that name."""

    __slots__ = ()

    def __call__(self, flow: str) -> str:
        """Return the link that begins a flow, or one of the links that a flow declares."""
        return f"{self}?ref={flow}" if self else ""


def _chat_url(scope: MailScope) -> str:
    return f"https://m.me/{scope.config.page_username}" if scope.config.page_username else ""


def _choices(scope: MailScope) -> AnswerLinks:
    labels = read_labels(str(scope.mail.variables.get(CHOICES) or ""))
    links = (scope.sign_link("a", scope.mail.id, str(number)) for number in range(len(labels)))
    return AnswerLinks(tuple(zip(labels, links, strict=True)))


def _only_in_marketing(fill_variable: Callable[[MailScope], str]) -> Callable[[MailScope], str]:
    return lambda scope: fill_variable(scope) if scope.mail.lane == "marketing" else ""


VARIABLES: Mapping[str, Callable[[MailScope], str]] = {
    "hi": _greeting,
    "first_name": lambda scope: scope.first_name,
    "email": lambda scope: scope.record.addresses[scope.mail.address].email,
    "code": _confirmation_code_or_voucher,
    "confirmed_on": _confirmed_on,
    "topic_name": _topic_name,
    "cards": lambda scope: clean_line(scope.mail.variables.get("cards") or "", LONGEST_LIST),
    "appointment": lambda scope: shorten_value(scope.mail.calendar.title) if scope.mail.calendar else "",
    "appointment_at": _appointment_at,
    "appointment_where": lambda scope: shorten_value(scope.mail.calendar.where) if scope.mail.calendar else "",
    "topic": lambda scope: scope.mail.topic,
    "of_contract": lambda scope: "yes" if scope.mail.sequence and scope.mail.lane == "transactional" else "",
    "brand": lambda scope: scope.config.brand_for(scope.mail.language),
    "bot": lambda scope: scope.config.bot,
    "company": lambda scope: scope.config.company,
    "address": lambda scope: scope.config.address,
    "contact": lambda scope: scope.config.contact,
    "website": lambda scope: scope.config.website.rstrip("/"),
    "confirm_url": _confirm_url,
    "not_me_url": _not_me_url,
    "unsubscribe_url": _only_in_marketing(lambda scope: scope.sign_link("unsubscribe", scope.mail.topic)),
    "preferences_url": _only_in_marketing(lambda scope: scope.sign_link("preferences")),
    "privacy_url": lambda scope: scope.config.privacy_url or f"{scope.public_url}/privacy",
    "web_url": lambda scope: f"{scope.public_url}/issue/{scope.mail.issue}" if scope.mail.issue else "",
    CHOICES: _choices,
    "chat_url": _chat_url,
    "chat": lambda scope: ChatAddress(_chat_url(scope)),
}
"""Every variable that any mail may use, and how it is filled; the fields and counters of doorstep.yaml come on top."""

PERSONAL = frozenset({
    "hi", "first_name", "email", "confirmed_on", "cards", "appointment", "appointment_at", "appointment_where",
})  # fmt: skip
"""Variables that a confirmation must not use: a stranger may have typed the address, and their words stay out of it."""


def fill_variables(names: frozenset[str], own_variables: Mapping[str, str], scope: MailScope) -> dict[str, object]:
    """Return the values of these variables, with the language and time zone that filters follow.

    ``own_variables`` are those that the template declares: name → event whose count it is, or empty if a flow
    gives it.  Raises ``KeyError`` with the name of a variable that has no value.
    """
    values = {name: _variable_value(name, own_variables, scope) for name in names}
    return {**values, LANGUAGE: scope.mail.language, ZONE: scope.timezone, HOME: scope.config.timezone}


def _variable_value(name: str, own_variables: Mapping[str, str], scope: MailScope) -> object:
    # The first place that has the name wins: what is built in, what the flow or sequence gave, a count that the
    # mail declares itself, a field of doorstep.yaml, a counter of doorstep.yaml.
    if name in VARIABLES:
        return VARIABLES[name](scope)
    if name in scope.mail.variables:
        return _number_or_text(scope.mail.variables[name])
    if own_variables.get(name):  # an event of which this person may have none yet: 0
        behaviour = scope.record.behaviour.get(own_variables[name])
        return behaviour.count if behaviour else 0
    if name in scope.config.fields:
        field = scope.config.fields[name]
        kept = scope.record.fields.get(name)
        # A list has an item a line.
        value = clean_lines(str(kept or ""))[:LONGEST_LIST] if field.type == "list" else _number_or_text(kept)
        if value in ("", None):
            return scope.config.pick_text(field.fallback, scope.mail.language)
        return format_field(
            value, field.type, scope.mail.language, (scope.timezone, _home_of(value, scope)), plain=False
        )
    if name in scope.config.event_by_counter:
        behaviour = scope.record.behaviour.get(scope.config.event_by_counter[name])
        return behaviour.count if behaviour else 0
    raise KeyError(name)


def _number_or_text(value: Value) -> Value:
    return value if isinstance(value, int | float) else shorten_value(value)
