"""CPU time of deciding about sequences: one beside five, somebody in none, and a back-test beside its own decisions."""

import time
from collections.abc import Callable
from datetime import timedelta
from statistics import median
from unittest import mock

from msgspec.structs import replace

from bench.table import Figures, NotMeasuredError
from domain.decision import Context, Fact, Outcome
from domain.events import AnyEvent, ProductEvent
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from onboarding.engine.decide import decide
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from onboarding.tuning.simulate import confirmed_person
from service.engine.build_commit import decode_line
from service.workspace.edition import Edition, load_edition
from service.workspace.replay import replay_life
from service.workspace.replay.compare_lives import LifeComparison
from service.workspace.replay.replay_life import KnownPerson, RulesAt
from tests.support.people import KEYS, NOON, TOPIC
from tests.support.recorded_lives import live_randomly

YEAR = timedelta(days=365)
DecideCall = tuple[SequenceCatalog, Subscriber, AnyEvent | None, tuple[Fact, ...], Context]
ROUNDS = 4_000
FIVE = 5
PEOPLE = 120
REPETITIONS = 5
"""The quickest of these counts: the others tell of the machine."""

WAITS = (
    "{for: cup.noted, times: 3, at_most: 30 days}", "{for: box.ordered, at_most: 30 days}", "20 days",
    "Friday 09:00 their time", "10 workdays",
)  # fmt: skip
"""What the five sequences wait for; the first one alone is the other side."""


async def measure(figures: Figures) -> None:
    """Median of a product event that one sequence waits for; and the back-test of people who lived a month."""
    edition, _ = load_edition(None)
    figures["event for somebody in no sequence, µs"] = _measure_event(edition.config, FIVE, running=False)
    figures["event with 1 sequence running, µs"] = _measure_event(edition.config, 1)
    figures["event with 5 sequences running, µs"] = _measure_event(edition.config, FIVE)
    _measure_backtest(figures, edition)


def _measure_event(config: WorkspaceConfig, number: int, *, running: bool = True) -> float:
    catalog, record = _make_catalog(config, number), confirmed_person(config, KEYS, TOPIC, NOON, psid="somebody")
    context = Context(now=NOON, entropy=bytes(16), keys=KEYS, config=config)
    if running:
        fact = Fact(name="confirmed", at=NOON, topic=TOPIC, address=record.consents[TOPIC].address)
        record = decide(catalog, record, None, (fact,), context).record
    later = replace(context, now=NOON + timedelta(hours=2))
    event = ProductEvent(id="e", at=later.now, name="cup.noted")
    return _median_us(lambda: decide(catalog, record, event, (), later))


def _make_catalog(config: WorkspaceConfig, number: int) -> SequenceCatalog:
    files = {
        f"sequences/s{at}.yaml": f"sequence: s{at}\ntopic: {TOPIC}\nstart: confirmed\n"
        f"goal: {{event: box.ordered, within: 30 days}}\nsteps:\n  w: {{wait: {wait}}}\n  a: {{send: welcome}}\n"
        for at, wait in enumerate(WAITS[:number])
    }
    return compile_sequences(files, config)[0]


def _median_us(work: Callable[[], object]) -> float:
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return median(took) * 1e6


def _measure_backtest(figures: Figures, edition: Edition) -> None:
    """Compare a whole back-test, both lives of it, with the same decisions in a bare loop."""
    people = [live_randomly(number) for number in range(PEOPLE)]
    stored = [(person.record, [raw for commit in person.commits for raw in commit.history]) for person in people]

    def compare() -> LifeComparison:
        rules = _rules_of(edition)
        comparison = LifeComparison(
            sequence="tasting_book", live=rules, yours=rules, keys=KEYS, start=NOON - YEAR, end=NOON + YEAR
        )
        for record, lines in stored:
            comparison.add_person(KnownPerson(record=record, lines=[decode_line(raw) for raw in lines]))
        return comparison

    calls = _record_calls(compare)
    report = compare().make_report()
    if not report.is_good or not report.sent:
        message = f"of {report.sent} mails {report.made_again} were made again"
        raise NotMeasuredError(message)

    def decide_alone() -> None:
        for _, lines in stored:
            for raw in lines:
                decode_line(raw)
        for call in calls:
            decide(*call)

    figures["its decisions in a bare loop, ms"] = _quickest(decide_alone) * 1000
    took = _quickest(compare)
    figures["back-test, ms"] = took * 1000
    figures["back-test, events a second"] = report.events / took


def _record_calls(work: Callable[[], object]) -> list[DecideCall]:
    """Return with what ``decide`` is called meanwhile."""
    calls: list[DecideCall] = []

    def note(*call: *DecideCall) -> Outcome:
        calls.append(call)
        return decide(*call)

    with mock.patch.object(replay_life, "decide", note):
        work()
    return calls


def _rules_of(edition: Edition) -> RulesAt:
    both = (edition.rules.sequences, Context(now=NOON, entropy=bytes(16), keys=KEYS, config=edition.config))
    return lambda _number: both


def _quickest(work: Callable[[], object]) -> float:
    took = []
    for _ in range(REPETITIONS):
        began = time.process_time()
        work()
        took.append(time.process_time() - began)
    return min(took)
