"""People who are decided about by the one pass, with the history that the service would have written of them."""

from datetime import timedelta

from msgspec.structs import replace

from domain.decision import Decision
from domain.events import AnyEvent, Message, ProductEvent, Unsubscribed
from domain.ports import Commit
from domain.record import Identity
from service.engine.build_commit import CommitBasis, HistoryLine, build_commit, decode_line
from service.engine.decide import create_record
from service.workspace.replay.replay_life import KnownPerson
from tests.support.people import KEYS, NOON
from tests.support.shipped_workspace import PAGE, TOPIC, DecidedPerson, shipped_edition

EVENTS = ("cup.noted", "cup.noted", "cup.noted", "box.ordered")
STOPPING = 0.04
"""Part of all deeds that are an end of the mails."""


class RecordedPerson(DecidedPerson):
    """Decides about one person, and keeps the lines of the history as they are stored."""

    def __init__(self, subscriber: str, came: timedelta = timedelta()) -> None:
        """Meet somebody so long after noon."""
        super().__init__()
        self.now = NOON + came
        self.record = create_record(subscriber, Identity(page=PAGE, psid=subscriber), self.now)
        self.lines: list[HistoryLine] = []
        self.commits: list[Commit] = []
        self.told = 0

    def decide_events(self, *events: AnyEvent, codes_paused: bool = False) -> Decision:
        """Decide, and write the line."""
        # Two commits of one person never have one time, but where a clock was set back: see docs/decisions/0035.
        self.now += timedelta(seconds=1)
        before = self.record
        # Stores recognise what they have seen by its id, whoever it is about.
        events = tuple(replace(event, id=f"{before.id}:{event.id}") for event in events)
        decision = super().decide_events(*events, codes_paused=codes_paused)
        self.wake = decision.wake_mail
        basis = CommitBasis(record=before, epoch=1, config=shipped_edition().config)
        commit = build_commit(decision, version=before.version, events=events, now=self.now, claim_ms=0, basis=basis)
        self.commits.append(commit)
        self.lines += map(decode_line, commit.history)
        return decision

    def confirm(self) -> None:
        """Walk to the confirmation; its code is taken from the mail."""
        self.walk_to_code()
        self.decide_events(self._proof())

    def _proof(self) -> AnyEvent:
        address = next(iter(self.record.pending))
        code = KEYS.confirmation_codes(self.record.id, address, self.record.pending[address].nonce)[0]
        return Message(id="proof", at=self.now, mid="proof", text=code)

    def wait(self, time: timedelta) -> None:
        """Let time pass; the service wakes, some seconds late, whatever is due."""
        until = self.now + time
        while self.wake and self.wake <= until:
            self.now = max(self.now, self.wake) + timedelta(seconds=3)
            self.decide_events()
        self.now = max(self.now, until)

    def do(self, name: str) -> None:
        """Do something in the product."""
        self.told += 1
        self.decide_events(ProductEvent(id=f"p{self.told}", at=self.now, name=name))

    def stop(self) -> None:
        """Unsubscribe by the link of a mail."""
        self.decide_events(Unsubscribed(id="stop", at=self.now, topic=TOPIC, via="one-click"))

    def known(self) -> KnownPerson:
        """Return the person as the back-test reads them."""
        return KnownPerson(record=self.record, lines=self.lines)


def live_randomly(number: int, days: int = 30, came: timedelta = timedelta()) -> RecordedPerson:
    """Return somebody who confirmed, and then noted cups, ordered or stopped as chance had it; always the same."""
    person = RecordedPerson(f"person-{number}", came + timedelta(hours=7 * (number % 24)))

    def draw(label: str) -> float:
        return KEYS.stable_fraction(person.record.id, label)

    person.confirm()
    for turn in range(int(draw("turns") * 8)):
        person.wait(timedelta(hours=1 + 119 * draw(f"wait {turn}")))
        if draw(f"stop {turn}") < STOPPING:
            person.stop()
        else:
            person.do(EVENTS[int(draw(f"event {turn}") * len(EVENTS))])
    person.wait(timedelta(days=days))
    return person
