"""``doorstep resume``: hand a conversation back to the bot, where nobody can press “Done” in the inbox."""

import asyncio
from typing import Annotated

import typer

from domain import record as records
from domain.events import Control
from service.cli import output
from service.cli.open_store import reached
from service.engine.clock import fresh_entropy
from service.engine.transact import Transactor
from service.runtime.app import stored_clock
from service.workspace.publishing.editions import following


def resume(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As doorstep waiting names them.")],
) -> None:
    """Hand a conversation back to the bot: it says that it is back, and goes on."""
    if not asyncio.run(_resume(subscriber)):
        message = f"{subscriber[:80]} waits for nobody. Who does: doorstep waiting"
        raise output.fail(message)
    output.out.print("[green]✓[/] The bot has the conversation again.")


async def _resume(subscriber: str) -> bool:
    async with reached() as (store, keys):
        raw = (await store.load(subscriber)).record
        if raw is None or not records.decode(raw).paused:
            return False
        clock, editions = await stored_clock(store), await following(store)
        transact = Transactor(
            store=store,
            keys=keys,
            clock=clock.now,
            entropy=fresh_entropy,
            rules=editions.rules,
            epoch=editions.number,
            renew=editions.renew,
        )
        event = Control(id=f"resume-{fresh_entropy().hex()}", at=clock.now(), action="given_back")
        await transact(subscriber, (event,))
        await store.hint(store.partition(subscriber))
        return True
