"""``doorstep report mail``: what became of the mails, what came back, and who stopped."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.table import Table

from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.clock import system_now
from service.reports.diagrams import live_counts
from service.reports.mail import MailRow, read_counts, read_mails

COLUMNS = ("accepted", "refused", "failed", "unknown", "under_way")


def report_mail(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days back, today included (UTC).")] = 30,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print by template what became of the mails, and in all what came back and who stopped."""
    today = system_now().date()
    names = live_counts.last_days(days, today)
    since = datetime(today.year, today.month, today.day, tzinfo=UTC) - timedelta(days=days - 1)
    rows, counts = asyncio.run(_read(since, names))
    if json:
        output.print_json({"days": names, "mails": rows, "counts": counts})
        return
    if not rows and not counts:
        output.out.print(f"No mail in {days} days.")
        return
    table = Table("mail", box=None, pad_edge=False)
    for column in COLUMNS:
        table.add_column(column.replace("_", " "), justify="right")
    for row in rows:
        table.add_row(row.template or "older", *(f"{getattr(row, column):,}" for column in COLUMNS))
    output.print_whole_table(table)
    for name, count in counts.items():
        output.out.print(f"{name.replace('_', ' ').replace(':', ', ')}: {count:,}")


async def _read(since: datetime, names: list[str]) -> tuple[tuple[MailRow, ...], dict[str, int]]:
    async with open_existing_store() as (store, _):
        return await read_mails(store, since), await read_counts(store, names)
