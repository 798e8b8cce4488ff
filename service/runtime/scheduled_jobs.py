"""Scheduled jobs: periodic work in the background, run by APScheduler.

The worker's loops do not run here: one late job would delay all others, and the scheduler follows the machine's clock.
"""

from collections.abc import Sequence

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Gauge

from domain.ports import HOOKS, INTERNAL, LATER, MARKETING, TRANSACTIONAL, Store, StoreAwayError
from service.engine.confirmation_window import ConfirmationWindow
from service.runtime.circuit_breakers import CircuitBreakers
from service.runtime.store_watch.lane_pauses import load_pauses

log = structlog.get_logger("doorstep.chores")

STUCK = Gauge("doorstep_stuck_records", "Records whose deciding raises.")
UNKNOWN = Gauge("doorstep_sends_unknown", "Mails whose outcome is unknown.")
WAITING = Gauge("doorstep_waiting", "Subscribers with something waiting in a lane, by kind of lane.", ["lane"])
LATE = Gauge("doorstep_waiting_late_seconds", "Seconds since the first of a lane could have been tried.", ["lane"])
PAUSED = Gauge("doorstep_lane_paused", "1 while a mail lane is paused, by an operator or by its brake.", ["lane"])
BREAKER = Gauge("doorstep_breaker_open", "1 while a circuit breaker is open.", ["what"])
MEASURED_LANES = (INTERNAL, LATER, HOOKS, TRANSACTIONAL, MARKETING)


def start_scheduler(
    store: Store, breakers: CircuitBreakers, window: ConfirmationWindow, chat_lanes: Sequence[str]
) -> AsyncIOScheduler:
    """Return a started scheduler with the jobs of every role; end it with ``shutdown(wait=False)``."""

    async def sample_breakers() -> None:
        try:
            await breakers.sample_counters()
            BREAKER.labels("wrong codes").set(breakers.codes_paused)
            BREAKER.labels("confirmation mails").set(window.is_closed())
        except StoreAwayError:
            log.warning("store_away", job="breakers")

    async def count_troubles() -> None:
        try:
            stuck, unknown = await store.all_quarantined(), await store.sends_with_status("unknown")
        except StoreAwayError:
            log.warning("store_away", job="troubles")
            return
        # Neither mends itself: a rule must be fixed, or somebody must find out whether a mail arrived.
        STUCK.set(len(stuck))
        UNKNOWN.set(len(unknown))
        if stuck or unknown:
            log.warning("needs_a_look", what="doorstep sends --unknown", count=len(stuck) + len(unknown))

    async def measure_lanes() -> None:
        try:
            now, pauses = await store.server_ms(), await load_pauses(store)
            for lane in (TRANSACTIONAL, MARKETING):
                PAUSED.labels(lane).set(lane in pauses)
            for lane in (*chat_lanes, *MEASURED_LANES):
                count, since = await store.measure_lane(lane)
                WAITING.labels(lane).set(count)
                LATE.labels(lane).set(max(0, now - since) / 1000 if since is not None else 0)
        except StoreAwayError:
            log.warning("store_away", job="lanes")

    # A job that is late, for example after the machine slept, runs once and at once.
    scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.add_job(sample_breakers, "interval", minutes=1, id="breakers")
    scheduler.add_job(count_troubles, "interval", minutes=5, id="troubles")
    scheduler.add_job(measure_lanes, "interval", seconds=15, id="lanes")
    scheduler.start()
    return scheduler
