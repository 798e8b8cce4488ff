"""A process that sends as a worker does, and at a given moment is killed, or stands still until somebody wakes it.

``python -m tests.support.silent_process MOMENT SIGNAL SCALE STORE_URL GRAPH_URL``; SCALE shortens all leases.
"""

import asyncio
import os
import signal
import sys

import bot.outbound.claims
from bot.graph_api.page_client import open_session
from bot.outbound.sender import ChatSender
from domain.ports import Store
from service.engine.clock import fresh_entropy, system_now
from service.runtime.work_sharing import partition_leases
from service.runtime.work_sharing.partition_leases import PartitionLeases
from store.valkey.store import open_store
from tests.support.clock import begin_test_time
from tests.support.messenger_world import APP_SECRET, KEYS, LANE, PAGE, TOKEN, NotedTransactions, subscriber_name
from tests.support.sender_process import DyingClient, KillSwitch, dying_store

ECHO_WAIT_MS = 500
LEASE_MS = 60_000
"""Lease of a claim: a test that waited for its end would not end in time."""


class SilenceSwitch(KillSwitch):
    """Sends the process a signal when its moment comes, once."""

    def __init__(self, moment: str, number: signal.Signals) -> None:
        """Wait for this moment."""
        super().__init__(moment)
        self._signal = number

    def die_at(self, moment: str) -> None:
        """Fall silent, if it is this moment."""
        if moment == self.moment:
            self.moment = ""
            os.kill(os.getpid(), self._signal)


def shorten_leases(scale: float) -> None:
    """Let everything about leases take this part of its time."""
    partition_leases.PARTITION_LEASE_MS = int(partition_leases.PARTITION_LEASE_MS * scale)
    partition_leases.RENEW_SECONDS *= scale
    partition_leases.CERTAIN_SECONDS *= scale
    bot.outbound.claims.ECHO_WAIT_MS = ECHO_WAIT_MS


async def work_until_empty(store: Store, name: str, switch: KillSwitch, graph_url: str) -> None:
    """Work under a name: renew the leases, and deliver what waits for the subscriber until nothing does."""
    leases = PartitionLeases(name=name, store=store)
    await leases.renew()
    renewing = asyncio.create_task(_keep_renewing(leases))
    async with open_session() as session:
        client = DyingClient(page=PAGE, token=TOKEN, app_secret=APP_SECRET, session=session, graph_url=graph_url)
        client.kill_switch = switch
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=NotedTransactions(),
            clock=system_now,
            entropy=fresh_entropy,
            lease_ms=LEASE_MS,
            watch_claims=leases.watch_claims,
            secure_claims=leases.secure,
        )
        subscriber = subscriber_name()
        while await store.count_waiting(LANE, subscriber):
            claim = await store.claim(LANE, subscriber, lease_ms=LEASE_MS)
            while claim is not None:
                claim = await sender.deliver(claim)
            await asyncio.sleep(0.02)
    renewing.cancel()
    await store.release_leases(name)


async def _keep_renewing(leases: PartitionLeases) -> None:
    while True:
        await asyncio.sleep(partition_leases.RENEW_SECONDS)
        await leases.renew()


async def main(moment: str, number: str, scale: str, store_url: str, graph_url: str) -> None:
    """Work until silent."""
    shorten_leases(float(scale))
    switch = SilenceSwitch(moment, signal.Signals(int(number)))
    store = dying_store(await open_store(store_url, check_value=KEYS.check_value), switch)
    await work_until_empty(store, "silent", switch, graph_url)
    await store.close()


if __name__ == "__main__":
    begin_test_time()
    asyncio.run(main(*sys.argv[1:]))
