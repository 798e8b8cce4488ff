"""The engine for a command that decides: what it does to a person is chained, counted and sent like everything else."""

from dataclasses import dataclass

from domain.keyring import Keyring
from domain.ports import Clock, Store
from service.cli.open_store import read_store_settings
from service.engine.clock import fresh_entropy
from service.engine.stop_notes import StopNotes
from service.engine.transact import Transactor
from service.runtime.base_parts import load_clock, open_stop_file
from service.workspace.publishing.editions import Editions, open_live_editions


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandEngine:
    """The engine on a store, with the live edition and business time."""

    transact: Transactor
    clock: Clock
    editions: Editions
    stops: StopNotes
    """What people stop is noted beside the store."""


async def open_engine(store: Store, keys: Keyring) -> CommandEngine:
    """Return the engine on an open store; it decides by what is live there."""
    clock, editions = await load_clock(store), await open_live_editions(store)
    stops = StopNotes(file=open_stop_file(read_store_settings()), clock=clock.now)
    transact = Transactor(
        store=store,
        keys=keys,
        clock=clock.now,
        entropy=fresh_entropy,
        rules=editions.current_rules,
        epoch=editions.live_number,
        take_over_live=editions.take_over_live,
        stops=stops,
    )
    return CommandEngine(transact=transact, clock=clock.now, editions=editions, stops=stops)
