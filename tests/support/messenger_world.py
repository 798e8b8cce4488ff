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
from bot.outbound.handover_gate import GateCheck, always_open
from bot.outbound.sender import ChatSender
from bot.private_replies import PrivateReplies
from domain.declarations import Persona
from domain.effects import PostedEffect, SendChat, encode_posted
from domain.events import AnyEvent, ChatRefused, Commented
from domain.keyring import Keyring
from domain.ports import Claim, Commit, Posting, Transacted, chat_lane
from domain.record import Identity
from service.stand_ins.graph_api import GraphStandIn, PlatformUser
from tests.support.memory_store.store import MemoryStore

PAGE = "1234"
PSID = "7001"
TOKEN = "EAAtoken"
APP_SECRET = "app secret"
VERIFY = "verify me"
KEYS = Keyring("k" * 32)
START = datetime(2026, 11, 20, 12, tzinfo=UTC)
LANE = chat_lane(PAGE)


class MovableTime:
    """Business and server time, moved together by the test."""

    def __init__(self) -> None:
        """Begin at START."""
        self.now = START

    def __call__(self) -> datetime:
        """Return business time."""
        return self.now

    def server_ms(self) -> int:
        """Return server time."""
        return int(self.now.timestamp() * 1000)

    def move_seconds(self, seconds: float) -> None:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)


class NotedTransactions:
    """A ``Transact`` that notes what it is told, and raises what it is asked to."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.told: list[tuple[str, list[AnyEvent], Identity | None]] = []
        self.failures: list[Exception] = []
        self.store: MemoryStore | None = None
        """Asked whether a claim is held; None: each is."""

    async def __call__(
        self,
        subscriber: str,
        events: Sequence[AnyEvent],
        identity: Identity | None = None,
        *,
        held: Claim | None = None,
    ) -> Transacted:
        """Note the events, unless the claim that they hold is lost."""
        if self.failures:
            raise self.failures.pop(0)
        if held and self.store and not self.store.is_held(held):
            return Transacted(record=None, fresh=frozenset())
        self.told.append((subscriber, list(events), identity))
        return Transacted(record=None, fresh=frozenset(event.id for event in events))

    @property
    def events(self) -> list[AnyEvent]:
        """All events told, in order."""
        return [event for _, events, _ in self.told for event in events]


def subscriber_name(psid: str = PSID) -> str:
    """Return the record's name."""
    return KEYS.subscriber_id(PAGE, psid)


class Outbox:
    """What the tests put into and take out of a store."""

    def __init__(self, time: MovableTime) -> None:
        """Begin with an empty store."""
        self.store = MemoryStore(server_ms=time.server_ms)
        self._versions: dict[str, int] = {}

    async def post_items(self, *items: PostedEffect, psid: str = PSID) -> None:
        """Commit these items to the person's list."""
        await self.post_raw(*(encode_posted(message) for message in items), psid=psid)

    async def post_raw(self, *items: bytes, psid: str = PSID) -> None:
        """Commit these bytes to the person's list."""
        name = subscriber_name(psid)
        version = self._versions.get(name, 0)
        postings = tuple(Posting(lane=LANE, item=item) for item in items)
        await self.store.commit(Commit(subscriber=name, version=version, record=b"record", outbox=postings))
        self._versions[name] = version + 1

    async def claim(self, psid: str = PSID) -> Claim | None:
        """Claim the person's head if it is ready."""
        return await self.store.claim(LANE, subscriber_name(psid), lease_ms=60_000)

    async def deliver_all(self, sender: ChatSender, psid: str = PSID) -> None:
        """Deliver as a worker does: claim, and go on as long as the sender hands the next claim over."""
        claim = await self.claim(psid)
        while claim is not None:
            claim = await sender.deliver(claim)


