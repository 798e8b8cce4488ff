"""``doorstep replay``: recent conversations once more, against a changed flow."""

import asyncio
import heapq
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.ports import Store
from language.findings import did_you_mean
from service.cli import choose_workspace, output
from service.cli.open_store import reached
from service.engine.build_commit import read_line
from service.workspace.edition import Edition, load
from service.workspace.publishing.editions import running
from service.workspace.replay.replay import History, Replayed
from service.workspace.replay.replay import replay as again

LINES = 200
"""Lines of the history that are read of a person."""
LOOKED_AT = 20
"""How many people are looked at for each conversation that is wanted, newest first."""


def replay(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    last: Annotated[int, typer.Option(min=1, help="How many conversations, the newest.")] = 500,
    workspace: Annotated[Path | None, typer.Option(help="The changed workspace; default: as for check.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what differs as JSON.")] = False,
) -> None:
    """Show where answers would now go differently; nothing is sent or changed."""
    edition, _ = load(choose_workspace.workspace(workspace))
    found = asyncio.run(_replayed(flow, edition, last))
    if json:
        output.as_json(found)
    else:
        _show(found)


async def _replayed(flow: str, edition: Edition, last: int) -> Replayed:
    async with reached() as (store, _):
        return await replayed(store, flow, edition, last)


async def replayed(store: Store, flow: str, edition: Edition, last: int) -> Replayed:
    """Replay the newest conversations in a flow, against an edition."""
    live = await running(store)
    known = {*live.rules.flows.flows, *edition.rules.flows.flows}
    if flow not in known:
        message = f"there is no flow “{flow}”. {did_you_mean(flow, known)}"
        raise typer.BadParameter(message, param_hint="FLOW")
    return again(flow, await _histories(store, flow, last), live, edition)


async def _histories(store: Store, flow: str, last: int) -> list[History]:
    found: list[History] = []
    for name in await _newest(store, last * LOOKED_AT):
        lines = [read_line(raw) for raw in await store.log(name, last=LINES)]
        raw = (await store.load(name)).record
        if raw and any(line.flow == flow for line in lines):
            found.append(History(record=records.decode(raw), lines=lines))
        if len(found) == last:
            break
    return found


async def _newest(store: Store, most: int) -> list[str]:
    """Return who was heard of last, the newest first."""
    everybody = [(records.decode(raw).last_event_at, name) async for name, raw in store.everybody()]
    return [name for _, name in heapq.nlargest(most, everybody)]


def _show(found: Replayed) -> None:
    output.out.print(
        f"{output.counted(found.conversations, 'conversation')} in {escape(found.flow)}, "
        f"{output.counted(found.moves, 'answer')} given again"
        + (
            f"; {found.unclear:,} could not be: too little of {'it' if found.unclear == 1 else 'them'} is kept"
            if found.unclear
            else ""
        )
        + "."
    )
    if not found.differences:
        output.out.print(_reassurance(found))
        return
    table = Table("at step", "what was said", "led to", "would lead to", "times", box=None, pad_edge=False)
    for one in found.differences:
        said = escape(one.heard) or "(time went by)"
        table.add_row(escape(one.step), said, escape(one.then), f"[yellow]{escape(one.now)}[/]", f"{one.times:,}")
    output.out.print(table)


def _reassurance(found: Replayed) -> str:
    """Say of a replay without differences no more than it showed."""
    if not found.moves:
        return "[yellow]So nothing is known of where answers would go.[/]"
    if found.unclear:
        return "Every answer that was given again would go the same way."
    return "[green]Every answer would go the same way.[/]"
