"""A season of 400 people in virtual time, through the real deciding of the shipped workspace."""

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
from service.engine.decide import Rules, create, decide
from service.workspace.edition import load

EDITION, _ = load(None)
KEYS = Keyring("a season's secret of more than thirty-two bytes")
START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
"""Four weeks before the clocks change in Berlin."""
SEASON = timedelta(days=120)
MOST_WAKES = 60
BERLIN = ZoneInfo("Europe/Berlin")


@dataclass(kw_only=True)
class Life:
    """One person's season."""

    seed: int
    record: Subscriber
    now: datetime = START
    mails: list[tuple[datetime, SendMail, Subscriber]] = field(default_factory=list)
    """When decided, what, and the record it was decided on."""
    wakes: int = 0
    number: int = 0

    def decided(self, events: tuple[AnyEvent, ...]) -> None:
        """Decide now, and keep what came of it."""
        self.number += 1
        context = Context(now=self.now, entropy=f"{self.seed}/{self.number}".encode(), keys=KEYS, config=EDITION.config)
        decision: Decision = decide(self.record, events, context, _rules())
        for wake in (decision.wake_chat, decision.wake_mail):
            assert wake is None or wake > self.now
        self.record = decision.record
        self.mails += [(self.now, one, decision.record) for one in decision.effects if isinstance(one, SendMail)]
        self.next = min((at for at in (decision.wake_chat, decision.wake_mail) if at), default=None)

    next: datetime | None = None

    def until(self, moment: datetime) -> None:
        """Let time pass, waking whenever something is due."""
        while self.next is not None and self.next <= moment:
            self.now = self.next
            self.wakes += 1
            self.decided(())
        self.now = max(self.now, moment)

    def says(self, text: str) -> None:
        """Write a message."""
        self.decided((Message(id=f"{self.seed}.{self.number}", at=self.now, mid=f"m{self.number}", text=text),))

    def does(self, event: str) -> None:
        """Do something in the product."""
        self.decided((ProductEvent(id=f"{self.seed}.{self.number}", at=self.now, name=event),))


def _rules() -> Rules:
    return EDITION.rules


def _born(seed: int) -> Life:
    name = KEYS.subscriber_id("page", str(seed))
    return Life(seed=seed, record=create(name, Identity(page="page", psid=str(seed)), START))


def live(seed: int) -> Life:
    """Return a whole season of somebody, ruled by the seed."""
    dice, life = random.Random(seed), _born(seed)  # noqa: S311  no secret
    moments = sorted(START + SEASON * dice.random() for _ in range(dice.randrange(4, 25)))
    for moment in moments:
        life.until(moment)
        _something(life, dice)
    life.until(START + 2 * SEASON)
    return life


def _something(life: Life, dice: random.Random) -> None:
    pending = next(iter(life.record.pending.items()), None)
    match dice.choice(("subscribe", "subscribe", "code", "code", "cup", "cup", "cup", "order", "stop", "chat")):
        case "subscribe":
            for text in ("newsletter", "yes", f"person{life.seed}@example.com"):
                life.says(text)
        case "code" if pending:
            life.says(KEYS.codes(life.record.id, pending[0], pending[1].nonce)[0])
        case "cup":
            life.does("cup.noted")
        case "order" if dice.random() < 0.3:
            life.does("box.ordered")
        case "stop" if dice.random() < 0.4:
            if dice.random() < 0.5:
                life.says("stop")
            else:
                life.decided((Unsubscribed(id=f"{life.seed}.u{life.number}", at=life.now, via="one-click"),))
        case _:
            life.says(dice.choice(("hello?", "help", "back", "😀", "what is tea")))


@pytest.mark.parametrize("decade", range(40))
def test_every_mail_of_a_season_is_wanted(decade: int) -> None:
    """Nobody is mailed without a confirmed consent, twice for one step, off hours, or against what they did."""
    for seed in range(decade * 10, decade * 10 + 10):
        life = live(seed)
        assert life.wakes < MOST_WAKES
        assert max(Counter(mail.id for _, mail, _ in life.mails).values(), default=0) <= 1
        for at, mail, record in life.mails:
            if mail.lane == "marketing":
                _wanted(at, mail, record)


def _wanted(at: datetime, mail: SendMail, record: Subscriber) -> None:
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
    seen = Counter(mail.template for seed in range(150) for _, mail, _ in live(seed).mails)
    assert seen.keys() == {"confirmation", "welcome", "come_back", "evaluate_order", "evaluate_invite"}
