"""``doorstep report sequence``: how far people came in a sequence, and whether it helped."""

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain.decision import Context
from domain.keyring import Keyring
from domain.ports import Store
from language.durations import format_duration
from language.findings import suggest_name
from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_chosen
from service.reports.sequences.read_sequence import count_sequence
from service.reports.sequences.summarize import (
    ComparisonRow,
    DifferenceRow,
    GoalRow,
    SequenceReport,
    StepRow,
    summarize,
)
from service.reports.sequences.tally_answers import describe_asked, describe_tasks
from service.runtime.base_parts import load_clock
from service.workspace.publishing.editions import load_live_edition

STATUSES = {"running": "still in it", "goal": "reached the goal", "finished": "came to the end", "left": "left"}
"""How the status of runs is told."""


def report_sequence(
    name: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="Only who began in the last days.")] = 90,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print how far people came in a sequence, what they were mailed, and whether it helped."""
    report = asyncio.run(_read_from_store(name, days))
    if json:
        output.print_json(report)
    elif not report.began:
        output.out.print(f"Nobody began {escape(name)} in {days} days.")
        # They are over everybody, however long ago.
        _print_lines(_describe_comparisons(report.comparisons, report.goal))
    else:
        _print_report(report)


async def _read_from_store(name: str, days: int) -> SequenceReport:
    async with open_existing_store() as (store, keys):
        return await make_report(store, keys, name, days)


async def make_report(store: Store, keys: Keyring, name: str, days: int) -> SequenceReport:
    """Return the report on a sequence of the live edition; refuses one that is not there."""
    edition = await load_live_edition(store)
    sequences, config = edition.rules.sequences.sequences, edition.config
    if name not in sequences:
        message = f"there is no sequence “{name}”. {suggest_name(name, sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    now = (await load_clock(store)).now()
    house = await load_chosen(store)
    context = Context(now=now, entropy=fresh_entropy(), keys=keys, config=config, house=house)
    goal = sequences[name].goal
    is_declared = goal is not None and goal.event in config.events
    label = config.pick_text(config.events[goal.event].label, "en") if goal and is_declared else goal and goal.name
    return summarize(await count_sequence(store, sequences[name], context, days), days, label or "")


def _print_report(report: SequenceReport) -> None:
    standing = ", ".join(f"{report.status[name]:,} {word}" for name, word in STATUSES.items() if name in report.status)
    held_out = f", {report.held_out:,} of them held out" if report.held_out else ""
    output.out.print(
        f"{escape(report.sequence)}, {report.days} days: {report.began:,} began{held_out}; {standing}.", soft_wrap=True
    )
    output.print_whole_table(_build_steps(report))
    if report.forgotten:
        output.out.print(f"earlier  {report.forgotten:,} passes that ended before these are not kept", soft_wrap=True)
    _print_lines(_describe_goal(report.goal))
    _print_lines(_describe_comparisons(report.comparisons, report.goal))
    for heading, lines in (("asked", describe_asked(report.asked)), ("tasks", describe_tasks(report.tasks))):
        _print_lines(f"{heading:<9}{escape(line)}" for line in lines)
    if report.left_because:
        output.out.print(f"left     {escape(_list_counts(report.left_because))}", soft_wrap=True)


def _print_lines(lines: Iterator[str]) -> None:
    for line in lines:
        output.out.print(line, soft_wrap=True)


def _build_steps(report: SequenceReport) -> Table:
    table = Table("step", box=None, pad_edge=False)
    for heading in ("reached", "here now", "mailed", "skipped", "stopped"):
        table.add_column(heading, justify="right")
    table.add_column("what became of it")
    for row in report.steps:
        # A condition takes no time and sends nothing; it is in the JSON.
        if row.kind == "If":
            continue
        sends = row.kind == "Send"
        of_mail = [f"{number:,}" if sends else "" for number in (row.mailed, row.skipped, row.stopped)]
        table.add_row(escape(row.step), f"{row.reached:,}", f"{row.here:,}", *of_mail, escape(_describe_step(row)))
    return table


def _describe_step(row: StepRow) -> str:
    under_way = {"on its way": row.under_way} if row.under_way else {}
    drafts = {"wait for approval": row.drafts} if row.drafts else {}
    ended = {STATUSES[status]: count for status, count in sorted(row.ended.items())}
    complained = {"reported it as spam": row.complained} if row.complained else {}
    return _list_counts({**row.waited, **row.skipped_because, **under_way, **drafts, **ended, **complained})


def _list_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.items())


def _describe_goal(goal: GoalRow | None) -> Iterator[str]:
    if goal is None:
        yield "goal     none: the file has no goal, so nothing says whether it helped"
        return
    within = format_duration(timedelta(seconds=goal.within_seconds))
    if goal.share is None:
        yield f"goal     {escape(goal.label or goal.event)} within {within}: nobody's time is over yet"
    else:
        yield (
            f"goal     {escape(goal.label or goal.event)} within {within}: {goal.share:.1%} of {goal.matured:,} "
            "whose time is over"
        )
    if goal.share_by_day:
        days, shares = (
            " / ".join(map(str, goal.share_by_day)),
            " / ".join(f"{s:.0%}" for s in goal.share_by_day.values()),
        )
        median = "not reached by half of them" if goal.median_days is None else f"median {goal.median_days:.1f}"
        if goal.held_out_median_days is not None:
            median += f" (held out {goal.held_out_median_days:.1f})"
        yield f"days     {median}; by day {days}: {shares}"


def _describe_comparisons(rows: tuple[ComparisonRow, ...], goal: GoalRow | None) -> Iterator[str]:
    for row in rows if goal or any(row.event for row in rows) else ():
        if row.event:
            within = format_duration(timedelta(seconds=row.within_seconds))
            yield f"{escape(row.name)}  compared by {escape(row.event)} within {within}"
        if row.changed_on:
            yield f"{escape(row.name)}  the split has changed: only who was mailed after {row.changed_on} is compared"
        if row.split_is_off:
            counts = ", ".join(f"{arm.arm} {arm.exposed:,} ({arm.percent}% wanted)" for arm in row.arms)
            yield f"{escape(row.name)}  [red]the split is off[/]: {escape(counts)}. Some get lost: compare nothing."
            continue
        shares = ", ".join(
            f"{arm.arm} {'–' if arm.share is None else f'{arm.share:.1%}'} of {arm.matured:,}" for arm in row.arms
        )
        told = "; ".join(map(_describe_difference, row.differences)) or "too few yet"
        yield f"{escape(row.name)}  {escape(shares)}: {escape(told)}"
        if row.winner or row.too_early:
            yield f"{escape(row.name)}  {escape(_describe_winner(row))}"


def _describe_winner(row: ComparisonRow) -> str:
    if not row.winner:
        return f"no winner yet: {row.too_early}"
    how = "is taken, though nothing was settled," if row.winner_is_early else "wins"
    return f"{row.winner} {how} since {row.winner_since:%d %b %Y}: who began before is compared, who begins gets it"


def _describe_difference(row: DifferenceRow) -> str:
    points = f"{100 * row.estimate:+.1f} points, between {100 * row.low:+.1f} and {100 * row.high:+.1f} at any look"
    if row.decided:
        return f"{points}: {row.arm if row.estimate > 0 else row.than} is better"
    missing = f", about {_round_up(row.missing_people):,} more people" if row.missing_people else ""
    return f"{row.arm} {points}: not decided{missing}"


def _round_up(number: int) -> int:
    """Return a number with two digits that count, never too small."""
    unit = int("1".ljust(len(str(number)) - 1, "0"))
    return -(-number // unit) * unit
