"""The workspace config, ``doorstep.yaml``: what a workspace declares once and its flows, sequences and mails refer to.

Texts that people read are given by language: ``{en: …, de: …}``.  The models are strict: an unknown key is an
error, and ``service.workspace.edition`` turns each error into file, line, column and the nearest known word.
"""

import functools
import hashlib
from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from domain.declarations import (
    EVENT_NAME,
    NAME,
    DeclaredEvents,
    EventDeclaration,
    EventName,
    Events,
    FieldDeclaration,
    Greeting,
    IceBreaker,
    KeptReaders,
    MenuItem,
    Name,
    Persona,
    Senders,
    Strict,
    Texts,
)
from domain.workspace_hooks import Hook

__all__ = ["EVENT_NAME", "NAME", "EventDeclaration", "EventName", "FieldDeclaration", "Name", "Strict", "Texts"]


class Topic(Strict):
    """One purpose that people agree to, on its own."""

    name: Texts = Field(description="What people call it.")
    basis: Literal["consent", "contract"] = Field(
        default="consent", description="contract: mails that belong to an order or account; nobody is asked for it."
    )
    wording: Texts = Field(
        default={}, description="The exact consent text; may use {{ company }}, {{ provider }} and {{ privacy_url }}."
    )
    version: int = Field(default=1, ge=1, description="Yours, to count wordings; the words of each yes are kept.")
    hygiene: KeptReaders | None = Field(
        default=None, description="Keeps readers who give no sign: {off: They read it once a year.}"
    )
    list_id: str = Field(default="", description="RFC 2919 List-Id; empty: topic.domain of the marketing sender.")
    measures: list[Literal["clicks", "opens"]] = Field(
        default=[], description="What the wording announces to count: [clicks]; opens need a topic of their own."
    )


class SafetyLimits(Strict):
    """Safe defaults; change them with care."""

    ask_every: str = Field(default="30 days", description="Least time from one question of a sequence to the next.")
    code_hours: int = Field(default=48, ge=1, le=72, description="How long a confirmation is good.")
    wrong_codes: int = Field(default=5, ge=1, le=10, description="Wrong codes a confirmation, and twice that a day.")
    mail_every_minutes: int = Field(default=15, ge=1, description="Least time between two to one address.")
    mails_a_day: int = Field(default=3, ge=1, description="Confirmation mails per address and day.")
    requests_a_day: int = Field(default=6, ge=1, description="Confirmation mails per subscriber and day.")
    system_mails_an_hour: int = Field(default=2000, ge=1, description="Confirmation mails in all; above it they wait.")
    unproven_mails_an_hour: int = Field(
        default=100, ge=1, description="Of new accounts, and 4 more for each address confirmed; above it they wait."
    )
    system_wrong_codes_an_hour: int = Field(default=500, ge=1, description="In all; above it only the button works.")
    quiet_from: int = Field(default=20, ge=0, le=24, description="Hour their time from which marketing mail waits.")
    human_hours: int = Field(default=12, ge=1, le=168, description="Quiet hours after which the bot takes over again.")
    apart_hours: int = Field(
        default=20, ge=1, le=168, description="Hours between two marketing mails to one person, whatever sequence."
    )
    mails: tuple[str, ...] = Field(
        default=(), max_length=8, description="Marketing mails to one person at most: [1 in 20 hours, 3 in 7 days]."
    )
    holdout: str = Field(
        default="0%", description="Who is walked through a sequence but not mailed, unless it says so itself."
    )
    quiet_until: int = Field(default=8, ge=0, le=24, description="Hour their time until which it waits.")
    surge: int = Field(default=3, ge=2, le=100, description="A step that sends so many times its forecast is halted.")


class ContactListSync(Strict):
    """A contact list at Mailjet that is kept in step with a topic, for teams that send newsletters there."""

    topic: Name = Field(description="Whose readers are on it.")
    list: int = Field(ge=1, description="Mailjet's number of the list.")


class ExtraKeywords(Strict):
    """Words that work everywhere, in the person's language, beside the built-in ones."""

    stop: list[str] = Field(default=[])
    back: list[str] = Field(default=[])
    help: list[str] = Field(default=[])
    person: list[str] = Field(default=[])
    start_over: list[str] = Field(default=[])


