"""The port to the condition of the store itself: which store it is, what time it has, whether it forgets."""

from collections.abc import Sequence
from typing import Protocol

import msgspec


class StoreSight(msgspec.Struct, frozen=True, kw_only=True):
    """What one look at the store shows."""

    founded: str
    """Which store it is: when it was made, in µs of its server's time; empty if nothing is in it."""
    server_ms: int
    """Server time in ms since the epoch."""
    mark_ms: int
    """Server time of the newest mark that a process left in it; 0 if there is none."""
    before_ms: int = 0
    """The newest mark that this look found, before it left its own.  Marks only grow."""
    parts: int = 1
    """How many parts of the store have a mark of their own: each partition of a cluster."""


class StoreKeeping(msgspec.Struct, frozen=True, kw_only=True):
    """How a server keeps what it is given."""

    evicts: str
    """Policy by which it throws away keys when its memory is full; ``noeviction`` if it throws none away."""
    appends: bool
    """Whether it writes every change to an append-only file."""
    keys: int
    """Number of keys it holds."""

    def list_faults(self) -> list[str]:
        """Return why data can be lost on this server, each with its remedy; empty if it keeps everything."""
        faults = []
        if self.evicts != "noeviction":
            faults.append(
                f"it throws data away when its memory is full (maxmemory-policy {self.evicts}): "
                "set maxmemory-policy noeviction"
            )
        if not self.appends:
            faults.append("it forgets what was written since its last snapshot when it stops: set appendonly yes")
        return faults


class ServerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """What one server of the store says about itself."""

    place: str
    """Where it is, without user and password."""
    version: str
    """Name and version."""
    primary: bool
    evicts: str
    """As in :class:`StoreKeeping`."""
    appends: bool
    append_failed: bool
    """Whether its newest write to the append-only file failed."""
    fsync: str
    """When that file reaches the disk: ``always``, ``everysec``, ``no``; empty if it does not say."""
    replicas: int
    """Replicas that follow it."""
    used_bytes: int
    """Memory it has taken."""
    limit_bytes: int
    """Memory at which it refuses writes, or else that of its machine."""
    limited: bool
    """Whether the limit is set rather than the machine's memory."""
    keys: int


class StoreCondition(Protocol):
    """The part of a store that tells how it is."""

    async def look(self, *, leave_mark: bool = False) -> StoreSight:
        """Look which store answers and what time it has; with ``leave_mark``, write the time into it as a mark.

        Like every answered write, a mark outlives a failover as far as replicas are waited for.
        """

    async def examine_servers(self) -> Sequence[ServerHealth]:
        """Return what each server says about itself; none where there is no server."""

    async def examine_keeping(self) -> StoreKeeping | None:
        """Return how the server keeps data; None if it does not say."""
