"""The exceptions that a store raises."""


class StoreError(Exception):
    """Root of what a store raises.

    StoreError
     ├─ StoreAwayError          not reachable now; the write is not known to have happened; try again
     │   ├─ StoreReplacedError        an empty or another store answers at the address; nothing is written into it
     │   └─ StoreTakesNoWritesError   reachable, but every write is refused for now
     ├─ StoreInUseError         another application holds the embedded data; stop it, or use another folder
     ├─ StoreMismatchError      made with other partitions, another index key, or by a newer Doorstep
     └─ StoreSettingsError      the store's settings cannot work; the message names the setting
    """


class StoreAwayError(StoreError):
    """The store is not reachable.  Answer 503, keep nothing in memory, try again."""


class StoreReplacedError(StoreAwayError):
    """An empty or another store answers where ours was.  The service stops; bring the right one back, and start it."""

    def __init__(self, found: str) -> None:
        """Take which store was found: the number that tells stores apart, empty if nothing is in it."""
        if found == "moved":
            super().__init__("the store was moved: set DOORSTEP_STORE_URL to where it is now")
            return
        what = "another store" if found else "an empty store"
        super().__init__(f"{what} answers at the address; nothing of what was kept is in it")


class StoreTakesNoWritesError(StoreAwayError):
    """The store answers, and refuses every write for now.  Mend the server: its memory, its disk, or its role."""

    def __init__(self, reason: str) -> None:
        """Take why: ``out of memory``, ``read only``, ``disk full or not writable`` or ``too few replicas``."""
        super().__init__(f"the store takes no writes: {reason}")


class StoreInUseError(StoreError):
    """Another Doorstep uses this data folder.  Stop it, or set DOORSTEP_DATA to another folder."""


class StoreMismatchError(StoreError):
    """The store was made with other settings.  Use the settings it was made with, or a new store."""


class StoreSettingsError(StoreError):
    """A store setting cannot work.  The message names the setting and the remedy."""
