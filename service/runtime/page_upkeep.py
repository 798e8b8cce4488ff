"""What goes on beside webhook and sender for as long as the service runs: the watchdog, and deletion requests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import aiohttp
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.graph_api.app_client import AppClient
from bot.graph_api.page_client import MessengerClient
from bot.inbound.signature import AppSecrets
from domain.keyring import Keyring
from domain.workspace_config import WorkspaceConfig
from email_out.transports.smtp import Pool, parse_url
from service.engine.address_registry import Addresses
from service.engine.clock import fresh_entropy, system_now
from service.messenger.webhook_watchdog import NOTE_EVERY, Watchdog
from service.privacy.erasure import Erasure
from service.privacy.meta_deletion import Deletions
from service.runtime.operator_alerts import Alarms
from service.runtime.settings import Settings

LOOK_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Upkeep:
    """The watchdog and the deletions of an installation."""

    watchdog: Watchdog
    deletions: Deletions
    pool: Pool
    """By which alarms are mailed; close it at the end."""

    def schedule(self, scheduler: AsyncIOScheduler, *, hears: bool, looks: Callable[[], bool] | None) -> None:
        """Add the chores of a process that ``hears`` webhooks, and of one that may be the one that ``looks``."""
        if hears:
            scheduler.add_job(self.watchdog.write, "interval", seconds=NOTE_EVERY.total_seconds(), id="heard")
        if looks:
            self.watchdog.looks = looks
            scheduler.add_job(self.watchdog.look, "interval", minutes=LOOK_MINUTES, id="watchdog")
            scheduler.add_job(self.deletions.again, "interval", minutes=LOOK_MINUTES, id="deletions")


def upkeep(
    settings: Settings,
    addresses: Addresses,
    keys: Keyring,
    config: Callable[[], WorkspaceConfig],
    *,
    clients: Mapping[str, MessengerClient],
    secrets: AppSecrets,
    session: aiohttp.ClientSession,
) -> Upkeep:
    """Return the watchdog and the deletions of an installation with these settings."""
    store = addresses.store
    app = None
    if settings.messenger_app_id:
        app = AppClient(
            app_id=settings.messenger_app_id,
            app_secret=lambda: secrets.main,
            session=session,
            graph_url=settings.graph_url,
            api_version=settings.graph_version,
        )
    pool = Pool(parse_url(settings.mail_for("transactional")), size=1)
    alarms = Alarms(config=config, pool=pool, now=system_now, entropy=fresh_entropy)
    own = settings.messenger_app_id if not settings.messenger_page_secrets else ""
    return Upkeep(
        watchdog=Watchdog(store=store, clients=clients, now=system_now, tell=alarms.tell, app_id=own),
        deletions=Deletions(
            store=store,
            keys=keys,
            clock=addresses.clock,
            erase=Erasure(store=store, addresses=addresses),
            app=app,
            app_secrets=lambda: secrets.every,
            public_url=settings.public_url,
            config=config,
        ),
        pool=pool,
    )
