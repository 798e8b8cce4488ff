"""``doorstep simulate SEQUENCE --people 10000``: a whole population, its mails by day and step, and when most leave."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from rich.markup import escape
from rich.table import Table

from domain.keyring import Keyring
from domain.record import Value
from onboarding.tuning.planned_answers import PlannedAnswer
from onboarding.tuning.population.live_people import PopulationPlan, PopulationTally
from onboarding.tuning.simulated_people import HOLDOUT
from service.cli import output
from service.cli.behaviour_words import parse_behaviours, parse_zones
from service.cli.simulated_person import put_known
from service.workspace.edition import load_edition

KEYS = Keyring("simulated people have no secrets at all")
PART = 250
"""People that a process lets live at once."""
FEW = 1_000
"""So many live in this process: another one takes a second to start."""
MOST_REASONS = 3
HOUR = 60
"""Minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """What the command was told of a population; a process of its own makes its plan of it."""

    folder: Path | None
    sequences: tuple[str, ...]
    """The one that is simulated, then those that are walked with it."""
    start: datetime
    people: int
    days: int
    over: int
    seed: int
    who: tuple[str, ...]
    zones: str
    events: tuple[tuple[timedelta, str, Mapping[str, Value]], ...] = ()
    known: tuple[str, ...] = ()
    answers: tuple[PlannedAnswer, ...] = ()

    def make_plan(self) -> PopulationPlan:
        """Return the plan; raises :class:`typer.BadParameter` for words that are not understood."""
        edition, _ = load_edition(self.folder)
        walked = {name: edition.rules.sequences.sequences[name] for name in self.sequences}
        return PopulationPlan(
            catalog=replace(edition.rules.sequences, sequences=walked),
            sequence=self.sequences[0],
            config=edition.config,
            keys=KEYS,
            start=self.start,
            days=self.days,
            over=self.over,
            seed=self.seed,
            behaviours=parse_behaviours(self.who, edition.config, walked),
            zones=parse_zones(self.zones),
            events=self.events,
            answers=self.answers,
            prepare=lambda record: put_known(record, self.known, edition.config),
        )


