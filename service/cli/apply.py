"""``doorstep apply``: make a workspace live, in all processes at once, without stranding anyone."""

import asyncio
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from domain.keyring import Keyring
from domain.ports import Store
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store
from service.cli.plan import (
    Begin,
    End,
    Folder,
    Stay,
    check_begin_names,
    check_option_names,
    print_plan,
    print_refusal,
    print_surge,
)
from service.forecast.mails_after_apply import is_surge, tell_mails_ahead
from service.forecast.night_notes import note_ordered
from service.runtime.base_parts import load_clock
from service.workspace.edition import Edition, load_edition
from service.workspace.publishing.begin_orders import most_a_day, order_begin
from service.workspace.publishing.diff import Plan
from service.workspace.publishing.live_edition import LiveEdition
from service.workspace.publishing.publish import (
    NothingLiveError,
    OvertakenError,
    plan_against_live,
    publish_first,
    swap_edition,
)

OVERTAKEN = "another edition was made live meanwhile. Look at the plan again: doorstep plan"


def apply_workspace(
    folder: Folder = None,
    *,
    stay: Stay = None,
    end: End = None,
    begin: Begin = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Also if many more mails than usual leave within an hour.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the plan and the new number as JSON.")] = False,
) -> None:
    """Make a workspace live; refuses to strand anyone, and says what to add."""
    edition, _ = load_edition(choose_workspace.choose_workspace(folder))
    try:
        plan, live, fit = asyncio.run(_apply_to_store(edition, stay or (), end or (), begin or (), yes=yes))
    except OvertakenError:
        raise output.print_error(OVERTAKEN) from None
    if json:
        output.print_json({"plan": plan, "applied": live.epoch if live else None, "begin": dict(fit)})
    else:
        _print_result(plan, live, folder, begin or ())
        _print_orders(fit)
    raise typer.Exit(output.GOOD if live else output.WRONG)


async def _apply_to_store(
    edition: Edition, stay: Collection[str], end: Collection[str], begin: Collection[str], *, yes: bool
) -> tuple[Plan | None, LiveEdition | None, Mapping[str, int]]:
    check_begin_names(edition, begin)
    async with open_existing_store() as (store, keys):
        plan, live = await apply_edition(store, edition, stay, end, keys=keys, yes=yes)
        if live is None or not begin:
            return plan, live, {}
        now = (await load_clock(store)).now()
        fit = await order_begin(store, edition.rules.sequences, begin, now)
        await note_ordered(store, edition.rules.sequences)
        return plan, live, fit


async def apply_edition(
    store: Store, edition: Edition, stay: Collection[str] = (), end: Collection[str] = (), *,
    keys: Keyring | None = None, yes: bool = False,
) -> tuple[Plan | None, LiveEdition | None]:  # fmt: skip
    """Apply an edition; return the plan (None for the first edition ever), and what is live now (None if refused).

    With keys the mails that come next are counted, and many at once are refused unless ``yes``.
    """
    now = (await load_clock(store)).now
    try:
        plan, live, old = await plan_against_live(store, edition, stay=stay, end=end, now=now())
    except NothingLiveError:
        # Without an epoch nothing was ever live.  With one, the live edition is missing, and nothing may overwrite it.
        if await store.live_edition_number():
            raise
        return None, await publish_first(store, edition, now())
    check_option_names(plan, edition, stay, end)
    # People would be stranded: nothing is written until the author has decided what becomes of them.
    if plan.missing:
        return plan, None
    if plan.live == plan.new:
        return plan, live
    if keys:
        plan = await tell_mails_ahead(plan, store, (old, edition), keys, now())
        if is_surge(plan.soon, edition.config.limits.surge) and not yes:
            return plan, None
    # Compare and swap: None if another process made an edition live since the plan was computed.
    swapped = await swap_edition(store, live, old, edition, now())
    if swapped is None:
        raise OvertakenError
    return plan, swapped


def _print_result(plan: Plan | None, live: LiveEdition | None, folder: Path | None, begin: Collection[str]) -> None:
    if plan:
        print_plan(plan, begin)
    if plan and plan.missing:
        print_refusal(plan, folder)
    elif plan and not live:
        print_surge(folder)
    if live and (plan is None or plan.live != plan.new):
        output.out.print(f"[green]Edition {live.epoch} is live.[/] Back to the one before: doorstep rollback")


def _print_orders(fit: Mapping[str, int]) -> None:
    for name, people in fit.items():
        if people:
            words = f"{people:,} fit already and begin from now on, at most {most_a_day(people):,} a day"
        else:
            words = "nobody fits already, so nobody begins"
        output.out.print(f"{escape(name)}: {words}.")
