"""Sequences that begin when a condition comes to hold, or a date comes: once, on time, and never by being applied."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from domain.decision import Fact
from domain.effects import SendMail
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from domain.workspace_config import EventDeclaration, FieldDeclaration
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from tests.support.people import NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, confirmed_newcomer

CONFIG = SHIPPED_CONFIG.model_copy(
    update={
        "fields": {
            **SHIPPED_CONFIG.fields,
            "ends": FieldDeclaration(type="date"),
            "birthday": FieldDeclaration(type="date"),
            "plan": FieldDeclaration(type="text"),
        },
        "events": {**SHIPPED_CONFIG.events, "app.opened": EventDeclaration(label={"en": "opened"})},
        "timezone": "UTC",
    }
)
HOUR = timedelta(hours=1)
SEND = "  a: {send: welcome}\n"


def compile_start(start: str, steps: str = SEND, more: str = "") -> SequenceCatalog:
    """Compile a sequence with this start."""
    text = f"sequence: s\ntopic: {TOPIC}\nstart: {start}\n{more}steps:\n{steps}"
    catalog, findings = compile_sequences({"sequences/s.yaml": text}, CONFIG)
    assert [str(finding) for finding in findings if finding.severity == "error"] == []
    return catalog


class Person:
    """Somebody who is woken only when the record says so."""

    def __init__(self, start: str, steps: str = SEND, more: str = "", zone: str = "") -> None:
        self.catalog = compile_start(start, steps, more)
        newcomer = confirmed_newcomer(timezone=zone)
        self.record: Subscriber = replace(newcomer, created_at=NOON - 100 * DAY, engaged_at=NOON)
        self.mails: list[str] = []
        self.sentences: list[str] = []
        self.wakes = 0

    def let_pass(self, days: float) -> "Person":
        """Let time pass up to so many days after noon."""
        until = NOON + timedelta(days=days)
        while (due := wake_at(self.catalog, self.record)) is not None and due <= until:
            self.wakes += 1
            assert self.wakes < 500, "it is woken again and again"
            self._decide(due)
        return self

    def look(self, days: float, event: AnyEvent | None = None, *facts: Fact, **fields: str) -> "Person":
        """Let something happen, after all that was due before."""
        self.let_pass(days)
        self.record = replace(self.record, fields={**self.record.fields, **fields})
        self._decide(NOON + timedelta(days=days), event, *facts)
        return self

    def open_app(self, days: float) -> "Person":
        """Open the app."""
        at = NOON + timedelta(days=days)
        return self.look(days, ProductEvent(id=f"o{days}", at=at, name="app.opened"))

    def confirm(self, days: float) -> "Person":
        """Confirm the topic, with the sequence live already."""
        return self.look(days, None, Fact(name="confirmed", at=NOON, topic=TOPIC, address="a"))

    def _decide(self, now: datetime, event: AnyEvent | None = None, *facts: Fact) -> None:
        outcome = decide(self.catalog, self.record, event, facts, replace(deciding_context(), now=now, config=CONFIG))
        self.record = outcome.record
        self.mails += [f"{now:%d %b %H:%M}" for effect in outcome.effects if isinstance(effect, SendMail)]
        self.sentences += [reason.text for reason in outcome.reasons]


def test_a_condition_begins_when_it_comes_to_hold_and_not_before_it_was_false() -> None:
    """Thirty days after the last visit; the next time only after another visit."""
    person = Person("when no app.opened for 30 days", more="again: always\n").open_app(0).let_pass(200)
    assert person.mails == ["23 Dec 12:00"]
    assert person.wakes <= 3
    person.open_app(201).let_pass(300)
    assert person.mails == ["23 Dec 12:00", "12 Jul 12:00"]
    assert "s starts: “no app.opened for 30 days” holds." in person.sentences


def test_who_fits_when_it_is_applied_does_not_begin() -> None:
    """A file that is applied begins nothing; who turns false and true again later does."""
    person = Person("when field plan is pro")
    person.record = replace(person.record, fields={"plan": "pro"})
    person.look(1).look(2)
    assert person.mails == []
    person.look(3, plan="free").look(4, plan="pro")
    assert person.mails == ["27 Nov 12:00"]


def test_who_confirms_while_it_holds_begins() -> None:
    """A newcomer was never looked at, and fits."""
    person = Person("when field plan is pro")
    person.record = replace(person.record, fields={"plan": "pro"})
    assert person.confirm(0).mails == ["23 Nov 12:00"]


def test_a_pass_that_may_not_begin_uses_the_moment_up() -> None:
    """It is told why, and nothing waits for the thirty days to be over."""
    person = Person("when field plan is pro").look(0).look(1, plan="pro").look(2, plan="").look(3, plan="pro")
    assert "s does not start again: its last pass was less than 30 days ago." in person.sentences
    assert person.let_pass(90).mails == ["24 Nov 12:00"]


@pytest.mark.parametrize(
    ("zone", "mail"), [("", "07 Dec 08:00"), ("Asia/Tokyo", "06 Dec 23:00"), ("America/New_York", "07 Dec 13:00")]
)
def test_a_date_begins_in_the_first_allowed_moment_of_its_day(zone: str, mail: str) -> None:
    """A day is a day where the person is."""
    person = Person("7 days before ends", zone=zone).look(0).look(1, ends="2026-12-14").let_pass(60)
    assert [f"{at[:9]}" for at in person.mails] == [mail[:9]]
    assert person.wakes <= 3


def test_a_moved_date_moves_its_start_in_the_same_commit() -> None:
    """Neither the old nor a second mail goes."""
    person = Person("7 days before ends").look(0).look(1, ends="2026-12-14")
    assert wake_at(person.catalog, person.record) == datetime(2026, 12, 7, tzinfo=UTC)
    person.look(2, ends="2026-12-20")
    assert wake_at(person.catalog, person.record) == datetime(2026, 12, 13, tzinfo=UTC)
    assert person.look(3, ends="").let_pass(60).mails == []


def test_a_date_told_late_begins_only_while_it_is_ahead() -> None:
    """Three days before the end is late, and not too late; the day after is."""
    assert Person("7 days before ends").look(0).look(1, ends="2026-11-27").mails == ["24 Nov 12:00"]
    assert Person("7 days before ends").look(0).look(1, ends="2026-11-23").let_pass(60).mails == []
    assert Person("3 days after ends").look(0).look(1, ends="2026-11-10").let_pass(60).mails == []


def test_a_date_that_has_come_when_it_is_applied_begins_nobody() -> None:
    """Its moment was yesterday; the date itself is ahead."""
    person = Person("7 days before ends")
    person.record = replace(person.record, fields={"ends": "2026-11-28"})
    assert person.look(0).let_pass(60).mails == []


def test_a_pass_ends_when_its_field_becomes_empty() -> None:
    """Nothing more is said of an end that there is not."""
    steps = "  wait: {wait: 1 day before ends}\n  last: {send: welcome}\n"
    person = Person("7 days before ends", steps).look(0).look(1, ends="2026-12-14").let_pass(15)
    assert person.record.runs["s"].status == "running"
    assert person.look(16, ends="").let_pass(60).mails == []
    assert "s is left: ends is empty." in person.sentences


def test_a_birthday_comes_every_year() -> None:
    """The 29th of February is the 28th in years without one; `each year` says what holds anyway."""
    for more in ("", "again: each year\n"):
        person = Person("every year on birthday", more=more).look(0).look(1, birthday="1996-02-29").let_pass(800)
        assert [mail[:9] for mail in person.mails] == ["28 Feb 08", "29 Feb 08"]
    ahead = Person("3 days before every year on birthday").look(0, birthday="1996-01-02").let_pass(450)
    assert [mail[:9] for mail in ahead.mails] == ["30 Dec 08", "30 Dec 08"]


def test_several_starts_begin_one_pass() -> None:
    """Whichever comes first."""
    start = "\n  - when field plan is pro\n  - 7 days before ends"
    person = Person(start, "  wait: {wait: 20 days}\n  a: {send: welcome}\n").look(0)
    assert person.look(1, plan="pro", ends="2026-12-05").let_pass(60).mails == ["14 Dec 12:00"]


def test_without_consent_nothing_waits() -> None:
    """Who confirms later is looked at then."""
    person = Person("7 days before ends")
    consents = person.record.consents
    person.record = replace(person.record, consents={})
    person.look(1, ends="2026-12-14")
    assert (person.record.looks_at, person.record.starts) == (None, {})
    person.record = replace(person.record, consents=consents)
    assert [mail[:6] for mail in person.confirm(2).let_pass(60).mails] == ["07 Dec"]


def test_nobody_pays_for_a_start_that_is_not_there() -> None:
    """A workspace without such starts keeps nothing of them."""
    person = Person("app.opened").open_app(0)
    assert (person.record.looks_at, person.record.starts) == (None, {})
