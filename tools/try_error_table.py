"""Tries each row of the error table, and prints what was sent, what the platform answered, and what Doorstep did.

``python -m tools.try_error_table`` prints it.  The sender is the real one, over HTTP to the stand-in; only time moves
by hand.  The last column comes from what arrived, what the flow was told, and when: not from the table that is tried.
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
from domain.ports import Claim, Commit, Posting, Transacted, chat_lane
from service.stand_ins.graph_api import GraphStandIn
from service.stand_ins.graph_failures import FAILURES
from tests.support.memory_store.store import MemoryStore

PAGE, PSID, TOKEN, SECRET, SUBSCRIBER = "1", "7", "token", "secret", "somebody"
LANE = chat_lane(PAGE)
DAY_S = 86_401
NAMES = {(failure.code, failure.subcode): name for name, failure in FAILURES.items()}
"""Names of the failures, by code and subcode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureTrial:
    """Outcome of one row."""

    answer: str
    """Status, code and subcode of the platform's answer."""
    arrived_at_once: tuple[str, ...]
    """Texts that arrived at once."""
    arrived_later: tuple[str, ...]
    """Texts that arrived within a day."""
    paused_s: int
    """Seconds for which the Page was paused."""
    waited_s: int
    """Seconds until the message was due again."""
    told_reasons: tuple[str, ...]
    """Reasons that the flow was told."""

    @property
    def describe_reaction(self) -> str:
        """What Doorstep did, as a sentence."""
        once = (
            "each arrived once"
            if sorted(self.arrived_later) == ["1", "2"]
            else f"arrived: {', '.join(self.arrived_later)}"
        )
        if self.told_reasons:
            return f"told the flow: {', '.join(self.told_reasons)}; never sent it again; the next message went at once"
        if self.paused_s:
            return f"let the Page wait {self.paused_s} s; then {once}"
        if self.arrived_at_once:
            return f"took it for sent; {once}"
        return f"tried again after {self.waited_s} s; {once}"


@dataclass(slots=True)
class _TrialWorld:
    """The clock, and a transactor that records what the flow is told."""

    now: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, tzinfo=UTC))
    told_reasons: list[str] = field(default_factory=list)

    def business_now(self) -> datetime:
        """Return business time."""
        return self.now

    def server_ms(self) -> int:
        """Return server time."""
        return int(self.now.timestamp() * 1000)

    async def __call__(self, subscriber: str, events: Sequence[AnyEvent], *, held: Claim | None = None) -> Transacted:
        """Record what the flow is told."""
        del subscriber, held
        self.told_reasons += [event.reason for event in events if isinstance(event, ChatRefused)]
        return Transacted(record=None, fresh=frozenset(event.id for event in events))


async def try_failure(kind: str) -> FailureTrial:
    """Send two messages, the first of which the platform refuses in this way, and let a day pass."""
    world = _TrialWorld()
    store = MemoryStore(server_ms=world.server_ms)
    graph = GraphStandIn(tokens={PAGE: TOKEN}, app_secret=SECRET, clock=world.business_now)
    graph.fail_next(kind)
    async with TestServer(graph.build_application()) as server, open_session() as session:
        url = str(server.make_url(""))
        client = MessengerClient(page=PAGE, token=TOKEN, app_secret=SECRET, session=session, graph_url=url)
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=world,
            clock=world.business_now,
            entropy=lambda: b"\x80" + bytes(15),
        )
        messages = [SendChat(id=f"{SUBSCRIBER}.{number}", to=PSID, text=str(number)) for number in (1, 2)]
        postings = tuple(Posting(lane=LANE, item=encode_posted(message)) for message in messages)
        await store.commit(Commit(subscriber=SUBSCRIBER, version=0, record=b"", outbox=postings))
        # First what happens at once, then a day later: retries and pauses are over by then.
        await _deliver_all(store, sender)
        arrived, paused, waited = _texts_on_phone(graph), await _paused_s(sender, world), await _ready_s(store, world)
        world.now += timedelta(seconds=DAY_S)
        await _deliver_all(store, sender)
    return FailureTrial(
        answer=_describe_answer(kind),
        arrived_at_once=arrived,
        arrived_later=_texts_on_phone(graph),
        paused_s=paused,
        waited_s=waited,
        told_reasons=tuple(world.told_reasons),
    )


async def _deliver_all(store: MemoryStore, sender: ChatSender) -> None:
    # Delivering returns the next claim of the lane; None if nothing is due.
    claim = await store.claim(LANE, SUBSCRIBER, lease_ms=60_000)
    while claim is not None:
        claim = await sender.deliver(claim)


async def _paused_s(sender: ChatSender, world: _TrialWorld) -> int:
    """Return the seconds for which the Page is not polled."""
    return next(
        (wait for wait in range(DAY_S) if LANE not in sender.paused_lanes(world.server_ms() + 1000 * wait)), DAY_S
    )


async def _ready_s(store: MemoryStore, world: _TrialWorld) -> int:
    """Return the seconds after which the first message may be tried again."""
    work = await store.poll(
        store.partition_of(SUBSCRIBER),
        now_ms=world.server_ms(),
        lanes=(LANE,),
        most_due=1,
        most_claims=0,
        lease_ms=1000,
    )
    return round(((work.next_ready_ms or world.server_ms()) - world.server_ms()) / 1000)


def _texts_on_phone(graph: GraphStandIn) -> tuple[str, ...]:
    return tuple(str(sent.message["text"]) for sent in graph.sent)


def _describe_answer(kind: str) -> str:
    failure = FAILURES[kind]
    return f"{failure.status} {failure.code}" + (f"/{failure.subcode}" if failure.subcode else "")


async def _print_table() -> None:
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())  # log lines would stand in the table
    lines = ["| Sent | Answered | Meaning | What Doorstep did |", "| --- | --- | --- | --- |"]
    for row in ERRORS:
        trial = await try_failure(NAMES[row.code, row.subcode])
        lines.append(f"| “1”, then “2” | {trial.answer} | {row.meaning} | {trial.describe_reaction} |")
    print("\n".join(lines))  # noqa: T201  this is what the command is for


if __name__ == "__main__":
    asyncio.run(_print_table())
