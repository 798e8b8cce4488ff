"""A pass that an event does not concern is passed by: everything is decided as if each had been looked at."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import onboarding.engine.decide as deciding
from domain.decision import Fact, Outcome
from domain.events import AnyEvent, ProductEvent
from domain.house_values import HouseValues, SilentEvent
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_texts, confirmed_newcomer

SEQUENCES = {
    "cups": """start: confirmed
exit: box.ordered
steps:
  w: {wait: {for: cup.noted, times: 2, at_most: 5 days}, else: b}
  a: {send: welcome}
  x: {wait: 2 days}
  t: {tag: reader}
  b: {send: come_back}
""",
    "days": "start: confirmed\nexit: tag is reader\nsteps:\n  w: {wait: 4 days}\n  a: {send: welcome}\n",
    "local": "start: confirmed\nsteps:\n  w: {wait: Friday 09:00 their time}\n  a: {send: evaluate_order}\n",
    "workdays": """start: confirmed
goal: {event: box.ordered, within: 9 days}
steps:
  w: {wait: 3 workdays}
  i: {if: cup.noted at least twice in 7 days, else: end}
  a: {send: evaluate_invite}
""",
    "orders": """start: box.ordered
again: always
steps:
  w: {wait: {for: [cup.noted, box.ordered], at_most: 3 days}}
  a: {send: come_back}
  e: {event: cup.noted}
""",
    "readers": """start: when tag is reader
steps:
  w: {wait: {when: cup.noted at least 3 times in 7 days, at_most: 6 days}}
  a: {send: welcome}
""",
}
CATALOG, _ = compile_texts(*(f"sequence: {name}\ntopic: {TOPIC}\n{text}" for name, text in SEQUENCES.items()))
DEEDS = ("cup.noted", "box.ordered", "cup.noted late", "cup.noted past", "zone", "silent", "heard", "stop", "nothing")


class Life:
    """Somebody who is decided about twice: as always, and with every pass looked at."""

    def __init__(self) -> None:
        self.record = confirmed_newcomer()
        self.house = HouseValues()
        self.passed_by = 0

    def take(self, at: timedelta, event: AnyEvent | None, *facts: Fact) -> Outcome:
        """Decide; both ways must bring the same."""
        context = replace(deciding_context(after=at), house=self.house)
        outcome = deciding.decide(CATALOG, self.record, event, facts, context)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(deciding, "_is_untouched", lambda *_: False)
            whole = deciding.decide(CATALOG, self.record, event, facts, context)
        assert outcome == whole
        self.record = replace(outcome.record, last_event_at=context.now)
        return outcome

    def do(self, deed: str, at: timedelta, number: int) -> None:
        """Do something, after all that was due before."""
        while (due := deciding.wake_at(CATALOG, self.record)) and due <= NOON + at:
            self.take(max(due - NOON, self.record.last_event_at - NOON), None)
        name, moment, event_id = deed.partition(" ")[0], NOON + at, f"{number}"
        match deed:
            case "silent":
                self.house = HouseValues(silent={"cup.noted": SilentEvent(since=moment)})
            case "heard":
                self.house = HouseValues()
            case "zone":
                profile = replace(self.record.profile, timezone="Asia/Tokyo" if number % 2 else "America/Denver")
                self.record = replace(self.record, profile=profile)
            case "stop":
                consent = replace(self.record.consents[TOPIC], status="withdrawn", withdrawn_at=moment)
                self.record = replace(self.record, consents={TOPIC: consent})
                self.take(at, None, Fact(name="withdrawn", at=moment, topic=TOPIC))
            case "nothing":
                self.take(at, None)
            case "cup.noted late":
                self.take(at, ProductEvent(id=event_id, at=moment - 2 * DAY, name=name))
            case "cup.noted past":
                self.take(at, ProductEvent(id=event_id, at=moment, name=name, past=True))
            case _:
                self.take(at, ProductEvent(id=event_id, at=moment, name=name))


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from(DEEDS)), max_size=12))
@settings(max_examples=60)
def test_whoever_is_passed_by_misses_nothing(deeds: list[tuple[int, str]]) -> None:
    """Random deeds, hours apart: late, told as history, from another zone, while an event is silent."""
    life, at = Life(), timedelta(0)
    life.take(at, None, Fact(name="confirmed", at=NOON, topic=TOPIC, address=life.record.consents[TOPIC].address))
    for number, (hours, deed) in enumerate(deeds):
        at += timedelta(hours=hours, minutes=7)
        life.do(deed, at, number)
    life.do("nothing", at + 12 * DAY, len(deeds))


def test_passes_are_passed_by() -> None:
    """Of five that wait, an event that one of them waits for touches that one."""
    life = Life()
    life.take(
        timedelta(0), None, Fact(name="confirmed", at=NOON, topic=TOPIC, address=life.record.consents[TOPIC].address)
    )
    context = deciding_context(after=timedelta(hours=1))
    happened = frozenset({"cup.noted"})

    untouched = {
        name for name in life.record.runs if deciding._is_untouched(CATALOG, life.record, name, happened, context)
    }

    assert untouched == {"days", "local", "workdays"}
