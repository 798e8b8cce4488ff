"""``doorstep codes``: the pools of single-use codes."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import Store
from domain.workspace_config import WorkspaceConfig
from language.findings import did_you_mean
from service.cli import output
from service.cli.open_store import reached
from service.workspace.publishing.editions import running

STDIN = "-"
LONGEST = 200
"""Characters of a code; it is said in a chat."""

codes = typer.Typer(help="Pools of single-use codes.", no_args_is_help=True)


@codes.command()
def add(
    pool: Annotated[str, typer.Argument(metavar="POOL", help="Declared in doorstep.yaml under pools.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="One code a line; - reads what is piped in.")],
) -> None:
    """Add codes to a pool; those that were ever in it are left out, so a file can be added twice."""
    found = _lines(sys.stdin.read() if file == STDIN else Path(file).read_text("utf-8-sig"))
    if not found:
        message = "there is no code in it; write one a line."
        raise output.fail(message)
    new, left = asyncio.run(_add(pool, found))
    known = len(found) - new
    was = f", {known:,} had been in it before" if known else ""
    output.out.print(f"{output.counted(new, 'new code')} in {pool}{was}; {left:,} left.")


def _lines(text: str) -> list[str]:
    found = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if any(len(one) > LONGEST for one in found):
        message = f"a line has more than {LONGEST} characters: is this a list of codes?"
        raise output.fail(message)
    return found


async def _add(pool: str, found: list[str]) -> tuple[int, int]:
    async with reached() as (store, _):
        _check(pool, (await running(store)).config)
        new = await store.fill_pool(pool, found)
        left, _given = await store.pool(pool)
        return new, left


def _check(pool: str, config: WorkspaceConfig) -> None:
    if pool not in config.pools:
        message = f"“{pool}” is not declared in the live doorstep.yaml. {did_you_mean(pool, config.pools)}"
        raise typer.BadParameter(message, param_hint="POOL")


@codes.command("list")
def show(*, json: Annotated[bool, typer.Option("--json", help="Print the pools as JSON.")] = False) -> None:
    """List the pools: how many codes are left, how many were given."""
    found = asyncio.run(_pools())
    if json:
        output.as_json([{"pool": name, "left": left, "given": given} for name, left, given in found])
        return
    table = Table("pool", "left", "given", box=None, pad_edge=False)
    for name, left, given in found:
        table.add_row(name, f"[red]{left}[/]" if left == 0 else f"{left:,}", f"{given:,}")
    output.out.print(table if found else "No pools are declared in the live doorstep.yaml.")


async def _pools() -> list[tuple[str, int, int]]:
    async with reached() as (store, _):
        return await pools(store, (await running(store)).config)


async def pools(store: Store, config: WorkspaceConfig) -> list[tuple[str, int, int]]:
    """Return each declared pool, how many codes are left in it, and how many were given."""
    return [(name, *await store.pool(name)) for name in config.pools]
