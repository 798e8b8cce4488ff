"""The small world of the Messenger tests: a store in memory, the Graph stand-in, and a clock the test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.graph_api.page_client import MessengerClient, open_session
from bot.inbound.signature import AppSecrets
from bot.inbound.webhook import PATH, Webhook
from bot.outbound.sender import ChatSender
from domain.effects import Posted, SendChat, encode_posted
from domain.events import AnyEvent, ChatRefused
from domain.keyring import Keyring
from domain.ports import Claim, Commit, Posting, Transacted, chat_lane
from domain.record import Identity
from domain.workspace_config import Persona
from service.stand_ins.graph_api import GraphStandIn, Person
from store.memory.store import MemoryStore

PAGE = "1234"
PSID = "7001"
TOKEN = "EAAtoken"
APP_SECRET = "app secret"
VERIFY = "verify me"
KEYS = Keyring("k" * 32)
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANE = chat_lane(PAGE)


class Time:
    """Business and server time, moved together by the test."""

    def __init__(self) -> None:
        """Begin at START."""
        self.now = START

    def __call__(self) -> datetime:
        """Return business time."""
        return self.now

    def ms(self) -> int:
        """Return server time."""
        return int(self.now.timestamp() * 1000)

    def move(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class Transactions:
    """A ``Transact`` that notes what it is told, and raises what it is asked to."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.told: list[tuple[str, list[AnyEvent], Identity | None]] = []
        self.failures: list[Exception] = []

    async def __call__(
        self, subscriber: str, events: Sequence[AnyEvent], identity: Identity | None = None
    ) -> Transacted:
        """Note the events."""
        if self.failures:
            raise self.failures.pop(0)
        self.told.append((subscriber, list(events), identity))
        return Transacted(record=None, fresh=frozenset(event.id for event in events))

    @property
    def events(self) -> list[AnyEvent]:
        """All events told, in order."""
        return [event for _, events, _ in self.told for event in events]


def subscriber(psid: str = PSID) -> str:
    """Return the record's name."""
    return KEYS.subscriber_id(PAGE, psid)


class Outbox:
    """What the tests put into and take out of a store."""

    def __init__(self, time: Time) -> None:
        """Begin with an empty store."""
        self.store = MemoryStore(server_ms=time.ms)
        self._versions: dict[str, int] = {}

    async def post(self, *items: Posted, psid: str = PSID) -> None:
        """Commit these items to the person's list."""
        await self.post_raw(*(encode_posted(one) for one in items), psid=psid)

    async def post_raw(self, *items: bytes, psid: str = PSID) -> None:
        """Commit these bytes to the person's list."""
        name = subscriber(psid)
        version = self._versions.get(name, 0)
        postings = tuple(Posting(lane=LANE, item=item) for item in items)
        await self.store.commit(Commit(subscriber=name, version=version, record=b"record", outbox=postings))
        self._versions[name] = version + 1

    async def claim(self, psid: str = PSID) -> Claim | None:
        """Claim the person's head if it is ready."""
        return await self.store.claim(LANE, subscriber(psid), lease_ms=60_000)

    async def drain(self, sender: ChatSender, psid: str = PSID) -> None:
        """Deliver as a worker does: claim, and go on as long as the sender hands the next claim over."""
        claim = await self.claim(psid)
        while claim is not None:
            claim = await sender.deliver(claim)


def chat(number: int, text: str = "", *, psid: str = PSID, typing: bool = False) -> SendChat:
    """Return a message."""
    return SendChat(id=f"{subscriber(psid)}:{number}", to=psid, text=text or str(number), typing=typing)


def stand_in(time: Time, echo_to: str = "") -> GraphStandIn:
    """Return a Graph API that knows the Page and Mia."""
    people = {PSID: Person(first_name="Mia", locale="en_US", timezone=1)}
    return GraphStandIn(tokens={PAGE: TOKEN}, app_secret=APP_SECRET, clock=time, people=people, echo_to=echo_to)


def client(session: aiohttp.ClientSession, graph_url: str, *, token: str = TOKEN) -> MessengerClient:
    """Return the client of the Page."""
    return MessengerClient(page=PAGE, token=token, app_secret=APP_SECRET, session=session, graph_url=graph_url)


MakeServer = Callable[[web.Application], Awaitable[TestServer]]


@dataclass(kw_only=True)
class Desk:
    """A sender with its outbox, and the platform it sends to."""

    time: Time
    outbox: Outbox
    graph: GraphStandIn
    transactions: Transactions
    client: MessengerClient
    webhook: Webhook
    """The door that the platform's echoes reach."""
    personas: dict[str, Persona] = field(default_factory=dict)
    """Those that are declared now."""
    sender: ChatSender = field(init=False)

    def __post_init__(self) -> None:
        """Begin with one process."""
        self.sender = self.process()

    def process(self) -> ChatSender:
        """Return the sender of a process of its own."""
        return ChatSender(
            store=self.outbox.store,
            clients={PAGE: self.client},
            transact=self.transactions,
            clock=self.time,
            entropy=lambda: b"\x80" + bytes(15),
            personas=lambda: self.personas,
        )

    def arrived(self, psid: str = PSID) -> list[str]:
        """Return what stands in the person's thread: texts, and sender actions in brackets."""
        return [str(one.message.get("text", f"[{one.action}]")) for one in self.graph.thread(psid)]

    async def turn(self, seconds: float = 0, psid: str = PSID) -> list[str]:
        """Let time pass, deliver what is ready, and return the thread."""
        self.time.move(seconds)
        await self.outbox.drain(self.sender, psid)
        await self.graph.settled()
        return self.arrived(psid)

    @property
    def refusals(self) -> list[str]:
        """The reasons told to the deciding functions."""
        return [event.reason for event in self.transactions.events if isinstance(event, ChatRefused)]


@asynccontextmanager
async def open_desk(aiohttp_server: MakeServer) -> AsyncIterator[Desk]:
    """Yield a desk whose platform echoes to a real webhook."""
    time, transactions = Time(), Transactions()
    outbox = Outbox(time)
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET),
        verify_token=VERIFY,
        transact=transactions,
        store=outbox.store,
        keys=KEYS,
        clock=time,
    )
    door = web.Application()
    door.add_routes(webhook.routes())
    server = await aiohttp_server(door)
    graph = stand_in(time, echo_to=str(server.make_url(PATH)))
    platform = await aiohttp_server(graph.application())
    async with open_session(total_s=0.8) as session:
        yield Desk(
            time=time,
            outbox=outbox,
            graph=graph,
            transactions=transactions,
            webhook=webhook,
            client=client(session, str(platform.make_url("/"))),
        )
