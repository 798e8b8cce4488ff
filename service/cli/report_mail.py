"""``doorstep report mail``: what became of the mails, what came back, and who stopped."""

import asyncio
import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import typer
from msgspec import Struct
from rich.table import Table

from domain.ports import RecordStore
from language.findings import suggest_name
from service.cli import output
from service.cli.open_store import open_existing_store
from service.cli.report_reputation import find_providers
from service.cli.report_sequence import make_report
from service.engine.clock import system_now
from service.reports.diagrams import live_counts
from service.reports.issue_goals import count_issue_goals
from service.reports.mail import GROUPINGS, Grouping, MailRow, read_counts, read_mails
from service.reports.sequences.summarize import SequenceReport
from service.reports.sequences.tally import HELD_OUT
from service.workspace.publishing.editions import load_live_edition

COLUMNS = ("accepted", "refused", "failed", "unknown", "under_way", "complaints", "stopped")
CLICKS = ("measured", "clicked")
"""People, not mails; on the terminal only where somebody's clicks are counted."""
DELIVERED = "delivered"
"""Beside what was accepted on the terminal; the last column of a spreadsheet, where columns keep their places."""
_MINUTE, _HOUR = 60, 3600


class GoalBeside(Struct, frozen=True, kw_only=True):
    """How many reached the goal of a sequence or issue, and of those who were held out; of whose time is over."""

    people: int
    share: float | None
    held_out: int
    held_out_share: float | None


