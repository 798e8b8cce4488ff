"""A person to hold conversations with: sends events, hears what the bot says, moves time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome
from domain.effects import Effect, FetchProfile, SendChat, SendMail
from domain.events import AnyEvent, Entry, Message, MessageEdit, Postback
from domain.keyring import Keyring
from domain.record import Address, Identity, Subscriber
from domain.workspace_config import EventDeclaration, FieldDeclaration, Team, WorkspaceConfig
from flows.compiled.catalog import FlowBook
from flows.decide import step, wake_at
from flows.load import compile_flows
from language.yaml_source import read, validate
from tests.support.paths import ROOT

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEYS = Keyring("a secret of more than thirty-two bytes")
LIBRARY: Mapping[str, str] = {
    f"{folder}/{one.name}": one.read_text(encoding="utf-8")
    for folder, place in (("flows", "flows/library"), ("tables", "flows/library/tables"))
    for one in (ROOT / place).glob("*.yaml")
}


@cache
def shipped_house() -> WorkspaceConfig:
    """The shipped declarations."""
    path = ROOT / "service/workspace/library/doorstep.yaml"
    config, found = validate(read(path.read_text(encoding="utf-8"), path.name), WorkspaceConfig)
    assert config is not None, found
    return config


@cache
def shipped_book() -> FlowBook:
    """The shipped flows."""
    return compile_flows(LIBRARY, shipped_house())[0]


@cache
def roomy_house() -> WorkspaceConfig:
    """The shipped declarations with fields of every type, a team, pools and events to try things with."""
    more = {
        "seats": FieldDeclaration(type="number"), "points": FieldDeclaration(type="number"),
        "tasting_at": FieldDeclaration(type="moment"), "day": FieldDeclaration(type="date"),
        "tea": FieldDeclaration(type="text", fallback={"en": "tea", "de": "Tee"}),
        "agreed": FieldDeclaration(type="yes_no"),
    }  # fmt: skip
    return shipped_house().model_copy(
        update={
            "fields": {**shipped_house().fields, **more},
            "events": {**shipped_house().events, "tasting.booked": EventDeclaration(label={"en": "booked"})},
            "tags": ["reader", "vip", "cold"],
            "team": {"support": Team(email="team@amseltea.example"), "sales": Team(email="s@amseltea.example")},
            "pools": {"spring": {"en": "Spring code", "de": "Frühlingscode"}},
        }
    )


def written(steps: str, start: str = "words: [go now]", /, **others: str) -> "Person":
    """A person before a flow ``f`` of these steps, and others by name, in the roomy workspace."""
    texts = {"f": f"start: {{{start}}}\nsteps:\n{steps}"}
    texts |= {name: f"steps:\n{other}" for name, other in others.items()}
    files = {f"flows/{name}.yaml": f"flow: {name}\n{text}" for name, text in texts.items()}
    book, found = compile_flows(files, roomy_house())
    assert [one for one in found if one.severity == "error"] == []
    return Person(book, config=roomy_house())


class Person:
    """One subscriber and the bot's side of the talk."""

    def __init__(self, book: FlowBook | None = None, language: str = "", config: WorkspaceConfig | None = None) -> None:
        """A person nobody has met yet."""
        self.book = book or shipped_book()
        self.config = config or shipped_house()
        self.now = START
        self.record = Subscriber(
            id="person",
            identity=Identity(page="1", psid="2"),
            created_at=START,
            last_event_at=START,
            language=language,
        )
        self.events = 0
        self.outcome = Outcome(record=self.record)

    def meets(self, event: AnyEvent | None, facts: Sequence[Fact] = ()) -> list[str]:
        """Let something happen; return what the bot says."""
        self.events += 1
        entropy = self.events.to_bytes(16, "big")
        context = Context(now=self.now, entropy=entropy, keys=KEYS, config=self.config)
        before = decisions.apply(self.record, event, context) if event else Outcome(record=self.record)
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

    def wants(self, kind: type[Effect]) -> list[Effect]:
        """The effects of one kind of the last outcome."""
        return [one for one in self.outcome.effects if isinstance(one, kind)]

    @property
    def facts(self) -> list[str]:
        """Names of the facts of the last outcome."""
        return [one.name for one in self.outcome.facts]

    @property
    def wakes(self) -> datetime | None:
        """When the conversation wants to be woken."""
        return wake_at(self.book, self.record)

    def wakes_up(self) -> list[str]:
        """Let time pass until the next timer is due, and let it be; return what the bot says."""
        at = self.wakes
        assert at is not None
        self.now = max(self.now, at)
        return self.meets(None)

    def proves(self, email: str = "mia@example.com") -> None:
        """Have an address that is proven by a code."""
        name = KEYS.address_hash(email)
        held = Address(email=email, status="proven", proven_by="code", proven_at=self.now)
        self.record = replace(self.record, addresses={**self.record.addresses, name: held})

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
