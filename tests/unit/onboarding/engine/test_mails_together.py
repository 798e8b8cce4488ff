"""All sequences of a person are decided together: caps, priority, spacing.

``DOORSTEP_HISTORIES=100000`` walks so many random people instead of 25; see ``make caps``.
"""

import os
import random  # noqa: TID251  lives that a seed gives
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta

import pytest
from msgspec import structs

from domain.decision import Context, Fact, Reason
from domain.effects import SendMail
from domain.events import ProductEvent
from domain.record import Subscriber
from domain.workspace_config import SafetyLimits, WorkspaceConfig
from language.mail_times.mail_caps import UnclearCapError, parse_mail_cap, read_mail_caps
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.tuning.simulate import confirmed_person
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, sequence_text

HOUR = timedelta(hours=1)
HISTORIES = int(os.environ.get("DOORSTEP_HISTORIES", "25"))
PORTION = 500
"""People that one process walks in one go."""


def config_with(*caps: str, **limits: int) -> WorkspaceConfig:
    """Return the shipped configuration with other limits."""
    return SHIPPED_CONFIG.model_copy(update={"limits": SafetyLimits.model_validate({"mails": caps, **limits})})


def started_by(event: str, name: str, steps: str, *more: str) -> str:
    """Return a sequence that begins whenever an event happens."""
    text = sequence_text(steps, goal="\n".join(("again: always", *more)))
    return text.replace("sequence: s", f"sequence: {name}").replace("start: confirmed", f"start: {event}")


class Person:
    """Somebody whose life is decided moment by moment."""

    def __init__(self, catalog: SequenceCatalog, config: WorkspaceConfig, *, timezone: str = "UTC") -> None:
        self.catalog, self.config = catalog, config
        self.record: Subscriber = confirmed_person(config, KEYS, TOPIC, NOON, psid="mia", timezone=timezone)
        self.mails: list[tuple[datetime, SendMail, bool]] = []
        """When, what, and whether it is the first of its pass."""
        self.sentences: list[str] = []
        self.history: list[tuple[datetime, tuple[Reason, ...], tuple[str, ...]]] = []
        """When, why, and the mails as the history keeps them."""

    def take(self, at: datetime, event: ProductEvent | None = None, *facts: Fact) -> None:
        """Decide everything that is due until a moment, and then what happens in it."""
        while (due := wake_at(self.catalog, self.record)) is not None and due < at:
            self.decide(due, None)
        self.decide(at, event, *facts)

    def do(self, name: str, at: datetime) -> None:
        """Let the person do something."""
        self.take(at, ProductEvent(id=f"{name}{at}", at=at, name=name))

    def confirm(self, at: datetime) -> None:
        """Let the person confirm the topic."""
        self.take(at, None, Fact(name="confirmed", at=at, topic=TOPIC, address=self.record.consents[TOPIC].address))

    def decide(self, at: datetime, event: ProductEvent | None = None, *facts: Fact) -> None:
        """Decide one moment."""
        context: Context = structs.replace(deciding_context(), now=at, config=self.config)
        outcome = decide(self.catalog, self.record, event, facts, context)
        for effect in outcome.effects:
            if isinstance(effect, SendMail):
                run = outcome.record.runs[effect.sequence]
                self.mails.append((at, effect, run.sent[0] == effect.step))
        self.record = outcome.record
        self.sentences += [reason.text for reason in outcome.reasons]
        sends = tuple(f"{mail.id} {mail.template}" for mail in outcome.effects if isinstance(mail, SendMail))
        self.history.append((at, outcome.reasons, sends))

    def told(self) -> list[tuple[str, str]]:
        """Return when (UTC) each mail went out."""
        return [(f"{at:%a %d %b %H:%M}", mail.template) for at, mail, _ in self.mails]


TIP = "  tip: {send: come_back}\n"
LATER = "  rest: {wait: 2 days}\n  tip: {send: come_back}\n"


