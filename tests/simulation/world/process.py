"""A process of the installation: the real parts, composed as :mod:`service.runtime.app` does, on the simulated loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal, cast
from unittest.mock import patch

import aiohttp
from aiohttp import HttpVersion11
from multidict import CIMultiDict

from bot.graph_api.http import FormChannel
from bot.graph_api.page_client import MessengerClient
from bot.inbound.signature import HEADER
from bot.inbound.webhook import Webhook
from domain.events import AnyEvent
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreAwayError, StoreError, StoreSight
from service.engine.address_registry import AddressRegistry
from service.engine.transact import Transactor
from service.runtime import app, base_parts
from service.runtime.settings import Settings
from service.runtime.store_watch.known_store import KnownStore, KnownStores
from service.runtime.supervisor import TaskSupervisor
from service.workspace.publishing.editions import Editions
from store.stop_file import Stop, StopFile, StopsKnown
from tests.simulation.world.loop import PROCESS, LoopProcess, SimulatedLoop, bury_tasks
from tests.simulation.world.platform import APP_ID, APP_SECRET, PAGE, PageChannel, Providers
from tests.simulation.world.store_server import StoreLink, StoreServer
from tests.simulation.world.truth import Truth
from tests.support.sample_workspace import tearoom_edition

KEYS = Keyring("a secret of more than thirty-two bytes")
SETTINGS = Settings(
    _env_file=None,
    secret="a secret of more than thirty-two bytes",
    store_url="redis://simulated:6379",
    public_url="https://doorstep.example.com",
    messenger_app_secret=APP_SECRET,
    messenger_app_id=APP_ID,
    messenger_verify_token="a verify token of the test",
    messenger_page_tokens={PAGE: "EAAtoken"},
    mail_url="smtp://mail.simulated:25",
)
Role = Literal["all", "web", "worker"]


class RememberedStores(KnownStores):
    """The file beside the service, which outlives its processes."""

    def __init__(self) -> None:
        """Begin without an entry."""
        super().__init__(Path("/nowhere"), "simulated")
        self._entry: KnownStore | None = None

    def read(self) -> KnownStore | None:
        """Return the entry."""
        return self._entry

    def write(self, sight: StoreSight) -> None:
        """Keep the entry."""
        self._entry = KnownStore(founded=sight.founded, mark_ms=sight.mark_ms)


class RememberedStops(StopFile):
    """The file of what people stopped, without a disk."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__(Path("/nowhere"))
        self._stops: list[Stop] = []

    def begin(self, now: datetime) -> None:
        """Do nothing."""

    def add_stops(self, stops: Sequence[Stop]) -> None:
        """Keep stops."""
        self._stops += stops

    def leave_mark(self, now: datetime) -> None:
        """Do nothing."""

    def read_known(self) -> StopsKnown | None:
        """Return None: nothing vouches for what is in memory."""

    def read_stops(self, since: datetime | None = None) -> Iterator[Stop]:
        """Yield the stops."""
        return iter(stop for stop in self._stops if since is None or stop.at >= since)


@dataclass(frozen=True, slots=True)
class World:
    """What processes are made in."""

    loop: SimulatedLoop
    truth: Truth
    server: StoreServer
    providers: Providers


