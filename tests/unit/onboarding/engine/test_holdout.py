"""Who is held out is walked through a sequence like everybody, but not mailed."""

import pytest
from msgspec.structs import replace

from domain.decision import Fact
from domain.sequence_runs import Run
from onboarding.engine.comparisons.holdout import find_exposure, is_held_out
from onboarding.engine.decide import decide, wake_at
from onboarding.language.catalog import SequenceCatalog
from onboarding.language.compile import compile_sequences
from onboarding.tuning.simulate import confirmed_person
from onboarding.tuning.simulated_people import HELD, HOLDOUT, MAILED, find_person, list_arms
from tests.support.people import KEYS, NOON, SHIPPED_CONFIG, TOPIC, deciding_context
from tests.support.sequence_people import (
    DAY,
    compile_clean,
    onboarding_sentences,
    sent_mails,
    sequence_text,
    simulate_person,
)

STEPS = """  a: {send: welcome, anyway: true}
  w: {wait: 2 days}
  b: {send: come_back}
  x: {wait: 2 days}
  c: {send: evaluate_order}
"""
HALVED = compile_clean(sequence_text(STEPS, goal="holdout: 50%"))


def psid_of(group: str, catalog: SequenceCatalog = HALVED) -> str:
    """Return the name of somebody of a group."""
    person = find_person(catalog.sequences["s"], {HOLDOUT: group}, config=SHIPPED_CONFIG, keys=KEYS, start=NOON)
    assert person is not None
    return person.identity.psid


def run_after(catalog: SequenceCatalog, psid: str, days: int) -> Run:
    """Return the run of somebody who has been in the sequence for some days."""
    context, start = deciding_context(), NOON
    record = confirmed_person(SHIPPED_CONFIG, KEYS, TOPIC, start, psid=psid)
    fact = Fact(name="confirmed", at=start, topic=TOPIC, address=record.consents[TOPIC].address)
    record = decide(catalog, record, None, (fact,), replace(context, now=start)).record
    while (due := wake_at(catalog, record)) is not None and due <= start + days * DAY:
        record = decide(catalog, record, None, (), replace(context, now=due)).record
    return record.runs["s"]


def test_who_is_held_out_gets_only_mails_that_go_anyway() -> None:
    """They go the same way at the same time; the log says why each mail did not go."""
    held = simulate_person((), catalog=HALVED, psid=psid_of(HELD))
    mailed = simulate_person((), catalog=HALVED, psid=psid_of(MAILED))

    assert sent_mails(held) == sent_mails(mailed)[:1]
    assert [template for _, template in sent_mails(mailed)] == ["welcome", "come_back", "evaluate_order"]
    told = onboarding_sentences(held)
    assert "come_back is not sent: they are held out." in told
    assert told[-1].startswith("s is finished")


def test_the_draw_keeps_its_share_and_is_independent_of_splits() -> None:
    """Of 2,000 people a tenth is held out, in both parts of a split alike."""
    catalog = compile_clean(sequence_text("  a: {send: {welcome: 50%, come_back: 50%}}\n", goal="holdout: 10%"))
    sequence, context = catalog.sequences["s"], deciding_context()
    people = [f"person {number}" for number in range(2_000)]
    held = {person for person in people if is_held_out(sequence, person, context)}
    first = {person for person in people if KEYS.stable_fraction(person, "s/a") < 1 / 2}

    assert 160 < len(held) < 240
    assert 65 < len(held & first) < 135


def test_exposed_is_who_came_to_a_mail_of_which_somebody_is_held_out() -> None:
    """The mail that everybody gets does not count, and a step that was renamed counts under its new name."""
    sequence = HALVED.sequences["s"]
    run = run_after(HALVED, psid_of(HELD), 1)

    assert find_exposure(sequence, replace(run, withheld=())) == ""
    assert find_exposure(sequence, replace(run, withheld=("b", "c"))) == "b"
    assert find_exposure(sequence, replace(run, withheld=None, sent=("a",))) == ""
    assert find_exposure(sequence, replace(run, withheld=None, sent=("a", "c"))) == "c"
    assert find_exposure(sequence, replace(run, withheld=None, sent=("gone",))) == ""


@pytest.mark.parametrize(
    ("line", "house", "share"), [("holdout: 0%", "10%", 0), ("", "10%", 10), ("holdout: 5 %", "0%", 5)]
)
def test_a_sequence_goes_by_its_own_share_else_by_that_of_the_house(line: str, house: str, share: int) -> None:
    """``limits.holdout`` is for all that say nothing."""
    config = SHIPPED_CONFIG.model_copy(update={"limits": SHIPPED_CONFIG.limits.model_copy(update={"holdout": house})})
    catalog, findings = compile_sequences({"sequences/s.yaml": sequence_text(STEPS, goal=line)}, config)

    assert (findings, catalog.sequences["s"].holdout) == ([], share)


def test_a_loop_withholds_a_mail_once() -> None:
    """A mail goes out once in a pass, so it is withheld once."""
    loop = "  a: {send: come_back}\n  w: {wait: 1 day}\n  again: {if: never box.ordered, go: a, else: end}\n"
    catalog, _ = compile_sequences({"sequences/s.yaml": sequence_text(loop, goal="holdout: 50%")}, SHIPPED_CONFIG)
    run = run_after(catalog, psid_of(HELD, catalog), 10)

    assert run.withheld == ("a",)


def test_simulations_can_choose_the_group() -> None:
    """Without a word somebody who is mailed is walked through; ``all`` shows both groups."""
    sequence = HALVED.sequences["s"]
    default = find_person(sequence, {}, config=SHIPPED_CONFIG, keys=KEYS, start=NOON)

    assert default is not None
    assert not is_held_out(sequence, default.id, replace(deciding_context(), keys=KEYS))
    assert list(list_arms(sequence, {})) == [{HOLDOUT: MAILED}, {HOLDOUT: HELD}]
