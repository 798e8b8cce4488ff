"""The composition: every part built once, handed what it needs, and taken down in the right order.

``web`` answers HTTP, ``worker`` wakes and sends, ``all`` is both in one process.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Literal

import structlog
from aiohttp import web
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from domain.ports import Claim, Clock, Posting, StoreError, chat_lane
from email_out.feedback.name_address import name_address
from email_out.transports.open_transport import open_transport
from onboarding.language.catalog import SequenceCatalog
from service.contact_lists.compare_lists import ListComparer
from service.contact_lists.keep_lists import ListKeeper
from service.engine.address_registry import AddressRegistry
from service.engine.archive_lines import archive_old_lines
from service.engine.clock import fresh_entropy, system_now
from service.engine.draft_links import DraftRules
from service.engine.local_delivery import LocalDelivery
from service.engine.transact import Transactor
from service.feedback.desk import FeedbackDesk
from service.issues.daily_choice import ReaderChoice
from service.issues.index_readers import ReaderIndex
from service.issues.release import IssueRelease
from service.runtime import scheduled_jobs
from service.runtime.base_parts import BaseParts, open_base_parts
from service.runtime.delivery import build_worker
from service.runtime.page_upkeep import PageUpkeep, build_upkeep
from service.runtime.sending.end_waits import WaitEnder
from service.runtime.settings import Settings
from service.runtime.store_watch.memory_notes import note_memory
from service.runtime.time_starts.let_begin import BeginKeeper
from service.runtime.time_starts.walk_starts import StartWalk
from service.runtime.web_app import build_web_app
from service.runtime.work_sharing.notify_workers import WorkerNotifier
from service.runtime.worker import Worker

log = structlog.get_logger("doorstep.lists")

Role = Literal["all", "web", "worker"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorstep(BaseParts):
    """A running installation: what commands, pages and tests reach into."""

    transact: Transactor
    addresses: AddressRegistry
    upkeep: PageUpkeep
    worker: Worker | None
    """None in the role ``web``."""
    list_comparer: ListComparer | None
    """What keeps contact lists at Mailjet in step; None without a worker or a key."""
    app: web.Application | None
    """None in the role ``worker``."""


@asynccontextmanager
async def open_doorstep(
    settings: Settings, role: Role, *, following: bool = False, clock: Clock = system_now
) -> AsyncIterator[Doorstep]:
    """Build everything for a role; on leaving, finish what is in hand and let go of the store.

    With ``following``, as in the demo, what is saved in the workspace's folder is live at once.  ``clock`` is the time
    from which business time runs on.
    """
    async with AsyncExitStack() as stack:
        parts = await open_base_parts(settings, stack, clock, following=following)
        # Opened before the engine, so closed after it: alerts may still be mailed while the worker stops.
        alert_transport = open_transport(settings.mail_url_for("transactional"), signing_keys=settings.dkim_keys)
        stack.push_async_callback(alert_transport.close)
        transact, addresses, worker = _build_engine(parts, role, stack)
        # Callbacks run from the last to the first: the jobs end, then what is being decided is committed, then the
        # worker stops, its mail connections close, the last hints go out, and the store closes.
        stack.push_async_callback(transact.settle)
        leads = worker.is_leader if worker else None
        upkeep = build_upkeep(parts, addresses, alert_transport, leads)
        _start_jobs(parts, upkeep, worker, stack, role=role, following=following)
        list_comparer = None
        if worker:
            _follow_starts(parts, transact, worker)
            _follow_issues(parts, transact, worker)
            list_comparer = _follow_contacts(parts, transact, addresses, worker)
        yield Doorstep(
            settings=parts.settings,
            store=parts.store,
            archive=parts.archive,
            stops=parts.stops,
            keys=parts.keys,
            clock=parts.clock,
            editions=parts.editions,
            breakers=parts.breakers,
            session=parts.session,
            supervisor=parts.supervisor,
            watch=parts.watch,
            window=parts.window,
            house=parts.house,
            brake=parts.brake,
            issues=parts.issues,
            pace=parts.pace,
            lane_brake=parts.lane_brake,
            contacts=parts.contacts,
            provider_erasures=parts.provider_erasures,
            clients=parts.clients,
            secrets=parts.secrets,
            transact=transact,
            addresses=addresses,
            upkeep=upkeep,
            worker=worker,
            list_comparer=list_comparer,
            app=None if role == "worker" else build_web_app(parts, transact, addresses, upkeep),
        )


def _build_engine(
    parts: BaseParts, role: Role, stack: AsyncExitStack
) -> tuple[Transactor, AddressRegistry, Worker | None]:
    """Return the transactor, the addresses, and the worker unless the role is ``web``."""
    worker: Worker

    # The transactor hands claims to the worker, and the worker's senders report refusals to the transactor: a true
    # circle.  These two look the worker up when they are called, which is long after it was built.
    def start_sending(claims: Sequence[Claim]) -> None:
        worker.take_claims(claims)

    def has_room(postings: Sequence[Posting], promised: int) -> bool:
        # A commit hands its mails to this process; those of a paused lane are left for the poll, which skips it.
        is_open = not any(parts.watch.is_paused(posting.lane) for posting in postings)
        return is_open and worker.has_room(postings, promised)

    lease_ms = parts.settings.lease_seconds * 1000
    delivery = LocalDelivery(start_sending=start_sending, has_room=has_room, lease_ms=lease_ms)
    hinter = WorkerNotifier(partition_of=parts.store.partition_of, hint=parts.store.publish_hint)
    stack.push_async_callback(hinter.settle)
    editions, breakers = parts.editions, parts.breakers
    transact = Transactor(
        store=parts.store,
        keys=parts.keys,
        clock=parts.clock.now,
        entropy=fresh_entropy,
        rules=editions.current_rules,
        epoch=editions.live_number,
        take_over_live=editions.take_over_live,
        override=DraftRules(store=parts.store, keys=parts.keys, editions=editions),
        delivery=None if role == "web" else delivery,
        notify_workers=hinter,
        house=parts.house.current_values,
        codes_paused=lambda: breakers.codes_paused,
        stops=parts.stops,
        fault=parts.watch.find_fault,
    )
    addresses = AddressRegistry(
        store=parts.store,
        transact=transact,
        clock=parts.clock.now,
        config=editions.current_config,
        window=parts.window,
        keys=parts.keys,
        stops=parts.stops,
    )
    if role == "web":  # commits then only leave hints, for the workers of other processes
        return transact, addresses, None
    worker = build_worker(parts, transact, addresses, stack)
    parts.lane_brake.is_leader = worker.is_leader
    return transact, addresses, worker


def _start_jobs(
    parts: BaseParts,
    upkeep: PageUpkeep,
    worker: Worker | None,
    stack: AsyncExitStack,
    *,
    role: Role,
    following: bool,
) -> None:
    """Start what goes on beside webhook and sender: following the live edition, and the scheduled jobs."""
    parts.supervisor.run_vital("watch over the store", parts.watch.follow())
    parts.supervisor.run_vital("house", parts.house.follow())
    parts.supervisor.run_vital("brake", parts.brake.follow())
    if worker is not None:  # who sends nothing tries nothing
        parts.supervisor.run_vital("lane brake", parts.lane_brake.follow())
    parts.supervisor.run_vital("issues", parts.issues.follow())
    parts.supervisor.run_vital("live edition", parts.editions.follow_live_edition())
    if parts.settings.workspace and following:
        parts.supervisor.run_vital("file watcher", parts.editions.watch_folder(parts.settings.workspace))
    scheduler: AsyncIOScheduler = scheduled_jobs.start_scheduler(
        parts.store, parts.breakers, parts.window, [chat_lane(page) for page in parts.clients]
    )
    if role != "web":  # one process would do; doing it twice harms nothing
        scheduler.add_job(_note_memory, "cron", args=(parts,), hour="*/6", minute=41, id="memory")
        scheduler.add_job(parts.editions.forget_old_versions, "cron", hour=3, id="versions")
        if worker is not None:
            _schedule_archive(parts, worker, scheduler)
    upkeep.schedule_jobs(scheduler, hears=role != "worker", examines=role != "web")
    stack.callback(scheduler.shutdown, wait=False)


async def _note_memory(parts: BaseParts) -> None:
    with suppress(StoreError):
        await note_memory(parts.store, system_now().date())


def _follow_starts(parts: BaseParts, transact: Transactor, worker: Worker) -> None:
    """Look at people for whom a start is new, and let those begin who were ordered to."""

    def live_sequences() -> SequenceCatalog:
        return parts.editions.current.rules.sequences

    walk = StartWalk(store=parts.store, transact=transact, catalog=live_sequences, is_leader=worker.is_leader)
    keeper = BeginKeeper(
        store=parts.store, transact=transact, clock=parts.clock.now, catalog=live_sequences, is_leader=worker.is_leader
    )
    parts.supervisor.run_vital("walk for new starts", walk.follow())
    parts.supervisor.run_vital("orders to begin", keeper.follow())


def _follow_issues(parts: BaseParts, transact: Transactor, worker: Worker) -> None:
    """Ask the readers of released issues; first complete the index of readers, if the store is older than it."""
    release = IssueRelease(
        store=parts.store,
        transact=transact,
        keys=parts.keys,
        clock=parts.clock.now,
        find_edition=parts.editions.find_edition,
        watch=parts.issues,
        is_leader=worker.is_leader,
        choose_today=ReaderChoice(store=parts.store, pace=parts.pace).begin,
    )
    index = ReaderIndex(store=parts.store, is_leader=worker.is_leader)
    parts.supervisor.run_vital("index of readers", index.complete_once())
    waits = WaitEnder(
        store=parts.store, issues=parts.issues, lanes=parts.watch, house=parts.house, is_leader=worker.is_leader,
        find_opening=parts.pace.find_opening,
    )  # fmt: skip
    parts.supervisor.run_vital("release of issues", release.follow())
    parts.supervisor.run_vital("mails that go on", waits.follow())


def _follow_contacts(
    parts: BaseParts, transact: Transactor, addresses: AddressRegistry, worker: Worker
) -> ListComparer | None:
    """Erase people at Mailjet, keep lists there in step and compare them; None where there is no key of Mailjet."""
    parts.supervisor.run_vital("erasures at the provider", parts.provider_erasures.follow(worker.is_leader))
    if not parts.contacts:
        if parts.editions.current_config().sync:
            # Else whoever declared a list would wait for it in vain.
            log.warning("contact_list_has_no_key", remedy="set DOORSTEP_MAILJET_KEYS, or a mail URL of Mailjet")
        return None
    desk = FeedbackDesk(
        store=parts.store, transact=transact, addresses=addresses, keys=parts.keys, clock=parts.clock.now
    )
    keeper = ListKeeper(
        store=parts.store,
        contacts=next(iter(parts.contacts.values())),
        config=parts.editions.current_config,
        clock=parts.clock.now,
        is_leader=worker.is_leader,
    )
    comparer = ListComparer(
        store=parts.store, keeper=keeper, clock=parts.clock.now, withdraw=desk.withdraw_topic,
        name_address=lambda email: name_address(email, parts.keys),
    )  # fmt: skip
    parts.supervisor.run_vital("contact lists", keeper.follow())
    parts.supervisor.run_vital("comparison of contact lists", comparer.follow(parts.editions.current_config))
    return comparer


def _schedule_archive(parts: BaseParts, worker: Worker, scheduler: AsyncIOScheduler) -> None:
    """Move old history lines into the archive every six hours, each worker those of its partitions."""

    async def archive_lines() -> None:
        await archive_old_lines(parts.store, parts.archive, worker.held_partitions)
        await asyncio.to_thread(parts.archive.drop_old_months, parts.clock.now(), parts.settings.archive_days)

    scheduler.add_job(archive_lines, "cron", hour="*/6", minute=17, id="archive")
