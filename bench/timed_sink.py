"""A mail server that takes everything and notes when each recipient's mail was complete.

Started as ``python -m bench.timed_sink PORT``, in a process of its own.  Debian's ``smtp-sink`` (:mod:`bench.sink`) is
quicker, but does not tell moments.  ``ARRIVED PREFIX`` asks for the moments of recipients who begin with these signs.
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import perf_counter

import uvloop

from bench import processes
from tests.support.mail_sink import SinkConnection

ASK = b"ARRIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArrivals:
    """What a sink has taken so far."""

    mails: int
    moments: Mapping[str, float]
    """By recipient: when their mail was complete, by ``perf_counter``, which all processes of a machine share."""


class TimedConnection(SinkConnection):
    """One connection; it can be asked for the moments too."""

    def __init__(self, moments: dict[str, float]) -> None:
        """Note in ``moments``."""
        super().__init__(self._note_moment)
        self._moments = moments

    def answer_command(self, verb: bytes, words: str) -> bytes:
        """Return the answer to a command of SMTP, or the moments that are asked for."""
        if verb != ASK:
            return super().answer_command(verb, words)
        asked = {name: moment for name, moment in self._moments.items() if name.startswith(words)}
        return json.dumps({"mails": len(self._moments), "moments": asked}).encode() + b"\r\n"

    def _note_moment(self, recipient: str) -> None:
        self._moments[recipient] = perf_counter()


async def serve_mail(port: int) -> None:
    """Serve until the process is ended."""
    moments: dict[str, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: TimedConnection(moments), "127.0.0.1", port)
    await server.serve_forever()


@asynccontextmanager
async def run_timed_sink() -> AsyncIterator[int]:
    """Run the sink; yield its port."""
    async with processes.run_module("bench.timed_sink") as port:
        yield port


async def fetch_arrivals(port: int, prefix: str) -> MailArrivals:
    """Return how many recipients have a mail, and the moments of those who begin with ``prefix``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 24)
    await reader.readline()
    writer.write(ASK + b" " + prefix.encode() + b"\r\n")
    told = json.loads(await reader.readline())
    writer.close()
    return MailArrivals(mails=told["mails"], moments=told["moments"])


if __name__ == "__main__":
    uvloop.run(serve_mail(int(sys.argv[1])))
