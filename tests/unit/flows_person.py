"""A person to hold conversations with: sends events, hears what the bot says, moves time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from flows.book import FlowBook
from flows.compile import compile_flows
from flows.step import step
from subscribers import consent
from subscribers.decision import Context, Fact, Outcome
from subscribers.declarations import Declarations
from subscribers.effects import FetchProfile, SendChat, SendMail
from subscribers.events import Entry, Event, Message, MessageEdit, Postback
from subscribers.keyring import Keyring
from subscribers.record import Identity, Subscriber
from subscribers.source import read, validate

ROOT = Path(__file__).parents[2]
START = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEYS = Keyring("a secret of more than thirty-two bytes")
LIBRARY: Mapping[str, str] = {
    f"flows/{one.name}": one.read_text(encoding="utf-8") for one in (ROOT / "flows/library").glob("*.yaml")
}


@cache
def shipped_house() -> Declarations:
    """The shipped declarations."""
    path = ROOT / "service/library/doorstep.yaml"
    house, found = validate(read(path.read_text(encoding="utf-8"), path.name), Declarations)
    assert house is not None, found
    return house


@cache
def shipped_book() -> FlowBook:
    """The shipped flows."""
    return compile_flows(LIBRARY, shipped_house())[0]


class Person:
    """One subscriber and the bot's side of the talk."""

    def __init__(self, book: FlowBook | None = None, language: str = "") -> None:
        """A person nobody has met yet."""
        self.book = book or shipped_book()
        self.now = START
        self.record = Subscriber(
            id="person", identity=Identity(page="1", psid="2"), created_at=START, last_event_at=START,
            language=language,
        )
        self.events = 0
        self.outcome = Outcome(record=self.record)

    def meets(self, event: Event | None, facts: Sequence[Fact] = ()) -> list[str]:
        """Let something happen; return what the bot says."""
        self.events += 1
        entropy = self.events.to_bytes(16, "big")
        context = Context(now=self.now, entropy=entropy, keys=KEYS, house=shipped_house())
        before = consent.apply(self.record, event, context) if event else Outcome(record=self.record)
        later = step(self.book, before.record, event, (*facts, *before.facts), context)
        self.outcome = before.then(later)
        self.record = self.outcome.record
        return self.said

    def types(self, text: str, *attachments: str) -> list[str]:
        """Send a text; return what the bot says."""
        mid = f"m{self.events}"
        return self.meets(Message(id=mid, at=self.now, mid=mid, text=text, attachments=attachments))

    def taps(self, payload: str, label: str = "") -> list[str]:
        """Tap a quick reply; return what the bot says."""
        mid = f"m{self.events}"
        return self.meets(Message(id=mid, at=self.now, mid=mid, text=label, payload=payload))

    def taps_label(self, label: str) -> list[str]:
        """Tap the quick reply with this label; return what the bot says."""
        return self.taps({chip.label: chip.payload for chip in self.chats[-1].quick_replies}[label], label)

    def begins(self, entry: Entry | None = None) -> list[str]:
        """Tap get-started; return what the bot says."""
        return self.meets(Postback(id="start", at=self.now, mid="m0", payload="GET_STARTED", entry=entry))

    def edits(self, mid: str, text: str) -> list[str]:
        """Edit a message; return what the bot says."""
        return self.meets(MessageEdit(id="edit", at=self.now, mid=mid, text=text, edition=1))

    def waits(self, length: timedelta) -> None:
        """Let time pass."""
        self.now += length

    @property
    def chats(self) -> list[SendChat]:
        """The chat messages of the last outcome."""
        return [one for one in self.outcome.effects if isinstance(one, SendChat)]

    @property
    def said(self) -> list[str]:
        """Their texts."""
        return [one.text for one in self.chats]

    @property
    def chips(self) -> list[str]:
        """Labels under the last message."""
        return [chip.label for chip in self.chats[-1].quick_replies] if self.chats else []

    @property
    def mails(self) -> list[SendMail]:
        """The mails of the last outcome."""
        return [one for one in self.outcome.effects if isinstance(one, SendMail)]

    @property
    def asks_profile(self) -> bool:
        """Whether the platform is asked who this is."""
        return any(isinstance(one, FetchProfile) for one in self.outcome.effects)

    @property
    def at(self) -> str:
        """Name of the step the person stands at; empty in no conversation."""
        return self.record.conversation.step if self.record.conversation else ""

    @property
    def code(self) -> str:
        """The code of the pending confirmation."""
        name, pending = next(iter(self.record.pending.items()))
        return KEYS.codes(self.record.id, name, pending.nonce)[0]

    @property
    def secret(self) -> str:
        """The secret of the pending confirmation's link."""
        name, pending = next(iter(self.record.pending.items()))
        return KEYS.confirm_secrets(self.record.id, name, pending.nonce)[0]

    @property
    def consent(self) -> str:
        """Status of the consent to the Friday Leaf; empty if nothing was decided."""
        known = self.record.consents.get("friday_leaf")
        return known.status if known else ""
