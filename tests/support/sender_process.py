"""A process that sends what waits in the outbox, and is killed at a given moment of a send.

``python -m tests.support.sender_process MOMENT STORE_URL GRAPH_URL``
"""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Any

import bot.outbound.claims
from bot.graph_api.errors import Answer
from bot.graph_api.page_client import MessengerClient, open_session
from bot.outbound.sender import ChatSender
from domain.ports import Claim, Store
from service.engine.clock import fresh_entropy, system_now
from store.valkey.store import open_store
from tests.support.messenger_world import APP_SECRET, KEYS, LANE, PAGE, TOKEN, Transactions, subscriber

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


class Killed:
    """Kills the process when its moment comes, as a power cut would."""

    def __init__(self, moment: str) -> None:
        """Wait for this moment."""
        self.moment = moment

    def at(self, moment: str) -> None:
        """Die, if it is this moment."""
        if moment == self.moment:
            os.kill(os.getpid(), signal.SIGKILL)


class Client(MessengerClient):
    """A client whose process may die around a call."""

    killed: Killed

    async def send_raw(self, payload: Mapping[str, object], *, within: float | None = None) -> Answer:
        """Send, and die before it is written, while the answer is awaited, or with it."""
        if "message" not in payload:
            answer = await super().send_raw(payload, within=within)
            self.killed.at("typing shown")
            return answer
        self.killed.at("before it is written")
        call = asyncio.create_task(super().send_raw(payload, within=within))
        if self.killed.moment in WAITS:
            await asyncio.sleep(WAITS[self.killed.moment])
            self.killed.at(self.killed.moment)
        answer = await call
        self.killed.at("answered")
        return answer


def dying(store: Store, killed: Killed) -> Store:
    """Return the store, whose process may die around the steps of the outbox."""
    begin, settle = store.begin, store.settle

    async def beginning(claim: Claim, **more: Any) -> Any:  # noqa: ANN401  handed through
        killed.at("claimed")
        begun = await begin(claim, **more)
        killed.at("begun")
        return begun

    async def settling(claim: Claim, **more: Any) -> Any:  # noqa: ANN401  handed through
        settled = await settle(claim, **more)
        killed.at("settled")
        return settled

    store.begin, store.settle = beginning, settling  # type: ignore[method-assign]  # the moments of a kill
    return store


async def main(moment: str, store_url: str, graph_url: str) -> None:
    """Send until killed."""
    bot.outbound.claims.ECHO_WAIT_MS = ECHO_WAIT_MS
    await send_all(await open_store(store_url, check_value=KEYS.check_value), moment, graph_url)


async def send_all(store: Store, moment: str, graph_url: str) -> None:
    """Send until nothing waits, or until the moment comes."""
    killed = Killed(moment)
    if moment:
        store = dying(store, killed)
    async with open_session() as session:
        client = Client(page=PAGE, token=TOKEN, app_secret=APP_SECRET, session=session, graph_url=graph_url)
        client.killed = killed
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=Transactions(),
            clock=system_now,
            entropy=fresh_entropy,
            lease_ms=LEASE_MS,
        )
        await work_off(store, sender, subscriber())


async def work_off(store: Store, sender: ChatSender, name: str) -> None:
    """Deliver what waits for a subscriber, until nothing does."""
    while True:
        work = await store.poll(
            store.partition(name), now_ms=0, lanes=(LANE,), most_due=1, most_claims=1, lease_ms=LEASE_MS
        )
        for found in work.claims:
            claim: Claim | None = found
            while claim is not None:
                claim = await sender.deliver(claim)
        if not work.claims and work.next_ready_ms is None:
            return
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
