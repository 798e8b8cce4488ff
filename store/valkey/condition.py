"""How the store is: which one answers, what time it has, how its servers keep data."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from domain.ports import ServerHealth, StoreError, StoreKeeping, StoreSight
from store.keys import BARRIER_KEY, MARK_KEY
from store.valkey.base import ValkeyStorePart
from store.valkey.connection import ValkeyConnection
from store.valkey.founding import list_layouts
from store.valkey.script import LOOK


class ValkeyCondition(ValkeyStorePart):
    """Looks at the servers of the store."""

    async def ping(self) -> None:
        """Return if the store answers."""
        await self._connection.run_command(b"PING")

    async def try_write(self) -> None:
        """Write something tiny that means nothing; raises ``StoreTakesNoWritesError`` if no server takes it."""
        barriers = [BARRIER_KEY]
        if self._connection.spans_servers:  # as long as one node takes writes, people are served there
            barriers += [part.probe for part in self._keys.partitions]
        answers = await asyncio.gather(
            # As every answer does, it waits for the replicas: without them each webhook is answered 503.
            *(self._connection.run_durable(b"SET", barrier, b"") for barrier in barriers),
            return_exceptions=True,
        )
        errors = [answer for answer in answers if isinstance(answer, BaseException)]
        if len(errors) == len(answers):
            raise errors[0]

    async def server_ms(self) -> int:
        """Return server time in ms since the epoch."""
        seconds, micros = await self._connection.run_command(b"TIME")
        return int(seconds) * 1000 + int(micros) // 1000

    async def look(self, *, leave_mark: bool = False) -> StoreSight:
        """Look which store answers and what time it has; optionally leave a mark."""
        layouts = list_layouts(self._connection, self._keys)
        marks = (MARK_KEY, *(part.mark for part in self._keys.partitions))
        run, flag = (self._connection.run_write, 1) if leave_mark else (self._connection.run_script, 0)
        answers = await asyncio.gather(*(run(LOOK, pair, flag) for pair in zip(layouts, marks, strict=False)))
        founded, server_ms, *_ = answers[0]
        # The oldest mark counts: a node that lost its end has lost the people of its partitions.
        # A partition that is gone, or is another store's, makes the whole one not what it was.
        whole = all(answer[0] == founded for answer in answers)
        return StoreSight(
            founded=founded.decode() if whole else "",
            server_ms=server_ms,
            mark_ms=min(answer[2] for answer in answers),
            before_ms=min(answer[3] for answer in answers),
            parts=len(answers),
        )

    async def examine_servers(self) -> Sequence[ServerHealth]:
        """Return what each server says about itself."""
        return await asyncio.gather(*map(_examine_health, self._connection.servers))

    async def examine_keeping(self) -> StoreKeeping | None:
        """Return how the servers keep data; the worst of them counts, and None if one does not say."""
        told = await asyncio.gather(*(_examine_server(server) for server in self._connection.servers))
        known = [one for one in told if one]
        if len(known) < len(told):
            return None
        policies = [one.evicts for one in known if one.evicts != "noeviction"]
        return StoreKeeping(
            evicts=policies[0] if policies else "noeviction",
            appends=all(one.appends for one in known),
            keys=sum(one.keys for one in known),
        )


async def _examine_server(server: ValkeyConnection) -> StoreKeeping | None:
    told: dict[bytes, bytes] = {}
    for section in (b"memory", b"persistence"):
        info: bytes = await server.run_command(b"INFO", section)
        told |= {name: value for name, _, value in (line.partition(b":") for line in info.splitlines())}
    if b"maxmemory_policy" not in told or b"aof_enabled" not in told:
        return None
    return StoreKeeping(
        evicts=told[b"maxmemory_policy"].decode(),
        appends=told[b"aof_enabled"] != b"0",
        keys=int(await server.run_command(b"DBSIZE")),
    )


async def _examine_health(server: ValkeyConnection) -> ServerHealth:
    info: bytes = await server.run_command(b"INFO")
    told = {name: value for name, _, value in (line.partition(":") for line in info.decode().splitlines())}
    fsync = ""
    with suppress(StoreError):  # a hosted server may not let us look
        fsync = (await server.run_command(b"CONFIG", b"GET", b"appendfsync"))[1].decode()
    limit = int(told.get("maxmemory", "0"))
    version = told.get("valkey_version") or told.get("redis_version", "?")
    return ServerHealth(
        place=server.place,
        version=f"{told.get('server_name', 'redis')} {version}",
        primary=told.get("role") == "master",
        evicts=told.get("maxmemory_policy", ""),
        appends=told.get("aof_enabled", "0") != "0",
        append_failed=told.get("aof_last_write_status", "ok") != "ok",
        fsync=fsync,
        replicas=int(told.get("connected_slaves", "0")),
        used_bytes=int(told.get("used_memory", "0")),
        limit_bytes=limit or int(told.get("total_system_memory", "0")),
        limited=limit > 0,
        keys=int(await server.run_command(b"DBSIZE")),
    )
