"""A process that answers comments privately, and is killed at a given moment of it.

``python -m tests.support.reply_process MOMENT STORE_URL GRAPH_URL COMMENT``
"""

import asyncio
import sys

import bot.outbound.claims
from bot.graph_api.page_client import open_session
from bot.outbound.sender import ChatSender
from bot.private_replies import PrivateReplies
from domain.ports import Store
from domain.private_replies import placeholder_psid
from service.engine.clock import fresh_entropy, system_now
from store.valkey.store import open_store
from tests.support.clock import begin_test_time
from tests.support.messenger_world import APP_SECRET, KEYS, PAGE, TOKEN, NotedTransactions
from tests.support.sender_process import ECHO_WAIT_MS, LEASE_MS, DyingClient, KillSwitch, deliver_all, dying_store

MOMENTS = ("claimed", "begun", "before it is written", "written, no answer yet", "answered", "told", "erased")


async def main(moment: str, store_url: str, graph_url: str, comment: str) -> None:
    """Answer until killed."""
    bot.outbound.claims.ECHO_WAIT_MS = ECHO_WAIT_MS
    await answer_all(await open_store(store_url, check_value=KEYS.check_value), moment, graph_url, comment)


async def answer_all(store: Store, moment: str, graph_url: str, comment: str) -> NotedTransactions:
    """Answer a comment until nothing waits, or until the moment comes; return who was told of."""
    killed, told = KillSwitch(moment), NotedTransactions()
    erase = store.erase

    async def erase_or_die(subscriber: str) -> None:
        killed.die_at("told")
        await erase(subscriber)
        killed.die_at("erased")

    if moment:
        store = dying_store(store, killed)
        store.erase = erase_or_die  # type: ignore[method-assign]  # a moment of a kill
    async with open_session() as session:
        client = DyingClient(page=PAGE, token=TOKEN, app_secret=APP_SECRET, session=session, graph_url=graph_url)
        client.kill_switch = killed
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=told,
            clock=system_now,
            entropy=fresh_entropy,
            lease_ms=LEASE_MS,
            private_replies=PrivateReplies(store=store, transact=told, keys=KEYS, clock=system_now),
        )
        await deliver_all(store, sender, KEYS.subscriber_id(PAGE, placeholder_psid(comment)))
    return told


if __name__ == "__main__":
    begin_test_time()
    asyncio.run(main(*sys.argv[1:]))
