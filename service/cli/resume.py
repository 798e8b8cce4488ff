"""``doorstep resume``: hands a conversation back to the bot, for teams without the “Done” button of the inbox."""

import asyncio
from typing import Annotated

import typer

from domain import record as records
from domain.events import ThreadControlChanged
from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.engine.clock import fresh_entropy


def resume_bot(
    subscriber: Annotated[str, typer.Argument(metavar="SUBSCRIBER", help="As doorstep waiting names them.")],
) -> None:
    """Hand a conversation back to the bot: it says that it is back, and goes on."""
    if not asyncio.run(_give_back(subscriber)):
        message = f"{subscriber[:80]} waits for nobody. Who does: doorstep waiting"
        raise output.print_error(message)
    output.out.print("[green]✓[/] The bot has the conversation again.")


async def _give_back(subscriber: str) -> bool:
    async with open_existing_store() as (store, keys):
        raw = (await store.load(subscriber)).record
        if raw is None or not records.decode(raw).paused:
            return False
        # The event goes through the engine like “Done” in the inbox, so that the flow goes on as it does there.
        engine = await open_engine(store, keys)
        event = ThreadControlChanged(id=f"resume-{fresh_entropy().hex()}", at=engine.clock(), action="given_back")
        await engine.transact(subscriber, (event,))
        # The workers of the running service send what was decided here; the hint spares them the wait for a poll.
        await store.publish_hint(store.partition_of(subscriber))
        return True
