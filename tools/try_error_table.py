"""Each row of the error table, tried: what was sent, what the platform answered, what Doorstep did.

``python -m tools.try_error_table`` prints it.  The sender is the real one, over HTTP to the stand-in; only time is
moved by hand.  What Doorstep did is told from what arrived, what was told to the flow, and when, not from the table.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from aiohttp.test_utils import TestServer

from bot.graph_api.errors import ERRORS
from bot.graph_api.page_client import MessengerClient, open_session
from bot.outbound.sender import ChatSender
from domain.effects import SendChat, encode_posted
from domain.events import AnyEvent, ChatRefused
from domain.ports import Commit, Posting, Transacted, chat_lane
from domain.record import Identity
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.graph_failures import FAILURES
from store.memory.store import MemoryStore

PAGE, PSID, TOKEN, SECRET, WHO = "1", "7", "token", "secret", "somebody"
LANE = chat_lane(PAGE)
DAY_S = 86_401
NAMES = {(one.code, one.subcode): name for name, one in FAILURES.items()}
"""Of the failures, by code and subcode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of one row."""

    answered: str
    """Status, code and subcode."""
    arrived: tuple[str, ...]
    """Texts on the phone at once."""
    later: tuple[str, ...]
    """Texts on the phone after a day."""
    paused_s: int
    """For how long the Page waits."""
    waited_s: int
    """For how long the message waits."""
    told: tuple[str, ...]
    """Reasons told to the flow."""

    @property
    def did(self) -> str:
        """What Doorstep did, in words."""
        once = "each arrived once" if sorted(self.later) == ["1", "2"] else f"arrived: {', '.join(self.later)}"
        if self.told:
            return f"told the flow: {', '.join(self.told)}; never sent it again; the next message went at once"
        if self.paused_s:
            return f"let the Page wait {self.paused_s} s; then {once}"
        if self.arrived:
            return f"took it for sent; {once}"
        return f"tried again after {self.waited_s} s; {once}"


@dataclass(slots=True)
class _World:
    """Time, and what the flow is told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    told: list[str] = field(default_factory=list)

    def clock(self) -> datetime:
        """Return business time."""
        return self.now

    def ms(self) -> int:
        """Return server time."""
        return int(self.now.timestamp() * 1000)

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Note what the flow is told."""
        del subscriber, identity
        self.told += [event.reason for event in events if isinstance(event, ChatRefused)]
        return Transacted(record=None, fresh=frozenset(event.id for event in events))


async def tried(kind: str) -> Trial:
    """Send two messages, of which the platform refuses the first in this way; let a day pass."""
    world = _World()
    store = MemoryStore(server_ms=world.ms)
    graph = GraphStandIn(tokens={PAGE: TOKEN}, app_secret=SECRET, clock=world.clock)
    graph.fail_next(kind)
    async with TestServer(graph.application()) as server, open_session() as session:
        url = str(server.make_url(""))
        client = MessengerClient(page=PAGE, token=TOKEN, app_secret=SECRET, session=session, graph_url=url)
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=world,
            clock=world.clock,
            entropy=lambda: b"\x80" + bytes(15),
        )
        messages = [SendChat(id=f"{WHO}.{number}", to=PSID, text=str(number)) for number in (1, 2)]
        postings = tuple(Posting(lane=LANE, item=encode_posted(one)) for one in messages)
        await store.commit(Commit(subscriber=WHO, version=0, record=b"", outbox=postings))
        await _drain(store, sender)
        arrived, paused, waited = _texts(graph), await _paused_s(sender, world), await _ready_s(store, world)
        world.now += timedelta(seconds=DAY_S)
        await _drain(store, sender)
    return Trial(
        answered=_answered(kind),
        arrived=arrived,
        later=_texts(graph),
        paused_s=paused,
        waited_s=waited,
        told=tuple(world.told),
    )


async def _drain(store: MemoryStore, sender: ChatSender) -> None:
    claim = await store.claim(LANE, WHO, lease_ms=60_000)
    while claim is not None:
        claim = await sender.deliver(claim)


async def _paused_s(sender: ChatSender, world: _World) -> int:
    """Return for how long the Page is not polled."""
    return next((wait for wait in range(DAY_S) if LANE not in sender.paused_lanes(world.ms() + 1000 * wait)), DAY_S)


async def _ready_s(store: MemoryStore, world: _World) -> int:
    """Return when the head may be tried again."""
    work = await store.poll(
        store.partition(WHO), now_ms=world.ms(), lanes=(LANE,), most_due=1, most_claims=0, lease_ms=1000
    )
    return round(((work.next_ready_ms or world.ms()) - world.ms()) / 1000)


def _texts(graph: GraphStandIn) -> tuple[str, ...]:
    return tuple(str(one.message["text"]) for one in graph.sent)


def _answered(kind: str) -> str:
    failure = FAILURES[kind]
    return f"{failure.status} {failure.code}" + (f"/{failure.subcode}" if failure.subcode else "")


async def _print() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # what is logged is not shown here
    lines = ["| Sent | Answered | Meaning | What Doorstep did |", "| --- | --- | --- | --- |"]
    for row in ERRORS:
        trial = await tried(NAMES[row.code, row.subcode])
        lines.append(f"| “1”, then “2” | {trial.answered} | {row.meaning} | {trial.did} |")
    print("\n".join(lines))  # noqa: T201  this is what the command is for


if __name__ == "__main__":
    asyncio.run(_print())
