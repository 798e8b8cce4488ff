"""``doorstep store``: how its servers are, moving it to others, repeating what people stopped."""

import asyncio
from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import ServerHealth
from service.cli import output
from service.cli.open_store import open_existing_store, read_store_settings
from service.cli.repeat_stops import repeat_stops
from service.cli.store_move import move_store, take_back
from service.runtime.store_watch.memory_notes import load_memory_notes
from service.runtime.store_watch.store_doctor import examine_store
from store.address import read_address

store = typer.Typer(
    help="The store: how its servers are, moving it to others, repeating what people stopped.", no_args_is_help=True
)

_COLOURS = {"good": "green", "doubtful": "yellow", "wrong": "red"}


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


store.command("repeat-stops")(repeat_stops)


@store.command("move")
def move(
    origin: Annotated[str, typer.Argument(metavar="FROM", help="embedded, or the URL of the store that is used now.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="URL of empty servers, such as redis+cluster://a,b.")],
    *,
    back: Annotated[bool, typer.Option("--back", help="Take a move back that was not finished.")] = False,
) -> None:
    """Carry the store to other servers; the service goes on until the last seconds, and then ends by itself."""
    if back:
        asyncio.run(take_back(origin, target))
        output.out.print("The move was taken back: start the service as before.")
        return
    moved, seconds = asyncio.run(move_store(origin, target))
    if moved is None:
        output.out.print("The store was moved before. Set DOORSTEP_STORE_URL to its new place, and start the service.")
        return
    output.out.print(
        f"Moved {moved.keys:,} keys; the store stood still for {seconds:.1f} s. "
        "Set DOORSTEP_STORE_URL to its new place, and start the service.",
        soft_wrap=True,
    )


async def _read_health() -> tuple[list[ServerHealth], dict[date, int]]:
    async with open_existing_store() as (opened, _):
        return list(await opened.examine_servers()), await load_memory_notes(opened)
