"""The base of the parts of the Valkey store."""

from collections.abc import Sequence

from store.keys import StoreKeys
from store.valkey.connection import ValkeyConnection
from store.valkey.pipeline import Answer, Argument
from store.valkey.replicas import Replicas
from store.valkey.script import Script


class ValkeyStorePart:
    """Keys, the connection, and how a write is done."""

    def __init__(self, connection: ValkeyConnection, keys: StoreKeys, replicas: Replicas | None) -> None:
        """Work over this connection with these keys; with replicas, a write is done when they have it."""
        self._connection = connection
        self._keys = keys
        self._replicas = replicas

    async def _run_write(self, script: Script, keys: Sequence[bytes], *args: Argument) -> Answer:
        """Run a script that writes; with replicas, return after they have the write."""
        answer = await self._connection.run_script(script, keys, *args)
        # A primary that dies before its replicas have the write would take an acknowledged event with it.
        if self._replicas:
            await self._replicas.await_replication()
        return answer


def version_prefix(version: int) -> bytes:
    """Return the prefix of a stored value with this version; empty for version 0, which means no value."""
    return version.to_bytes(8, "big") if version else b""  # 1 -> 00 00 00 00 00 00 00 01
