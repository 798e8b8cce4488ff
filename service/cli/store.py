"""``doorstep store``: how the servers of the store are."""

import asyncio
from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import ServerHealth
from service.cli import output
from service.cli.open_store import open_existing_store, read_store_settings
from service.runtime.store_watch.memory_notes import load_memory_notes
from service.runtime.store_watch.store_doctor import examine_store
from store.address import read_address

store = typer.Typer(help="The store: how its servers are.", no_args_is_help=True)

_COLOURS = {"good": "green", "doubtful": "yellow", "wrong": "red"}


@store.callback()
def _group() -> None:
    """Keep ``doctor`` a command of its own while it is the only one."""


@store.command("doctor")
def examine(*, json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Look at the servers: does one throw data away, is it on disk, are there replicas, when is it full."""
    url = read_store_settings().store_url
    servers, notes = asyncio.run(_read_health())
    rows = examine_store(servers, read_address(url).replicas if url else None, notes)
    if json:
        output.print_json(rows)
    else:
        table = Table("server", "what", "found", "", "remedy", box=None, pad_edge=False)
        for row in rows:
            table.add_row(row.place, row.what, row.found, f"[{_COLOURS[row.verdict]}]{row.verdict}[/]", row.remedy)
        output.print_whole_table(table)
    if any(row.verdict == "wrong" for row in rows):
        raise typer.Exit(output.WRONG)


async def _read_health() -> tuple[list[ServerHealth], dict[date, int]]:
    async with open_existing_store() as (opened, _):
        return list(await opened.examine_servers()), await load_memory_notes(opened)
