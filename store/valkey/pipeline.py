"""One live connection on which the commands of all callers travel in order.

Callers append packed commands; once per turn of the event loop everything gathered is written in one write, and
answers resolve the waiting futures in the order of the commands.  No command is sent twice here: when the
connection is lost, every command without an answer fails with :class:`StoreAwayError`, done or not.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, TypeAlias, cast

from hiredis import Reader, ReplyError, pack_command

from domain.ports import StoreAwayError

Argument = bytes | str | int
"""One part of a command."""

Answer: TypeAlias = Any
"""An answer of the server: bytes, int, None, or a list of them; the caller of a command knows which."""

MOST_GATHERED = 16
"""Commands that are written without waiting for the end of the turn: while the server makes them durable, the rest of
a crowded turn is decided."""

SECOND_LOOK_SECONDS = 0.05
"""After which a connection that seems silent is looked at again, before it is given up."""

_UNFINISHED = object()


class CommandPipeline(asyncio.Protocol):
    """A connection that is open, authenticated and ready for commands."""

    server = b""
    """Which run of which server it leads to, once it was asked."""

    def __init__(self, writer: asyncio.StreamWriter, *, timeout: float, most: int, on_loss: Callable[[], None]) -> None:
        """Take over an idle connection.

        ``timeout`` is how many seconds of silence, with answers outstanding, end it; ``most`` how many commands may
        be outstanding; ``on_loss`` is called once when it has ended.
        """
        self._writer = writer
        self._transport = cast("asyncio.Transport", writer.transport)
        self._transport.set_protocol(self)
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(notEnoughData=_UNFINISHED)
        self._gathered: list[bytes] = []
        self._unanswered: deque[asyncio.Future[Answer]] = deque()
        self._most = most
        self._timeout = timeout
        self._on_loss = on_loss
        self._last_answer_at = self._loop.time()
        self.ended = False
        self._looked_silent = False
        self._silence_timer = self._loop.call_later(timeout / 4, self._check_silence)

    def send_command(self, command: tuple[Argument, ...]) -> asyncio.Future[Answer]:
        """Queue a command; the future gives its answer, or raises the error with which the server answered."""
        if self.ended or len(self._unanswered) >= self._most:
            message = "the connection to the store was lost" if self.ended else "too many commands wait for the store"
            raise StoreAwayError(message)
        packed = pack_command(command)  # type: ignore[arg-type]  # its stub knows one-element tuples only
        future: asyncio.Future[Answer] = self._loop.create_future()
        # call_soon runs after everything that is ready in this turn, so all of its commands leave in one write.
        if not self._gathered:
            self._loop.call_soon(self._write_gathered)
        self._gathered.append(packed)
        self._unanswered.append(future)
        if len(self._gathered) >= MOST_GATHERED:
            self._write_gathered()
        return future

    def _write_gathered(self) -> None:
        if self.ended or not self._gathered:
            return
        # Nothing was outstanding before this write, so the silence that may be too long begins now.
        if len(self._unanswered) == len(self._gathered):
            self._last_answer_at = self._loop.time()
        # One write is one system call and usually one packet, whatever the number of commands.
        self._transport.write(b"".join(self._gathered))
        self._gathered.clear()

    def data_received(self, data: bytes) -> None:
        """Resolve the futures whose answers have arrived."""
        self._last_answer_at = self._loop.time()
        self._reader.feed(data)
        gets, waiting = self._reader.gets, self._unanswered
        while (answer := gets()) is not _UNFINISHED:
            # The server answers in the order of the commands.  A cancelled caller's answer must still be taken off, or
            # every later caller would get the answer of the one before.
            future = waiting.popleft()
            if future.done():
                continue
            if isinstance(answer, ReplyError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _check_silence(self) -> None:
        silent = bool(self._unanswered) and self._loop.time() - self._last_answer_at > self._timeout
        if silent and self._looked_silent:
            self._transport.abort()
            return
        # After this process was held up for long, timers run before the socket is read: an answer may be lying there.
        # So silence is believed at the second look, shortly after.
        self._looked_silent = silent
        pause = SECOND_LOOK_SECONDS if silent else self._timeout / 4
        self._silence_timer = self._loop.call_later(pause, self._check_silence)

    def connection_lost(self, _error: Exception | None) -> None:
        """Fail all commands that have no answer."""
        if self.ended:
            return
        self.ended = True
        self._silence_timer.cancel()
        self._gathered.clear()
        while self._unanswered:
            future = self._unanswered.popleft()
            if not future.done():
                future.set_exception(StoreAwayError("the connection to the store was lost before the answer"))
        self._on_loss()

    def close(self) -> None:
        """End the connection now."""
        self._transport.abort()
        self.connection_lost(None)
