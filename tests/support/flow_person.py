"""A person for tests of flows: sends events, reads the bot's answers, moves time."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from msgspec.structs import replace

from domain.consent import decisions
from domain.decision import Context, Fact, Outcome
from domain.effects import Effect, FetchProfile, SendChat, SendMail
from domain.entry_point import EntryPoint
from domain.events import AnyEvent, Message, MessageEdit, Postback
from domain.keyring import Keyring
from domain.record import Address, Identity, Subscriber
from domain.workspace_config import EventDeclaration, FieldDeclaration, TeamMailbox, WorkspaceConfig
from domain.workspace_hooks import Hook
from flows.compiled.catalog import FlowCatalog
from flows.decide import decide_flows, wake_at
from flows.load import compile_flows
from language.yaml_reader import read_yaml, validate_model
from tests.support.paths import ROOT

START = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEYS = Keyring("a secret of more than thirty-two bytes")
LIBRARY: Mapping[str, str] = {
    f"{folder}/{path.name}": path.read_text(encoding="utf-8")
    for folder, place in (("flows", "flows/library"), ("tables", "flows/library/tables"))
    for path in (ROOT / place).glob("*.yaml")
}


@cache
def shipped_config() -> WorkspaceConfig:
    """The shipped declarations."""
    path = ROOT / "service/workspace/library/doorstep.yaml"
    config, found = validate_model(read_yaml(path.read_text(encoding="utf-8"), path.name), WorkspaceConfig)
    assert config is not None, found
    return config


@cache
def shipped_catalog() -> FlowCatalog:
    """The shipped flows."""
    return compile_flows(LIBRARY, shipped_config())[0]


@cache
def roomy_config() -> WorkspaceConfig:
    """The shipped declarations with fields of every type, a team, pools and events to try things with."""
    more = {
        "seats": FieldDeclaration(type="number"), "points": FieldDeclaration(type="number"),
        "tasting_at": FieldDeclaration(type="moment"), "day": FieldDeclaration(type="date"),
        "tea": FieldDeclaration(type="text", fallback={"en": "tea", "de": "Tee"}),
        "agreed": FieldDeclaration(type="yes_no"),
        "interests": FieldDeclaration(type="list", fallback={"en": "your interests", "de": "deine Interessen"}),
    }  # fmt: skip
    return shipped_config().model_copy(
        update={
            "fields": {**shipped_config().fields, **more},
            "events": {**shipped_config().events, "tasting.booked": EventDeclaration(label={"en": "booked"})},
            "tags": ["reader", "vip", "cold"],
            "team": {
                "support": TeamMailbox(email="team@amseltea.example"),
                "sales": TeamMailbox(email="s@amseltea.example"),
            },
            "hooks": {"crm": Hook(url="https://crm.example/doorstep")},
            "pools": {"spring": {"en": "Spring code", "de": "Frühlingscode"}},
        }
    )


def person_for_steps(steps: str, start: str = "words: [go now]", /, **others: str) -> "FlowPerson":
    """A person before a flow ``f`` of these steps, and others by name, in the roomy workspace."""
    texts = {"f": f"start: {{{start}}}\nsteps:\n{steps}"}
    texts |= {name: f"steps:\n{other}" for name, other in others.items()}
    files = {f"flows/{name}.yaml": f"flow: {name}\n{text}" for name, text in texts.items()}
    book, found = compile_flows(files, roomy_config())
    assert [finding for finding in found if finding.severity == "error"] == []
    return FlowPerson(book, config=roomy_config())


class FlowPerson:
    """One subscriber, decided about by the flows alone, and the outcome of the last decision."""

    def __init__(
        self, catalog: FlowCatalog | None = None, language: str = "", config: WorkspaceConfig | None = None
    ) -> None:
        """A person nobody has met yet."""
        self.catalog = catalog or shipped_catalog()
        self.config = config or shipped_config()
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

    def handle_event(self, event: AnyEvent | None, facts: Sequence[Fact] = ()) -> list[str]:
        """Let something happen; return what the bot says."""
        self.events += 1
        entropy = self.events.to_bytes(16, "big")
        context = Context(now=self.now, entropy=entropy, keys=KEYS, config=self.config)
        before = decisions.apply_event(self.record, event, context) if event else Outcome(record=self.record)
        later = decide_flows(self.catalog, before.record, event, (*facts, *before.facts), context)
        self.outcome = before.followed_by(later)
        self.record = self.outcome.record
        return self.bot_texts

    def type_text(self, text: str, *attachments: str) -> list[str]:
        """Send a text; return what the bot says."""
        mid = f"m{self.events}"
        return self.handle_event(Message(id=mid, at=self.now, mid=mid, text=text, attachments=attachments))

    def tap_payload(self, payload: str, label: str = "") -> list[str]:
        """Tap a quick reply; return what the bot says."""
        mid = f"m{self.events}"
        return self.handle_event(Message(id=mid, at=self.now, mid=mid, text=label, payload=payload))

    def tap_label(self, label: str) -> list[str]:
        """Tap the quick reply with this label; return what the bot says."""
        return self.tap_payload({chip.label: chip.payload for chip in self.chats[-1].quick_replies}[label], label)

    def begin_chat(self, entry: EntryPoint | None = None) -> list[str]:
        """Tap get-started; return what the bot says."""
        return self.handle_event(Postback(id="start", at=self.now, mid="m0", payload="GET_STARTED", entry=entry))

    def edit_message(self, mid: str, text: str) -> list[str]:
        """Edit a message; return what the bot says."""
        return self.handle_event(MessageEdit(id="edit", at=self.now, mid=mid, text=text, edition=1))

    def pass_time(self, length: timedelta) -> None:
        """Let time pass."""
        self.now += length

    @property
    def chats(self) -> list[SendChat]:
        """The chat messages of the last outcome."""
        return [effect for effect in self.outcome.effects if isinstance(effect, SendChat)]

    @property
    def bot_texts(self) -> list[str]:
        """Their texts."""
        return [message.text for message in self.chats]

    @property
    def chip_labels(self) -> list[str]:
        """Labels under the last message."""
        return [chip.label for chip in self.chats[-1].quick_replies] if self.chats else []

    @property
    def mails(self) -> list[SendMail]:
        """The mails of the last outcome."""
        return [effect for effect in self.outcome.effects if isinstance(effect, SendMail)]

    def effects_of(self, kind: type[Effect]) -> list[Effect]:
        """The effects of one kind of the last outcome."""
        return [effect for effect in self.outcome.effects if isinstance(effect, kind)]

    @property
    def fact_names(self) -> list[str]:
        """Names of the facts of the last outcome."""
        return [fact.name for fact in self.outcome.facts]

    @property
    def next_wake(self) -> datetime | None:
        """When the conversation wants to be woken."""
        return wake_at(self.catalog, self.record)

    def wake_up(self) -> list[str]:
        """Let time pass until the next timer is due, and let it be; return what the bot says."""
        at = self.next_wake
        assert at is not None
        self.now = max(self.now, at)
        return self.handle_event(None)

    def prove_address(self, email: str = "mia@example.com") -> None:
        """Have an address that is proven by a code."""
        name = KEYS.address_hash(email)
        held = Address(email=email, status="proven", proven_by="code", proven_at=self.now)
        self.record = replace(self.record, addresses={**self.record.addresses, name: held})

    @property
    def asks_profile(self) -> bool:
        """Whether the platform is asked who this is."""
        return any(isinstance(effect, FetchProfile) for effect in self.outcome.effects)

    @property
    def step_name(self) -> str:
        """Name of the step the person stands at; empty in no conversation."""
        return self.record.conversation.step if self.record.conversation else ""

    @property
    def confirmation_code(self) -> str:
        """The code of the pending confirmation."""
        name, pending = next(iter(self.record.pending.items()))
        return KEYS.confirmation_codes(self.record.id, name, pending.nonce)[0]

    @property
    def link_secret(self) -> str:
        """The secret of the pending confirmation's link."""
        name, pending = next(iter(self.record.pending.items()))
        return KEYS.confirm_secrets(self.record.id, name, pending.nonce)[0]

    @property
    def consent_status(self) -> str:
        """Status of the consent to the Friday Leaf; empty if nothing was decided."""
        known = self.record.consents.get("friday_leaf")
        return known.status if known else ""
