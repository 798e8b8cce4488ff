"""What the parts of the Valkey store have in common."""

from store.keys import Keys
from store.pipe import Answer, Part
from store.script import Script
from store.wire import Wire
from subscribers.ports import StoreAwayError

WAIT_MS = 1_000
"""How long a write waits for its replicas."""


class ValkeyPart:
    """Keys, the wire, and how a write is done."""

    def __init__(self, wire: Wire, keys: Keys) -> None:
        """Work over this wire with these keys."""
        self._wire = wire
        self._keys = keys

    async def _write(self, script: Script, keys: tuple[bytes, ...], *args: Part) -> Answer:
        """Run a script that writes; with replicas, return after they have it."""
        answer = await self._wire.run(script, keys, *args)
        wanted = self._wire.replicas
        if wanted and await self._wire.call(b"WAIT", wanted, WAIT_MS) < wanted:
            message = "written, but not enough replicas have it"
            raise StoreAwayError(message)
        return answer


def versioned(version: int) -> bytes:
    """Return the prefix of a value with this version; empty for none."""
    return version.to_bytes(8, "big") if version else b""
