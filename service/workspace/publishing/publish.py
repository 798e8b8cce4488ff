"""The swap: keep an edition, make it live in all partitions at once, go back to the one before."""

import zlib
from collections.abc import Collection
from datetime import datetime

import msgspec

from service.workspace.publishing import live_edition, head_count
from service.workspace.publishing.live_edition import Live
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.step_mapping import following, run_moves
from service.workspace.publishing.plan import plan
from service.workspace.edition import Edition, compile_edition
from domain.ports import Store

NAME = "edition:"
"""What the names of kept editions begin with."""


class NothingLiveError(Exception):
    """No edition was ever applied, or none before this one: there is nothing to compare with or to go back to."""


class OvertakenError(Exception):
    """Somebody else made another edition live meanwhile.  Look at the plan again."""


async def keep(store: Store, edition: Edition) -> None:
    """Keep the files of an edition in the store, for whoever is pinned to it."""
    await store.set_meta(NAME + edition.hash, zlib.compress(msgspec.msgpack.encode(dict(edition.files))))


async def files_of(store: Store, edition: str) -> dict[str, str] | None:
    """Return the files of an edition that was kept; None if nobody knows it."""
    packed = await store.meta(NAME + edition)
    return msgspec.msgpack.decode(zlib.decompress(packed), type=dict[str, str]) if packed else None


async def first(store: Store, edition: Edition, at: datetime) -> Live | None:
    """Make an edition live where none is yet; None if somebody was quicker."""
    await keep(store, edition)
    live = Live(epoch=1, edition=edition.hash, at=at)
    return live if await store.set_epoch(1, was=0, about=live_edition.encode(live)) else None


async def swap(
    store: Store, live: Live, old: Edition, new: Edition, at: datetime, *, back_to: int | None = None,
    relaxed: bool = False,
) -> Live | None:  # fmt: skip
    """Make ``new`` live in the place of ``old``, which is ``live``; None if somebody was quicker.

    With ``back_to`` it is a rollback; that is the epoch the next one leads to.  Every version that people may stand in
    stays: what is decided until the swap may still enter the old one.
    """
    await keep(store, new)
    versions, moves = following(live, old, new, relaxed=relaxed)
    next_one = Live(
        epoch=live.epoch + 1, edition=new.hash, at=at, back_to=live.epoch if back_to is None else back_to,
        versions=versions, moves=moves,
        runs=() if back_to is None else run_moves(old.rules.sequences, new.rules.sequences),
    )
    swapped = await store.set_epoch(next_one.epoch, was=live.epoch, about=live_edition.encode(next_one))
    return next_one if swapped else None


async def edition_of(store: Store, live: Live) -> Edition:
    """Return the edition of an epoch, compiled; raises :class:`NothingLiveError` if this program cannot."""
    files = await files_of(store, live.edition)
    edition, _ = compile_edition(files or {})
    if edition is None:
        message = f"the edition {live.edition} is not kept, or this version of Doorstep refuses it"
        raise NothingLiveError(message)
    return edition


async def planned(
    store: Store, new: Edition, *, stay: Collection[str] = (), end: Collection[str] = ()
) -> tuple[Plan, Live, Edition]:
    """Compare with what is live; returns the plan, and what it was compared with."""
    live = await live_edition.present(store)
    if live is None:
        message = "no workspace is live yet: the first doorstep run makes its own so"
        raise NothingLiveError(message)
    old = await edition_of(store, live)
    return plan(live, old, new, await head_count.take(store), stay=stay, end=end), live, old


async def rollback(store: Store, at: datetime) -> tuple[Live, Plan]:
    """Make the edition before the present one live again; nobody is stranded: who must, finishes where they are."""
    live = await live_edition.present(store)
    before = await live_edition.kept(store, live.back_to) if live else None
    if live is None or before is None:
        message = "there is no edition to go back to"
        raise NothingLiveError(message)
    old, new = await edition_of(store, live), await edition_of(store, before)
    found = plan(live, old, new, await head_count.take(store), lenient=True)
    swapped = await swap(store, live, old, new, at, back_to=before.back_to)
    if swapped is None:
        raise OvertakenError
    return swapped, found


async def forget(store: Store, live: Live) -> Live:
    """Forget the older versions that nobody needs any more; returns what is kept from now on."""
    if not live.versions and not live.moves:
        return live
    needed = (await head_count.take(store)).needed
    less = msgspec.structs.replace(
        live,
        versions=tuple(one for one in live.versions if (one.flow, one.hash) in needed),
        moves=tuple(one for one in live.moves if (one.flow, one.hash) in needed),
    )
    if less != live:
        await store.set_meta(f"live:{live.epoch}", live_edition.encode(less))
    return less
