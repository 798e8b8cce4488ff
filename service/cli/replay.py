"""``doorstep replay``: replays recent conversations against a changed flow."""

import asyncio
import heapq
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.ports import Store
from language.findings import suggest_name
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store
from service.engine.build_commit import decode_line
from service.workspace.edition import Edition, load_edition
from service.workspace.publishing.editions import load_live_edition
from service.workspace.replay.replay import PersonHistory, ReplayReport, replay_flow

HISTORY_LINES = 200
"""Newest lines of a person's history that are read."""
PEOPLE_PER_CONVERSATION = 20
"""People whose history is searched for each conversation that is wanted, the newest first."""


def replay_conversations(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="Such as newsletter.")],
    *,
    last: Annotated[int, typer.Option(min=1, help="How many conversations, the newest.")] = 500,
    workspace: Annotated[Path | None, typer.Option(help="The changed workspace; default: as for check.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print what differs as JSON.")] = False,
) -> None:
    """Show where answers would now go differently; nothing is sent or changed."""
    edition, _ = load_edition(choose_workspace.choose_workspace(workspace))
    report = asyncio.run(_replay_from_store(flow, edition, last))
    if json:
        output.print_json(report)
    else:
        _print_report(report)


async def _replay_from_store(flow: str, edition: Edition, last: int) -> ReplayReport:
    async with open_existing_store() as (store, _):
        return await replay_newest(store, flow, edition, last)


async def replay_newest(store: Store, flow: str, edition: Edition, last: int) -> ReplayReport:
    """Replay the newest conversations in a flow, against an edition."""
    live = await load_live_edition(store)
    flows = {*live.rules.flows.flows, *edition.rules.flows.flows}
    if flow not in flows:
        message = f"there is no flow “{flow}”. {suggest_name(flow, flows)}"
        raise typer.BadParameter(message, param_hint="FLOW")
    return replay_flow(flow, await _read_histories(store, flow, last), live, edition)


async def _read_histories(store: Store, flow: str, last: int) -> list[PersonHistory]:
    histories: list[PersonHistory] = []
    # Histories are read one by one until there are enough: most people were never in this flow.
    for name in await _newest_subscribers(store, last * PEOPLE_PER_CONVERSATION):
        lines = [decode_line(raw) for raw in await store.history(name, last=HISTORY_LINES)]
        raw = (await store.load(name)).record
        if raw and any(line.flow == flow for line in lines):  # no record: erased since the names were read
            histories.append(PersonHistory(record=records.decode(raw), lines=lines))
        if len(histories) == last:
            break
    return histories


async def _newest_subscribers(store: Store, most: int) -> list[str]:
    """Return the subscribers with the latest events, the newest first."""
    # The store knows no order by time, so every record is looked at once; only the newest names are kept.
    by_time = [(records.decode(raw).last_event_at, name) async for name, raw in store.all_subscribers()]
    return [name for _, name in heapq.nlargest(most, by_time)]


def _print_report(report: ReplayReport) -> None:
    output.out.print(
        f"{output.count_noun(report.conversations, 'conversation')} in {escape(report.flow)}, "
        f"{output.count_noun(report.moves, 'answer')} given again"
        + (
            f"; {report.unclear:,} could not be: too little of {'it' if report.unclear == 1 else 'them'} is kept"
            if report.unclear
            else ""
        )
        + "."
    )
    if not report.differences:
        output.out.print(_describe_no_difference(report))
        return
    table = Table("at step", "what was said", "led to", "would lead to", "times", box=None, pad_edge=False)
    for difference in report.differences:
        trigger = escape(difference.heard) or "(time went by)"
        table.add_row(
            escape(difference.step),
            trigger,
            escape(difference.then),
            f"[yellow]{escape(difference.now)}[/]",
            f"{difference.times:,}",
        )
    output.out.print(table)


def _describe_no_difference(report: ReplayReport) -> str:
    """Describe a replay without differences, and claim no more than it showed."""
    if not report.moves:
        return "[yellow]So nothing is known of where answers would go.[/]"
    if report.unclear:
        return "Every answer that was given again would go the same way."
    return "[green]Every answer would go the same way.[/]"
