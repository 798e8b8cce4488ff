"""``doorstep rollback``: make the edition before the present one live again."""

import asyncio
from typing import Annotated

import typer

from service.app import stored_clock
from service.commands import apply, printing
from service.commands.plan import show
from service.commands.reach import reached
from service.live.about import Live
from service.live.apply import OvertakenError
from service.live.apply import rollback as go_back
from service.live.changes import Plan


def rollback(*, json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Go back to the edition before; whoever stands in steps that it lacks finishes where they are."""
    try:
        live, plan = asyncio.run(_rollback())
    except OvertakenError:
        raise printing.fail(apply.OVERTAKEN) from None
    if json:
        printing.as_json({"plan": plan, "applied": live.epoch})
        return
    show(plan)
    printing.out.print(f"[green]Edition {live.epoch} is live: the one before.[/]")


async def _rollback() -> tuple[Live, Plan]:
    async with reached() as (store, _):
        return await go_back(store, (await stored_clock(store)).now())
