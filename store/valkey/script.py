"""The scripts that run inside the server, kept as files in ``store/valkey/scripts``."""

import hashlib
from pathlib import Path

_FOLDER = Path(__file__).parent / "scripts"


class Script:
    """A script and the name under which the server remembers it."""

    def __init__(self, name: str) -> None:
        """Read the script of this name."""
        self.name = name
        self.text = (_FOLDER / f"{name}.lua").read_bytes()
        # The server names a script by the SHA-1 of its text; EVALSHA sends the name instead of the text.
        self.sha = hashlib.sha1(self.text, usedforsecurity=False).hexdigest().encode()


BEGIN = Script("begin")
CLAIM = Script("claim")
COMMIT = Script("commit")
COMPARE_AND_SET = Script("compare_and_set")
DRAW = Script("draw")
CONFIRM_DELIVERY = Script("echoed")
ERASE = Script("erase")
FILL = Script("fill")
FOUND_STORE = Script("found")
FREE = Script("free")
LEASE = Script("lease")
LOAD = Script("load")
LOOK = Script("look")
PLACE = Script("place")
POLL = Script("poll")
RAISE_EDITION = Script("raise")
RELEASE = Script("release")
RETRY = Script("retry")
RETURN_SEATS = Script("return")
SAVE = Script("save")
SETTLE = Script("settle")
QUARANTINE = Script("stick")
SWAP_EDITION = Script("swap")
TAKE_SEATS = Script("take")
WINDOW = Script("window")
TRIM = Script("trim")
WAKE = Script("wake")
