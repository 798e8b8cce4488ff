"""A fast SMTP sink: Debian's ``smtp-sink``, unpacked from the postfix package without installing it.

Nothing of postfix is configured or started; the one program and its libraries lie under ``var/bench``.
"""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import processes

FOLDER = processes.SCRATCH / "postfix"
PROGRAM = FOLDER / "usr" / "sbin" / "smtp-sink"
LIBRARIES = FOLDER / "usr" / "lib" / "postfix"
BACKLOG = "100"


class SinkMissingError(Exception):
    """There is no ``smtp-sink`` and none could be fetched.  Debian: ``apt-get install postfix``."""


@asynccontextmanager
async def smtp_sink() -> AsyncIterator[int]:
    """Run the sink; yield its port."""
    program = shutil.which("smtp-sink") or shutil.which("smtp-sink", path="/usr/sbin") or await _unpack_sink()
    port = processes.free_port()
    settings = {"LD_LIBRARY_PATH": str(LIBRARIES)} if Path(program) == PROGRAM else {}
    # As root it insists on giving its rights away.
    user = ["-u", "nobody"] if os.geteuid() == 0 else []
    async with processes.run_server([program, *user, f"127.0.0.1:{port}", BACKLOG], port, settings=settings):
        yield port


async def _unpack_sink() -> Path:
    if PROGRAM.exists():
        return PROGRAM
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        message = "no smtp-sink on this machine, and no apt-get to fetch it with"
        raise SinkMissingError(message)
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        await processes.run_to_end(["apt-get", "-qq", "download", "postfix"], folder=FOLDER)
        package = next(FOLDER.glob("postfix_*.deb"))
        await processes.run_to_end(["dpkg-deb", "-x", package, "."], folder=FOLDER)
    except (processes.NotStartedError, StopIteration) as failure:
        message = "Debian's postfix package could not be fetched (try: apt-get update)"
        raise SinkMissingError(message) from failure
    return PROGRAM
