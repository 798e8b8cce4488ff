"""What the Mailjet stand-in keeps: messages by mailbox, contacts, lists, jobs; and what it is told to do wrong."""

import uuid
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from service.stand_ins.mailjet.send_rules import MAGIC_DOMAIN, Json

Lever = Literal[
    "rate",  # 429 with a text that is no JSON (anymail); nothing is accepted
    "500 before",  # nothing is accepted
    "500 after",  # all is accepted, and the answer says 500 (guide: “When the HTTP status is 500 …”)
    "hang before",
    "hang after",
    "cut before",
    "cut after",
    "html",  # accepted; a page of a proxy in front comes instead of the answer
    "half",  # accepted; half of the JSON comes
    "shuffled",  # accepted; the answers come in another order than the messages
    "other ids",  # accepted; the answers name other CustomIDs
    "short",  # accepted; the answer of the last message is missing
    "suspended",
]
"""Ways in which a call to the Send API can go wrong."""

FIRST_ID = 1_152_921_500_000_000_000
"""First MessageID: above 2^53, as they are, so that whoever reads it as a float is found out."""


@dataclass(slots=True, kw_only=True)
class AcceptedMessage:
    """A message that was taken, for one recipient."""

    id: int
    uuid: str
    contact: int
    email: str
    at: datetime
    body: Json
    delivered: bool = True
    """False if it was blocked, such as a second one of a campaign."""

    @property
    def custom_id(self) -> str:
        """The id that its sender gave it."""
        return str(self.body.get("CustomID", ""))

    @property
    def campaign(self) -> str:
        """Its campaign; empty if it has none."""
        return str(self.body.get("CustomCampaign", ""))


@dataclass(slots=True, kw_only=True)
class Contact:
    """A contact of the account; sending to a new address makes one."""

    id: int
    email: str
    name: str = ""
    excluded: bool = False
    created: datetime
    unsubscribed: dict[int, bool] = field(default_factory=dict)
    """By list that it is on: whether it unsubscribed there."""
    unsubscribed_at: datetime | None = None
    """When it unsubscribed, from whatever list."""
    anonymised: datetime | None = None
    """When it was deleted; gone 30 days later."""


@dataclass(slots=True, kw_only=True)
class Job:
    """A bulk change of contacts."""

    id: int
    work: Callable[[], int]
    """Does it, and returns the number of contacts."""
    stages: deque[str]
    """Statuses that are still to come."""
    count: int = 0
    error: str = ""


@dataclass(slots=True, kw_only=True)
class MailjetAccount:
    """One API key with everything that belongs to it."""

    key: str
    secret: str
    clock: Callable[[], datetime]
    senders: set[str] = field(default_factory=set)
    """Validated senders: addresses, or ``*@domain``."""
    messages: list[AcceptedMessage] = field(default_factory=list)
    by_custom_id: defaultdict[str, list[AcceptedMessage]] = field(default_factory=lambda: defaultdict(list))
    contacts: dict[int, Contact] = field(default_factory=dict)
    by_email: dict[str, Contact] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)
    """Local part of the list's address, by id."""
    jobs: dict[int, Job] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    """Method and path of every call, without what follows the question mark."""
    campaigns: set[tuple[str, str]] = field(default_factory=set)
    """Campaigns and addresses that had a message."""
    levers: deque[Lever] = field(default_factory=deque)
    """What goes wrong with the next calls to the Send API, one each."""
    refused: dict[str, str] = field(default_factory=dict)
    """Error code by recipient whose messages are refused, while others of the call are taken."""
    blind_looks: int = 0
    """So many searches for a message find nothing although it is there."""
    failing_looks: int = 0
    """So many searches for a message are answered 500."""
    failing_jobs: int = 0
    failing_deletions: int = 0
    _last_id: int = 0

    def next_id(self) -> int:
        """Return an id that was not given before."""
        self._last_id += 1
        return self._last_id

    def add_list(self, list_id: int, address: str = "") -> None:
        """Make a contact list."""
        self.lists[list_id] = address or f"list{list_id}"

    def find_contact(self, name: str) -> Contact | None:
        """Return a contact by id or address; None if it is unknown or its 30 days are over."""
        return self.contacts.get(int(name)) if name.isascii() and name.isdigit() else self.by_email.get(name.lower())

    def make_contact(self, email: str, name: str = "") -> Contact:
        """Return the contact of an address; a new one if there is none."""
        contact = self.by_email.get(email.lower())
        if contact is None:
            contact = Contact(id=self.next_id(), email=email, name=name, created=self.clock())
            self.contacts[contact.id] = self.by_email[email.lower()] = contact
        return contact

    def accept(self, body: Json, email: str) -> AcceptedMessage:
        """Take a message for one recipient; an address of a list reaches everybody on it (guide, row To)."""
        if email.lower().endswith(f"@{MAGIC_DOMAIN}"):
            wanted = email.partition("@")[0].lower()
            found = next((number for number, address in self.lists.items() if address == wanted), 0)
            readers = [one.email for one in self.contacts.values() if one.unsubscribed.get(found) is False]
            copies = [self._take_copy(body, reader) for reader in readers]
            return copies[0] if copies else self._take_copy(body, email)
        return self._take_copy(body, email)

    def _take_copy(self, body: Json, email: str) -> AcceptedMessage:
        campaign = (str(body.get("CustomCampaign", "")), email.lower())
        # By contact, not by message: that is what makes it a second lock.
        doubled = bool(body.get("DeduplicateCampaign")) and campaign in self.campaigns
        self.campaigns.add(campaign)
        number = FIRST_ID + self.next_id()
        accepted = AcceptedMessage(
            id=number,
            uuid=str(uuid.UUID(int=number)),
            contact=self.make_contact(email).id,
            email=email,
            at=self.clock(),
            body=body,
            delivered=not doubled,
        )
        self.messages.append(accepted)
        if accepted.custom_id:
            self.by_custom_id[accepted.custom_id].append(accepted)
        return accepted

    def messages_to(self, email: str) -> list[AcceptedMessage]:
        """Return what arrived in a mailbox, oldest first."""
        return [one for one in self.messages if one.email.lower() == email.lower() and one.delivered]
