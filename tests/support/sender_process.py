"""A process that sends what waits in the outbox, and is killed at a given moment of a send.

``python -m tests.support.sender_process MOMENT STORE_URL GRAPH_URL``
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping
from typing import Any

import bot.outbound.claims
from bot.graph_api.errors import GraphAnswer
from bot.graph_api.page_client import MessengerClient, open_session
from bot.outbound.sender import ChatSender
from domain.ports import Claim, Store
from service.engine.clock import fresh_entropy, system_now
from store.valkey.store import open_store
from tests.support.clock import begin_test_time
from tests.support.messenger_world import APP_SECRET, KEYS, LANE, PAGE, TOKEN, NotedTransactions, subscriber_name

MOMENTS = (
    "claimed",
    "typing shown",
    "begun",
    "before it is written",
    "written, no answer yet",
    "echoed, no answer yet",
    "answered",
    "settled",
)
WAITS = {"written, no answer yet": 0.15, "echoed, no answer yet": 0.8}
"""Moments while the platform keeps its answer, in seconds: by then it has the message, or has also told the webhook."""
LEASE_MS = 250
ECHO_WAIT_MS = 2000
"""Shorter than in life, so that the test is; longer than the echo is on its way."""


class KillSwitch:
    """Kills the process when its moment comes, as a power cut would."""

    def __init__(self, moment: str) -> None:
        """Wait for this moment."""
        self.moment = moment

    def die_at(self, moment: str) -> None:
        """Die, if it is this moment."""
        if moment == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)


class DyingClient(MessengerClient):
    """A client whose process may die around a call."""

    kill_switch: KillSwitch

    async def send_raw(
        self,
        payload: Mapping[str, object],
        *,
        within: float | None = None,
        may_write: Callable[[], bool] | None = None,
    ) -> GraphAnswer:
        """Send, and die before it is written, while the answer is awaited, or with it."""
        if "message" not in payload:
            answer = await super().send_raw(payload, within=within)
            self.kill_switch.die_at("typing shown")
            return answer
        self.kill_switch.die_at("before it is written")
        call = asyncio.create_task(super().send_raw(payload, within=within, may_write=may_write))
        if self.kill_switch.moment in WAITS:
            await asyncio.sleep(WAITS[self.kill_switch.moment])
            self.kill_switch.die_at(self.kill_switch.moment)
        answer = await call
        self.kill_switch.die_at("answered")
        return answer


def dying_store(store: Store, killed: KillSwitch) -> Store:
    """Return the store, whose process may die around the steps of the outbox."""
    begin, settle = store.begin, store.settle

    async def begin_or_die(claim: Claim, **more: Any) -> Any:  # noqa: ANN401  handed through
        killed.die_at("claimed")
        begun = await begin(claim, **more)
        killed.die_at("begun")
        return begun

    async def settle_or_die(claim: Claim, **more: Any) -> Any:  # noqa: ANN401  handed through
        settled = await settle(claim, **more)
        killed.die_at("settled")
        return settled

    store.begin, store.settle = begin_or_die, settle_or_die  # type: ignore[method-assign]  # the moments of a kill
    return store


async def main(moment: str, store_url: str, graph_url: str) -> None:
    """Send until killed."""
    bot.outbound.claims.ECHO_WAIT_MS = ECHO_WAIT_MS
    await send_all(await open_store(store_url, check_value=KEYS.check_value), moment, graph_url)


async def send_all(store: Store, moment: str, graph_url: str) -> None:
    """Send until nothing waits, or until the moment comes."""
    killed = KillSwitch(moment)
    if moment:
        store = dying_store(store, killed)
    async with open_session() as session:
        client = DyingClient(page=PAGE, token=TOKEN, app_secret=APP_SECRET, session=session, graph_url=graph_url)
        client.kill_switch = killed
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=NotedTransactions(),
            clock=system_now,
            entropy=fresh_entropy,
            lease_ms=LEASE_MS,
        )
        await deliver_all(store, sender, subscriber_name())


async def deliver_all(store: Store, sender: ChatSender, name: str) -> None:
    """Deliver what waits for a subscriber, until nothing does."""
    while True:
        work = await store.poll(
            store.partition_of(name), now_ms=0, lanes=(LANE,), most_due=1, most_claims=1, lease_ms=LEASE_MS
        )
        for found in work.claims:
            claim: Claim | None = found
            while claim is not None:
                claim = await sender.deliver(claim)
        if not work.claims and work.next_ready_ms is None:
            return
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    begin_test_time()
    asyncio.run(main(*sys.argv[1:]))
