"""Which store this installation used last, kept in a file beside it: an empty or older one is then recognised.

The store cannot tell that it lost everything, or its last minutes; a file outside of it can.
"""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import structlog

from domain.ports import StoreReplacedError, StoreSight
from service.engine.clock import fresh_entropy

log = structlog.get_logger("doorstep.store")

FILE = "known_stores.json"
"""Name of the file in the folder ``DOORSTEP_DATA``."""


class KnownStore(msgspec.Struct, frozen=True, kw_only=True):
    """What was last known of a store."""

    founded: str
    """Which store it was; see :class:`domain.ports.StoreSight`."""
    mark_ms: int
    """Newest mark that is in it for certain, in ms of its server's time."""


class KnownStores:
    """The file; a folder that takes no file makes this a memory of the process only."""

    def __init__(self, folder: Path, place: str) -> None:
        """Use the entry of this place in the file of this folder."""
        self.path = folder / FILE
        self._place = place
        self._new: Path | None = None
        self._told = False

    def read(self) -> KnownStore | None:
        """Return what was last known of the store at the place; None if nothing is."""
        return self._read_all().get(self._place)

    def write(self, sight: StoreSight) -> None:
        """Keep what a look has shown; whole or not at all, since a kill may come at any moment."""
        entry = KnownStore(founded=sight.founded, mark_ms=sight.mark_ms)
        text = msgspec.json.format(msgspec.json.encode(self._read_all() | {self._place: entry}))
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # A name of its own for each process, or two would replace each other's half; containers share even the pid.
            new = self._new = self._new or self.path.with_suffix(f".{fresh_entropy().hex()[:8]}.new")
            new.write_bytes(text)
            new.replace(self.path)
        except OSError as error:
            if not self._told:
                remedy = "give the service a DOORSTEP_DATA that it may write to"
                log.warning("known_store_not_kept", error=type(error).__name__, remedy=remedy)
            self._told = True

    def explain_replaced(self, error: StoreReplacedError) -> StoreReplacedError:
        """Add to an error which store was expected, and what to do."""
        known = self.read()
        last = f"{datetime.fromtimestamp(known.mark_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC" if known else "before"
        message = (
            f"{error} (last seen {last}). Bring its data back: restart the server with them, or restore a backup. "
            f"If that store was given up for good, remove {self.path}."
        )
        error.args = (message,)
        return error

    def _read_all(self) -> dict[str, KnownStore]:
        try:
            return msgspec.json.decode(self.path.read_bytes(), type=dict[str, KnownStore])
        except (OSError, msgspec.DecodeError):
            # As on a new machine: nothing is known, and nothing can be missed.
            return {}
