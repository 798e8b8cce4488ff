"""The whole installation on a simulated loop, with faults: it keeps its promises, and a broken one is noticed.

``make simulate`` lives 100,000 seeds; these are the first 500.  ``make simulate SEED=…`` prints the history of one.
"""

from collections import Counter
from functools import cache

import pytest

from tests.simulation.world.mutants import MUTANTS, Mutant
from tests.simulation.world.run import Outcome, run_seed

DECADES = 10
A_DECADE = 50
MOST_SEEDS_OF_A_MUTANT = 200


@cache
def live_decade(decade: int) -> tuple[Outcome, ...]:
    """Live some seeds, once for all tests."""
    return tuple(run_seed(seed) for seed in range(decade * A_DECADE, (decade + 1) * A_DECADE))


@pytest.mark.parametrize("decade", range(DECADES))
def test_what_was_promised_holds_whatever_fails(decade: int) -> None:
    """Whatever is killed, cut off, repeated, lied or lost: no promise of docs/guarantees.md is broken."""
    for outcome in live_decade(decade):
        assert not outcome.broken, f"make simulate SEED={outcome.seed}: {'; '.join(outcome.broken)}"


def test_a_seed_is_lived_again_to_the_letter() -> None:
    """The same seed has the same history, so that what it found can be looked into."""
    first, second = run_seed(7, keeps_history=True), run_seed(7, keeps_history=True)

    assert len(first.history) > 100
    assert first.history == second.history


def test_the_seeds_have_everything_in_them() -> None:
    """Messages, mails and every kind of fault do occur, so that the tests above say something."""
    injected: Counter[str] = Counter()
    sent = (0, 0)
    for outcome in (outcome for decade in range(4) for outcome in live_decade(decade)):
        injected.update({kind.partition(":")[0]: count for kind, count in outcome.injected.items()})
        sent = sent[0] + outcome.sent[0], sent[1] + outcome.sent[1]

    assert sent[0] > 1000
    assert sent[1] > 20
    assert injected.keys() >= {
        "clock jumps", "connection to the store lost", "echo lost", "everything stands still",
        "failover that loses the unreplicated tail", "kill at an await", "message lost, no answer",
        "message sent, answer lost", "platform lies", "process cut off from the store", "process stands still",
        "replica falls behind", "SIGTERM", "slow network", "store stands still", "webhook delayed, overtaken",
        "webhook repeated",
    }  # fmt: skip


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_broken_rule_is_noticed(mutant: Mutant) -> None:
    """With one rule of the service taken out, a seed soon tells which promise that breaks."""
    with mutant.apply():
        for seed in mutant.seeds(MOST_SEEDS_OF_A_MUTANT):
            broken = run_seed(seed).broken
            if any(mutant.breaks in promise for promise in broken):
                return
    pytest.fail(f"{MOST_SEEDS_OF_A_MUTANT} seeds did not notice: {mutant.breaks}")
