"""A cheap stand-in for the Graph API and Telegram's Bot API: counts replies and answers as the platforms would.

Started as ``python -m bench.stand_in PORT``, in a process of its own.  ``GET /report`` returns what arrived, and
``GET /last`` returns the newest message.  ``BENCH_ANSWER_SECONDS`` says after how long a POST is answered (default: at
once, ``never``: not at all).
"""

import asyncio
import json
import os
import sys
from collections import deque
from time import perf_counter
from typing import cast

import uvloop

from bench.load import HEAD_END, answer_size

GRAPH = b'{"recipient_id":"1","message_id":"m_reply"}'
PROFILE = b'{"first_name":"Mia","locale":"en_GB","timezone":1,"id":"1"}'
BOT_API = b'{"ok":true,"result":{"message_id":1,"date":1795000000,"chat":{"id":1,"type":"private"},"text":"x"}}'
DONE = b'{"ok":true,"result":true}'
ACTIONS = (b"sender_action", b"sendChatAction")
"""Typing indicators, of the Graph API (in the body) and the Bot API (in the path)."""
NEWEST = 5000
LATE, NEVER = "BENCH_ANSWER_SECONDS", "never"


class ReplyCounter:
    """Counts what arrived."""

    def __init__(self) -> None:
        """Begin with nothing received."""
        self.count = 0
        self.actions = 0
        self.times: deque[float] = deque(maxlen=NEWEST)
        self.last = b""

    def answer_request(self, whole: bytes) -> bytes:
        """Take one request, return the body of its answer."""
        head, _, body = whole.partition(HEAD_END)
        method, path, _ = head.split(b" ", 2)
        if path.startswith(b"/last"):
            return self.last
        if path.startswith(b"/report"):
            return json.dumps(self.build_report()).encode()
        if method == b"GET":
            return PROFILE
        bot_api = path.startswith(b"/bot")
        if ACTIONS[0] in body or ACTIONS[1] in path:
            self.actions += 1
            return DONE if bot_api else GRAPH
        self.count += 1
        self.times.append(perf_counter())
        self.last = body
        return BOT_API if bot_api else GRAPH

    def build_report(self) -> dict[str, object]:
        """Return the messages, the typing indicators, and when the newest messages came (``perf_counter``)."""
        return {"messages": self.count, "actions": self.actions, "times": list(self.times)}


class StandInConnection(asyncio.Protocol):
    """One connection; requests carry a Content-Length or, as a GET, no body."""

    def __init__(self, inbox: ReplyCounter, late: float | None = 0) -> None:
        """Count in ``inbox``; answer a POST ``late`` seconds late, or never if it is None."""
        self._inbox = inbox
        self._late = late
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to answer."""
        # uvloop's transports have all the methods, but not the base class.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every whole request."""
        self._received += data
        while (size := answer_size(self._received)) and len(self._received) >= size:
            is_post = self._received.startswith(b"POST")
            body = self._inbox.answer_request(self._received[:size])
            self._received = self._received[size:]
            # call_later(0) would cost a turn of the loop for each reply, so the usual case answers at once.
            if not is_post or self._late == 0:
                self._write_answer(body)
            elif self._late is not None:
                asyncio.get_running_loop().call_later(self._late, self._write_answer, body)

    def _write_answer(self, body: bytes) -> None:
        if self._transport:
            head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            self._transport.write(head % len(body) + body)


async def serve_replies(port: int) -> None:
    """Serve until the process is ended."""
    inbox, told = ReplyCounter(), os.environ.get(LATE, "0")
    late = None if told == NEVER else float(told)
    server = await asyncio.get_running_loop().create_server(lambda: StandInConnection(inbox, late), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve_replies(int(sys.argv[1])))
