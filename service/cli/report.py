"""``doorstep report``: numbers for marketing."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain import record as records
from domain.ports import RecordStore
from domain.private_replies import is_placeholder
from domain.record import Subscriber
from language.findings import suggest_name
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store
from service.cli.report_mail import report_mail
from service.cli.report_onboarding import report_onboarding
from service.cli.report_reputation import report_reputation
from service.cli.report_sequence import report_sequence
from service.engine.clock import system_now
from service.reports import funnel
from service.reports.daily import DailyRow, read_daily
from service.reports.diagrams import live_counts
from service.reports.funnel import GROUPINGS, STAGES, FunnelRow
from service.workspace.edition import load_edition

report = typer.Typer(help="Numbers by source, flow and language.", no_args_is_help=True)

COLUMNS = ("source", "cost")
"""Columns of a file of costs."""


@report.callback()
def _keep_group() -> None:
    """Keep ``report`` a group: typer would make its only command the group itself."""


report.command("mail")(report_mail)
report.command("onboarding")(report_onboarding)
report.command("reputation")(report_reputation)
report.command("sequence")(report_sequence)


@report.command("chat")
def report_chat(
    *,
    by: Annotated[str, typer.Option(help=f"One or more of {', '.join(GROUPINGS)}, comma-separated.")] = "source",
    since: Annotated[str, typer.Option(metavar="DAY", help="Only who came on this day or later (UTC).")] = "",
    costs: Annotated[Path | None, typer.Option(help="CSV with the columns source and cost.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print the funnel from the first message to the confirmed address, by where people came from."""
    groupings = _parse_groupings(by)
    if costs and groupings != ("source",):
        message = "costs are known by source: leave --by out, or take --by source."
        raise output.print_error(message, output.USAGE)
    first = _parse_day(since) if since else None
    spent = _read_costs(costs) if costs else None
    edition, _ = load_edition(choose_workspace.choose_workspace(None))
    people = asyncio.run(_read_people(first))
    rows = funnel.count_funnel(people, groupings, language=edition.config.default_language, costs=spent)
    if json:
        output.print_json({"by": groupings, "rows": [_export_row(row) for row in rows]})
    elif rows:
        output.print_whole_table(_build_table(groupings, rows))
    else:
        output.out.print("Nobody has come yet.")


@report.command("daily")
def report_daily(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back, today included (UTC).")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON, with the number of each day.")] = False,
) -> None:
    """Print what was agreed, confirmed and withdrawn, and how sequences ended."""
    names = live_counts.last_days(days, system_now().date())
    rows = asyncio.run(_read_daily(names))
    if json:
        output.print_json({"days": names, "rows": rows})
    elif rows:
        table = Table("what", "of", box=None)
        table.add_column(f"in {days} days", justify="right")
        for row in rows:
            table.add_row(row.meaning, row.about, f"{row.total:,}")
        output.print_whole_table(table)
    else:
        output.out.print(f"Nothing was counted in {days} days.")


async def _read_daily(days: list[str]) -> tuple[DailyRow, ...]:
    async with open_existing_store() as (store, _):
        return await read_daily(store, days)


def _parse_day(written: str) -> datetime:
    try:
        day = datetime.fromisoformat(written)
    except ValueError:
        message = f"--since: “{written}” is no day; write it like 2026-12-24."
        raise output.print_error(message, output.USAGE) from None
    # A day begins at midnight UTC, as the days of the counters do.
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _parse_groupings(by: str) -> tuple[str, ...]:
    groupings = tuple(name.strip() for name in by.split(",") if name.strip())
    for name in groupings:
        if name not in GROUPINGS:
            message = (
                f"“{name}” is nothing to report by. {suggest_name(name, GROUPINGS) or 'Take ' + ', '.join(GROUPINGS)}"
            )
            raise output.print_error(message, output.USAGE)
    return groupings or ("source",)


def _read_costs(file: Path) -> dict[str, Decimal]:
    """Return the costs by marketing source; several rows of a source are added up."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = f"{file}: save the file as UTF-8."
        raise output.print_error(message) from None
    head = text.split("\n", 1)[0]  # spreadsheets of many countries write semicolons
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    costs: dict[str, Decimal] = {}
    try:
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            message = f"{file}:1: the first line must be “{','.join(COLUMNS)}”."
            raise output.print_error(message)
        for row in rows:
            name, cost = (row["source"] or "").strip(), _parse_cost(row["cost"] or "")
            if cost is None:  # also “NaN” and negative sums, which Decimal reads
                message = f"{file}:{rows.line_num}: “{row['cost']}” is no cost; write it like 120.50."
                raise output.print_error(message)
            costs[name] = costs.get(name, Decimal()) + cost
    except csv.Error as error:
        message = f"{file}:{rows.line_num}: {error}."
        raise output.print_error(message) from None
    return costs


def _parse_cost(written: str) -> Decimal | None:
    """Return a cost; None if the text is not a sum of money."""
    try:
        cost = Decimal(written.strip().replace(",", "."))  # “120,50” of a German spreadsheet
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and cost >= 0 else None


async def _read_people(since: datetime | None) -> list[Subscriber]:
    async with open_existing_store() as (store, _):
        return [person for person in await read_customers(store) if since is None or person.created_at >= since]


async def read_customers(store: RecordStore) -> list[Subscriber]:
    """Return the records of customers: without comments that wait for their reply, and authors who try a draft."""
    people = [records.decode(raw) async for _, raw in store.all_subscribers()]
    return [person for person in people if not is_placeholder(person) and person.trying_until is None]


def _export_row(row: FunnelRow) -> dict[str, object]:
    cost = {"cost": str(row.cost)} if row.cost is not None else {}
    each = {"cost_each": str(row.cost_each)} if row.cost_each is not None else {}
    return {"name": row.name, **row.counts, **cost, **each}


def _build_table(groupings: tuple[str, ...], rows: list[FunnelRow]) -> Table:
    table = Table(*groupings, box=None)
    # Without a file of costs the two columns are left out.
    priced = any(row.cost is not None for row in rows)
    for stage in (*STAGES, "confirmed %", *(("cost", "per confirmed") if priced else ())):
        table.add_column(stage, justify="right")
    for row in rows:
        share = f"{100 * row.counts['confirmed'] / max(1, row.counts['came']):.0f}"
        money = [str(row.cost or ""), str(row.cost_each or "")] if priced else []
        table.add_row(*row.name, *(str(number) for number in row.counts.values()), share, *money)
    return table
