"""Chores: periodic work that nobody waits for, run by APScheduler.

The hot loops are not here: one late job would stall every tick of the scheduler, and its timers follow the
machine's clock.
"""

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from prometheus_client import Gauge

from domain.ports import Store, StoreAwayError
from service.runtime.circuit_breakers import CircuitBreakers

log = structlog.get_logger("doorstep.chores")

STUCK = Gauge("doorstep_stuck_records", "Records whose deciding raises.")
UNKNOWN = Gauge("doorstep_sends_unknown", "Mails whose outcome is unknown.")


def start_scheduler(store: Store, breakers: CircuitBreakers) -> AsyncIOScheduler:
    """Return a started scheduler with all chores; shut it down with ``shutdown(wait=False)``."""

    async def breaker_sample() -> None:
        try:
            await breakers.sample_counters()
        except StoreAwayError:
            log.warning("store_away", job="breakers")

    async def watch_troubles() -> None:
        try:
            stuck, unknown = await store.all_quarantined(), await store.sends_with_status("unknown")
        except StoreAwayError:
            log.warning("store_away", job="troubles")
            return
        STUCK.set(len(stuck))
        UNKNOWN.set(len(unknown))
        if stuck or unknown:
            log.warning("needs_a_look", what="doorstep sends --unknown", count=len(stuck) + len(unknown))

    scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.add_job(breaker_sample, "interval", minutes=1, id="breakers")
    scheduler.add_job(watch_troubles, "interval", minutes=5, id="troubles")
    scheduler.start()
    return scheduler