def chat_message(number: int, text: str = "", *, psid: str = PSID, typing: bool = False) -> SendChat:
    """Return a message."""
    return SendChat(id=f"{subscriber_name(psid)}:{number}", to=psid, text=text or str(number), typing=typing)


def make_graph_stand_in(time: MovableTime, echo_to: str = "") -> GraphStandIn:
    """Return a Graph API that knows the Page and Mia."""
    people = {PSID: PlatformUser(first_name="Mia", locale="en_US", timezone=1)}
    return GraphStandIn(tokens={PAGE: TOKEN}, app_secret=APP_SECRET, clock=time, people=people, echo_to=echo_to)


def page_client(session: aiohttp.ClientSession, graph_url: str, *, token: str = TOKEN) -> MessengerClient:
    """Return the client of the Page."""
    return MessengerClient(page=PAGE, token=token, app_secret=APP_SECRET, session=session, graph_url=graph_url)


MakeServer = Callable[[web.Application], Awaitable[TestServer]]


@dataclass(kw_only=True)
class MessengerDesk:
    """A sender with its outbox, and the platform it sends to."""

    time: MovableTime
    outbox: Outbox
    graph: GraphStandIn
    transactions: NotedTransactions
    client: MessengerClient
    webhook: Webhook
    """The door that the platform's echoes reach."""
    personas: dict[str, Persona] = field(default_factory=dict)
    """Those that are declared now."""
    sender: ChatSender = field(init=False)

    def __post_init__(self) -> None:
        """Begin with one process."""
        self.transactions.store = self.outbox.store
        self.sender = self.make_sender()

    def make_sender(
        self, *, gate: GateCheck = always_open, private_replies: PrivateReplies | None = None
    ) -> ChatSender:
        """Return the sender of a process of its own."""
        return ChatSender(
            store=self.outbox.store,
            clients={PAGE: self.client},
            transact=self.transactions,
            clock=self.time,
            entropy=lambda: b"\x80" + bytes(15),
            personas=lambda: self.personas,
            gate=gate,
            private_replies=private_replies,
        )

    def arrived_texts(self, psid: str = PSID) -> list[str]:
        """Return what stands in the person's thread: texts, and sender actions in brackets."""
        return [
            str(delivered.message.get("text", f"[{delivered.action}]")) for delivered in self.graph.messages_to(psid)
        ]

    async def deliver_after(self, seconds: float = 0, psid: str = PSID) -> list[str]:
        """Let time pass, deliver what is ready, and return the thread."""
        self.time.move_seconds(seconds)
        await self.outbox.deliver_all(self.sender, psid)
        await self.graph.wait_until_delivered()
        return self.arrived_texts(psid)

    @property
    def refusal_reasons(self) -> list[str]:
        """The reasons told to the deciding functions."""
        return [event.reason for event in self.transactions.events if isinstance(event, ChatRefused)]


@asynccontextmanager
async def open_desk(
    aiohttp_server: MakeServer, is_answered: Callable[[Commented], bool] = lambda _: False
) -> AsyncIterator[MessengerDesk]:
    """Yield a desk whose platform echoes to a real webhook; ``is_answered`` says which comments a flow answers."""
    time, transactions = MovableTime(), NotedTransactions()
    outbox = Outbox(time)
    webhook = Webhook(
        secrets=AppSecrets(APP_SECRET),
        verify_token=VERIFY,
        transact=transactions,
        store=outbox.store,
        keys=KEYS,
        clock=time,
        is_answered=is_answered,
    )
    door = web.Application()
    door.add_routes(webhook.routes())
    server = await aiohttp_server(door)
    graph = make_graph_stand_in(time, echo_to=str(server.make_url(PATH)))
    platform = await aiohttp_server(graph.build_application())
    async with open_session(total_s=0.8) as session:
        yield MessengerDesk(
            time=time,
            outbox=outbox,
            graph=graph,
            transactions=transactions,
            webhook=webhook,
            client=page_client(session, str(platform.make_url("/"))),
        )
