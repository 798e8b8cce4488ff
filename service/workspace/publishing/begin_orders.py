"""Orders to let people begin who fit a sequence already, stored for the worker that carries them out.

Applying a file begins nobody.  ``doorstep apply --begin SEQUENCE`` leaves an order: at most a tenth of them a day,
spread over the day, so that neither the mailboxes nor the team meet all of them at once.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from domain import record as records
from domain.ports import MetaStore, RecordStore, Store
from onboarding.engine.start_and_exit import fits_already
from onboarding.language.catalog import MailSequence, SequenceCatalog
from service.workspace.publishing.diff import Plan

META = "begin_orders"
"""Name of the stored value: all orders, by sequence."""
DAYS = 10
"""Least number of days over which those who fit begin."""


class BeginOrder(Struct, frozen=True, kw_only=True, array_like=True):
    """Who fits a sequence is let begin."""

    at: datetime
    """Business time of the order; a pass that began later is one of it."""
    a_day: int
    """Most people who begin in a day."""
    begun: int = 0
    """People who were let begin so far."""
    next_at: datetime | None = None
    """When the next may begin; None if at once."""


Orders = dict[str, BeginOrder]

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Orders)


def most_a_day(fit: int) -> int:
    """Return how many of those who fit begin in a day: a tenth, rounded up."""
    return -(-fit // DAYS)


async def load_orders(store: MetaStore) -> Orders:
    """Return the open orders."""
    raw = await store.load_meta(META)
    return _decoder.decode(raw) if raw else {}


async def change_orders(store: MetaStore, changed: Mapping[str, BeginOrder | None]) -> None:
    """Write orders, and take those away that are None; others stay as another process left them."""
    while True:
        raw = await store.load_meta(META)
        orders: dict[str, BeginOrder | None] = {**(_decoder.decode(raw) if raw else {}), **changed}
        kept = {name: order for name, order in orders.items() if order}
        if await store.compare_and_set(META, raw, _encoder.encode(kept)):
            return


async def order_begin(
    store: Store, catalog: SequenceCatalog, names: Collection[str], now: datetime
) -> Mapping[str, int]:
    """Leave an order for each of these sequences; return how many people fit each now.

    An order that is open already goes on as it is, so that the command may be repeated.
    """
    fit = await count_fitting(store, catalog, names, now)
    open_ones = await load_orders(store)
    new = {
        name: BeginOrder(at=now, a_day=most_a_day(people))
        for name, people in fit.items()
        if people and name not in open_ones
    }
    if new:
        await change_orders(store, new)
    return fit


async def count_fitting(
    store: RecordStore, catalog: SequenceCatalog, names: Collection[str], now: datetime
) -> Mapping[str, int]:
    """Return how many people fit each of these sequences now, and would begin if they were let; costs one scan."""
    fit = dict.fromkeys(names, 0)
    if not fit:
        return fit
    async for _, raw in store.all_subscribers():
        record = records.decode(raw)
        for name in fit:
            fit[name] += fits_already(catalog.sequences[name], record, now)
    return fit


def list_new_starts(old: SequenceCatalog, new: SequenceCatalog) -> list[str]:
    """Return the sequences with a start by a condition or a date that the old edition lacks, or had for others."""
    known = {start for sequence in old.begun_by_time for start in _starts_of(sequence)}
    return [sequence.name for sequence in new.begun_by_time if not known.issuperset(_starts_of(sequence))]


def _starts_of(sequence: MailSequence) -> set[tuple[int, str]]:
    return {(start.key, sequence.topic) for start in sequence.start.timed}


def tell_who_fits(plan: Plan, fit: Mapping[str, int]) -> Plan:
    """Return a plan that says how many people fit each new start already."""
    changes = tuple(
        replace(change, fit=fit[change.name], a_day=most_a_day(fit[change.name]))
        if change.kind == "sequence" and change.name in fit
        else change
        for change in plan.changes
    )
    return replace(plan, changes=changes)
