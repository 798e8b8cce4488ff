"""``doorstep sends``: the send ledger, above all the mails whose outcome is unknown."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import SendLine, StuckRecord
from service.cli import output
from service.cli.open_store import reached


def sends(
    *,
    unknown: Annotated[bool, typer.Option("--unknown", help="Only mails whose outcome is unknown.")] = False,
    subscriber: Annotated[str, typer.Option(help="Only this subscriber's mails, whatever their outcome.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print lines as JSON.")] = False,
) -> None:
    """List mails under way or unknown; marketing mail that is unknown is never sent again."""
    lines, stuck = asyncio.run(_lines(subscriber, unknown=unknown))
    if json:
        output.as_json({"sends": lines, "stuck": stuck})
        return
    table = Table("mail", "subscriber", "status", "since (UTC)", "note", box=None)
    for line in lines:
        table.add_row(line.id, line.subscriber, line.status, f"{_at(line.at_ms):%Y-%m-%d %H:%M:%S}", line.note)
    if lines:
        output.whole(table)
    else:
        output.out.print("No such mails.")
    for one in stuck:
        output.out.print(f"[red]stuck[/] {one.subscriber}: {one.error}, {one.failures} times")


def _at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


async def _lines(subscriber: str, *, unknown: bool) -> tuple[list[SendLine], list[StuckRecord]]:
    async with reached() as (store, _):
        stuck = list(await store.all_stuck())
        if subscriber:
            lines = list(await store.sends(subscriber))
            return [line for line in lines if not unknown or line.status == "unknown"], stuck
        lines = list(await store.sends_with("unknown"))
        if not unknown:
            lines += await store.sends_with("attempting")
        return lines, stuck
