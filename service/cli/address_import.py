"""``doorstep address import``: addresses that another system must not mail any more, from a CSV file."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.engine.address_registry import AddressRegistry
from service.feedback.import_suppressions import SuppressionLine, read_suppressions, take_suppressions

MOST_SHOWN = 20
"""Faults that are printed; the others are counted."""


def import_suppressions(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a heading: address,reason,since[,topic].")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read and tell, and change nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Suppress what another system must not mail; bad lines are told, and the same file again changes nothing."""
    if not file.is_file():
        message = f"{file} does not exist."
        raise output.print_error(message, output.USAGE)
    lines = asyncio.run(_take(file, dry_run=dry_run))
    bad = [line for line in lines if line.fault]
    taken = len(lines) - len(bad)
    if json:
        faults = [{"line": line.number, "fault": line.fault} for line in bad]
        output.print_json({"taken": taken, "bad": faults, "dry_run": dry_run})
        raise typer.Exit(output.WRONG if bad else output.GOOD)
    for line in bad[:MOST_SHOWN]:
        output.out.print(f"{file.name}:{line.number}: {line.fault}", soft_wrap=True, markup=False)
    if len(bad) > MOST_SHOWN:
        output.out.print(f"… and {len(bad) - MOST_SHOWN:,} more.")
    verb = "would be suppressed" if dry_run else "are suppressed"
    output.out.print(f"{taken:,} of {len(lines):,} lines {verb}; {output.count_noun(len(bad), 'bad line')}.")
    raise typer.Exit(output.WRONG if bad else output.GOOD)


async def _take(file: Path, *, dry_run: bool) -> list[SuppressionLine]:
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        config = engine.editions.current_config()
        # Whatever another system wrote: a byte that is no UTF-8 spoils its line, not the file.
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as rows:
            read = read_suppressions(rows, keys, engine.clock(), config.topics)
            # Reading alone tells every fault, so a dry run needs no store but for its topics.
            if dry_run:
                return list(read)
            registry = AddressRegistry(
                store=store,
                transact=engine.transact,
                clock=engine.clock,
                config=engine.editions.current_config,
                stops=engine.stops,
            )
            return [line async for line in take_suppressions(read, registry)]
