"""What starts a sequence, how often, and what makes people leave it."""

from datetime import timedelta

import pytest
from msgspec import structs

from domain.decision import Fact
from domain.effects import SendMail
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from onboarding.engine.decide import decide, refusal_reason, wake_at
from onboarding.language.catalog import SequenceCatalog
from tests.support.people import NOON, TOPIC, deciding_context
from tests.support.sequence_people import DAY, compile_clean, compile_texts, confirmed_newcomer

HOUR = timedelta(hours=1)


def sequence_of(start: str, steps: str = "  a: {send: welcome}\n", more: str = "") -> SequenceCatalog:
    """Compile a sequence with this start."""
    return compile_clean(f"sequence: s\ntopic: {TOPIC}\nstart: {start}\n{more}steps:\n{steps}")


class Walk:
    """A person whose events are decided one by one, after all that was due before."""

    def __init__(self, catalog: SequenceCatalog, record: Subscriber | None = None) -> None:
        self.catalog = catalog
        self.record = record or confirmed_newcomer()
        self.mails: list[SendMail] = []
        self.sentences: list[str] = []

    def take(self, after: timedelta, event: AnyEvent | None = None, *facts: Fact) -> None:
        """Take an event some time after noon."""
        while (due := wake_at(self.catalog, self.record)) is not None and due < NOON + after:
            self._decide(due - NOON, None)
        self._decide(after, event, *facts)

    def _decide(self, after: timedelta, event: AnyEvent | None, *facts: Fact) -> None:
        outcome = decide(self.catalog, self.record, event, facts, deciding_context(after=after))
        self.record = outcome.record
        self.mails += [effect for effect in outcome.effects if isinstance(effect, SendMail)]
        self.sentences += [reason.text for reason in outcome.reasons]

    def orders(self, after: timedelta) -> None:
        """Order a box."""
        self.take(after, ProductEvent(id=f"o{after}", at=NOON + after, name="box.ordered"))

    def notes(self, after: timedelta) -> None:
        """Note a cup."""
        self.take(after, ProductEvent(id=f"c{after}", at=NOON + after, name="cup.noted"))


def test_an_event_starts_a_sequence_once() -> None:
    """Each person goes through it once, unless ``again`` says more; a confirmation does not start it."""
    walk = Walk(sequence_of("box.ordered"))
    walk.take(HOUR, None, Fact(name="confirmed", at=NOON + HOUR, topic=TOPIC, address="a"))
    assert walk.mails == []

    walk.orders(2 * HOUR)
    walk.orders(3 * DAY)

    assert [mail.template for mail in walk.mails] == ["welcome"]
    assert "s starts: box.ordered happened." in walk.sentences
    assert "welcome goes out: box.ordered happened." in walk.sentences
    assert "s does not start again: a person goes through it once." in walk.sentences


@pytest.mark.parametrize(("again", "mails"), [("always", 3), ("after 3 days", 2), ("never", 1)])
def test_again_says_how_often(again: str, mails: int) -> None:
    """Counted from the end of the pass before."""
    walk = Walk(sequence_of("box.ordered", more=f"again: {again}\n"))

    for days in (1, 3, 5):
        walk.orders(days * DAY)

    assert len(walk.mails) == mails


def test_without_consent_nothing_starts() -> None:
    """The reason is told, and nothing waits for the consent."""
    person = confirmed_newcomer()
    withdrawn = structs.replace(person.consents[TOPIC], status="withdrawn")
    walk = Walk(sequence_of("box.ordered"), structs.replace(person, consents={TOPIC: withdrawn}))

    walk.orders(HOUR)

    assert (walk.mails, walk.record.runs) == ([], {})
    assert walk.sentences[-1] == f"s does not start: {TOPIC} is not confirmed."


def test_a_condition_says_who_begins() -> None:
    """Asked once, at the start."""
    walk = Walk(sequence_of("box.ordered", more="if: tag is reader\n"))
    walk.orders(HOUR)
    walk.record = structs.replace(walk.record, tags=("reader",))
    walk.orders(2 * HOUR)

    assert walk.sentences[0] == "s does not start: “tag is reader” does not hold."
    assert len(walk.mails) == 1


def test_a_pass_of_an_event_counts_from_that_event() -> None:
    """Cups of before, and the starting order itself, are not what the wait is for."""
    steps = "  cup: {wait: {for: box.ordered, at_most: 5 days}, else: end}\n  a: {send: welcome}\n"
    walk = Walk(sequence_of("box.ordered", steps))
    walk.orders(HOUR)
    walk.take(6 * DAY)
    assert walk.mails == []

    walk = Walk(sequence_of("box.ordered", steps))
    walk.orders(HOUR)
    walk.orders(DAY)
    assert len(walk.mails) == 1


@pytest.mark.parametrize(
    ("leave", "sentence"),
    [
        ("exit: cup.noted\n", "cup.noted happened"),
        ("exit: [box.ordered, cup.noted]\n", "cup.noted happened"),
        ("exit: cup.noted at least once in 7 days\n", "“cup.noted at least once in 7 days” holds"),
    ],
)
def test_an_exit_ends_it_at_once(leave: str, sentence: str) -> None:
    """Nothing more is sent, not even what is on its way; an event of before the start is no exit."""
    steps = "  a: {send: welcome}\n  rest: {wait: 3 days}\n  b: {send: come_back}\n"
    walk = Walk(sequence_of("box.ordered", steps, leave))
    if "once" not in leave:
        walk.notes(HOUR)
    walk.orders(2 * HOUR)
    mail = walk.mails[0]
    walk.notes(DAY)
    walk.take(9 * DAY)

    assert [mail.template for mail in walk.mails] == ["welcome"]
    assert f"s is left: {sentence}." in walk.sentences
    assert refusal_reason(walk.catalog, walk.record, mail, NOON + DAY) == "the person left s"


@pytest.mark.parametrize(
    ("head", "place", "code"),
    [
        ("start: box.orderd\n", (3, 8), "unknown-event"),
        ("start: confirmed\nexit: cup.notd\n", (4, 7), "unknown-event"),
        ("start: confirmed\nexit: [cup.noted, tag is vipp]\n", (4, 19), "unknown-tag"),
        ("start: confirmed\nagain: sometimes\n", (4, 8), "unclear-time"),
        ("start: confirmed\nagain: after 3 dais\n", (4, 8), "unclear-time"),
        ("start: confirmed\nif: tag is vipp\n", (4, 5), "unknown-tag"),
    ],
)
def test_what_is_wrong_is_named(head: str, place: tuple[int, int], code: str) -> None:
    """Line, column and kind."""
    _, findings = compile_texts(f"sequence: s\ntopic: {TOPIC}\n{head}steps:\n  a: {{send: welcome}}\n")

    assert [(finding.line, finding.column, finding.code) for finding in findings] == [(*place, code)]
    assert findings[0].hint
