"""The shipped workspace, and one person decided about by the one pass."""

from datetime import datetime, timedelta
from functools import cache

from domain.decision import Context, Decision
from domain.effects import SendChat, SendMail
from domain.events import AnyEvent, Message
from domain.record import Identity, Subscriber
from service.engine.decide import create, decide
from service.workspace.edition import Edition, load
from tests.support.people import KEYS, NOON

PAGE, PSID, EMAIL, TOPIC = "4711", "1001", "mia@example.com", "friday_leaf"
IDENTITY = Identity(page=PAGE, psid=PSID)
MIA = KEYS.subscriber_id(PAGE, PSID)
ADDRESS = KEYS.address_hash(EMAIL)


@cache
def shipped() -> Edition:
    """Return the compiled workspace that comes with Doorstep."""
    return load(None)[0]


def said(number: int, text: str, at: datetime = NOON) -> Message:
    """Return a typed message."""
    return Message(id=f"e{number}", at=at, mid=f"m{number}", text=text)


class Desk:
    """Decides about one person, event by event."""

    def __init__(self) -> None:
        """Meet nobody yet."""
        self.record: Subscriber = create(MIA, IDENTITY, NOON)
        self.now = NOON
        self.events = 0

    def meets(self, *events: AnyEvent, codes_paused: bool = False) -> Decision:
        """Decide; the record becomes the decided one."""
        self.events += 1
        edition = shipped()
        context = Context(
            now=self.now,
            entropy=self.events.to_bytes(16, "big"),
            keys=KEYS,
            config=edition.config,
            codes_paused=codes_paused,
        )
        decision = decide(self.record, events, context, edition.rules)
        self.record = decision.record
        return decision

    def types(self, text: str, *, codes_paused: bool = False) -> Decision:
        """Decide about a typed message."""
        return self.meets(said(self.events + 1, text, self.now), codes_paused=codes_paused)

    def asks(self) -> Decision:
        """Walk to the question for the code."""
        self.types("newsletter")
        self.types("yes")
        return self.types(EMAIL)

    def code(self) -> str:
        """Return the code in the newest mail."""
        return KEYS.codes(MIA, ADDRESS, self.record.pending[ADDRESS].nonce)[0]

    def subscribes(self) -> Decision:
        """Walk the whole way."""
        self.asks()
        return self.types(self.code())

    def waits(self, time: timedelta) -> Decision:
        """Let time pass and wake."""
        self.now += time
        return self.meets()


def mails(decision: Decision) -> list[str]:
    """Return the templates a decision mails."""
    return [one.template for one in decision.effects if isinstance(one, SendMail)]


def chats(decision: Decision) -> list[str]:
    """Return the texts a decision says."""
    return [one.text for one in decision.effects if isinstance(one, SendChat)]
