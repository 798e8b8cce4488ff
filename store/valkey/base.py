"""What the parts of the Valkey store have in common."""

from collections.abc import Sequence

from store.keys import Keys
from store.valkey.connection import Wire
from store.valkey.pipeline import Answer, Part
from store.valkey.replicas import Replicas
from store.valkey.script import Script


class ValkeyPart:
    """Keys, the wire, and how a write is done."""

    def __init__(self, wire: Wire, keys: Keys, replicas: Replicas | None) -> None:
        """Work over this wire with these keys; with replicas, a write is done when they have it."""
        self._wire = wire
        self._keys = keys
        self._replicas = replicas

    async def _write(self, script: Script, keys: Sequence[bytes], *args: Part) -> Answer:
        """Run a script that writes; with replicas, return after they have it."""
        answer = await self._wire.run(script, keys, *args)
        if self._replicas:
            await self._replicas.have_it()
        return answer


def versioned(version: int) -> bytes:
    """Return the prefix of a value with this version; empty for none."""
    return version.to_bytes(8, "big") if version else b""
