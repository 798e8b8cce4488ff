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
from typing import cast

import uvloop

from bench import processes

END = b"\r\n.\r\n"
WORDS = {
    b"EHLO": b"250-timed-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
GOOD = b"250 2.0.0 good\r\n"
ASK = b"ARRIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailArrivals:
    """What a sink has taken so far."""

    mails: int
    moments: Mapping[str, float]
    """By recipient: when their mail was complete, by ``perf_counter``, which all processes of a machine share."""


class SinkConnection(asyncio.Protocol):
    """One connection; commands may come in one piece with others, and with a mail."""

    def __init__(self, moments: dict[str, float]) -> None:
        """Note in ``moments``."""
        self._moments = moments
        self._received = b""
        self._recipient = ""
        self._is_mail = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        # uvloop's transports have all the methods, but not the base class.
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 timed-sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole mail."""
        self._received += data
        answers = b""
        while (answer := self._take_mail() if self._is_mail else self._take_command()) is not None:
            answers += answer
        if self._transport and answers:
            self._transport.write(answers)

    def _take_mail(self) -> bytes | None:
        end = self._received.find(END)
        if end < 0:
            return None
        self._received = self._received[end + len(END) :]
        self._is_mail = False
        self._moments[self._recipient] = perf_counter()
        return GOOD

    def _take_command(self) -> bytes | None:
        line, found, rest = self._received.partition(b"\r\n")
        if not found:
            return None
        self._received = rest
        word, _, words = line.partition(b" ")
        verb = word.upper()
        if verb == ASK:
            return self._tell_arrivals(words.decode())
        if verb == b"RCPT":
            self._recipient = words.partition(b"<")[2].partition(b">")[0].decode()
        self._is_mail = verb == b"DATA"
        return WORDS.get(verb, GOOD)

    def _tell_arrivals(self, prefix: str) -> bytes:
        asked = {name: moment for name, moment in self._moments.items() if name.startswith(prefix)}
        return json.dumps({"mails": len(self._moments), "moments": asked}).encode() + b"\r\n"


async def serve_mail(port: int) -> None:
    """Serve until the process is ended."""
    moments: dict[str, float] = {}
    server = await asyncio.get_running_loop().create_server(lambda: SinkConnection(moments), "127.0.0.1", port)
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
