"""The stored description of an edition that went live: which it is, what it replaced, which older versions remain.

A person is pinned to one version of a flow.  ``versions`` lists every older version that people may stand in, and the
edition whose files hold it; ``moves`` maps steps of older versions to steps of the live one.
"""

from datetime import datetime

import msgspec
from msgspec import Struct

from domain.ports import MetaStore


class FlowVersion(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """An older version of a flow."""

    flow: str
    hash: str
    edition: str
    """Edition whose files hold it."""


class StepMove(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """The step of the live version at which people of an older version go on."""

    flow: str
    hash: str
    step: str
    to: str
    """Step of the live version, or ``end``."""


class RunMove(Struct, frozen=True, kw_only=True, array_like=True, order=True):
    """The step at which a run goes on whose own step a rollback took away."""

    sequence: str
    step: str
    to: str
    """Step of the live version, or ``end``."""


class LiveEdition(Struct, frozen=True, kw_only=True, array_like=True):
    """An edition that went live."""

    epoch: int
    """Its number; the store refuses commits that were decided with another."""
    edition: str
    """Content hash of its files."""
    at: datetime
    """Business time."""
    back_to: int = 0
    """Epoch that a rollback makes live again; 0 if there is none."""
    versions: tuple[FlowVersion, ...] = ()
    moves: tuple[StepMove, ...] = ()
    runs: tuple[RunMove, ...] = ()
    """Filled only by a rollback: sequence steps that the older edition lacks."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(LiveEdition)


def encode_live(live: LiveEdition) -> bytes:
    """Return the stored form."""
    return _encoder.encode(live)


async def load_epoch(store: MetaStore, epoch: int) -> LiveEdition | None:
    """Return the description of an epoch; None if it is not kept."""
    raw = await store.load_meta(f"live:{epoch}") if epoch else None
    return _decoder.decode(raw) if raw else None


async def load_live(store: MetaStore) -> LiveEdition | None:
    """Return the live edition; None if no edition was ever applied."""
    return await load_epoch(store, await store.live_edition_number())
