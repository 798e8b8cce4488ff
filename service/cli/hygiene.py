"""``doorstep hygiene``: who gives no sign any more, who is asked, who rests; asks those who are silent already."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.reports.silent_readers import SilentReaders, find_resting_sequences, read_silent_readers
from service.workspace.publishing.begin_orders import most_a_day, order_begin

MOST_SHOWN = 20
"""Names of a group that are listed on the terminal."""


def look_after_list(
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many and who; nobody is asked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON, with every name.")] = False,
) -> None:
    """Say who gives no sign any more, and let the sequence that asks them begin for those who are silent already."""
    readers, ordered = asyncio.run(_look(dry_run=dry_run))
    if json:
        told: dict[str, Any] = {"sequences": [msgspec.to_builtins(one) for one in readers], "ordered": dict(ordered)}
        output.print_json(told)
        return
    if not readers:
        output.out.print("No sequence of the live workspace lets anybody rest. See “rest” in docs/sequences.md.")
    for one in readers:
        _print_readers(one)
        if number := ordered.get(one.sequence):
            output.out.print(f"  They are asked now, {most_a_day(number):,} a day at most.")
    if dry_run and any(one.silent for one in readers):
        output.out.print("Nobody was asked. Ask them: doorstep hygiene")


async def _look(*, dry_run: bool) -> tuple[list[SilentReaders], Mapping[str, int]]:
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        edition, now = engine.editions.current, engine.clock()
        catalog = edition.rules.sequences
        readers = await read_silent_readers(store, catalog, edition.config, now)
        if dry_run:
            return readers, {}
        return readers, await order_begin(store, catalog, find_resting_sequences(catalog), now)


def _print_readers(one: SilentReaders) -> None:
    topics = ", ".join(one.topics)
    output.out.print(f"[bold]{one.sequence}[/] lets {topics} rest. It begins {escape(one.start)}.", soft_wrap=True)
    for label, names in (
        ("silent, not asked yet", one.silent),
        ("asked, no answer yet", one.asked),
        ("resting", one.resting),
    ):
        shown = f": {', '.join(names[:MOST_SHOWN])}" if names else ""
        more = f" and {len(names) - MOST_SHOWN:,} more" if len(names) > MOST_SHOWN else ""
        output.out.print(f"  {label:<22} {len(names):,}{shown}{more}", soft_wrap=True, highlight=False)
    for topic, why in one.kept.items():
        output.out.print(f"  {topic} keeps its silent readers: {escape(why)}", soft_wrap=True)
