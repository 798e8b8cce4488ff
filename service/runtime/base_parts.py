"""The parts that every role is built on: store, clock, editions, and the clients of the Pages."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from bot.graph_api.page_client import MessengerClient, open_session
from bot.inbound.signature import AppSecrets
from domain.keyring import Keyring
from domain.ports import Clock, Store, StoreReplacedError
from email_out.transports.mailjet_contacts import MailjetContacts
from service.contact_lists.open_contacts import open_contacts
from service.engine.clock import MovableClock, system_now
from service.engine.confirmation_window import ConfirmationWindow
from service.engine.house.watch import HouseWatch
from service.engine.stop_notes import StopNotes
from service.forecast.brake import Brake
from service.issues.watch import IssueWatch
from service.mail_pace.providers import ProviderBook
from service.mail_pace.share_keeper import ShareKeeper
from service.privacy.provider_erasure import ProviderErasures
from service.runtime.circuit_breakers import CircuitBreakers
from service.runtime.lane_brake.brake import LaneBrake
from service.runtime.settings import Settings, require_settings
from service.runtime.store_watch.clock_check import ClockCheck
from service.runtime.store_watch.known_store import KnownStores
from service.runtime.store_watch.watch import StoreWatch
from service.runtime.supervisor import TaskSupervisor
from service.workspace.publishing.editions import Editions, open_editions
from store.address import name_place
from store.embedded.server import embedded_server
from store.line_archive import LineArchive
from store.stop_file import StopFile
from store.valkey.store import open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseParts:
    """The parts that depend on no others."""

    settings: Settings
    store: Store
    archive: LineArchive
    """History lines that left the store."""
    stops: StopNotes
    """What people stopped, noted beside the store."""
    keys: Keyring
    clock: MovableClock
    """Business time."""
    editions: Editions
    breakers: CircuitBreakers
    session: aiohttp.ClientSession
    """Connections to the Graph API."""
    supervisor: TaskSupervisor
    watch: StoreWatch
    window: ConfirmationWindow
    house: HouseWatch
    brake: Brake
    issues: IssueWatch
    pace: ShareKeeper
    lane_brake: LaneBrake
    contacts: Mapping[str, MailjetContacts]
    """At Mailjet, by key; the first is the one that has the lists."""
    provider_erasures: ProviderErasures
    clients: dict[str, MessengerClient]
    """By Page id."""
    secrets: AppSecrets
    """What webhooks are signed with."""


async def open_base_parts(settings: Settings, stack: AsyncExitStack, clock: Clock, *, following: bool) -> BaseParts:
    """Build the parts; ``stack`` takes them down; see :func:`service.runtime.app.open_doorstep`."""
    store = await stack.enter_async_context(open_configured_store(settings))
    stop_file = open_stop_file(settings)
    watch = StoreWatch(
        store=store,
        stops=stop_file,
        known=open_known_stores(settings),
        clock_check=ClockCheck(right=settings.clock),
        now=system_now,
        accept_loss=settings.accept_loss,
        plays=following,
    )
    await watch.meet()
    if not settings.store_url:
        # Alone with the embedded store: who was killed with heads in hand is dead, and nobody need wait for the leases.
        await store.free_all()
    stack.push_async_callback(watch.leave)
    business_clock = await load_clock(store, watch.clock_check.correct(clock))
    issues = IssueWatch(store=store)
    await issues.look()
    editions = await open_editions(store, settings.workspace, business_clock.now, following=following)
    session = await stack.enter_async_context(open_session())
    # Entered after the store, so left before it: supervised tasks may use the store until they are cancelled.
    supervisor = TaskSupervisor()
    stack.push_async_callback(supervisor.close)
    providers = ProviderBook()
    keys, contacts = make_keyring(settings), open_contacts(list_mailjet_texts(settings), stack)
    return BaseParts(
        settings=settings,
        store=store,
        archive=open_archive(settings),
        stops=StopNotes(file=stop_file, clock=business_clock.now),
        keys=keys,
        clock=business_clock,
        editions=editions,
        breakers=CircuitBreakers(store=store, clock=business_clock.now, config=editions.current_config),
        session=session,
        supervisor=supervisor,
        watch=watch,
        window=ConfirmationWindow(
            store=store, clock=business_clock.now, limits=lambda: editions.current_config().limits
        ),
        house=HouseWatch(store=store, clock=business_clock.now, config=editions.current_config),
        brake=Brake(
            store=store,
            clock=business_clock.now,
            config=editions.current_config,
            sequences=lambda: editions.current_rules()[0].sequences,
        ),
        issues=issues,
        pace=ShareKeeper(store=store, clock=business_clock.now, config=editions.current_config, providers=providers),
        lane_brake=LaneBrake(
            store=store,
            clock=business_clock.now,
            now=system_now,
            config=editions.current_config,
            providers=providers,
        ),
        contacts=contacts,
        provider_erasures=ProviderErasures(store=store, keys=keys, clock=business_clock.now, contacts=contacts),
        clients=_make_clients(settings, session),
        secrets=AppSecrets(settings.messenger_app_secret, settings.messenger_page_secrets),
    )


def list_mailjet_texts(settings: Settings) -> list[str]:
    """Return the settings that may name keys of Mailjet; the one of marketing mail first, since lists live there."""
    return [settings.mail_url_for("marketing"), settings.mail_url_for("transactional"), settings.mailjet_keys]


@asynccontextmanager
async def open_configured_store(settings: Settings) -> AsyncIterator[Store]:
    """Open the store that the settings name; without a URL, the embedded one."""
    keys = make_keyring(settings)
    async with AsyncExitStack() as stack:
        url = settings.store_url
        if not url:
            url = await stack.enter_async_context(embedded_server(settings.data))
        # The store is bound to the secret: under another one, no keyed id would find its record.
        store = await open_known_store(settings, url, keys)
        stack.push_async_callback(store.close)
        yield store


async def open_known_store(settings: Settings, url: str, keys: Keyring) -> Store:
    """Open the store at a URL.  Raises :class:`StoreReplacedError` if it is not the one that was there before."""
    known = open_known_stores(settings)
    entry = known.read()
    try:
        return await open_store(url, check_value=keys.check_value, known=entry.founded if entry else None)
    except StoreReplacedError as error:
        raise known.explain_replaced(error) from None


def open_known_stores(settings: Settings) -> KnownStores:
    """Return what this installation knows of the stores it used."""
    return KnownStores(settings.data, name_place(settings.store_url))


def open_archive(settings: Settings) -> LineArchive:
    """Return the archive of history lines of this installation."""
    return LineArchive(settings.data / "archive")


def open_stop_file(settings: Settings) -> StopFile:
    """Return the file of what people stopped, in the folder that the settings name."""
    return StopFile(settings.stops or settings.data / "stops")


def make_keyring(settings: Settings) -> Keyring:
    """Return the keys of this installation; raises :class:`SettingsError` without a secret."""
    require_settings(settings, "secret")
    return Keyring(settings.secret, older=settings.older_secrets)


async def load_clock(store: Store, base: Clock = system_now) -> MovableClock:
    """Return business time: ``base`` plus the offset that the playground saved in the store."""
    offset_bytes = await store.load_meta("clock")

    # The offset is stored, so that a clock that was moved ahead does not fall back at the next start.
    async def keep_offset(offset: timedelta) -> None:
        await store.save_meta("clock", str(offset.total_seconds()).encode())

    return MovableClock(timedelta(seconds=float(offset_bytes or b"0")), base=base, keep=keep_offset)


def _make_clients(settings: Settings, session: aiohttp.ClientSession) -> dict[str, MessengerClient]:
    return {
        page: MessengerClient(
            page=page,
            token=token,
            app_secret=settings.app_secret_for(page),
            session=session,
            graph_url=settings.graph_url,
            api_version=settings.graph_version,
        )
        for page, token in settings.messenger_page_tokens.items()
    }
