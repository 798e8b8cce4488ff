"""A mail server that takes everything and keeps only who got a mail: quick enough for a million of them."""

import asyncio
from collections.abc import Callable
from typing import cast

END = b"\r\n.\r\n"
WORDS = {
    b"EHLO": b"250-sink\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}
GOOD = b"250 2.0.0 good\r\n"


class SinkConnection(asyncio.Protocol):
    """One connection; commands may come in one piece with others, and with a mail."""

    def __init__(self, note_mail: Callable[[str], None]) -> None:
        """Call ``note_mail`` with the recipient of every mail, as soon as it is complete."""
        self._note_mail = note_mail
        self._received = b""
        self._recipient = ""
        self._is_mail = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        # uvloop's transports have all the methods, but not the base class.
        self.transport = cast("asyncio.Transport", transport)
        self.transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Answer every whole command, and every whole mail."""
        self._received += data
        answers = b""
        while (answer := self._take_mail() if self._is_mail else self._take_command()) is not None:
            answers += answer
        if self.transport and answers:
            self.transport.write(answers)

    def answer_command(self, verb: bytes, _words: str) -> bytes:
        """Return the answer to a command."""
        return WORDS.get(verb, GOOD)

    def _take_mail(self) -> bytes | None:
        end = self._received.find(END)
        if end < 0:
            return None
        self._received = self._received[end + len(END) :]
        self._is_mail = False
        self._note_mail(self._recipient)
        return GOOD

    def _take_command(self) -> bytes | None:
        line, found, rest = self._received.partition(b"\r\n")
        if not found:
            return None
        self._received = rest
        word, _, words = line.partition(b" ")
        verb = word.upper()
        if verb == b"RCPT":
            self._recipient = words.partition(b"<")[2].partition(b">")[0].decode()
        self._is_mail = verb == b"DATA"
        return self.answer_command(verb, words.decode())


class MailSink:
    """Listens on 127.0.0.1; can go away, with all its connections, and come back."""

    def __init__(self, note_mail: Callable[[str], None]) -> None:
        """Call ``note_mail`` with the recipient of every mail."""
        self._note_mail = note_mail
        self._server: asyncio.Server | None = None
        self._connections: list[SinkConnection] = []
        self.port = 0

    async def start_listening(self) -> None:
        """Listen, on the port of before if there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._make_connection, "127.0.0.1", self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])

    def kill(self) -> None:
        """Stop listening, and cut every connection, also in the middle of a mail or before its answer is out."""
        if self._server:
            self._server.close()
        for connection in self._connections:
            if connection.transport:
                connection.transport.abort()
        self._connections.clear()

    def _make_connection(self) -> SinkConnection:
        connection = SinkConnection(self._note_mail)
        self._connections.append(connection)
        return connection
