"""``doorstep resume``: hand a conversation back to the bot, where nobody can press “Done” in the inbox."""

import asyncio
from typing import Annotated

import typer

from service.app import stored_clock
from service.clock import fresh_entropy
from service.commands import printing
from service.commands.reach import reached
from service.editions import following
from service.transact import Transactor
from subscribers import record as records
from subscribers.events import Control


def resume(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As doorstep waiting names them.")],
) -> None:
    """Hand a conversation back to the bot: it says that it is back, and goes on."""
    if not asyncio.run(_resume(subscriber)):
        message = f"{subscriber[:80]} waits for nobody. Who does: doorstep waiting"
        raise printing.fail(message)
    printing.out.print("[green]✓[/] The bot has the conversation again.")


async def _resume(subscriber: str) -> bool:
    async with reached() as (store, keys):
        raw = (await store.load(subscriber)).record
        if raw is None or not records.decode(raw).paused:
            return False
        clock, editions = await stored_clock(store), await following(store)
        transact = Transactor(
            store=store, keys=keys, clock=clock.now, entropy=fresh_entropy, rules=editions.rules,
            epoch=editions.number, renew=editions.renew,
        )
        event = Control(id=f"resume-{fresh_entropy().hex()}", at=clock.now(), action="given_back")
        await transact(subscriber, (event,))
        await store.hint(store.partition(subscriber))
        return True
