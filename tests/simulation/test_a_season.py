"""A season of 400 people in virtual time, decided by the real rules of the shipped workspace."""

import random  # noqa: TID251  personas; the seed is the test's parameter
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.decision import Context, Decision
from domain.effects import SendMail
from domain.events import AnyEvent, Message, ProductEvent, Unsubscribed
from domain.keyring import Keyring
from domain.record import Identity, Subscriber
from service.engine.decide import Rules, create_record, decide_events
from service.workspace.edition import load_edition

EDITION, _ = load_edition(None)
KEYS = Keyring("a season's secret of more than thirty-two bytes")
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
"""Four weeks before the clocks change in Berlin."""
SEASON = timedelta(days=120)
MOST_WAKES = 60
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(kw_only=True)
class SeasonOfPerson:
    """One person over a whole season."""

    seed: int
    record: Subscriber
    now: datetime = START
    mails: list[tuple[datetime, SendMail, Subscriber]] = field(default_factory=list)
    """Time of the decision, the mail, and the record after the decision."""
    wakes: int = 0
    number: int = 0

    def decide_events(self, events: tuple[AnyEvent, ...]) -> None:
        """Decide now, and keep the record, the mails and the next wake."""
        self.number += 1
        context = Context(now=self.now, entropy=f"{self.seed}/{self.number}".encode(), keys=KEYS, config=EDITION.config)
        decision: Decision = decide_events(self.record, events, context, _current_rules())
        for wake in (decision.wake_chat, decision.wake_mail):
            assert wake is None or wake > self.now
        self.record = decision.record
        self.mails += [
            (self.now, effect, decision.record) for effect in decision.effects if isinstance(effect, SendMail)
        ]
        self.next = min((at for at in (decision.wake_chat, decision.wake_mail) if at), default=None)

    next: datetime | None = None

    def pass_time(self, moment: datetime) -> None:
        """Let time pass, waking whenever something is due."""
        while self.next is not None and self.next <= moment:
            self.now = self.next
            self.wakes += 1
            self.decide_events(())
        self.now = max(self.now, moment)

    def type_text(self, text: str) -> None:
        """Write a message."""
        self.decide_events((Message(id=f"{self.seed}.{self.number}", at=self.now, mid=f"m{self.number}", text=text),))

    def report_event(self, event: str) -> None:
        """Do something in the product."""
        self.decide_events((ProductEvent(id=f"{self.seed}.{self.number}", at=self.now, name=event),))


def _current_rules() -> Rules:
    return EDITION.rules


def _new_season(seed: int) -> SeasonOfPerson:
    name = KEYS.subscriber_id("page", str(seed))
    return SeasonOfPerson(seed=seed, record=create_record(name, Identity(page="page", psid=str(seed)), START))


def live_season(seed: int) -> SeasonOfPerson:
    """Return the whole season of a person, determined by the seed."""
    dice, life = random.Random(seed), _new_season(seed)  # noqa: S311  no secret
    moments = sorted(START + SEASON * dice.random() for _ in range(dice.randrange(4, 25)))
    for moment in moments:
        life.pass_time(moment)
        _do_something(life, dice)
    life.pass_time(START + 2 * SEASON)
    return life


def _do_something(life: SeasonOfPerson, dice: random.Random) -> None:
    pending = next(iter(life.record.pending.items()), None)
    match dice.choice(("subscribe", "subscribe", "code", "code", "cup", "cup", "cup", "order", "stop", "chat")):
        case "subscribe":
            for text in ("newsletter", "yes", f"person{life.seed}@example.com"):
                life.type_text(text)
        case "code" if pending:
            life.type_text(KEYS.confirmation_codes(life.record.id, pending[0], pending[1].nonce)[0])
        case "cup":
            life.report_event("cup.noted")
        case "order" if dice.random() < 0.3:
            life.report_event("box.ordered")
        case "stop" if dice.random() < 0.4:
            if dice.random() < 0.5:
                life.type_text("stop")
            else:
                life.decide_events((Unsubscribed(id=f"{life.seed}.u{life.number}", at=life.now, via="one-click"),))
        case _:
            life.type_text(dice.choice(("hello?", "help", "back", "😀", "what is tea")))


@pytest.mark.parametrize("decade", range(40))
def test_every_mail_of_a_season_is_wanted(decade: int) -> None:
    """Nobody is mailed without a confirmed consent, twice for one step, off hours, or against what they did."""
    for seed in range(decade * 10, decade * 10 + 10):
        life = live_season(seed)
        assert life.wakes < MOST_WAKES
        assert max(Counter(mail.id for _, mail, _ in life.mails).values(), default=0) <= 1
        for at, mail, record in life.mails:
            if mail.lane == "marketing":
                _assert_wanted(at, mail, record)


def _assert_wanted(at: datetime, mail: SendMail, record: Subscriber) -> None:
    consent = record.consents[mail.topic]
    assert (consent.status, consent.address) == ("confirmed", mail.address)
    assert record.addresses[mail.address].status == "proven"
    cups = record.behaviour["cup.noted"].count if "cup.noted" in record.behaviour else 0
    assert record.runs["tasting_book"].status in ("running", "finished")
    match mail.template:
        case "welcome":
            assert consent.confirmed_at == at
        case "come_back":
            assert cups == 0
            assert 8 <= at.astimezone(BERLIN).hour < 20
        case _:
            assert cups >= 3
            assert 8 <= at.astimezone(BERLIN).hour < 20


def test_a_season_has_everything_in_it() -> None:
    """The personas do reach every mail, so that the test above says something."""
    seen = Counter(mail.template for seed in range(150) for _, mail, _ in live_season(seed).mails)
    assert seen.keys() == {"confirmation", "welcome", "come_back", "evaluate_order", "evaluate_invite"}