class SimulatedProcess(LoopProcess):
    """One process, from its start to its end; its successor is another object."""

    def __init__(self, name: str, role: Role, world: World, known: RememberedStores) -> None:
        """Prepare a process; :meth:`start` starts it."""
        super().__init__(name)
        self.role = role
        self.world = world
        self.known = known
        self.stops = RememberedStops()
        self.link = StoreLink(world.server, self)
        self.wrong_by_ms = 0.0
        """By how much the clock of its machine is ahead."""
        self.is_up = False
        self.is_over = False
        self.transact: Transactor | None = None
        self.addresses: AddressRegistry | None = None
        self.supervisor = TaskSupervisor()
        self._webhook: Webhook | None = None
        self._stopping: asyncio.Event | None = None

    # -- its machine -----------------------------------------------------------------------------------------
    def machine_ms(self) -> int:
        """Return the time of the machine's clock."""
        return int(self.world.truth.epoch_ms + self.world.loop.now * 1000 + self.wrong_by_ms)

    def machine_now(self) -> datetime:
        """Return the same as a moment."""
        return datetime.fromtimestamp(self.machine_ms() / 1000, UTC)

    # -- life ------------------------------------------------------------------------------------------------
    def start(self) -> None:
        """Start it."""
        self.world.truth.note(f"{self.name} ({self.role}) starts")
        self.world.loop.start_in(self, self._run())

    def kill(self) -> None:
        """End it where it stands."""
        self.world.truth.note(f"{self.name} is killed")
        self.world.loop.kill(self)
        self.is_up, self.is_over = False, True
        self.link.leave()

    def stop(self) -> None:
        """Ask it to end, as SIGTERM does."""
        self.world.truth.note(f"{self.name} is asked to stop")
        self.is_up = False
        if self._stopping:
            self.world.loop.call_in(self, 0.0, self._stopping.set)

    async def _run(self) -> None:
        self._stopping = asyncio.Event()
        try:
            async with AsyncExitStack() as stack:
                await self._open(stack)
                self.is_up = self.role != "worker"
                await self._stopping.wait()
        except StoreError as error:
            self.world.truth.note(f"{self.name} ends: {type(error).__name__}")
        except Exception as error:  # noqa: BLE001  a process that cannot live breaks every promise
            self.world.truth.accuse(f"a process ended: {type(error).__name__}: {error}")
        if self.supervisor.failure:
            self.world.truth.accuse(f"a vital task failed: {self.supervisor.failure}")
        self.world.truth.note(f"{self.name} has ended")
        self.is_up, self.is_over = False, True
        self.link.leave()

    async def _open(self, stack: AsyncExitStack) -> None:
        parts = await base_parts.open_base_parts(SETTINGS, stack, self.machine_now, following=False)
        self.supervisor = parts.supervisor
        transact, addresses, _ = app._build_engine(parts, self.role, stack)
        stack.push_async_callback(transact.settle)
        for name, work in (
            ("watch over the store", parts.watch.follow()),
            ("house", parts.house.follow()),
            ("brake", parts.brake.follow()),
        ):
            parts.supervisor.run_vital(name, work)
        self.transact, self.addresses = transact, addresses
        self._webhook = Webhook(
            secrets=parts.secrets,
            verify_token=SETTINGS.messenger_verify_token,
            transact=transact,
            store=parts.store,
            keys=KEYS,
            clock=parts.clock.now,
            pages=parts.clients,
            app_id=APP_ID,
        )

    def make_client(self) -> MessengerClient:
        """Return the client of the Page, on the simulated network."""
        client = MessengerClient(page=PAGE, token="EAAtoken", app_secret=APP_SECRET, session=_NO_SESSION)
        client._send_channel = cast("FormChannel", PageChannel(self.world.providers))
        return client

    # -- its doors -------------------------------------------------------------------------------------------
    def receive(self, body: bytes, signature: str, tell: Callable[[int], None]) -> None:
        """Receive a webhook; ``tell`` hears the status."""

        async def answer() -> None:
            assert self._webhook
            tell((await self._webhook.receive_events(_make_request(body, signature))).status)

        self.world.loop.start_in(self, answer())

    def tell_event(self, subscriber: str, event: AnyEvent, tell: Callable[[int], None]) -> None:
        """Receive a product event, as the events API does behind its parsing."""

        async def answer() -> None:
            assert self.transact
            try:
                await self.transact(subscriber, (event,))
            except StoreAwayError:
                tell(503)
            else:
                tell(202)

        self.world.loop.start_in(self, answer())

    def unsubscribe(self, subscriber: str, address: str, topic: str, tell: Callable[[int], None]) -> None:
        """Receive a one-click unsubscribe, as the page does behind its token."""

        async def answer() -> None:
            assert self.addresses
            try:
                await self.addresses.unsubscribe(subscriber, address, topic, "one-click")
            except StoreAwayError:
                tell(503)
            else:
                tell(200)

        self.world.loop.start_in(self, answer())

    def bury(self) -> None:
        """Take its tasks apart, at the end of the simulation."""
        self.link.leave()
        bury_tasks(self)


_NO_SESSION = cast("aiohttp.ClientSession", SimpleNamespace(timeout=aiohttp.ClientTimeout(total=10.0), connector=None))


def put_into_world(stack: ExitStack) -> None:
    """Put the network of the current process where parts reach for a store, a platform, and what a machine knows."""

    def own(*_: object) -> SimulatedProcess:
        process = PROCESS.get()
        assert isinstance(process, SimulatedProcess)
        return process

    @asynccontextmanager
    async def open_link(_settings: Settings) -> AsyncIterator[Store]:
        yield cast("Store", own().link)

    @asynccontextmanager
    async def open_nothing() -> AsyncIterator[aiohttp.ClientSession]:
        yield _NO_SESSION

    async def open_tearoom(store: Store, _folder: object, now: Clock, *, following: bool) -> Editions:
        assert not following
        return Editions(tearoom_edition(), [], store, now)

    for name, replacement in (
        ("open_configured_store", open_link),
        ("open_session", open_nothing),
        ("open_editions", open_tearoom),
        ("open_known_stores", lambda _settings: own().known),
        ("open_stop_file", lambda _settings: own().stops),
        ("_make_clients", lambda _settings, _session: {PAGE: own().make_client()}),
        ("make_keyring", lambda _settings: KEYS),
        ("system_now", lambda: own().machine_now()),
    ):
        stack.enter_context(patch.object(base_parts, name, replacement))


def _make_request(body: bytes, signature: str) -> Any:  # noqa: ANN401  what the webhook asks of a request
    content = SimpleNamespace(is_eof=lambda: True, read_nowait=lambda: body)
    headers = CIMultiDict({HEADER: signature})
    return SimpleNamespace(
        headers=headers, content=content, content_length=len(body), version=HttpVersion11, keep_alive=True
    )
