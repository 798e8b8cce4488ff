"""``doorstep rollback``: make the edition before the present one live again."""

import asyncio
from typing import Annotated

import typer

from service.cli import apply, output
from service.cli.open_store import reached
from service.cli.plan import show
from service.runtime.app import stored_clock
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import Live
from service.workspace.publishing.publish import OvertakenError
from service.workspace.publishing.publish import rollback as go_back


def rollback(*, json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Go back to the edition before; whoever stands in steps that it lacks finishes where they are."""
    try:
        live, plan = asyncio.run(_rollback())
    except OvertakenError:
        raise output.fail(apply.OVERTAKEN) from None
    if json:
        output.as_json({"plan": plan, "applied": live.epoch})
        return
    show(plan)
    output.out.print(f"[green]Edition {live.epoch} is live: the one before.[/]")


async def _rollback() -> tuple[Live, Plan]:
    async with reached() as (store, _):
        return await go_back(store, (await stored_clock(store)).now())
