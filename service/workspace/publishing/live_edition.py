"""What is kept of an edition that went live: which it is, what it replaced, and who may still stand in older versions.

A person is pinned to a version of a flow.  ``versions`` names every older version that people may stand in, and the
edition whose files hold it; ``moves`` says where the steps of an older version are to be found in the present one.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from domain.ports import Store


class Version(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """A version of a flow that is not the present one."""

    flow: str
    hash: str
    edition: str
    """Edition whose files hold it."""


class Moved(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """Where people go who stand at a step of an older version."""

    flow: str
    hash: str
    step: str
    to: str
    """Step of the present version, or ``end``."""


class RunMoved(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """Where a pass goes that stands at a step which a rollback took away."""

    sequence: str
    step: str
    to: str
    """Step of the present version, or ``end``."""


class Live(Struct, frozen=True, kw_only=True, array_like=True):
    """An edition that went live."""

    epoch: int
    """Its number; every commit is checked against the one that is live."""
    edition: str
    """Content hash of its files."""
    at: datetime
    """Business time."""
    back_to: int = 0
    """Epoch that a rollback makes live again; 0: none."""
    versions: tuple[Version, ...] = ()
    moves: tuple[Moved, ...] = ()
    runs: tuple[RunMoved, ...] = ()
    """Only after a rollback: steps of sequences that the older edition lacks."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Live)


def encode(live: Live) -> bytes:
    """Return the stored form."""
    return _encoder.encode(live)


async def kept(store: Store, epoch: int) -> Live | None:
    """Return what is kept of an epoch; None if nothing is."""
    raw = await store.meta(f"live:{epoch}") if epoch else None
    return _decoder.decode(raw) if raw else None


async def present(store: Store) -> Live | None:
    """Return what is live; None if no edition was ever applied."""
    return await kept(store, await store.epoch())
