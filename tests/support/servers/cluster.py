"""A cluster on this machine: primaries, each with as many replicas as wanted."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

from domain.ports import StoreError
from service.demo.compose import find_free_port
from store.valkey.cluster_map import SLOTS, slot_of
from tests.support.patience import PATIENCE_SECONDS
from tests.support.servers.process import HOST, ServerProcess, ServerProgram, embedded_program

NODE_TIMEOUT_MS = 1_000
"""Silence after which the others take a node for dead."""


class ClusterNode(ServerProcess):
    """A node; it knows all the others from the start, so that no time passes until they have met."""

    def __init__(
        self, folder: Path, first: int, last: int, program: ServerProgram, primary: "ClusterNode | None" = None
    ) -> None:
        """Serve these slots, or follow a primary."""
        self.bus = find_free_port(HOST, 0)
        self.name = hashlib.sha1(str(folder).encode(), usedforsecurity=False).hexdigest()
        self.slots = (first, last)
        self.primary = primary
        super().__init__(
            folder,
            {
                "cluster-enabled": "yes",
                "cluster-port": str(self.bus),
                "cluster-node-timeout": str(NODE_TIMEOUT_MS),
                "cluster-require-full-coverage": "no",
                "cluster-replica-validity-factor": "0",
                "repl-diskless-sync-delay": "0",
                "appendonly": "yes",
                "enable-debug-command": "yes",
                **({"tls-cluster": "yes"} if program.certificate else {}),
            },
            program=program,
        )

    def describe(self, whose: "ClusterNode") -> str:
        """Return this node's line in the ``nodes.conf`` of a node."""
        flags = ["myself"] if whose is self else []
        flags.append("slave" if self.primary else "master")
        primary = self.primary.name if self.primary else "-"
        served = "" if self.primary else f" {self.slots[0]}-{self.slots[1]}"
        # Each primary needs its own epoch, or they would have to agree on new ones first.
        epoch = self.slots[0] // 100 + 1
        return f"{self.name} {HOST}:{self.port}@{self.bus} {','.join(flags)} {primary} 0 0 {epoch} connected{served}\n"


class Cluster:
    """The nodes of a cluster."""

    def __init__(self, folder: Path, primaries: int, replicas: int, program: ServerProgram) -> None:
        """Share the slots among the primaries."""
        self._program = program
        edges = [SLOTS * number // primaries for number in range(primaries + 1)]
        self.primaries = [
            ClusterNode(folder / f"p{number}", first, following - 1, program)
            for number, (first, following) in enumerate(pairwise(edges))
        ]
        self.replicas = [
            ClusterNode(folder / f"p{number}r{again}", 0, 0, program, primary)
            for number, primary in enumerate(self.primaries)
            for again in range(replicas)
        ]

    @property
    def nodes(self) -> list[ClusterNode]:
        """All of them."""
        return [*self.primaries, *self.replicas]

    @property
    def url(self) -> str:
        """The address for :func:`store.valkey.store.open_store`; it names the first nodes only."""
        return self._program.make_url("redis+cluster", ",".join(f"{HOST}:{node.port}" for node in self.primaries[:2]))

    async def start(self) -> None:
        """Start all nodes, and return when they serve every slot and every replica follows."""
        for node in self.nodes:
            lines = [other.describe(node) for other in self.nodes]
            (node.folder / "nodes.conf").write_text("".join(lines) + "vars currentEpoch 1000 lastVoteEpoch 0\n")
            node.start()
        for node in self.nodes:
            await node.wait_for(b"cluster_state:ok", b"CLUSTER", b"INFO")
        for replica in self.replicas:
            await replica.wait_for(b"master_link_status:up", b"INFO", b"replication")

    def owner_of(self, tag: bytes) -> ClusterNode:
        """Return the primary that served a hash tag at the start."""
        return next(node for node in self.primaries if node.slots[0] <= slot_of(tag) <= node.slots[1])

    async def move_slot(self, slot: int, origin: ClusterNode, target: ClusterNode, *, pause: float = 0.0) -> None:
        """Move a slot key by key, as ``valkey-cli --cluster reshard`` does; ``pause`` lies between its steps."""
        # The new owner takes the epoch after the highest that it knows.  If it has not heard of the last move, two
        # nodes have the same epoch, and one of them may get back for good what it has just given away.
        await self.wait_until_agreed()
        await target.tell(b"CLUSTER", b"SETSLOT", slot, b"IMPORTING", origin.name)
        await origin.tell(b"CLUSTER", b"SETSLOT", slot, b"MIGRATING", target.name)
        while keys := await origin.ask(b"CLUSTER", b"GETKEYSINSLOT", slot, 100):
            await asyncio.sleep(pause)
            await origin.tell(b"MIGRATE", HOST, target.port, b"", 0, 5_000, b"REPLACE", b"KEYS", *keys)
        # The new owner first: the other way round, both would send everybody to each other for a moment.
        for node in (target, origin, *(one for one in self.primaries if one not in (target, origin))):
            await node.tell(b"CLUSTER", b"SETSLOT", slot, b"NODE", target.name)

    async def wait_until_agreed(self) -> None:
        """Return when all primaries know the same epochs and owners of slots."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len({await _read_known(node) for node in self.primaries}) > 1:  # noqa: ASYNC110  told by gossip
                await asyncio.sleep(0.01)

    async def move_slots_whole(self, first: int, last: int, origin: ClusterNode, target: ClusterNode) -> None:
        """Move slots as Valkey 9 does by itself, and return when they are there."""
        await origin.tell(b"CLUSTER", b"MIGRATESLOTS", b"SLOTSRANGE", first, last, b"NODE", target.name)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                migrations = await origin.ask(b"CLUSTER", b"GETSLOTMIGRATIONS")
                states = {one[one.index(b"state") + 1] for one in migrations}
                if states <= {b"success", b"failed", b"canceled"}:
                    return
                await asyncio.sleep(0.05)

    async def empty(self) -> None:
        """Forget everything in all nodes."""
        for node in self.primaries:
            try:
                await node.ask(b"FLUSHALL")
            except StoreError:  # it is a replica by now
                continue

    def end(self) -> None:
        """End all nodes."""
        for node in self.nodes:
            node.kill()


async def _read_known(node: ClusterNode) -> frozenset[tuple[bytes, ...]]:
    """Return what a node knows of the primaries: name, epoch and slots of each, and the epoch of the cluster."""
    lines = [line.split(b" ") for line in (await node.ask(b"CLUSTER", b"NODES")).splitlines() if b"master" in line]
    info = await node.ask(b"CLUSTER", b"INFO")
    (epoch,) = [line for line in info.splitlines() if line.startswith(b"cluster_current_epoch")]
    # Marks of slots that are on their way, “[12-<-name]”, stand in the node's own line only.
    served = ((line[0], line[6], *(word for word in line[8:] if word[:1] != b"[")) for line in lines)
    return frozenset((*served, (epoch,)))


@asynccontextmanager
async def run_cluster(
    folder: Path, *, primaries: int = 3, replicas: int = 0, program: ServerProgram | None = None
) -> AsyncIterator[Cluster]:
    """Run a cluster; end all of it after use."""
    cluster = Cluster(folder, primaries, replicas, program or embedded_program())
    try:
        await cluster.start()
        yield cluster
    finally:
        cluster.end()
