"""One pass for each order, and waits that ask what the arriving event says."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from msgspec.structs import replace

from domain.decision import Context, Fact
from domain.effects import SendMail
from domain.event_types.team import DraftsSettled
from domain.events import AnyEvent, ChoiceAnswered, ProductEvent
from domain.record import Subscriber, Value
from domain.workspace_config import EventDeclaration
from onboarding.engine.decide import decide, refusal_reason, wake_at
from onboarding.engine.passes import put_in_front, read_key
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from tests.support.people import NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import DAY, confirmed_newcomer

EVENTS = ("order.placed", "order.delivered", "order.cancelled", "invoice.sent")
CONFIG = SHIPPED_CONFIG.model_copy(
    update={
        "events": {
            **SHIPPED_CONFIG.events,
            **{name: EventDeclaration(label={"en": name}, keep=["order", "total"]) for name in EVENTS},
            "site.seen": EventDeclaration(label={"en": "saw"}),
        }
    }
)
HEAD = f"sequence: s\ntopic: {TOPIC}\nstart: order.placed\nagain: each order\n"
DELIVERED = (
    HEAD + "exit: order.cancelled\nsteps:\n"
    "  there: {wait: {for: order.delivered, at_most: 21 days}, else: late}\n"
    "  more: {if: no other order.placed since start, else: end}\n"
    "  cross: {send: welcome, go: end}\n  late: {send: come_back}\n"
)


def compile_it(text: str) -> SequenceCatalog:
    """Compile a sequence that has nothing wrong."""
    catalog, findings = compile_sequences({"sequences/s.yaml": text}, CONFIG)
    assert findings == []
    return catalog


class Shopper:
    """A person whose events are decided one by one, after all that was due before."""

    def __init__(self, text: str) -> None:
        self.catalog = compile_it(text)
        self.record: Subscriber = confirmed_newcomer()
        self.mails: list[tuple[float, str, int]] = []
        self.sent: list[SendMail] = []
        self.sentences: list[str] = []

    def does(self, days: float, name: str, /, **said: Value) -> None:
        """Let them do something some days after noon."""
        self.wait(days)
        self._decide(
            days * DAY, ProductEvent(id=f"{name}{days}{said}", at=NOON + days * DAY, name=name, properties=said)
        )

    def takes(self, days: float, event: AnyEvent) -> None:
        """Decide any event some days after noon."""
        self.wait(days)
        self._decide(days * DAY, event)

    def wait(self, days: float) -> None:
        """Run what is due until then."""
        while (due := wake_at(self.catalog, self.record)) is not None and due < NOON + days * DAY:
            self._decide(due - NOON, None)

    def context(self, after: timedelta) -> Context:
        """Return what deciding knows some time after noon."""
        return replace(deciding_context(after=after), config=CONFIG)

    def _decide(self, after: timedelta, event: AnyEvent | None) -> None:
        outcome = decide(self.catalog, self.record, event, (), self.context(after))
        self.record = outcome.record
        self.sent += [effect for effect in outcome.effects if isinstance(effect, SendMail)]
        self.mails += [
            (round(after / DAY), effect.template, effect.run)
            for effect in outcome.effects
            if isinstance(effect, SendMail)
        ]
        self.sentences += [reason.text for reason in outcome.reasons]

    def standing(self) -> dict[str, str]:
        """Return where each pass stands."""
        return {name: f"{run.status} {run.step}" for name, run in self.record.runs.items()}


def test_each_order_has_a_pass_of_its_own() -> None:
    """What is told of one order moves its pass only; the same order begins no second one."""
    shopper = Shopper(DELIVERED.replace("no other", "no"))
    shopper.does(0, "order.placed", order="4711")
    shopper.does(1, "order.placed", order=4712)
    shopper.does(2, "order.placed", order="4711")
    assert shopper.standing() == {"s/4711": "running there", "s/4712": "running there"}

    shopper.does(3, "order.delivered", order="4712")

    assert shopper.standing() == {"s/4711": "running there", "s/4712": "finished cross"}
    shopper.wait(40)
    assert shopper.mails == [(3, "welcome", 2), (21, "come_back", 1)]


def test_who_ordered_again_meanwhile_is_told_by_other() -> None:
    """“other” counts all orders since the pass began, without the one that began it."""
    shopper = Shopper(DELIVERED)
    shopper.does(0, "order.placed", order="1")
    shopper.does(1, "order.placed", order="2")
    shopper.does(2, "order.delivered", order="1")
    shopper.does(3, "order.delivered", order="2")

    assert shopper.standing() == {"s/1": "finished more", "s/2": "finished cross"}
    assert [mail for _, mail, _ in shopper.mails] == ["welcome"]


def test_an_exit_ends_the_pass_of_its_order_only() -> None:
    """And its mail is refused at the last moment; the mail of the other order goes."""
    shopper = Shopper(HEAD + "exit: order.cancelled\nsteps:\n  a: {wait: 1 day}\n  b: {send: welcome}\n")
    shopper.does(0, "order.placed", order="1")
    shopper.does(0.1, "order.placed", order="2")
    shopper.wait(1.5)
    (first,) = shopper.sent  # the mail of the other order keeps apart
    before = refusal_reason(shopper.catalog, shopper.record, first, NOON + 2 * DAY)
    shopper.does(1.6, "order.cancelled", order="2")

    assert (first.run, before) == (1, "")
    assert refusal_reason(shopper.catalog, shopper.record, first, NOON + 2 * DAY) == ""
    assert shopper.standing() == {"s/1": "finished b", "s/2": "left b"}
    other = structs.replace(first, run=2)
    assert refusal_reason(shopper.catalog, shopper.record, other, NOON + 2 * DAY) == "the person left s"


def test_an_event_without_the_property_counts_for_every_order() -> None:
    """The product need not name the order each time."""
    shopper = Shopper(DELIVERED)
    shopper.does(0, "order.placed", order="1")
    shopper.does(0.5, "order.placed", order="2")

    shopper.does(1, "order.delivered")

    assert shopper.standing() == {"s/1": "finished more", "s/2": "finished cross"}


def test_the_ninth_order_at_the_same_time_is_left_out_and_told() -> None:
    """Eight run; an order without a number, or with one too long, begins nothing either."""
    shopper = Shopper(DELIVERED)
    for number in range(9):
        shopper.does(number / 100, "order.placed", order=f"n{number}")
    shopper.does(1, "order.placed", order="x" * 65)
    shopper.does(2, "order.placed", total=3)

    assert len(shopper.record.runs) == 8
    assert [text for text in shopper.sentences if "does not start" in text] == [
        "s does not start: the person is in 8 passes of it already.",
        "s does not start: order.placed tells no order of 1 to 64 characters.",
        "s does not start: order.placed tells no order of 1 to 64 characters.",
    ]


def test_of_ended_passes_the_latest_is_kept() -> None:
    """A shopper of years does not fill the record."""
    shopper = Shopper(HEAD + "steps:\n  a: {wait: 1 hour}\n")
    for number in range(20):
        shopper.does(number, "order.placed", order=number)
    shopper.wait(30)

    assert shopper.standing().keys() == {"s/18", "s/19"}
    assert {run.number for run in shopper.record.runs.values()} == {19, 20}


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("4711", "4711"),
        (4711, "4711"),
        (4711.0, "4711"),
        (" a ", "a"),
        (True, ""),
        (None, ""),
        ("", ""),
        ("x" * 65, ""),
    ],
)
def test_a_value_is_the_same_however_it_is_written(value: Value, key: str) -> None:
    """JSON knows one kind of number; texts are compared as they are."""
    assert read_key(value) == key


def test_in_front_and_back_again_nothing_has_changed() -> None:
    """Also with a pass from the time before there was one for each."""
    shopper = Shopper(DELIVERED)
    shopper.does(0, "order.placed", order="1")
    run = shopper.record.runs["s/1"]
    record = replace(shopper.record, runs={"s": replace(run, number=7), "s/1": run})

    front = put_in_front(record, "s/1")

    assert front.runs == {"s": run, "s/1": replace(run, number=7)}
    assert put_in_front(front, "s/1") == record


@pytest.mark.parametrize(
    ("wait", "events", "moves"),
    [
        ("for: order.placed, where: total is at least 100", [("order.placed", {"total": 99})], False),
        ("for: order.placed, where: total is at least 100", [("order.placed", {"total": 100})], True),
        ("for: order.placed, where: total is at least 100", [("order.placed", {})], False),
        ("for: order.placed, where: order is A-1 and total is above 9",
         [("order.placed", {"order": "A-1", "total": 10})], True),
        ("for: order.placed, times: 2, where: total is at least 100", [("order.placed", {"total": 100})], False),
        ("for: order.placed, times: 2, where: total is at least 100", [("order.placed", {"total": 100})] * 2, True),
        ("for: [order.placed, invoice.sent]", [("invoice.sent", {})], True),
        ("for: [order.placed, invoice.sent], times: 2", [("invoice.sent", {}), ("order.placed", {})], True),
        ("for: [order.placed, invoice.sent], times: 2", [("invoice.sent", {})], False),
    ],
)  # fmt: skip
def test_a_wait_asks_what_the_arriving_event_says(wait: str, events: list[tuple[str, Any]], moves: bool) -> None:  # noqa: FBT001  one row
    """``where`` asks its properties; with a list any of the events counts."""
    shopper = Shopper(
        f"sequence: s\ntopic: {TOPIC}\nstart: cup.noted\nsteps:\n"
        f"  a: {{wait: {{{wait}, at_most: 9 days}}, else: end}}\n  b: {{wait: 1 day}}\n"
    )
    shopper.does(0, "order.placed", total=500)  # before the pass
    shopper.does(0.5, "cup.noted")
    for number, (name, said) in enumerate(events):
        shopper.does(1 + number / 10, name, **said)

    assert shopper.standing() == {"s": f"running {'b' if moves else 'a'}"}


@pytest.mark.parametrize(("total", "begins"), [(99, False), (100, True), (None, False)])
def test_a_start_asks_what_the_event_says(total: int | None, begins: bool) -> None:  # noqa: FBT001  one row
    """``where`` behind the event; who does not fit begins nothing, and may begin with the next."""
    shopper = Shopper(
        f"sequence: s\ntopic: {TOPIC}\nstart: order.placed where total is at least 100\nsteps:\n  a: {{wait: 1 day}}\n"
    )
    shopper.does(0, "order.placed", **({} if total is None else {"total": total}))
    assert shopper.standing() == ({"s": "running a"} if begins else {})
    shopper.does(0.5, "order.placed", total=150)
    assert shopper.standing() == {"s": "running a"}


def test_since_ever_counts_what_was_before() -> None:
    """A sequence that begins with an event counts from that event on, unless its wait says otherwise."""
    steps = "  a: {wait: {for: order.placed, since: ever, at_most: 9 days}, else: end}\n  b: {wait: 1 day}\n"
    shopper = Shopper(f"sequence: s\ntopic: {TOPIC}\nstart: cup.noted\nsteps:\n{steps}")
    shopper.does(0, "order.placed")

    shopper.does(0.5, "cup.noted")

    assert shopper.standing() == {"s": "running b"}


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        (DELIVERED.replace("each order", "each shop"), "unkept-property", "error"),
        (DELIVERED.replace("order.delivered", "site.seen"), "unkept-property", "warning"),
        (DELIVERED.replace("start: order.placed", "start: confirmed"), "unclear-time", "error"),
        (DELIVERED.replace("at_most: 21", "where: shop is Ulm, at_most: 21"), "unkept-property", "error"),
        (DELIVERED.replace("at_most: 21", "where: total has, at_most: 21"), "unclear-condition", "error"),
        (DELIVERED.replace("for: order.delivered", "for: [order.delivered, order.lost]"), "unknown-event", "error"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(text: str, code: str, severity: str) -> None:
    """Each with line and remedy."""
    _, findings = compile_sequences({"sequences/s.yaml": text}, CONFIG)

    assert (code, severity) in [(finding.code, finding.severity) for finding in findings]
    assert all(finding.line and finding.hint for finding in findings if finding.code == code)


def test_drafts_of_each_order_are_settled() -> None:
    """Each pass has its own mail that waits; all of them go, or one that the event names is dropped by its step."""
    shopper = Shopper(HEAD + "draft: true\nsteps:\n  a: {send: welcome}\n  w: {wait: 9 days}\n  b: {send: come_back}\n")
    shopper.does(0, "order.placed", order="a")
    shopper.does(1, "order.placed", order="b")
    assert [list(run.drafts) for run in shopper.record.runs.values()] == [["a"], ["a"]]

    shopper.takes(2, DraftsSettled(id="d", at=NOON + 2 * DAY, sequence="s", step="a", send=True))
    shopper.wait(4)

    assert [(template, number) for _, template, number in shopper.mails] == [("welcome", 1), ("welcome", 2)]
    assert [run.drafts for run in shopper.record.runs.values()] == [{}, {}]


def test_the_answer_of_an_order_is_kept() -> None:
    """In the field that the step names, and as that of its own pass: the other order stays unanswered."""
    asking = (
        "steps:\n  why: {send: come_back, choices: {Good: fine, Bad: fine}, at_most: 9 days, else: end, save: city,"
    )
    labels = " labels: {de: {Good: Gut, Bad: Schlecht}}}\n"
    shopper = Shopper(HEAD + asking + labels + "  fine: {tag: reader}\n")
    shopper.does(0, "order.placed", order="1")
    shopper.does(3, "order.placed", order="2")
    (first,) = shopper.sent

    shopper.takes(4, ChoiceAnswered(id="a", at=NOON + 4 * DAY, send=first.id, number=1))

    assert shopper.record.fields["city"] == "Bad"
    assert [run.answers for _, run in sorted(shopper.record.runs.items())] == [{"why": "Bad"}, {}]
    assert shopper.standing()["s/1"] == "finished fine"


def test_a_new_address_is_that_of_every_order() -> None:
    """Whoever confirms another address gets the mails of all orders there."""
    shopper = Shopper(DELIVERED)
    shopper.does(0, "order.placed", order="1")
    shopper.does(0.1, "order.placed", order="2")
    fact = Fact(name="confirmed", at=NOON + DAY, topic=TOPIC, address="another")

    moved = decide(shopper.catalog, shopper.record, None, (fact,), shopper.context(DAY)).record

    assert {name: run.address for name, run in moved.runs.items()} == {"s/1": "another", "s/2": "another"}
