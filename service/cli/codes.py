"""``doorstep codes``: the pools of vouchers (single-use codes that flows give away)."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import VoucherStore
from domain.workspace_config import WorkspaceConfig
from language.findings import suggest_name
from service.cli import output
from service.cli.open_store import open_existing_store
from service.workspace.publishing.editions import load_live_edition

STDIN = "-"
LONGEST_VOUCHER = 200
"""Characters of a voucher, which has to fit into a chat message."""

codes = typer.Typer(help="Pools of single-use codes.", no_args_is_help=True)


@codes.command("add")
def add_vouchers(
    pool: Annotated[str, typer.Argument(metavar="POOL", help="Declared in doorstep.yaml under pools.")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="One code a line; - reads what is piped in.")],
) -> None:
    """Add codes to a pool; those that were ever in it are left out, so a file can be added twice."""
    vouchers = _parse_vouchers(
        sys.stdin.read() if file == STDIN else Path(file).read_text("utf-8-sig")
    )  # Windows editors begin files with a mark
    if not vouchers:
        message = "there is no code in it; write one a line."
        raise output.print_error(message)
    new, left = asyncio.run(_add_to_pool(pool, vouchers))
    repeated = len(vouchers) - new
    note = f", {repeated:,} had been in it before" if repeated else ""
    output.out.print(f"{output.count_noun(new, 'new code')} in {pool}{note}; {left:,} left.")


def _parse_vouchers(text: str) -> list[str]:
    # Repeated lines are one voucher; the order of the file is the order of giving.
    vouchers = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if any(len(voucher) > LONGEST_VOUCHER for voucher in vouchers):
        message = f"a line has more than {LONGEST_VOUCHER} characters: is this a list of codes?"
        raise output.print_error(message)
    return vouchers


async def _add_to_pool(pool: str, vouchers: list[str]) -> tuple[int, int]:
    async with open_existing_store() as (store, _):
        # The live edition decides: a pool that is only in a draft has nobody to give vouchers to.
        _check_pool(pool, (await load_live_edition(store)).config)
        new = await store.fill_pool(pool, vouchers)
        left, _given = await store.count_vouchers(pool)
        return new, left


def _check_pool(pool: str, config: WorkspaceConfig) -> None:
    if pool not in config.pools:
        message = f"“{pool}” is not declared in the live doorstep.yaml. {suggest_name(pool, config.pools)}"
        raise typer.BadParameter(message, param_hint="POOL")


@codes.command("list")
def list_pools(*, json: Annotated[bool, typer.Option("--json", help="Print the pools as JSON.")] = False) -> None:
    """List the pools: how many codes are left, how many were given."""
    pools = asyncio.run(_read_pools())
    if json:
        output.print_json([{"pool": name, "left": left, "given": given} for name, left, given in pools])
        return
    table = Table("pool", "left", "given", box=None, pad_edge=False)
    for name, left, given in pools:
        table.add_row(name, f"[red]{left}[/]" if left == 0 else f"{left:,}", f"{given:,}")
    output.out.print(table if pools else "No pools are declared in the live doorstep.yaml.")


async def _read_pools() -> list[tuple[str, int, int]]:
    async with open_existing_store() as (store, _):
        return await count_pools(store, (await load_live_edition(store)).config)


async def count_pools(store: VoucherStore, config: WorkspaceConfig) -> list[tuple[str, int, int]]:
    """Return for each declared pool its name, how many vouchers are left, and how many were given."""
    return [(name, *await store.count_vouchers(name)) for name in config.pools]
