"""``doorstep store repeat-stops``: what people stopped, once more, in a store that lost its end."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from domain.ports import Store
from service.backup.replay_stops import StopReplay
from service.cli import output
from service.cli.open_engine import CommandEngine, open_engine
from service.cli.open_store import open_existing_store, read_store_settings
from service.engine.address_registry import AddressRegistry
from service.engine.clock import system_now
from service.engine.house.stored_values import load_house
from service.privacy.erasure import Erasure
from service.runtime.base_parts import open_archive, open_stop_file
from service.runtime.settings import Settings
from store.stop_file import StopFile

KINDS = (("withdrawn", "withdrawal"), ("erased", "erasure"), ("suppressed", "suppression"))
"""What is repeated, and its name for people."""


def repeat_stops(
    *,
    hours: Annotated[int, typer.Option("--hours", min=1, metavar="HOURS", help="How far back.")] = 24,
    stops: Annotated[
        list[Path] | None,
        typer.Option("--stops", metavar="FOLDER", help="Folder of stops of another machine too; may be repeated."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Repeat the withdrawals, suppressions and erasures that lie beside the store; twice changes nothing."""
    repeated = asyncio.run(_repeat(hours, stops or []))
    if json:
        output.print_json({name: repeated.get(name, 0) for name, _ in KINDS})
    else:
        output.out.print(f"Repeated: {describe_repeated(repeated)}. If nothing else is missing:", soft_wrap=True)
        output.out.print("  doorstep mail resume marketing")


def describe_repeated(repeated: Mapping[str, int]) -> str:
    """Return how many of each kind changed something, in words."""
    return ", ".join(output.count_noun(repeated.get(kind, 0), noun) for kind, noun in KINDS)


async def make_replay(store: Store, engine: CommandEngine, settings: Settings) -> StopReplay:
    """Return what repeats stops in an open store."""
    house = await load_house(store)
    # What is repeated stands in the file already.
    engine.transact.house, engine.transact.stops = lambda: house, None
    addresses = AddressRegistry(
        store=store, transact=engine.transact, clock=engine.clock, config=engine.editions.current_config
    )
    erase = Erasure(store=store, addresses=addresses, archive=open_archive(settings))
    return StopReplay(store=store, transact=engine.transact, addresses=addresses, erase=erase)


async def _repeat(hours: int, more_stops: Sequence[Path]) -> Mapping[str, int]:
    settings = read_store_settings()
    files = [open_stop_file(settings), *map(StopFile, more_stops)]
    since = system_now() - timedelta(hours=hours)
    stops = sorted((stop for file in files for stop in file.read_stops(since)), key=lambda stop: stop.at)
    async with open_existing_store() as (store, keys):
        replay = await make_replay(store, await open_engine(store, keys), settings)
        return await replay.repeat_stops(stops)