class TeamMailbox(Strict):
    """A mailbox of the team that flows may notify."""

    email: str = Field(description="Where the mail goes.")
    language: str = Field(default="", description="Language of the mail; empty: the workspace's first.")


class PageConfig(Strict):
    """What is different on one Page; the others go by the rest of the workspace."""

    language: str = Field(default="", description="Language of who comes there, until they choose another.")
    flow: Name | None = Field(default=None, description="What its get-started button begins.")
    inbox: bool = Field(
        default=False, description="Pass the thread to the Page inbox at a hand-over (Conversation Routing)."
    )


class WorkspaceConfig(Strict):
    """The whole of ``doorstep.yaml``."""

    brand: str = Field(description="Name people know, such as “Amsel Tea”.")
    brand_in: Texts = Field(default={}, description="The brand in other languages.")
    bot: str = Field(description="The bot's name.")
    company: str = Field(description="Legal name of the controller.")
    address: str = Field(description="Postal address, shown in every mail.")
    contact: str = Field(description="Address for questions about data.")
    privacy_url: str = ""
    website: str = ""
    page_username: str = Field(default="", description="For m.me links.")
    provider: str = Field(default="", description="Who delivers the mail, named in the consent wording.")
    languages: list[str] = Field(min_length=1, description="The first is the default.")
    timezone: str = Field(default="UTC", description="IANA name; used where a person's is unknown.")
    open: dict[str, str | list[str]] = Field(
        default={}, description="Opening hours: {tue-sat: 11:00 to 18:00, closed: [2026-12-24]}."
    )
    holidays: tuple[str, ...] = Field(
        default=(), description="Days that are no workdays: [2026-12-24, 12-25, 2026-12-28 to 2026-12-31]."
    )
    greeting: Greeting
    senders: Senders
    topics: dict[Name, Topic]
    fields: dict[Name, FieldDeclaration] = Field(default={})
    events: Events = Field(default={}, validate_default=True)
    tags: list[str] = Field(default=[])
    segments: dict[Name, str] = Field(
        default={}, description="Named conditions: {stuck: account.created and no invoice.sent for 3 days}."
    )
    words: dict[str, ExtraKeywords] = Field(default={})
    replies: dict[str, Texts] = Field(
        default={}, description="Own texts for what works everywhere: default, help, person, stopped, back, paused …"
    )
    limits: SafetyLimits = SafetyLimits()
    team: dict[Name, TeamMailbox] = Field(default={}, description="Mailboxes of the team, by a short name.")
    sync: tuple[ContactListSync, ...] = Field(
        default=(),
        max_length=20,
        description="Lists at Mailjet to keep in step: {topic: friday_leaf, list: 4711}.",
    )
    pools: dict[Name, Texts] = Field(
        default={}, description="Pools of single-use codes and what they are; filled by: doorstep codes add"
    )
    hooks: dict[Name, Hook] = Field(default={}, description="Programs that flows ask, by a short name.")
    faq: Name | None = Field(default=None, description="The table that answers what fits nothing else.")
    personas: dict[Name, Persona] = Field(default={})
    menu: list[MenuItem] = Field(default=[], max_length=20, description="The persistent menu.")
    ice_breakers: list[IceBreaker] = Field(default=[], max_length=4)
    pages: dict[str, PageConfig] = Field(default={}, description="What is different on a Page, by its id.")
    spelling: bool | list[str] = Field(
        default=False,
        description="on: check looks words up in this machine's dictionaries; a list: on, and these are right.",
    )

    @field_validator("open", mode="before")
    @classmethod
    def _keep_dates_as_written(cls, written: object) -> object:
        # Our reader keeps “2026-12-24” as text; other YAML readers, such as those of tools, make a date of it.
        if not isinstance(written, dict):
            return written
        return {
            key: [day.isoformat() if isinstance(day, date) else day for day in value]
            if isinstance(value, list)
            else value
            for key, value in written.items()
        }

    @field_validator("sync", mode="before")
    @classmethod
    def _take_one_list(cls, written: object) -> object:
        return [written] if isinstance(written, dict) else written

    @field_validator("holidays", mode="before")
    @classmethod
    def _keep_holidays_as_written(cls, written: object) -> object:
        if not isinstance(written, list | tuple):
            return written
        return [day.isoformat() if isinstance(day, date) else day for day in written]

    @field_validator("languages")
    @classmethod
    def _known_once(cls, languages: list[str]) -> list[str]:
        if len(set(languages)) != len(languages):
            message = "a language is listed twice"
            raise ValueError(message)
        return languages

    @property
    def default_language(self) -> str:
        """The default language."""
        return self.languages[0]

    @functools.cached_property
    def fields_by_source(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """By event and property: the fields that it fills."""
        filled: dict[tuple[str, str], tuple[str, ...]] = {}
        for name, declared in self.fields.items():
            for source in declared.sources:
                event, _, told = source.rpartition(".")
                filled[event, told] = (*filled.get((event, told), ()), name)
        return filled

    @functools.cached_property
    def taken_properties(self) -> dict[str, frozenset[str]]:
        """By event: the properties that are taken in, to be kept or to fill fields; all others are dropped."""
        return {
            name: frozenset([*event.keep, *(told for source, told in self.fields_by_source if source == name)])
            for name, event in (DeclaredEvents.BUILT_IN | self.events).items()
        }

    @functools.cached_property
    def consent_topics(self) -> dict[str, Topic]:
        """By name: the topics that people agree to."""
        return {name: topic for name, topic in self.topics.items() if topic.basis == "consent"}

    @functools.cached_property
    def measuring_topics(self) -> frozenset[str]:
        """Names of the topics whose wording announces that something is counted."""
        return frozenset(name for name, topic in self.topics.items() if topic.measures)

    @property
    def is_measuring(self) -> bool:
        """Whether anything is counted of anybody."""
        return bool(self.measuring_topics)

    @functools.cached_property
    def contract_topics(self) -> frozenset[str]:
        """Names of the topics of which nobody is asked: their mails belong to an order or account."""
        return frozenset(self.topics.keys() - self.consent_topics.keys())

    @functools.cached_property
    def hooks_by_event(self) -> dict[str, tuple[str, ...]]:
        """By what happens in sequences: the hooks that are told of it; empty if none is told anything."""
        told = dict.fromkeys(event for hook in self.hooks.values() for event in hook.events)
        return {event: tuple(name for name, hook in self.hooks.items() if event in hook.events) for event in told}

    @functools.cached_property
    def event_by_counter(self) -> dict[str, str]:
        """By counter: the event that it counts.  Mails may say how often that happened."""
        return {event.counter: name for name, event in self.events.items() if event.counter}

    def brand_for(self, language: str) -> str:
        """Return the brand as it is called in this language."""
        return self.brand_in.get(language, self.brand)

    def pick_text(self, texts: Texts, language: str) -> str:
        """Return a text in this language, else in the default language, else the first of the texts; empty if none."""
        return texts.get(language) or texts.get(self.default_language) or next(iter(texts.values()), "")

    def consent_wording(self, topic: str, language: str) -> tuple[str, str]:
        """Return (hash, exact consent text) of a topic as a person sees it; both are empty if it is not declared."""
        return self._filled_wordings.get(
            (topic, language if language in self.languages else self.default_language), ("", "")
        )

    @functools.cached_property
    def _filled_wordings(self) -> dict[tuple[str, str], tuple[str, str]]:
        return {
            (topic, language): self._fill_wording(topic, language)
            for topic in self.topics
            for language in self.languages
        }

    def _fill_wording(self, topic: str, language: str) -> tuple[str, str]:
        text = self.pick_text(self.topics[topic].wording, language)
        # Plain replacing, not Jinja: the hash proves the words, so they must not depend on a template engine.
        for name, value in (
            ("company", self.company),
            ("provider", self.provider),
            ("privacy_url", self.privacy_url),
            ("brand", self.brand_for(language)),
            ("bot", self.bot),
        ):
            text = text.replace("{{ " + name + " }}", value)
        text = " ".join(text.split())  # a line break in the YAML file is not another wording
        return hashlib.sha256(text.encode()).hexdigest()[:24], text
