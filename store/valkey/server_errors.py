"""What an error of the server means: whether it may be tried again, and whether to connect anew."""

import re

from domain.ports import StoreAwayError, StoreError, StoreSettingsError, StoreTakesNoWritesError

_AWAY_CODES = {
    "LOADING": False,
    "BUSY": False,
    "TRYAGAIN": False,
    "NOREPLICAS": False,
    "MISCONF": False,
    "OOM": False,
    "READONLY": True,
    "MASTERDOWN": True,
    "UNBLOCKED": True,
    "CLUSTERDOWN": False,
}
"""Error codes of a server that cannot serve now: the command was not done, so it may be tried again.  True if the
server has become a replica: connect anew.  Source: the ``shared`` error objects in the server's ``src/server.c``."""

ELSEWHERE = ("MOVED", "ASK")
"""Error codes by which a cluster's node says that another one serves a slot."""

_NO_WRITES = {
    "OOM": "out of memory",
    "READONLY": "read only",
    "MISCONF": "disk full or not writable",
    "NOREPLICAS": "too few replicas",
}
"""Why a server that can be read takes no writes, by error code."""

_IN_SCRIPT = re.compile(r"ERR Error running script \(call to \S+\): @\S+ @\S+ \d+: -([A-Z]+) ")
"""How Redis 6.2 reports what a command inside a script met; Redis 7 and Valkey put the code first."""


def read_error_code(text: str) -> str:
    """Return the code of a server's error, such as ``OOM``."""
    found = _IN_SCRIPT.match(text)
    return found[1] if found else text.split(" ", 1)[0]


def is_over(code: str) -> bool:
    """Return True if this connection leads to a server that will refuse for good: the address may lead elsewhere."""
    return _AWAY_CODES.get(code, False)


def make_store_error(text: str) -> StoreError:
    """Return the error that a caller of the store gets for a server's error."""
    code = read_error_code(text)
    if code in _NO_WRITES:
        return StoreTakesNoWritesError(_NO_WRITES[code])
    if code in ("MOVED", "ASK", "CROSSSLOT"):
        return StoreSettingsError("DOORSTEP_STORE_URL leads to a node of a cluster: write redis+cluster://host:port,…")
    # Inside a script, where its slot began to move while it ran.
    if code in _AWAY_CODES or "non local key" in text:
        return StoreAwayError(f"the store cannot serve now: {code}")
    # "unknown command 'X', with args beginning with: ..." would repeat arguments, which may be personal data.
    return StoreError(f"the store refused a command: {text.split(', with args', 1)[0][:200]}")
