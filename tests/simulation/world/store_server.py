"""The store as a server on the simulated network: it stands still, loses its end, and is cut off from processes.

The server is :class:`tests.support.memory_store.store.MemoryStore`, which the contract suite holds equal to Valkey.
What stands between it and a process here is the network: each command arrives after a while, in the order of its
connection, and its answer after another.  A connection that ends leaves commands behind that were done or not, and
nobody knows; a command that its caller has given up may still be done later, as on a server that stood still.
"""

import asyncio
import random  # noqa: TID251  the seed of a simulation
from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from domain.effect_handling.handlers import run_in_memory
from domain.ports import StoreAwayError
from store.hint_listeners import HintListeners
from tests.simulation.world.loop import LoopProcess, SimulatedLoop
from tests.simulation.world.truth import WatchedStore

SILENCE_SECONDS = 2.0
"""After which a process gives up a connection without answers."""
WAIT_SECONDS = 1.0
"""How long an answer waits for the replica, as :data:`store.valkey.replicas.WAIT_MS` says."""
DURABLE = frozenset(
    {
        "commit", "claim", "begin", "settle", "retry", "confirm_delivery", "save_address", "compare_and_set",
        "save_meta", "quarantine", "renew_leases", "release_leases", "count_asked", "count_confirmed", "erase",
    }
)  # fmt: skip
"""Commands whose answers wait for the replica, as in ``store/valkey``."""


@dataclass(slots=True, eq=False)
class StoreCall:
    """A command that a process waits for."""

    link: "StoreLink"
    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    answer: asyncio.Future[Any]
    asked_at: float
    """Moved on while everything stands still, so that nobody takes that for a silence."""
    sent_at: float
    dropped: bool = False
    """The connection ended before it arrived."""


@dataclass(slots=True)
class StoreServer:
    """The primary, and what is known of its replica."""

    loop: SimulatedLoop
    dice: random.Random
    store: WatchedStore
    waits: bool
    """Whether an answer waits for the replica (``?replicas=1``)."""
    links: list["StoreLink"] = field(default_factory=list)
    frozen: bool = False
    slow: float = 1.0
    """Factor of every latency."""
    _backlog: deque[StoreCall] = field(default_factory=deque)
    _replica: WatchedStore | None = None
    """The state of the replica while it falls behind; None while it has everything."""
    _behind_since: float = 0.0
    _held: list[StoreCall] = field(default_factory=list)

    def latency(self) -> float:
        """Return the seconds of one way through the network."""
        roll = self.dice.random()
        return (roll * 0.003 if roll < 0.97 else roll * 0.2) * self.slow

    def receive(self, call: StoreCall) -> None:
        """Do a command that arrived, or keep it while the server stands still."""
        if call.dropped or call.link.cut:
            return
        if self.frozen:
            self._backlog.append(call)
            return
        answer: Any = None
        error: Exception | None = None
        # One client of the store knows one worker number; here all processes share one store.
        self.store._leases.number = call.link.worker_number
        self.store.caller, self.store.sent_at = call.link.process.name, call.sent_at
        try:
            answer = run_in_memory(getattr(self.store, call.name)(*call.arguments, **call.options))
        except StoreAwayError as refused:
            error = refused
        call.link.worker_number = self.store._leases.number
        if call.name == "publish_hint":
            self._spread_hint(call.arguments)
        # Whoever hears that an event is known may answer it: so this read waits, too.
        is_durable = (
            call.name in DURABLE
            or (call.name == "load" and answer and answer.seen)
            or (call.name == "look" and call.options.get("leave_mark"))
        )
        if self._replica is not None and self.waits and is_durable:
            self._held.append(call)
            return
        self.loop.call_in(call.link.process, self.latency(), call.link.take_answer, call, answer, error)

    def _spread_hint(self, partitions: tuple[int, ...]) -> None:
        for link in self.links:
            for partition in partitions:
                self.loop.call_in(link.process, self.latency(), link.hints.tell_all, partition)

    def stand_still(self) -> None:
        """Take no command until :meth:`go_on`."""
        self.frozen = True

    def go_on(self) -> None:
        """Do everything that arrived meanwhile, whether somebody still waits for it or not."""
        self.frozen = False
        while self._backlog and not self.frozen:
            self.receive(self._backlog.popleft())

    def fall_behind(self) -> None:
        """Let the replica get nothing from here on."""
        if self._replica is None:
            self._replica, self._behind_since = self.store.copy_state(), self.loop.time()

    def catch_up(self) -> None:
        """Let the replica have everything again: answers that wait for it come, unless they waited for too long."""
        held, self._held, self._replica = self._held, [], None
        for call in held:
            call.link.fail_call(call, "written, but not enough replicas have it")

    def fail_over(self) -> float | None:
        """Make the replica the primary; return since when everything is gone, None if nothing is."""
        if self._replica is None:
            return None
        self.store, self._replica, self._held = self._replica, None, []
        for link in tuple(self.links):
            # What is under way leads to the server that is gone.
            link.break_connection(arrives=False)
        return self._behind_since

    def look_after_silence(self) -> None:
        """Give up what has waited for too long; called again and again."""
        now = self.loop.time()
        for call in tuple(self._held):
            if now - call.asked_at > WAIT_SECONDS:
                self._held.remove(call)
                call.link.fail_call(call, "written, but not enough replicas have it")
        for link in tuple(self.links):
            if link.waiting and now - link.waiting[0].asked_at > SILENCE_SECONDS:
                link.break_connection()