@pytest.mark.parametrize(("priority", "first"), [("high", "evaluate_order"), ("low", "come_back")])
def test_of_two_that_want_to_send_the_more_important_one_goes(priority: str, first: str) -> None:
    """The sequence that stands first by name gives way, and comes a day later."""
    one = started_by("cup.noted", "a", LATER)
    other = started_by("cup.noted", "b", LATER.replace("come_back", "evaluate_order"), f"priority: {priority}")
    person = Person(compile_clean(one, other), SHIPPED_CONFIG)

    person.do("cup.noted", NOON)
    person.take(NOON + 9 * DAY)

    assert person.told()[0][1] == first
    assert [at[:10] for at, _ in person.told()] == ["Wed 25 Nov", "Thu 26 Nov"]


def test_two_first_mails_do_not_come_in_one_moment() -> None:
    """Each is an answer to the same event; the second waits its 20 hours."""
    catalog = compile_clean(started_by("cup.noted", "a", TIP), started_by("cup.noted", "b", TIP))
    person = Person(catalog, SHIPPED_CONFIG)

    person.do("cup.noted", NOON)
    person.take(NOON + 3 * DAY)

    assert len(person.mails) == 2
    assert person.mails[1][0] - person.mails[0][0] >= 20 * HOUR


def test_a_cap_of_several_holds_also_the_mail_that_was_asked_for() -> None:
    """The distance does not hold it; three in a week are three."""
    person = Person(compile_clean(started_by("cup.noted", "a", TIP)), config_with("1 in 20 hours", "3 in 7 days"))

    for hours in (0, 1, 2, 3):
        person.do("cup.noted", NOON + hours * HOUR)
    person.take(NOON + 9 * DAY)

    assert [at for at, _ in person.told()] == ["Mon 23 Nov 12:00", "Mon 23 Nov 13:00", "Mon 23 Nov 14:00",
                                               "Mon 30 Nov 12:00"]  # fmt: skip
    assert (
        "come_back goes out Mon 30 Nov, 12:00, when there is room again (3 in 7 days): cup.noted happened."
        in person.sentences
    )


def test_what_finds_no_room_for_a_week_is_dropped() -> None:
    """Two in a month are gone: a tip of today is none in three weeks."""
    person = Person(compile_clean(started_by("cup.noted", "a", TIP)), config_with("2 in 30 days"))

    for hours in (0, 1, 2):
        person.do("cup.noted", NOON + hours * HOUR)
    person.take(NOON + 40 * DAY)

    assert len(person.mails) == 2
    assert "come_back is not sent: there was no room for it within 8 days (2 in 30 days)." in person.sentences


@pytest.mark.parametrize(
    ("limits", "caps"),
    [
        ({}, ["1 in 20 hours"]),
        ({"apart_hours": 30}, ["1 in 30 hours"]),
        ({"mails": ["3 in 7 days"]}, ["3 in 7 days", "1 in 1 hour"]),
        ({"mails": ["1 in 2 days", "3 in  7 days"]}, ["1 in 2 days", "3 in 7 days"]),
        ({"mails": ["3 in 7 days"], "apart_hours": 20}, ["3 in 7 days", "1 in 20 hours"]),
        ({"mails": ["many"]}, ["1 in 1 hour"]),
    ],
)
def test_mails_and_apart_hours_together(limits: dict[str, object], caps: list[str]) -> None:
    """“mails” says the distance, too; where it says none, two mails still never come in one moment."""
    assert [cap.text for cap in read_mail_caps(SafetyLimits.model_validate(limits))] == caps


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("three a week", "“three a week” says no number of mails in a time"),
        ("0 in 7 days", "“0 in 7 days” is not between 1 and 20 mails"),
        ("21 in 7 days", "“21 in 7 days” is not between 1 and 20 mails"),
        ("3 in 7 dayz", "“dayz” is not a unit of time"),
        ("3 in 2 months", "“months” is not a unit of time"),
        ("3 in 500 days", "“3 in 500 days” is longer than 400 days"),
    ],
)
def test_a_cap_that_cannot_be_read_says_why(text: str, message: str) -> None:
    """Each with what is wrong, and how it is written."""
    with pytest.raises(UnclearCapError, match=message) as raised:
        parse_mail_cap(text)

    assert raised.value.hint


