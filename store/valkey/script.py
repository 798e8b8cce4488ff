"""The scripts that run inside the server, kept as files in ``store/scripts``."""

import hashlib
from pathlib import Path

_FOLDER = Path(__file__).parent / "scripts"


class Script:
    """A script and the name under which the server remembers it."""

    def __init__(self, name: str) -> None:
        """Read the script of this name."""
        self.name = name
        self.text = (_FOLDER / f"{name}.lua").read_bytes()
        self.sha = hashlib.sha1(self.text, usedforsecurity=False).hexdigest().encode()


BEGIN = Script("begin")
CLAIM = Script("claim")
COMMIT = Script("commit")
DRAW = Script("draw")
ECHOED = Script("echoed")
ERASE = Script("erase")
FILL = Script("fill")
FOUND = Script("found")
LEASE = Script("lease")
LOAD = Script("load")
POLL = Script("poll")
RELEASE = Script("release")
RETRY = Script("retry")
SAVE = Script("save")
SETTLE = Script("settle")
STICK = Script("stick")
SWAP = Script("swap")
