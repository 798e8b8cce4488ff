"""A back-test: the rules of then make every mail again; others show what would have been, and why."""

import os
from datetime import timedelta

from domain.decision import Context
from service.workspace.edition import Edition, compile_edition, shipped_files
from service.workspace.replay.compare_lives import BacktestReport, LifeComparison
from service.workspace.replay.replay_life import KnownPerson, RulesAt
from tests.support.people import KEYS, NOON
from tests.support.recorded_lives import RecordedPerson, live_randomly
from tests.support.shipped_workspace import shipped_edition

DAY = timedelta(days=1)
LIVES = int(os.environ.get("DOORSTEP_LIVES", "25"))
"""``make proofs`` lives 1,000."""


def rules_of(edition: Edition) -> RulesAt:
    """Return the rules of an edition, whatever the line says."""
    context = Context(now=NOON, entropy=bytes(16), keys=KEYS, config=edition.config)
    return lambda _number: (edition.rules.sequences, context)


def changed_edition(old: str, new: str) -> Edition:
    """Return the shipped workspace with one text of the sequence replaced."""
    files = shipped_files()
    name = next(name for name in files if name.endswith("tasting_book.yaml"))
    assert old in files[name]
    edition, _ = compile_edition({**files, name: files[name].replace(old, new)})
    assert edition is not None
    return edition


def compare(people: list[KnownPerson], yours: Edition) -> BacktestReport:
    """Compare the shipped workspace with another."""
    comparison = LifeComparison(
        sequence="tasting_book", live=rules_of(shipped_edition()), yours=rules_of(yours), keys=KEYS,
        start=NOON - DAY, end=NOON + 90 * DAY,
    )  # fmt: skip
    for person in people:
        comparison.add_person(person)
    return comparison.make_report()


def test_the_rules_of_then_make_every_mail_again() -> None:
    """People who confirm, note cups, order and stop as chance has it, on a service that wakes them late."""
    report = compare([live_randomly(number).known() for number in range(LIVES)], shipped_edition())

    print(f"\nmade again: {report.made_again} of {report.sent} mails")  # noqa: T201  shown by make proofs
    assert report.sent > 35
    assert (report.made_again, report.never_sent) == (report.sent, 0)
    assert report.without_difference == report.people == LIVES
    assert all(step.live == step.yours and not step.why for step in report.steps)


def test_a_mail_that_others_would_not_have_got_is_told_with_its_reason() -> None:
    """Who notes the first cup on the fourth day gets no “come back” if the sequence waits for five."""
    late = RecordedPerson("late")
    late.confirm()
    late.wait(4 * DAY)
    late.do("cup.noted")
    late.wait(30 * DAY)

    report = compare([late.known()], changed_edition("at_most: 3 days", "at_most: 5 days"))

    (step,) = [step for step in report.steps if step.step == "come_back"]
    assert (step.live, step.yours) == (1, 0)
    assert step.why[0][0].startswith("not in yours: ")
    assert (report.made_again, report.without_difference) == (report.sent, 0)


def test_what_cannot_be_made_again_is_said() -> None:
    """Without what changed, nobody can know that a topic was confirmed."""
    person = live_randomly(1)
    bare = KnownPerson(record=person.record, lines=[type(line)(at=line.at, events=line.events, reasons=line.reasons,
                       sends=line.sends, did=line.did) for line in person.lines])  # fmt: skip

    report = compare([bare], shipped_edition())

    assert report.sent > 0
    assert not report.is_good
