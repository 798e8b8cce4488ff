"""One live connection on which the commands of all callers travel in order.

Callers append packed commands; once per turn of the event loop everything gathered is written in one write, and
answers resolve the waiting futures in the order of the commands.  Nothing is sent twice here: when the connection
is lost, everything that had no answer yet fails with :class:`StoreAwayError`, whether the server did it or not.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from hiredis import Reader, ReplyError, pack_command

from domain.ports import StoreAwayError

Part = bytes | str | int
"""What a command is made of."""

Answer: TypeAlias = Any
"""What the server answers: bytes, int, None, or a list of such; each command's caller knows which."""

GATHERED = 16
"""Commands that are written without waiting for the end of the turn: while the server makes them durable, the rest of
a crowded turn is decided."""

_UNFINISHED = object()


class Pipe(asyncio.Protocol):
    """A connection that is open, authenticated and ready for commands."""

    def __init__(self, writer: asyncio.StreamWriter, *, timeout: float, most: int, lost: Callable[[], None]) -> None:
        """Take over an idle connection.

        ``timeout`` is how many seconds of silence, with answers outstanding, end it; ``most`` how many commands may
        be outstanding; ``lost`` is called once when it has ended.
        """
        self._writer = writer
        self._transport = cast("asyncio.Transport", writer.transport)
        self._transport.set_protocol(self)
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(notEnoughData=_UNFINISHED)
        self._out: list[bytes] = []
        self._waiting: deque[asyncio.Future[Answer]] = deque()
        self._most = most
        self._timeout = timeout
        self._lost = lost
        self._heard = self._loop.time()
        self.ended = False
        self._watch = self._loop.call_later(timeout / 4, self._look)

    def ask(self, command: tuple[Part, ...]) -> asyncio.Future[Answer]:
        """Queue a command; the future gives its answer, or the error it was answered with."""
        if self.ended or len(self._waiting) >= self._most:
            message = "the connection to the store was lost" if self.ended else "too many commands wait for the store"
            raise StoreAwayError(message)
        packed = pack_command(command)  # type: ignore[arg-type]  # its stub knows one-element tuples only
        future: asyncio.Future[Answer] = self._loop.create_future()
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(packed)
        self._waiting.append(future)
        if len(self._out) >= GATHERED:
            self._flush()
        return future

    def _flush(self) -> None:
        if self.ended or not self._out:
            return
        if len(self._waiting) == len(self._out):
            self._heard = self._loop.time()
        self._transport.write(b"".join(self._out))
        self._out.clear()

    def data_received(self, data: bytes) -> None:
        """Resolve the futures whose answers have arrived."""
        self._heard = self._loop.time()
        self._reader.feed(data)
        gets, waiting = self._reader.gets, self._waiting
        while (answer := gets()) is not _UNFINISHED:
            future = waiting.popleft()
            if future.done():
                continue
            if isinstance(answer, ReplyError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _look(self) -> None:
        if self._waiting and self._loop.time() - self._heard > self._timeout:
            self._transport.abort()
            return
        self._watch = self._loop.call_later(self._timeout / 4, self._look)

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail everything that has no answer."""
        if self.ended:
            return
        self.ended = True
        self._watch.cancel()
        self._out.clear()
        while self._waiting:
            future = self._waiting.popleft()
            if not future.done():
                future.set_exception(StoreAwayError("the connection to the store was lost before the answer"))
        self._lost()

    def close(self) -> None:
        """End the connection now."""
        self._transport.abort()
        self.connection_lost(None)
