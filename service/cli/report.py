"""``doorstep report``: numbers that marketers ask for."""

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
from domain.ports import Store
from domain.private_replies import is_comment
from domain.record import Subscriber
from language.findings import did_you_mean
from service.cli import choose_workspace, output
from service.cli.open_store import reached
from service.reports import funnel
from service.reports.funnel import STAGES, WAYS, Row
from service.workspace.edition import load

report = typer.Typer(help="Numbers by source, flow and language.", no_args_is_help=True)

COLUMNS = ("source", "cost")
"""What the first line of a file of costs says."""


@report.callback()
def _group() -> None:
    """Keep ``report`` a group, whatever the number of its commands."""


@report.command()
def chat(
    *,
    by: Annotated[str, typer.Option(help=f"One or more of {', '.join(WAYS)}, comma-separated.")] = "source",
    since: Annotated[str, typer.Option(metavar="DAY", help="Only who came on this day or later (UTC).")] = "",
    costs: Annotated[Path | None, typer.Option(help="CSV with the columns source and cost.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print the funnel from the first message to the confirmed address, by where people came from."""
    ways = _ways(by)
    if costs and ways != ("source",):
        message = "costs are known by source: leave --by out, or take --by source."
        raise output.fail(message, output.USAGE)
    first = _day(since) if since else None
    spent = _costs(costs) if costs else None
    edition, _ = load(choose_workspace.workspace(None))
    people = asyncio.run(_people(first))
    rows = funnel.funnel(people, ways, language=edition.config.language, costs=spent)
    if json:
        output.as_json({"by": ways, "rows": [_plain(row) for row in rows]})
    elif rows:
        output.whole(_table(ways, rows))
    else:
        output.out.print("Nobody has come yet.")


def _day(written: str) -> datetime:
    try:
        day = datetime.fromisoformat(written)
    except ValueError:
        message = f"--since: “{written}” is no day; write it like 2026-12-24."
        raise output.fail(message, output.USAGE) from None
    return day if day.tzinfo else day.replace(tzinfo=UTC)


def _ways(by: str) -> tuple[str, ...]:
    ways = tuple(one.strip() for one in by.split(",") if one.strip())
    for one in ways:
        if one not in WAYS:
            message = f"“{one}” is nothing to report by. {did_you_mean(one, WAYS) or 'Take ' + ', '.join(WAYS)}"
            raise output.fail(message, output.USAGE)
    return ways or ("source",)


def _costs(file: Path) -> dict[str, Decimal]:
    """Read what was spent by source; a source that stands twice is added up."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        message = f"{file}: save the file as UTF-8."
        raise output.fail(message) from None
    head = text.split("\n", 1)[0]
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    found: dict[str, Decimal] = {}
    try:
        if not set(COLUMNS) <= set(rows.fieldnames or ()):
            message = f"{file}:1: the first line must be “{','.join(COLUMNS)}”."
            raise output.fail(message)
        for row in rows:
            name, cost = (row["source"] or "").strip(), _cost(row["cost"] or "")
            if cost is None:
                message = f"{file}:{rows.line_num}: “{row['cost']}” is no cost; write it like 120.50."
                raise output.fail(message)
            found[name] = found.get(name, Decimal()) + cost
    except csv.Error as error:
        message = f"{file}:{rows.line_num}: {error}."
        raise output.fail(message) from None
    return found


def _cost(written: str) -> Decimal | None:
    """Return what was spent; None if this is no sum of money."""
    try:
        cost = Decimal(written.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return cost if cost.is_finite() and cost >= 0 else None


async def _people(since: datetime | None) -> list[Subscriber]:
    async with reached() as (store, _):
        return [one for one in await customers(store) if since is None or one.created_at >= since]


async def customers(store: Store) -> list[Subscriber]:
    """Return everybody who came by themselves: no comments that still wait for their reply, none of the team."""
    found = [records.decode(raw) async for _, raw in store.everybody()]
    return [one for one in found if not is_comment(one) and one.trying_until is None]


def _plain(row: Row) -> dict[str, object]:
    cost = {"cost": str(row.cost)} if row.cost is not None else {}
    each = {"cost_each": str(row.cost_each)} if row.cost_each is not None else {}
    return {"name": row.name, **row.counts, **cost, **each}


def _table(ways: tuple[str, ...], rows: list[Row]) -> Table:
    table = Table(*ways, box=None)
    priced = any(row.cost is not None for row in rows)
    for stage in (*STAGES, "confirmed %", *(("cost", "per confirmed") if priced else ())):
        table.add_column(stage, justify="right")
    for row in rows:
        share = f"{100 * row.counts['confirmed'] / max(1, row.counts['came']):.0f}"
        money = [str(row.cost or ""), str(row.cost_each or "")] if priced else []
        table.add_row(*row.name, *(str(number) for number in row.counts.values()), share, *money)
    return table
