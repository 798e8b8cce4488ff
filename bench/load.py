"""A cheap HTTP load generator: raw sockets, kept connections, requests built beforehand.

:func:`send_at_full_rate` sends back to back and measures the rate.  :func:`send_at_pace` sends on a schedule and counts
a latency from the scheduled moment, so that a server that stalls is charged for all requests that were due meanwhile.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter
from typing import cast

HEAD_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """What a run measured."""

    seconds: float
    """From the first measured request to the last answer."""
    latencies: Sequence[float]
    """Of the requests answered 200, in seconds, ascending."""
    failed: int
    """Requests answered with anything else."""
    answered: int
    """All answers, those of the warm-up too."""

    @property
    def rate(self) -> float:
        """Requests answered 200 a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def latency_percentile(self, percent: float) -> float:
        """Return a latency in seconds; 50 is the median, 100 the worst."""
        if not self.latencies:
            return float("inf")
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * percent / 100))]


@dataclass(slots=True, kw_only=True)
class _RunTally:
    """Counters that all connections of a run write to."""

    warm_until: float
    """Moment (``perf_counter``: uvloop's clock ticks in milliseconds) until which requests go uncounted."""
    stop_at: float
    """Moment from which no request is begun."""
    latencies: list[float] = field(default_factory=list)
    failed: int = 0
    last: float = 0.0
    """Moment of the last counted answer."""
    answered: int = 0

    def note_answer(self, begun: float, now: float, status: int) -> None:
        self.answered += 1
        # By the moment it was sent: a request of the warm-up that is answered late must not count.
        if begun < self.warm_until:
            return
        self.last = now
        if status == 200:
            self.latencies.append(now - begun)
        else:
            self.failed += 1

    def build_result(self) -> LoadResult:
        seconds = max(0.0, self.last - self.warm_until)
        return LoadResult(seconds=seconds, latencies=sorted(self.latencies), failed=self.failed, answered=self.answered)


class _LoadConnection(asyncio.Protocol):
    """One connection with its requests; the next is sent once the answer to the last is complete."""

    def __init__(self, requests: Iterable[bytes], tally: _RunTally, *, starts: float, every: float) -> None:
        self._requests = iter(requests)
        self._tally = tally
        self._due = starts
        self._every = every
        self._loop = asyncio.get_running_loop()
        self._begun = 0.0
        self._received = b""
        self._transport: asyncio.Transport | None = None
        self.done = self._loop.create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports have all the methods, but not the base class.
        self._transport = cast("asyncio.Transport", transport)
        self._schedule_next()

    def data_received(self, data: bytes) -> None:
        self._received += data
        while (size := answer_size(self._received)) and len(self._received) >= size:
            status = int(self._received[9:12])  # b"HTTP/1.1 200 OK"
            self._received = self._received[size:]
            self._tally.note_answer(self._begun, perf_counter(), status)
            self._schedule_next()

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionResetError("the server closed a kept connection"))

    def _schedule_next(self) -> None:
        now = perf_counter()
        # The latency counts from the scheduled moment even if the last answer came after it: a server that stalls for a
        # second delays all requests that were due in it (“coordinated omission”).
        if self._every and now < self._due:
            self._loop.call_later(self._due - now, self._send_request, self._due)
        else:
            self._send_request(self._due if self._every else now)
        self._due += self._every

    def _send_request(self, begun: float) -> None:
        # Lanes that cycle never run dry; the others end the run early.
        request = next(self._requests, None)
        if request is None or perf_counter() >= self._tally.stop_at:
            self.done.set_result(None) if not self.done.done() else None
            return
        self._begun = begun
        if self._transport:
            self._transport.write(request)


def answer_size(received: bytes) -> int:
    """Return the length of the answer at the start of the buffer, 0 while its head is incomplete."""
    end = received.find(HEAD_END)
    if end < 0:
        return 0
    head = received[:end].lower()
    at = head.find(LENGTH)
    if at < 0:
        return end + len(HEAD_END)
    return end + len(HEAD_END) + int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0])


async def send_at_full_rate(
    port: int, lanes: Sequence[Iterable[bytes]], *, seconds: float, warm_up: float = 2.0
) -> LoadResult:
    """Send back to back on every lane for ``warm_up`` seconds unmeasured and ``seconds`` measured.

    Ends early when the lanes run dry; raises ``ConnectionError`` when the server hangs up.
    """
    return await _run_connections(port, lanes, seconds=seconds, warm_up=warm_up, every=0.0)


async def send_at_pace(
    port: int, lanes: Sequence[Iterable[bytes]], *, rate: float, seconds: float, warm_up: float = 2.0
) -> LoadResult:
    """Send ``rate`` requests a second, evenly over the lanes, otherwise as :func:`send_at_full_rate` does."""
    return await _run_connections(port, lanes, seconds=seconds, warm_up=warm_up, every=len(lanes) / rate)


async def _run_connections(
    port: int, lanes: Sequence[Iterable[bytes]], *, seconds: float, warm_up: float, every: float
) -> LoadResult:
    loop = asyncio.get_running_loop()
    start = perf_counter()
    tally = _RunTally(warm_until=start + warm_up, stop_at=start + warm_up + seconds)
    protocols = [
        _LoadConnection(lane, tally, starts=start + every * place / len(lanes), every=every)
        for place, lane in enumerate(lanes)
    ]
    for protocol in protocols:
        await loop.create_connection(partial(_return_protocol, protocol), "127.0.0.1", port)
    await asyncio.gather(*(protocol.done for protocol in protocols))
    for protocol in protocols:
        protocol.close()
    return tally.build_result()


def _return_protocol(protocol: _LoadConnection) -> _LoadConnection:
    return protocol
