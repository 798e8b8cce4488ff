"""``doorstep rollback``: makes the previous edition live again."""

import asyncio
from typing import Annotated

import typer

from service.cli import apply, output
from service.cli.open_store import open_existing_store
from service.cli.plan import print_plan
from service.runtime.base_parts import load_clock
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import LiveEdition
from service.workspace.publishing.publish import OvertakenError, roll_back


def roll_back_edition(*, json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False) -> None:
    """Go back to the edition before; whoever stands in steps that it lacks finishes where they are."""
    try:
        live, plan = asyncio.run(_roll_back_in_store())
    except OvertakenError:  # somebody applied an edition at the same moment
        raise output.print_error(apply.OVERTAKEN) from None
    if json:
        output.print_json({"plan": plan, "applied": live.epoch})
        return
    print_plan(plan)
    output.out.print(f"[green]Edition {live.epoch} is live: the one before.[/]")


async def _roll_back_in_store() -> tuple[LiveEdition, Plan]:
    async with open_existing_store() as (store, _):
        return await roll_back(store, (await load_clock(store)).now())
