"""The shipped workspace, and one person decided about by the one pass."""

from datetime import datetime, timedelta
from functools import cache

from domain.decision import Context, Decision
from domain.effects import SendChat, SendMail
from domain.events import AnyEvent, Message
from domain.record import Identity, Subscriber
from service.engine.decide import create_record, decide_events
from service.workspace.edition import Edition, load_edition
from tests.support.people import KEYS, NOON

PAGE, PSID, EMAIL, TOPIC = "4711", "1001", "mia@example.com", "friday_leaf"
IDENTITY = Identity(page=PAGE, psid=PSID)
MIA = KEYS.subscriber_id(PAGE, PSID)
ADDRESS = KEYS.address_hash(EMAIL)


@cache
def shipped_edition() -> Edition:
    """Return the compiled workspace that comes with Doorstep."""
    return load_edition(None)[0]


def typed_message(number: int, text: str, at: datetime = NOON) -> Message:
    """Return a typed message."""
    return Message(id=f"e{number}", at=at, mid=f"m{number}", text=text)


class DecidedPerson:
    """Decides about one person, event by event."""

    def __init__(self) -> None:
        """Meet nobody yet."""
        self.record: Subscriber = create_record(MIA, IDENTITY, NOON)
        self.now = NOON
        self.events = 0

    def decide_events(self, *events: AnyEvent, codes_paused: bool = False) -> Decision:
        """Decide; the record becomes the decided one."""
        self.events += 1
        edition = shipped_edition()
        context = Context(
            now=self.now,
            entropy=self.events.to_bytes(16, "big"),
            keys=KEYS,
            config=edition.config,
            codes_paused=codes_paused,
        )
        decision = decide_events(self.record, events, context, edition.rules)
        self.record = decision.record
        return decision

    def type_text(self, text: str, *, codes_paused: bool = False) -> Decision:
        """Decide about a typed message."""
        return self.decide_events(typed_message(self.events + 1, text, self.now), codes_paused=codes_paused)

    def walk_to_code(self) -> Decision:
        """Walk to the question for the code."""
        self.type_text("newsletter")
        self.type_text("yes")
        return self.type_text(EMAIL)

    def mailed_code(self) -> str:
        """Return the code in the newest mail."""
        return KEYS.confirmation_codes(MIA, ADDRESS, self.record.pending[ADDRESS].nonce)[0]

    def walk_to_confirmation(self) -> Decision:
        """Walk the whole way."""
        self.walk_to_code()
        return self.type_text(self.mailed_code())

    def pass_time(self, time: timedelta) -> Decision:
        """Let time pass and wake."""
        self.now += time
        return self.decide_events()


def mail_templates(decision: Decision) -> list[str]:
    """Return the templates a decision mails."""
    return [effect.template for effect in decision.effects if isinstance(effect, SendMail)]


def chat_texts(decision: Decision) -> list[str]:
    """Return the texts a decision says."""
    return [effect.text for effect in decision.effects if isinstance(effect, SendChat)]
