"""A draft sequence runs like any other, but its mails wait until somebody approves them."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Fact, Outcome
from domain.effects import SendMail
from domain.event_types.team import DraftsSettled
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from onboarding.engine.decide import decide, wake_at
from onboarding.engine.drafts import list_drafts
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import confirmed_person
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, sequence_text

STEPS = """  a: {send: welcome}
  w: {wait: {for: cup.noted, at_most: 2 days}, else: b}
  done: {if: never cup.noted, else: end}
  b: {send: come_back}
"""
DRAFT = compile_clean(sequence_text(STEPS, goal="draft: true"))
HOUR = timedelta(hours=1)


class Person:
    """Somebody who has confirmed."""

    def __init__(self, catalog: SequenceCatalog = DRAFT) -> None:
        self.catalog = catalog
        self.record: Subscriber = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, NOON, psid="mia", timezone="UTC")
        self.mails: list[str] = []
        self.told: list[str] = []
        address = self.record.consents[TOPIC].address
        fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=address)
        self._take(decide(catalog, self.record, None, (fact,), replace(deciding_context(), now=NOON)))

    def wait(self, until: datetime) -> None:
        """Be woken whenever something is due."""
        while (due := wake_at(self.catalog, self.record)) is not None and due <= until:
            self.at(due)

    def at(self, now: datetime, event: AnyEvent | None = None) -> None:
        """Decide one moment."""
        self._take(decide(self.catalog, self.record, event, (), replace(deciding_context(), now=now)))

    def settle(self, now: datetime, *, send: bool = True, step: str = "") -> None:
        """Let the team send or drop what waits."""
        self.at(now, DraftsSettled(id=f"{now}", at=now, sequence="s", step=step, send=send))

    def waiting(self, now: datetime) -> list[str]:
        """Return the steps whose mail waits."""
        return [step for step, _ in list_drafts(self.record.runs["s"], now)]

    def _take(self, outcome: Outcome) -> None:
        self.record = outcome.record
        self.mails += [effect.template for effect in outcome.effects if isinstance(effect, SendMail)]
        self.told += [reason.text for reason in outcome.reasons]


def test_everything_runs_and_no_mail_goes() -> None:
    """The pass goes through to its end; the mails lie there, and count for no cap."""
    person = Person()
    person.wait(NOON + 5 * DAY)

    assert person.mails == []
    assert person.record.mailed == ()
    assert person.waiting(NOON + 5 * DAY) == ["a", "b"]
    assert person.record.runs["s"].status == "finished"
    assert "welcome waits for approval: friday_leaf was confirmed." in person.told


def test_what_is_approved_goes_out_once() -> None:
    """One step or all; a second mail of the same day waits for its room, and then goes by itself."""
    person = Person()
    person.wait(NOON + 3 * DAY)
    person.settle(NOON + 3 * DAY, step="a")
    person.settle(NOON + 3 * DAY)
    assert person.mails == ["welcome"]
    assert person.told[-1] == "come_back is approved and goes out Fri 08:00: there is no room yet (1 in 20 hours)."
    person.wait(NOON + 4 * DAY)
    person.settle(NOON + 4 * DAY)

    assert person.mails == ["welcome", "come_back"]
    assert person.record.runs["s"].sent == ("a", "b")
    assert len(person.record.mailed) == 2


def test_what_it_rests_on_is_asked_again() -> None:
    """Who has noted a cup meanwhile is not told that the book is blank."""
    person = Person()
    person.wait(NOON + 3 * DAY)
    person.at(NOON + 4 * DAY, ProductEvent(id="1", at=NOON + 4 * DAY, name="cup.noted"))
    person.settle(NOON + 4 * DAY, step="b")

    assert person.mails == []
    assert person.told[-1] == "b is not sent: cup.noted happened meanwhile."
    assert person.waiting(NOON + 4 * DAY) == ["a"]


def test_a_quiet_hour_keeps_a_draft() -> None:
    """Approved at night it goes in the morning, by itself; and is looked at once for it."""
    person = Person()
    person.settle(NOON + 12 * HOUR)
    assert person.told[-1].startswith("welcome is approved and goes out")
    assert person.told[-1].endswith(": it is a quiet hour there.")
    person.wait(NOON + 24 * HOUR)

    assert person.mails == ["welcome"]


@pytest.mark.parametrize(("days", "mails"), [(6.9, ["welcome"]), (7.1, [])])
def test_after_seven_days_a_draft_is_dropped(days: float, mails: list[str]) -> None:
    """Its moment is over, whether or not somebody looks."""
    person = Person()
    now = NOON + days * DAY
    assert bool(person.waiting(now)) == bool(mails)
    person.settle(now)

    assert person.mails == mails


def test_what_finds_no_hour_within_seven_days_is_dropped() -> None:
    """Approved in the last night, it is too late in the morning; dropping what is approved stops it as well."""
    late, dropped = Person(), Person()
    late.settle(NOON + 6.5 * DAY)
    late.wait(NOON + 9 * DAY)
    assert late.mails == ["welcome"]
    late = Person()
    late.record = replace(late.record, mailed=tuple(NOON + 6.9 * DAY for _ in range(3)))
    late.settle(NOON + 6.95 * DAY, step="a")
    late.wait(NOON + 9 * DAY)
    assert late.mails == []
    assert "a is not sent: it found no room within 7 days." in late.told
    assert late.record.runs["s"].approved == {}
    dropped.settle(NOON + 12 * HOUR)
    dropped.settle(NOON + 13 * HOUR, send=False)
    dropped.wait(NOON + 1 * DAY)
    assert dropped.mails == []


def test_what_is_dropped_stays_dropped() -> None:
    """Nobody gets it later, and the others go on waiting."""
    person = Person()
    person.wait(NOON + 3 * DAY)
    person.settle(NOON + 3 * DAY, send=False, step="a")
    person.settle(NOON + 4 * DAY)

    assert person.told.count("a is not sent: the draft was dropped.") == 1
    assert person.mails == ["come_back"]


def test_who_left_gets_no_draft() -> None:
    """Consent is asked again."""
    person = Person()
    consent = person.record.consents[TOPIC]
    gone = replace(consent, status="withdrawn", withdrawn_at=NOON + HOUR)
    person.record = replace(person.record, consents={TOPIC: gone})
    person.settle(NOON + 2 * HOUR)

    assert person.mails == []
    assert "a is not sent: the person left s." in person.told


def test_a_sequence_that_is_no_draft_any_more_sends() -> None:
    """Without the line the next mails go by themselves; what waited before still waits."""
    live = compile_clean(sequence_text(STEPS))
    person = Person()
    person.catalog = live
    person.wait(NOON + 3 * DAY)

    assert person.mails == ["come_back"]
    assert person.waiting(NOON + 3 * DAY) == ["a"]
