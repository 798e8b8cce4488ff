"""The client of a store on a cluster: a pipelined connection to each primary, and who serves which slot.

Every key begins with a hash tag, and a script touches the keys of one tag, so a command goes where its first key lives.
Redirections are followed: ``MOVED`` changes the map and asks for a new one, ``ASK`` counts for one command.  While a
slot moves key by key, what needs keys on both sides is told ``TRYAGAIN``, and tried again while a caller has patience.
docs/decisions/0044-cluster.md says why this is not redis-py's client.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from hiredis import ReplyError
from redis.asyncio.connection import AbstractConnection

from domain.ports import StoreAwayError, StoreError, StoreSettingsError
from store.address import Host, StoreAddress
from store.keys import LAYOUT_KEY, barrier_of, tag_of
from store.valkey.cluster_map import ClusterMap, read_epoch, read_redirection, read_slots, slot_of
from store.valkey.connection import PATIENCE_SECONDS, ValkeyConnection, cancel_fully
from store.valkey.pipeline import Answer, Argument, CommandPipeline
from store.valkey.script import Script
from store.valkey.server_errors import read_error_code

MOST_REDIRECTIONS = 16
"""Redirections of one command, after which the nodes are taken to disagree."""

_AGAIN_SECONDS = 0.02
"""Pause before a command is sent again whose slot is moving."""

_REFRESH_SECONDS = 0.25
"""Pause between looks at a cluster that is not whole."""

_META = tag_of(LAYOUT_KEY)


class ClusterConnection:
    """The connections to all primaries of a cluster."""

    spans_servers = True

    def __init__(self, address: StoreAddress) -> None:
        """Take an address of the kind ``cluster``."""
        self._address = address
        self._nodes: dict[Host, ValkeyConnection] = {}
        self._map = ClusterMap([])
        self._owners: dict[bytes, Host] = {}
        """Primary by hash tag: the map, looked up once, and what redirections told since."""
        self._refreshing: asyncio.Task[None] | None = None
        self._closed = False
        self.losses = 0
        """How many connections to any node have ended, and how often a slot was found on another node."""
        self._expected: tuple[bytes, tuple[bytes, ...]] = (b"", ())

    @property
    def waits_for_replicas(self) -> bool:
        """Whether a write is done only when replicas have it."""
        return self._address.replicas > 0

    @property
    def servers(self) -> tuple[ValkeyConnection, ...]:
        """All primaries of the store."""
        return tuple(self._node_at(host) for host in sorted(self._map.primaries))

    async def make_connection(self) -> AbstractConnection:
        """Return a new, authenticated connection of redis-py to any node."""
        for host in (*self._map.primaries, *self._address.hosts):
            with suppress(StoreAwayError):
                return await self._node_at(host).make_connection()
        message = "no node of the cluster is reachable"
        raise StoreAwayError(message)

    async def open_first(self) -> None:
        """Learn the map for the first time; unlike later, a failure is raised and not tried again."""
        failure: StoreError = StoreAwayError("the cluster does not serve all slots")
        for host in self._address.hosts:
            try:
                node = ValkeyConnection(self._address.at(host))
                try:
                    await node.open_first()
                    self._map = read_slots(await node.run_command(b"CLUSTER", b"SLOTS"), host)
                finally:
                    await node.close()
            except StoreAwayError as error:
                failure = error
                continue
            except StoreSettingsError:
                raise
            except StoreError as error:
                message = "DOORSTEP_STORE_URL says redis+cluster://, and a server there is no node of a cluster"
                raise StoreSettingsError(message) from error
            if self._map.is_whole():
                # Now: a node that cannot be reached from here is told at the start, and not to a webhook.  It has the
                # time of a connection for it: the second that a command waits is short for TLS on a busy machine.
                await asyncio.gather(*(node.open_first() for node in self.servers))
                return
        raise failure

    def expect_store(self, founded: bytes, layouts: Sequence[bytes]) -> None:
        """Refuse from now on to come back to any node that has lost what it had of this store."""
        self._expected = founded, tuple(layouts)
        for node in self._nodes.values():
            node.expect_store(*self._expected)

    async def run_command(self, *command: Argument) -> Answer:
        """Send one command and return its answer; one without a key goes where the values of the whole store live."""
        # Braces begin our keys and nothing else; TIME, PING and PUBLISH have none.
        key = command[1] if len(command) > 1 else b""
        tag = tag_of(key) if isinstance(key, bytes) and key[:1] == b"{" else _META
        return (await self._send(tag, command))[0]

    async def run_script(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script; a node that does not know it yet gets it."""
        return (await self._send(tag_of(keys[0]), (b"EVALSHA", script.sha, len(keys), *keys, *args), script))[0]

    async def run_write(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes; with replicas, return after those of the node that answered have the write."""
        tag = tag_of(keys[0])
        answer, node, pipeline = await self._send(tag, (b"EVALSHA", script.sha, len(keys), *keys, *args), script)
        await node.replicate(pipeline.server, barrier_of(tag))
        return answer

    async def run_versioned(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes on a version; None if another node serves its keys by now, where it was not sent."""
        tag = tag_of(keys[0])
        command = (b"EVALSHA", script.sha, len(keys), *keys, *args)
        try:
            answer, node, pipeline = await self._send(tag, command, script, stays=True)
        except _HandedOverError:
            return None
        await node.replicate(pipeline.server, barrier_of(tag))
        return answer

    async def run_durable(self, *command: Argument) -> Answer:
        """Run a command that writes; with replicas, return after those of the node that answered have the write."""
        assert isinstance(command[1], bytes), "the key"  # noqa: S101  no command without a key writes
        tag = tag_of(command[1])
        answer, node, pipeline = await self._send(tag, command)
        await node.replicate(pipeline.server, barrier_of(tag))
        return answer

    async def _send(
        self, tag: bytes, command: tuple[Argument, ...], script: Script | None = None, *, stays: bool = False
    ) -> tuple[Answer, ValkeyConnection, CommandPipeline]:
        """Send a command where its slot is served; return the answer, and who gave it.

        ``stays`` raises :class:`_HandedOverError` where it would have to follow its slot to another node.
        """
        host, asking = self._owner_of(tag), False
        first = host
        deadline = 0.0
        for _ in range(MOST_REDIRECTIONS):
            node = self._node_at(host)
            try:
                pipeline = await self._reach(node)
                if asking:
                    # It holds for the next command of the connection: both are queued without a pause in between.
                    pipeline.send_command((b"ASKING",)).add_done_callback(_forget)
                return await pipeline.send_command(command), node, pipeline
            except ReplyError as error:
                code, text = read_error_code(str(error)), str(error)
                if code == "NOSCRIPT" and script:  # nothing ran; EVAL also caches it for the next EVALSHA
                    command = (b"EVAL", script.text, *command[2:])
                elif code == "MOVED":
                    host, asking = read_redirection(text, host), False
                    self._note_owner(tag, host)
                    self._refresh_soon()
                elif code == "ASK":
                    host, asking = read_redirection(text, host), True
                elif code in ("TRYAGAIN", "CLUSTERDOWN"):
                    deadline = await self._pause(deadline, node, error)
                    host, asking = self._owner_of(tag), False
                else:
                    self._refresh_soon()
                    raise node.translate_error(error) from error
                # A slot that moves key by key (ASK) takes everything along; a node that was voted in may not have it.
                if stays and host != first and not asking:
                    raise _HandedOverError from error
        message = "the nodes of the cluster disagree about who serves a slot"
        raise StoreAwayError(message)

    def _note_owner(self, tag: bytes, host: Host) -> None:
        """Believe a redirection at once: until the new map is there, every other caller would be redirected as well."""
        if self._owners.get(tag) != host:
            self._owners[tag] = host
            self.losses += 1

    async def _reach(self, node: ValkeyConnection) -> CommandPipeline:
        try:
            return await node.await_pipeline()
        except StoreAwayError:
            self._refresh_soon()
            raise

    async def _pause(self, deadline: float, node: ValkeyConnection, error: ReplyError) -> float:
        """Wait a little, while there is patience; return until when."""
        now = asyncio.get_running_loop().time()
        self._refresh_soon()
        # The first pause is short: most slots move within ms.  After a second the platform asks again by itself.
        if deadline and now > deadline:
            raise node.translate_error(error) from error
        await asyncio.sleep(_AGAIN_SECONDS if not deadline else PATIENCE_SECONDS / (MOST_REDIRECTIONS - 2))
        return deadline or now + PATIENCE_SECONDS

    def _owner_of(self, tag: bytes) -> Host:
        if host := self._owners.get(tag):
            return host
        found = self._map.find_primary(slot_of(tag))
        if found is None:
            self._refresh_soon()
            message = "a slot of the cluster is served by no node"
            raise StoreAwayError(message)
        self._owners[tag] = found
        return found

    def _node_at(self, host: Host) -> ValkeyConnection:
        node = self._nodes.get(host)
        if node is None:
            if self._closed:
                message = "the store was closed"
                raise StoreAwayError(message)
            node = self._nodes[host] = ValkeyConnection(self._address.at(host), self._note_loss)
            node.expect_store(*self._expected)
        return node

    def _note_loss(self) -> None:
        self.losses += 1
        self._refresh_soon()

    def _refresh_soon(self) -> None:
        if self._refreshing is None and not self._closed:
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())

    async def _refresh(self) -> None:
        """Ask the nodes for the map until every slot is served by a node that answers."""
        try:
            while True:
                if found := await self._ask_map():
                    # What redirections told is in the newest map too, or will be told again.
                    if any(found.find_primary(slot_of(tag)) != host for tag, host in self._owners.items()):
                        self.losses += 1
                    self._map, self._owners = found, {}
                    await self._drop_nodes(found)
                    # A slot whose node is away is known to be served elsewhere only after the others have voted.
                    if found.is_whole() and all(node.is_connected for node in self.servers):
                        return
                await asyncio.sleep(_REFRESH_SECONDS)
        finally:
            self._refreshing = None

    async def _ask_map(self) -> ClusterMap | None:
        """Return the map of the node that knows best; a node that was cut off tells of former times."""
        hosts = dict.fromkeys((*self._nodes, *self._address.hosts))
        # All at once: a dead one costs a second, and the seeds may be all that is left of what we know.
        told = await asyncio.gather(*(self._ask_node(host) for host in hosts))
        best = max((one for one in told if one), key=lambda one: one[0], default=None)
        return best[1] if best else None

    async def _ask_node(self, host: Host) -> tuple[tuple[bool, int], ClusterMap] | None:
        node = self._node_at(host)
        try:
            info, slots = await asyncio.gather(
                node.run_command(b"CLUSTER", b"INFO"), node.run_command(b"CLUSTER", b"SLOTS")
            )
        except StoreError:
            return None
        return read_epoch(info), read_slots(slots, host)

    async def _drop_nodes(self, found: ClusterMap) -> None:
        """Stop coming back to nodes that serve nothing any more; one that still answers may owe answers."""
        for host in [host for host, node in self._nodes.items() if not node.is_connected]:
            if host not in found.primaries:
                await self._nodes.pop(host).close()

    async def close(self) -> None:
        """End the connections; idempotent."""
        self._closed = True
        if self._refreshing:
            await cancel_fully(self._refreshing)
        await asyncio.gather(*(node.close() for node in self._nodes.values()))


class _HandedOverError(Exception):
    """Another node serves the slot by now."""


def _forget(answer: "asyncio.Future[Answer]") -> None:
    """Look at an answer that nobody waits for, so that asyncio does not complain of an error in it."""
    if not answer.cancelled():
        answer.exception()
