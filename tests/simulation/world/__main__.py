"""Lives many seeds, or one with its history: ``python -m tests.simulation.world [--seeds N] [--first K] [--seed S]``.

``make simulate`` lives 100,000 on two processors; ``make simulate SEED=S`` one.
"""

import argparse
import os
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.world.mutants import MUTANTS, RARE_MUTANTS
from tests.simulation.world.run import Outcome, run_seed

TOGETHER = 50
"""Seeds that a processor is given at once."""


def live_seeds(seeds: range) -> list[Outcome]:
    """Live some seeds."""
    return [run_seed(seed) for seed in seeds]


def show_seed(seed: int) -> int:
    """Live a seed, and print its history; return 1 if it broke a promise."""
    outcome = run_seed(seed, keeps_history=True)
    sys.stdout.write("".join(f"{line}\n" for line in outcome.history))
    sys.stdout.write(f"seed {seed}: {'; '.join(outcome.broken) or 'every promise was kept'}\n")
    return int(bool(outcome.broken))


def show_many(seeds: range, processors: int) -> int:
    """Live many seeds, and print what befell them; return 1 if one broke a promise."""
    begun = time.monotonic()
    parts = [seeds[at : at + TOGETHER] for at in range(0, len(seeds), TOGETHER)]
    injected: Counter[str] = Counter()
    cost: Counter[str] = Counter()
    failed: list[Outcome] = []
    steps, chats, mails, virtual = 0, 0, 0, 0.0
    with ProcessPoolExecutor(processors) as pool:
        for outcomes in pool.map(live_seeds, parts):
            for outcome in outcomes:
                injected.update(outcome.injected)
                cost.update(outcome.cost)
                steps, virtual = steps + outcome.steps, virtual + outcome.seconds
                chats, mails = chats + outcome.sent[0], mails + outcome.sent[1]
                if outcome.broken:
                    failed.append(outcome)
                    _tell_failure(outcome)
    spent = time.monotonic() - begun
    each = spent * processors / len(seeds) * 1000
    sys.stdout.write(
        f"{len(seeds):,} seeds in {spent:,.0f} s ({each:.1f} ms of a processor each): {steps:,} callbacks, "
        f"{virtual / 86_400:,.0f} virtual days, {chats:,} chat messages and {mails:,} mails arrived\n"
    )
    sys.stdout.write("".join(f"{count:>10,}  {kind}\n" for kind, count in injected.most_common()))
    sys.stdout.write("".join(f"{count:>10,}  {what}, by failovers with replicas=0\n" for what, count in cost.items()))
    sys.stdout.write(f"{sum(injected.values()):>10,}  faults in all; seeds with a broken promise: {len(failed)}\n")
    return int(bool(failed))


def _tell_failure(outcome: Outcome) -> None:
    broken = "; ".join(outcome.broken)
    sys.stdout.write(f"FAILED: make simulate SEED={outcome.seed}: {broken}\n")
    sys.stdout.flush()


def show_mutants(most: int) -> int:
    """Take each rule out in turn, and print the first seed that notices; return 1 if none does."""
    missed = 0
    for mutant in (*MUTANTS, *RARE_MUTANTS):
        with mutant.apply():
            noticed = next((seed for seed in range(most) if _notices(seed, mutant.breaks)), None)
        missed += noticed is None
        told = f"seed {noticed}" if noticed is not None else f"none of {most}"
        sys.stdout.write(f"{mutant.name:32} {told:16} {mutant.breaks}\n")
        sys.stdout.flush()
    return int(missed > 0)


def _notices(seed: int, promise: str) -> bool:
    return any(promise in broken for broken in run_seed(seed).broken)


def main() -> int:
    """Read the words, and live."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.world")
    parser.add_argument("--seeds", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--processors", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--mutants", action="store_true", help="which seed notices a rule that is taken out")
    words = parser.parse_args()
    if words.mutants:
        return show_mutants(words.seeds)
    if words.seed is not None:
        return show_seed(words.seed)
    return show_many(range(words.first, words.first + words.seeds), words.processors)


if __name__ == "__main__":
    sys.exit(main())
