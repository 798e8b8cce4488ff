"""``doorstep backup``: an encrypted copy of everything that is kept, made while the service runs."""

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer

from service.backup.make_backup import Made, choose_path, make_backup
from service.cli import output
from service.cli.open_store import name_unreachable_store, read_store_settings, require_store
from service.engine.clock import system_now
from service.runtime.base_parts import open_archive
from store.embedded.server import joined_server
from store.valkey.base import make_client


def back_up(
    place: Annotated[Path, typer.Argument(metavar="FILE|FOLDER", help="A folder gets a file named by the time.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write the store, as it is at one moment, and the archive into one encrypted file, while the service goes on."""
    began = time.monotonic()
    made = asyncio.run(_back_up(choose_path(place, system_now())))
    if json:
        output.print_json(made)
        return
    months = output.count_noun(made.months, "month")
    output.out.print(
        f"[green]✓[/] {made.path}: {made.keys:,} keys and {months} of history, {made.bytes / 1e6:,.1f} MB, "
        f"in {time.monotonic() - began:.1f} s.\n"
        f"It opens with DOORSTEP_SECRET alone: keep that elsewhere. Try it: doorstep restore --check {made.path}",
        soft_wrap=True,
    )


async def _back_up(path: Path) -> Made:
    settings = read_store_settings()
    require_store(settings)
    async with AsyncExitStack() as stack:
        url = settings.store_url or await stack.enter_async_context(joined_server(settings.data))
        connection = make_client(url)
        stack.push_async_callback(connection.close)
        with name_unreachable_store(settings):
            await connection.open_first()
        return await make_backup(connection, open_archive(settings), path, settings.secret)