def report_mail(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back, today included (UTC).")] = 30,
    by: Annotated[str, typer.Option("--by", help=f"One of {', '.join(GROUPINGS)}.")] = "template",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print as CSV.")] = False,
    dns: Annotated[bool, typer.Option("--dns/--no-dns", help="By provider: ask DNS who keeps the mailboxes.")] = True,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print by template, or otherwise, what became of the mails, and in all what came back and who stopped."""
    if by not in GROUPINGS:
        message = f"mails are not known by “{by}”. {suggest_name(by, GROUPINGS)}"
        raise typer.BadParameter(message, param_hint="--by")
    # Counters belong to days of UTC, so the mails beside them do, too.
    today = system_now().date()
    names = live_counts.last_days(days, today)
    since = datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=days - 1)
    rows, counts, goals, left_open = asyncio.run(_read(since, names, by, days, dns=dns))
    if json:
        mails = [name_group(row, by, goals) for row in rows]
        output.print_json({"days": names, "by": by, "mails": mails, "counts": counts, "note": left_open})
    elif as_csv:
        typer.echo(write_csv(rows, by, goals), nl=False)
    elif not rows and not counts:
        output.out.print(f"No mail in {days} days.")
    else:
        _print_table(rows, by, goals)
        if left_open:
            output.out.print(left_open, soft_wrap=True)
        for name, count in counts.items():
            output.out.print(f"{name.replace('_', ' ').replace(':', ', ')}: {count:,}")


def name_group(row: MailRow, by: str, goals: dict[str, GoalBeside]) -> dict[str, Any]:
    """Return a row as programs read it: its group under the name of the grouping."""
    told: dict[str, Any] = msgspec.to_builtins(row)
    goal = {"goal": msgspec.to_builtins(goals[row.group])} if row.group in goals else {}
    return {by: told.pop("group")} | told | goal


def write_csv(rows: Sequence[MailRow], by: str, goals: dict[str, GoalBeside]) -> str:
    """Return the rows as a table for a spreadsheet; each class of bounces has a column of its own."""
    # A column for each class that occurs: a spreadsheet cannot sum what stands in one cell.
    classes = sorted({name for row in rows for name in row.bounced})
    table = io.StringIO(newline="")
    writer = csv.writer(table, lineterminator="\n")
    # What came later stands last, so that a column keeps its place.
    more = (*(("goal", "goal_held_out") if goals else ()), *CLICKS, DELIVERED)
    writer.writerow((by, *COLUMNS, *(f"bounced_{name}" for name in classes), "p50_seconds", "p99_seconds", *more))
    for row in rows:
        goal = goals.get(row.group)
        shares = (goal.share, goal.held_out_share) if goal else ("", "")
        counts = (*(getattr(row, name) for name in COLUMNS), *(row.bounced.get(name, 0) for name in classes))
        clicks = (row.measured, row.clicked, row.delivered)
        writer.writerow((row.group, *counts, row.p50_seconds, row.p99_seconds, *(shares if goals else ()), *clicks))
    return table.getvalue()


def _print_table(rows: Sequence[MailRow], by: str, goals: dict[str, GoalBeside]) -> None:
    table = Table("mail" if by == "template" else by, box=None, pad_edge=False)
    told = (COLUMNS[0], DELIVERED, *COLUMNS[1:])
    columns = (*told, *CLICKS) if any(row.measured for row in rows) else told
    for column in (*columns, "p50", "p99"):
        table.add_column(column.replace("_", " "), justify="right")
    for title in ("bounced", "why they stopped", *(("goal",) if goals else ())):
        table.add_column(title)
    for row in rows:
        table.add_row(
            row.group or ("older" if by in ("template", "day") else "none"),
            *(f"{getattr(row, column):,}" for column in columns),
            say_seconds(row.p50_seconds),
            say_seconds(row.p99_seconds),
            ", ".join(f"{count:,} {name}" for name, count in row.bounced.items()),
            ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in row.stop_reasons.items()),
            *((_say_goal(goals.get(row.group)),) if goals else ()),
        )
    output.print_whole_table(table)


def say_seconds(seconds: float | None) -> str:
    """Return a length of time in its plainest unit."""
    if seconds is None:
        return ""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{seconds / _MINUTE:.0f} min" if seconds < _HOUR else f"{seconds / _HOUR:.1f} h"


def _say_goal(goal: GoalBeside | None) -> str:
    if goal is None or goal.share is None:
        return ""
    beside = f", held out {goal.held_out_share:.1%} of {goal.held_out:,}" if goal.held_out_share is not None else ""
    return f"{goal.share:.1%} of {goal.people:,}{beside}"


async def _read(
    since: datetime, names: list[str], by: Grouping, days: int, *, dns: bool
) -> tuple[tuple[MailRow, ...], dict[str, int], dict[str, GoalBeside], str]:
    async with open_existing_store() as (store, keys):
        edition = await load_live_edition(store)
        language, issues = edition.config.default_language, tuple(edition.issues.issues)
        providers, left_open = await _find_providers(store, by, dns=dns)
        rows = await read_mails(store, keys, since, by, language=language, issues=issues, providers=providers)
        goals: dict[str, GoalBeside] = {}
        if by == "issue":
            counted = await count_issue_goals(store, keys, tuple(edition.issues.issues.values()), system_now())
            goals = {
                name: GoalBeside(people=people, share=reached / people, held_out=0, held_out_share=None)
                for name, (people, reached) in counted.items()
            }
        # It reads everybody of each sequence once more.
        for row in rows if by == "sequence" else ():
            sequence = edition.rules.sequences.sequences.get(row.group)
            if sequence and sequence.goal:
                goals[row.group] = _find_goal(await make_report(store, keys, row.group, days))
        return rows, await read_counts(store, names), goals, left_open


async def _find_providers(store: RecordStore, by: Grouping, *, dns: bool) -> tuple[dict[str, str], str]:
    if by != "provider":
        return {}, ""
    return await find_providers(store) if dns else ({}, "Providers are told by the domains of addresses alone.")


def _find_goal(report: SequenceReport) -> GoalBeside:
    arms = [arm for one in report.comparisons for arm in one.arms if arm.arm == HELD_OUT]
    goal, held_out = report.goal, arms[0] if arms else None
    return GoalBeside(
        people=goal.matured if goal else 0,
        share=goal.share if goal else None,
        held_out=held_out.matured if held_out else 0,
        held_out_share=held_out.share if held_out else None,
    )
