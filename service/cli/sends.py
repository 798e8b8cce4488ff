"""``doorstep sends``: the send ledger, above all mails with an unknown outcome."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import QuarantinedRecord, SendLine
from service.cli import output
from service.cli.open_store import open_existing_store


def list_sends(
    *,
    unknown: Annotated[bool, typer.Option("--unknown", help="Only mails whose outcome is unknown.")] = False,
    subscriber: Annotated[str, typer.Option(help="Only this subscriber's mails, whatever their outcome.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print lines as JSON.")] = False,
) -> None:
    """List mails under way or unknown; marketing mail that is unknown is never sent again."""
    lines, stuck = asyncio.run(_read_sends(subscriber, unknown=unknown))
    if json:
        output.print_json({"sends": lines, "stuck": stuck})
        return
    table = Table("mail", "subscriber", "status", "since (UTC)", "note", box=None)
    for line in lines:
        table.add_row(line.id, line.subscriber, line.status, f"{_to_datetime(line.at_ms):%Y-%m-%d %H:%M:%S}", line.note)
    if lines:
        output.print_whole_table(table)
    else:
        output.out.print("No such mails.")
    for dead_letter in stuck:
        output.out.print(f"[red]stuck[/] {dead_letter.subscriber}: {dead_letter.error}, {dead_letter.failures} times")


def _to_datetime(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


async def _read_sends(subscriber: str, *, unknown: bool) -> tuple[list[SendLine], list[QuarantinedRecord]]:
    async with open_existing_store() as (store, _):
        stuck = list(await store.all_quarantined())
        if subscriber:  # the ledger of one person has every outcome, not only the open ones
            lines = list(await store.sends_of(subscriber))
            return [line for line in lines if not unknown or line.status == "unknown"], stuck
        # “attempting” means handed to a mail server at this moment, or by a process that died.
        lines = list(await store.sends_with_status("unknown"))
        if not unknown:
            lines += await store.sends_with_status("attempting")
        return lines, stuck