def simulate_people(population: Population, *, json: bool) -> None:
    """Let the people live, and print what came of them."""
    plan = population.make_plan()
    tally = PopulationTally()
    for part in _live_all(population, plan):
        tally.add(part)
        # A tenth of a large population takes seconds.
        if population.people >= 20 * FEW and tally.people % (population.people // 10) < PART:
            output.err.print(f"{tally.people:,} people …")
    if json:
        output.print_json(_export(population, tally))
    else:
        _print(population, plan, tally)


def _live_all(population: Population, plan: PopulationPlan) -> Iterator[PopulationTally]:
    parts = [range(first, min(first + PART, population.people)) for first in range(0, population.people, PART)]
    if population.people <= FEW:
        yield from map(plan.live, parts)
        return
    # Of the same numbers come the same people, in whichever process: the sums do not tell how many there were.
    with ProcessPoolExecutor(os.cpu_count(), initializer=_keep_plan, initargs=(population,)) as pool:
        yield from pool.map(_live_part, parts)


_plan: list[PopulationPlan] = []
"""The plan of this process: conditions are functions, which cannot be sent to another one."""


def _keep_plan(population: Population) -> None:
    _plan[:] = [population.make_plan()]


def _live_part(numbers: Sequence[int]) -> PopulationTally:
    return _plan[0].live(numbers)


def _print(population: Population, plan: PopulationPlan, tally: PopulationTally) -> None:
    within, days = output.count_noun(population.over, "day"), output.count_noun(population.days, "day")
    begin = _say(plan, population.start)
    who = f"{tally.people:,} people, who begin within {within}; {days} from {begin}. Seed {population.seed}."
    output.out.print(escape(f"{plan.sequence}: {who}"), soft_wrap=True)
    for name, people in tally.behaviours.most_common():
        output.out.print(f"{people:>9,} {escape(name)}", soft_wrap=True)
    output.print_whole_table(_build_steps(plan, tally))
    for line in (*_describe_parts(plan, tally), *_describe_loads(plan, tally)):
        output.out.print(escape(line), soft_wrap=True)
    output.print_whole_table(_build_days(plan, tally))


def _build_steps(plan: PopulationPlan, tally: PopulationTally) -> Table:
    table = Table("step", box=None, pad_edge=False)
    for heading in ("reached", "mails", "skipped"):
        table.add_column(heading, justify="right")
    table.add_column("skipped because")
    mails: Counter[str] = Counter()
    for (_, step), number in tally.mails.items():
        mails[step] += number
    for step in _list_steps(plan):
        skipped = Counter({why: number for (where, why), number in tally.skipped.items() if where == step})
        numbers = [f"{number:,}" for number in (tally.reached[step], mails[step], skipped.total())]
        because = ", ".join(f"{number:,} {why}" for why, number in skipped.most_common(MOST_REASONS))
        table.add_row(escape(_short(plan, step)), *numbers, escape(because))
    return table


def _describe_parts(plan: PopulationPlan, tally: PopulationTally) -> Iterator[str]:
    held_out = [f"{name}/{HOLDOUT}" for name in plan.catalog.sequences]
    for step in (*held_out, *_list_steps(plan)):
        parts = {template: people for (where, template), people in tally.parts.items() if where == step}
        if len(parts) > 1:
            whole = sum(parts.values())
            told = ", ".join(f"{name} {people:,} ({people / whole:.1%})" for name, people in sorted(parts.items()))
            yield f"arms     {_short(plan, step)}: {told}"
    for name in plan.catalog.sequences:
        ended = {status: number for (sequence, status), number in tally.endings.items() if sequence == name}
        if ended:
            yield f"ended    {name}: {', '.join(f'{number:,} {status}' for status, number in sorted(ended.items()))}"


def _describe_loads(plan: PopulationPlan, tally: PopulationTally) -> Iterator[str]:
    mails = tally.minutes.total()
    if not mails:
        yield "mails    none"
        return
    most, week = max(tally.mails_each), max(tally.most_in_week)
    yield f"mails    {mails:,}: {mails / tally.people:.1f} a person, at most {most}, at most {week} within 7 days"
    for name, unit in (("minute", 1), ("hour", HOUR)):
        loads: Counter[int] = Counter()
        for minute, number in tally.minutes.items():
            loads[minute // unit] += number
        # Of equal loads the earliest.
        at, number = max(loads.items(), key=lambda load: (load[1], -load[0]))
        when = datetime.fromtimestamp(at * unit * 60, UTC)
        yield f"peak     {number:,} in the {name} from {_say(plan, when)}"


def _build_days(plan: PopulationPlan, tally: PopulationTally) -> Table:
    table = Table("day", box=None, pad_edge=False)
    table.add_column("mails", justify="right")
    table.add_column("of")
    for day in sorted({day for day, _ in tally.mails}):
        steps = Counter({step: number for (when, step), number in tally.mails.items() if when == day})
        told = ", ".join(f"{number:,} {_short(plan, step)}" for step, number in steps.most_common())
        table.add_row(format_date(date.fromisoformat(day), "EEE d MMM", "en"), f"{steps.total():,}", escape(told))
    return table


def _list_steps(plan: PopulationPlan) -> list[str]:
    return [f"{name}/{step}" for name, sequence in plan.catalog.sequences.items() for step in sequence.steps]


def _short(plan: PopulationPlan, step: str) -> str:
    """Return the name of a step, without its sequence if there is but one."""
    return step if len(plan.catalog.sequences) > 1 else step.partition("/")[2]


def _say(plan: PopulationPlan, at: datetime) -> str:
    return format_datetime(at, "EEE d MMM HH:mm", tzinfo=ZoneInfo(plan.config.timezone), locale="en")


def _export(population: Population, tally: PopulationTally) -> dict[str, Any]:
    def nest(counts: Counter[tuple[str, str]]) -> dict[str, dict[str, int]]:
        nested: dict[str, dict[str, int]] = {}
        for (first, second), number in sorted(counts.items()):
            nested.setdefault(first, {})[second] = number
        return nested

    return {
        "people": tally.people, "seed": population.seed, "start": population.start, "days": population.days,
        "behaviours": dict(tally.behaviours), "mails": nest(tally.mails),
        "reached": dict(sorted(tally.reached.items())),
        "arms": nest(tally.parts), "skipped": nest(tally.skipped), "ended": nest(tally.endings),
        "mails_each": dict(sorted(tally.mails_each.items())), "most_in_week": dict(sorted(tally.most_in_week.items())),
        "by_minute": {
            datetime.fromtimestamp(minute * 60, UTC).isoformat(): number
            for minute, number in sorted(tally.minutes.items())
        },
    }  # fmt: skip
