"""A process that answers comments privately, and is killed at a given moment of it.

``python -m tests.support.reply_process MOMENT STORE_URL GRAPH_URL COMMENT``
"""

import asyncio
import sys

import bot.outbound.claims
from bot.graph_api.page_client import open_session
from bot.outbound.sender import ChatSender
from bot.private_replies import Invitations
from domain.ports import Store
from domain.private_replies import stand_in
from service.engine.clock import fresh_entropy, system_now
from store.valkey.store import open_store
from tests.support.messenger_world import APP_SECRET, KEYS, PAGE, TOKEN, Transactions
from tests.support.sender_process import ECHO_WAIT_MS, LEASE_MS, Client, Killed, dying, work_off

MOMENTS = ("claimed", "begun", "before it is written", "written, no answer yet", "answered", "told", "erased")


async def main(moment: str, store_url: str, graph_url: str, comment: str) -> None:
    """Answer until killed."""
    bot.outbound.claims.ECHO_WAIT_MS = ECHO_WAIT_MS
    await answer_all(await open_store(store_url, check_value=KEYS.check_value), moment, graph_url, comment)


async def answer_all(store: Store, moment: str, graph_url: str, comment: str) -> Transactions:
    """Answer a comment until nothing waits, or until the moment comes; return who was told of."""
    killed, told = Killed(moment), Transactions()
    erase = store.erase

    async def erasing(subscriber: str) -> None:
        killed.at("told")
        await erase(subscriber)
        killed.at("erased")

    if moment:
        store = dying(store, killed)
        store.erase = erasing  # type: ignore[method-assign]  # a moment of a kill
    async with open_session() as session:
        client = Client(page=PAGE, token=TOKEN, app_secret=APP_SECRET, session=session, graph_url=graph_url)
        client.killed = killed
        sender = ChatSender(
            store=store,
            clients={PAGE: client},
            transact=told,
            clock=system_now,
            entropy=fresh_entropy,
            lease_ms=LEASE_MS,
        )
        sender.invitations = Invitations(store=store, transact=told, keys=KEYS, clock=system_now)
        await work_off(store, sender, KEYS.subscriber_id(PAGE, stand_in(comment)))
    return told


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