class StoreLink:
    """What a process sees of the store: the port, by one connection."""

    def __init__(self, server: StoreServer, process: LoopProcess) -> None:
        """Connect a process."""
        self.server = server
        self.process = process
        self.worker_number = 0
        self.cut = False
        """Nothing passes, in either direction, and nobody is told."""
        self.waiting: deque[StoreCall] = deque()
        self.hints = HintListeners()
        self.meetings = 0
        """How many connections have ended."""
        self._arrives_at = 0.0
        server.links.append(self)

    @property
    def partitions(self) -> int:
        """Number of partitions."""
        return self.server.store.partitions

    def partition_of(self, name: str) -> int:
        """Return the partition of a name."""
        return self.server.store.partition_of(name)

    def listen_hints(self) -> AsyncIterator[int]:
        """Yield the partitions that were hinted at."""
        return self.hints.start_listening()

    def all_subscribers(self, *, once: bool = True) -> AsyncIterator[tuple[str, bytes]]:
        """Yield every record."""
        return self.server.store.all_subscribers(once=once)

    async def close(self) -> None:
        """End the hints."""
        self.hints.end_all()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        """Return a command of the port that travels through the network."""
        command = partial(self._send, name)
        setattr(self, name, command)
        return command

    async def _send(self, name: str, *arguments: object, **options: object) -> object:
        server, loop = self.server, self.server.loop
        call = StoreCall(self, name, arguments, options, loop.create_future(), loop.now, loop.now)
        self.waiting.append(call)
        # Commands of a connection never overtake each other.
        self._arrives_at = max(self._arrives_at, loop.now + server.latency())
        loop.call_world(self._arrives_at, server.receive, call)
        return await call.answer

    def take_answer(self, call: StoreCall, answer: object, error: Exception | None) -> None:
        """Hand an answer to whoever waits for it."""
        if self.cut or call not in self.waiting:
            return
        self.waiting.remove(call)
        if call.answer.done():  # its caller was cancelled
            return
        if error is None:
            call.answer.set_result(answer)
        else:
            call.answer.set_exception(error)

    def fail_call(self, call: StoreCall, reason: str) -> None:
        """Tell a caller that nobody knows whether its command was done."""
        if call in self.waiting:
            self.waiting.remove(call)
        if not call.answer.done() and not self.process.dead:
            self.server.loop.call_in(self.process, 0.0, _raise_in, call.answer, reason)

    def break_connection(self, *, arrives: bool = True) -> None:
        """End the connection: of the commands that are under way the first ones arrive, and the others never do."""
        self.meetings += 1
        calls = tuple(self.waiting)
        arriving = int(self.server.dice.random() * (len(calls) + 1))
        for number, call in enumerate(calls):
            call.dropped = number >= arriving or not arrives
            self.fail_call(call, "the connection to the store was lost")
        self.waiting.clear()

    def leave(self) -> None:
        """Take the link of a process that ended out of the network; what was sent still arrives."""
        self.hints.end_all()
        if self in self.server.links:
            self.server.links.remove(self)


def _raise_in(answer: asyncio.Future[Any], reason: str) -> None:
    if not answer.done():
        answer.set_exception(StoreAwayError(reason))
