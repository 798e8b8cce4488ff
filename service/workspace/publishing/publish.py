"""Publishing: keep an edition in the store, make it live in all partitions at once, or go back to the one before."""

import zlib
from collections.abc import Collection
from datetime import datetime

import msgspec

from domain.ports import MetaStore, Store
from service.workspace.edition import Edition, compile_edition
from service.workspace.publishing import begin_orders, head_count, live_edition
from service.workspace.publishing.begin_orders import list_new_starts, tell_who_fits
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import LiveEdition
from service.workspace.publishing.plan import plan_change
from service.workspace.publishing.step_mapping import map_runs, versions_and_moves

META_PREFIX = "edition:"
"""Prefix of the meta values that hold editions."""


class NothingLiveError(Exception):
    """No edition was ever applied, or none before this one.  Apply one first: ``doorstep apply``."""


class OvertakenError(Exception):
    """Another edition went live in the meantime.  Look at the plan again: ``doorstep plan``."""


async def keep_edition(store: MetaStore, edition: Edition) -> None:
    """Write the files of an edition to the store, for mails and conversations that are pinned to it."""
    # Under its content hash, so writing it again changes nothing and two editions never share a name.
    await store.save_meta(META_PREFIX + edition.hash, zlib.compress(msgspec.msgpack.encode(dict(edition.files))))


async def load_edition_files(store: MetaStore, edition: str) -> dict[str, str] | None:
    """Return the files of a kept edition; None if it is not kept."""
    packed = await store.load_meta(META_PREFIX + edition)
    return msgspec.msgpack.decode(zlib.decompress(packed), type=dict[str, str]) if packed else None


async def publish_first(store: MetaStore, edition: Edition, at: datetime) -> LiveEdition | None:
    """Make the first edition live.  Returns None if another process was quicker."""
    # Files first: no other process may see an epoch whose edition it cannot load.
    await keep_edition(store, edition)
    live = LiveEdition(epoch=1, edition=edition.hash, at=at)
    return live if await store.set_live_edition(1, expected=0, description=live_edition.encode_live(live)) else None


async def swap_edition(
    store: Store, live: LiveEdition, old: Edition, new: Edition, at: datetime, *, back_to: int | None = None,
    relaxed: bool = False,
) -> LiveEdition | None:  # fmt: skip
    """Make ``new`` live in place of ``old``, which is ``live``.  Returns None if another process was quicker.

    With ``back_to`` it is a rollback, and ``back_to`` is the epoch that the next rollback leads to.  Every version that
    people may stand in is kept.
    """
    # Why this is safe while people are in conversations:
    # 1. The new files are in the store before the epoch rises, so whoever learns of it can load them.
    # 2. ``set_live_edition`` compares and sets, in one script over all partitions: of two simultaneous
    #    ``doorstep apply`` one wins, the other gets None and must look at its plan again.
    # 3. Every commit names the epoch it was decided with, and the store refuses an old one.  Until the swap, though,
    #    events go on being committed by the old edition, and bring people to steps at which the plan counted nobody.
    #    That is why all versions are kept here; :func:`forget_unneeded` drops those that stay empty.
    await keep_edition(store, new)
    versions, moves = versions_and_moves(live, old, new, relaxed=relaxed)
    successor = LiveEdition(
        epoch=live.epoch + 1,
        edition=new.hash,
        at=at,
        back_to=live.epoch if back_to is None else back_to,
        versions=versions,
        moves=moves,
        runs=() if back_to is None else map_runs(old.rules.sequences, new.rules.sequences),
    )
    description = live_edition.encode_live(successor)
    swapped = await store.set_live_edition(successor.epoch, expected=live.epoch, description=description)
    return successor if swapped else None


async def load_published_edition(store: MetaStore, live: LiveEdition) -> Edition:
    """Return the compiled edition of an epoch.  Raises :class:`NothingLiveError` if it cannot be compiled here."""
    files = await load_edition_files(store, live.edition)
    edition, _ = compile_edition(files or {})
    if edition is None:
        message = f"the edition {live.edition} is not kept, or this version of Doorstep refuses it"
        raise NothingLiveError(message)
    return edition


async def plan_against_live(
    store: Store, new: Edition, *, stay: Collection[str] = (), end: Collection[str] = (), now: datetime | None = None
) -> tuple[Plan, LiveEdition, Edition]:
    """Return the plan for a new edition, and the live edition that it was compared with.

    ``now`` is the moment for which people are counted who fit a new start; without it they are not counted.
    """
    live = await live_edition.load_live(store)
    if live is None:
        message = "no workspace is live yet: the first doorstep run makes its own so"
        raise NothingLiveError(message)
    old = await load_published_edition(store, live)
    plan = plan_change(live, old, new, await head_count.count_heads(store), stay=stay, end=end)
    if now is not None:
        catalog = new.rules.sequences
        begun_anew = list_new_starts(old.rules.sequences, catalog)
        plan = tell_who_fits(plan, await begin_orders.count_fitting(store, catalog, begun_anew, now))
    return plan, live, old


async def roll_back(store: Store, at: datetime) -> tuple[LiveEdition, Plan]:
    """Make the previous edition live again.

    Nobody is stranded: people whose step has no counterpart finish in the version they are in.
    """
    live = await live_edition.load_live(store)
    before = await live_edition.load_epoch(store, live.back_to) if live else None
    if live is None or before is None:
        message = "there is no edition to go back to"
        raise NothingLiveError(message)
    old, new = await load_published_edition(store, live), await load_published_edition(store, before)
    plan = plan_change(live, old, new, await head_count.count_heads(store), lenient=True)
    # A rollback is a new epoch with the old files, never the old number: commits under way must still be refused.
    swapped = await swap_edition(store, live, old, new, at, back_to=before.back_to)
    if swapped is None:
        raise OvertakenError
    return swapped, plan


async def forget_unneeded(store: Store, live: LiveEdition) -> LiveEdition:
    """Drop the older versions that no record needs any more; return what remains."""
    # Since the swap the store refuses commits of the old epoch, so no record can come to an older version any more: one
    # that no record refers to now stays unneeded, although records change while they are counted.
    if not live.versions and not live.moves:
        return live
    needed = (await head_count.count_heads(store)).needed
    reduced = msgspec.structs.replace(
        live,
        versions=tuple(version for version in live.versions if (version.flow, version.hash) in needed),
        moves=tuple(move for move in live.moves if (move.flow, move.hash) in needed),
    )
    if reduced != live:
        # Written for this epoch only: if a swap came in between, its own description is not touched.
        await store.save_meta(f"live:{live.epoch}", live_edition.encode_live(reduced))
    return reduced
