"""``doorstep apply``: make a workspace live, in all processes at once, without stranding anyone."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from service.app import stored_clock
from service.commands import printing, where
from service.commands.plan import End, Folder, Stay, check_names, refuse, show
from service.commands.reach import reached
from service.live.about import Live
from service.live.apply import NothingLiveError, OvertakenError, first, planned, swap
from service.live.changes import Plan
from service.workspace import Edition, load
from subscribers.ports import Store

OVERTAKEN = "another edition was made live meanwhile. Look at the plan again: doorstep plan"


def apply(
    folder: Folder = None,
    *,
    stay: Stay = None,
    end: End = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan and the new number as JSON.")] = False,
) -> None:
    """Make a workspace live; refuses to strand anyone, and says what to add."""
    edition, _ = load(where.workspace(folder))
    try:
        plan, live = asyncio.run(_apply(edition, stay or (), end or ()))
    except OvertakenError:
        raise printing.fail(OVERTAKEN) from None
    if json:
        printing.as_json({"plan": plan, "applied": live.epoch if live else None})
    else:
        _tell(plan, live, folder)
    raise typer.Exit(printing.GOOD if live else printing.WRONG)


async def _apply(edition: Edition, stay: Collection[str], end: Collection[str]) -> tuple[Plan | None, Live | None]:
    async with reached() as (store, _):
        return await applied(store, edition, stay, end)


async def applied(
    store: Store, edition: Edition, stay: Collection[str] = (), end: Collection[str] = ()
) -> tuple[Plan | None, Live | None]:
    """Apply; returns the plan (None for the first edition ever), and what is live now (None: refused)."""
    now = (await stored_clock(store)).now
    try:
        plan, live, old = await planned(store, edition, stay=stay, end=end)
    except NothingLiveError:
        if await store.epoch():
            raise
        return None, await first(store, edition, now())
    check_names(plan, edition, stay, end)
    if plan.missing:
        return plan, None
    if plan.live == plan.new:
        return plan, live
    swapped = await swap(store, live, old, edition, now())
    if swapped is None:
        raise OvertakenError
    return plan, swapped


def _tell(plan: Plan | None, live: Live | None, folder: Path | None) -> None:
    if plan:
        show(plan)
    if plan and plan.missing:
        refuse(plan, folder)
    if live and (plan is None or plan.live != plan.new):
        printing.out.print(f"[green]Edition {live.epoch} is live.[/] Back to the one before: doorstep rollback")