POOL = (
    started_by("cup.noted", "a", LATER + "  more: {send: evaluate_order}\n  last: {send: evaluate_invite}\n"),
    started_by("cup.noted", "b", TIP + "  more: {wait: 1 day}\n  last: {send: evaluate_order}\n", "priority: high"),
    started_by("box.ordered", "c", TIP, "priority: low", "hours: workday 09:00 to 17:00"),
    started_by(
        "box.ordered",
        "d",
        "  try: {wait: {for: cup.noted, at_most: 3 days}, else: tip}\n  yes: {send: welcome, go: end}\n" + TIP,
    ),
    started_by("cup.noted", "e", LATER.replace("come_back}", "come_back, at: 18:00 their time}"), "priority: high"),
    sequence_text("  hello: {send: welcome}\n" + LATER),
)
CATALOG = compile_clean(*POOL)
CAPS = (
    (),
    ("1 in 20 hours", "3 in 7 days"),
    ("2 in 2 days",),
    ("1 in 3 hours", "2 in 1 day", "5 in 10 days"),
    ("4 in 7 days", "1 in 40 hours"),
    ("1 in 1 day", "10 in 30 days"),
)
CONFIGS = tuple(config_with(*caps) for caps in CAPS)
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")


def random_life(seed: int) -> Person:
    """Return somebody who has lived through 12 days, with the deeds of a seed."""
    chance = random.Random(seed)  # noqa: S311  a test that can be repeated
    person = Person(CATALOG, chance.choice(CONFIGS), timezone=chance.choice(ZONES))
    at = NOON - timedelta(seconds=chance.randrange(86_400 * 200))
    end = at + 12 * DAY
    pace = chance.choice((5 * HOUR, 20 * HOUR, 2 * DAY))
    while at < end:
        deed = chance.choice(("cup.noted", "cup.noted", "box.ordered", "confirm"))
        person.confirm(at) if deed == "confirm" else person.do(deed, at)
        at += timedelta(seconds=chance.expovariate(1 / pace.total_seconds()))
    person.take(end + 10 * DAY)
    return person


def find_broken_windows(person: Person) -> Iterator[str]:
    """Yield every window that holds more mails than its cap, and every mail that comes too close."""
    times = [at.replace(microsecond=0) for at, _, _ in person.mails]
    if len(set(times)) < len(times):
        yield "two mails in one moment"
    for cap in read_mail_caps(person.config.limits):
        for place, (at, mail, is_first) in enumerate(person.mails):
            since = bisect_left(times, at.replace(microsecond=0) - cap.window + timedelta(seconds=1))
            count = place + 1 - since
            if count > cap.number and not (cap.number == 1 and is_first):
                yield f"{count} in {cap.text}: {mail.template} at {at}"


def count_histories(seeds: Sequence[int]) -> Counter[str]:
    """Return how many people, mails and broken windows these seeds give."""
    found: Counter[str] = Counter()
    for seed in seeds:
        person = random_life(seed)
        found["people"] += 1
        found["mails"] += len(person.mails)
        found["broken"] += sum(1 for _ in find_broken_windows(person))
        found["held"] += sum("when there is room again" in text for text in person.sentences)
    return found


def test_no_window_holds_more_than_its_cap() -> None:
    """Random people, zones, caps and deeds: every sliding window is looked at."""
    found: Counter[str] = Counter()
    if HISTORIES <= PORTION:
        found = count_histories(range(HISTORIES))
    else:
        with ProcessPoolExecutor() as processes:
            for part in processes.map(count_histories, batched_seeds()):
                found += part
    print(dict(found))  # noqa: T201  the long form is run for its numbers

    assert found["broken"] == 0
    assert found["held"] > HISTORIES // 2


def batched_seeds() -> Iterator[range]:
    """Yield all seeds in portions for several processes."""
    return (range(first, min(first + PORTION, HISTORIES)) for first in range(0, HISTORIES, PORTION))
