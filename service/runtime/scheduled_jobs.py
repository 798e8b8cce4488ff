"""Scheduled jobs: periodic work in the background, run by APScheduler.

The worker's loops do not run here: one late job would delay all others, and the scheduler follows the machine's clock.
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
    """Return a started scheduler with the jobs of every role; end it with ``shutdown(wait=False)``."""

    async def sample_breakers() -> None:
        try:
            await breakers.sample_counters()
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

    # A job that is late, for example after the machine slept, runs once and at once.
    scheduler = AsyncIOScheduler(job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1})
    scheduler.add_job(sample_breakers, "interval", minutes=1, id="breakers")
    scheduler.add_job(count_troubles, "interval", minutes=5, id="troubles")
    scheduler.start()
    return scheduler
