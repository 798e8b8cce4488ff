"""``doorstep apply``: make a workspace live, in all processes at once, without stranding anyone."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import typer

from domain.ports import Store
from service.cli import choose_workspace, output
from service.cli.open_store import reached
from service.cli.plan import End, Folder, Stay, check_names, refuse, show
from service.runtime.app import stored_clock
from service.workspace.edition import Edition, load
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import Live
from service.workspace.publishing.publish import NothingLiveError, OvertakenError, first, planned, swap

OVERTAKEN = "another edition was made live meanwhile. Look at the plan again: doorstep plan"


def apply(
    folder: Folder = None,
    *,
    stay: Stay = None,
    end: End = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan and the new number as JSON.")] = False,
) -> None:
    """Make a workspace live; refuses to strand anyone, and says what to add."""
    edition, _ = load(choose_workspace.workspace(folder))
    try:
        plan, live = asyncio.run(_apply(edition, stay or (), end or ()))
    except OvertakenError:
        raise output.fail(OVERTAKEN) from None
    if json:
        output.as_json({"plan": plan, "applied": live.epoch if live else None})
    else:
        _tell(plan, live, folder)
    raise typer.Exit(output.GOOD if live else output.WRONG)


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
        output.out.print(f"[green]Edition {live.epoch} is live.[/] Back to the one before: doorstep rollback")
