"""Upkeep: the jobs beside webhook and sender while the service runs: watchdog, counters, deletion requests."""

from collections.abc import Callable
from dataclasses import dataclass

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.graph_api.app_client import AppClient
from email_out.transports.base import Transport
from service.engine.address_registry import AddressRegistry
from service.engine.clock import fresh_entropy, system_now
from service.engine.house.watch import HouseWatch, TellTeam
from service.forecast.nightly import NightlyForecast
from service.messenger.webhook_watchdog import NOTE_EVERY, Watchdog
from service.privacy.erasure import Erasure
from service.privacy.meta_deletion import MetaDeletions
from service.runtime.base_parts import BaseParts
from service.runtime.counter_watch import CounterWatch
from service.runtime.operator_alerts import OperatorAlerts
from service.runtime.store_watch.alarms import StoreAlarms
from service.winners.nightly import NightlyWinners

EXAMINE_MINUTES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class PageUpkeep:
    """The watchdog, the counter watch and the deletions of an installation."""

    watchdog: Watchdog
    counter_watch: CounterWatch
    deletions: MetaDeletions
    store_alarms: StoreAlarms
    house: HouseWatch
    forecast: NightlyForecast
    winners: NightlyWinners
    tell_team: TellTeam
    is_leader: Callable[[], bool]

    def schedule_jobs(self, scheduler: AsyncIOScheduler, *, hears: bool, examines: bool) -> None:
        """Add the jobs: some if this process ``hears`` webhooks, some if it may be the one that ``examines`` Pages."""
        if hears:
            scheduler.add_job(self.watchdog.write_times, "interval", seconds=NOTE_EVERY.total_seconds(), id="heard")
            scheduler.add_job(self.house.write_heard, "interval", minutes=1, id="events heard")
        if examines:
            scheduler.add_job(
                self.house.judge_silence, "interval", minutes=1, id="silence", args=(self.tell_team, self.is_leader)
            )
            scheduler.add_job(self.forecast.note, "interval", minutes=EXAMINE_MINUTES, id="forecast")
            scheduler.add_job(self.winners.look, "interval", minutes=EXAMINE_MINUTES, id="winners")
            scheduler.add_job(self.watchdog.examine_pages, "interval", minutes=EXAMINE_MINUTES, id="watchdog")
            scheduler.add_job(self.counter_watch.watch_counters, "interval", minutes=EXAMINE_MINUTES, id="counters")
            scheduler.add_job(self.store_alarms.tell_new, "interval", minutes=1, id="store")
            scheduler.add_job(self.deletions.retry_open, "interval", minutes=EXAMINE_MINUTES, id="deletions")


def build_upkeep(
    parts: BaseParts, addresses: AddressRegistry, transport: Transport, leads: Callable[[], bool] | None
) -> PageUpkeep:
    """Return the watchdog, the counter watch and the deletions of an installation.

    ``transport`` mails the alerts.  ``leads`` returns True if this process is the one that examines the Pages; None
    without a worker, since then these jobs are not scheduled here.
    """
    settings, editions = parts.settings, parts.editions
    app = None
    if settings.messenger_app_id:
        app = AppClient(
            app_id=settings.messenger_app_id,
            app_secret=lambda: parts.secrets.main,
            session=parts.session,
            graph_url=settings.graph_url,
            api_version=settings.graph_version,
        )
    alerts = OperatorAlerts(config=editions.current_config, transport=transport, now=system_now, entropy=fresh_entropy)
    is_leader = leads or (lambda: True)
    parts.brake.tell_team = parts.provider_erasures.tell_team = alerts.mail_team
    # With Pages of several apps, no single app id is the subscribed one; then any app counts.
    app_id = settings.messenger_app_id if not settings.messenger_page_secrets else ""
    return PageUpkeep(
        watchdog=Watchdog(
            store=parts.store,
            clients=parts.clients,
            now=system_now,
            tell_team=alerts.mail_team,
            app_id=app_id,
            is_examiner=is_leader,
        ),
        counter_watch=CounterWatch(
            store=parts.store, clock=parts.clock.now, tell_team=alerts.mail_team, is_leader=is_leader
        ),
        store_alarms=StoreAlarms(
            list_alarms=lambda: [*parts.watch.list_alarms(), *parts.window.list_alarms()],
            tell_team=alerts.mail_team,
            is_leader=is_leader,
        ),
        house=parts.house,
        forecast=NightlyForecast(
            store=parts.store,
            clock=parts.clock.now,
            keys=parts.keys,
            editions=editions,
            house=parts.house,
            is_leader=is_leader,
        ),
        winners=NightlyWinners(
            store=parts.store,
            clock=parts.clock.now,
            keys=parts.keys,
            config=editions.current_config,
            sequences=lambda: editions.current_rules()[0].sequences,
            tell_team=alerts.mail_team,
            is_leader=is_leader,
        ),
        tell_team=alerts.mail_team,
        is_leader=is_leader,
        deletions=MetaDeletions(
            store=parts.store,
            keys=parts.keys,
            clock=parts.clock.now,
            erase=Erasure(
                store=parts.store,
                addresses=addresses,
                archive=parts.archive,
                stops=parts.stops,
                providers=parts.provider_erasures,
            ),
            app=app,
            app_secrets=lambda: parts.secrets.all_secrets,
            public_url=settings.public_url,
            config=editions.current_config,
        ),
    )
