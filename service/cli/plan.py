"""``doorstep plan``: what would change for whom, if a workspace were made live."""

import asyncio
import shlex
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain.ports import Store
from language.findings import did_you_mean
from service.cli import choose_workspace, output
from service.cli.open_store import reached
from service.workspace.edition import Edition, load
from service.workspace.publishing.diff import Change, How, Plan
from service.workspace.publishing.publish import planned

SAID: dict[How, str] = {
    "new": "new", "gone": "gone", "renamed": "another name",
    "words": "other words", "rewired": "re-wired", "structure": "other steps",
}  # fmt: skip

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
]
Stay = Annotated[list[str] | None, typer.Option(help="A flow that is gone: its people finish in the old version.")]
End = Annotated[list[str] | None, typer.Option(help="A sequence that is gone: its running passes end.")]


def plan(
    folder: Folder = None,
    *,
    stay: Stay = None,
    end: End = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Compare a workspace with what is live: what differs, who stands there, and what will happen to them."""
    edition, _ = load(choose_workspace.workspace(folder))
    found = asyncio.run(_planned(edition, stay or (), end or ()))
    if json:
        output.as_json(found)
    else:
        show(found)
        _show_missing(found, folder)
    raise typer.Exit(output.WRONG if found.missing else output.GOOD)


async def _planned(edition: Edition, stay: Collection[str], end: Collection[str]) -> Plan:
    async with reached() as (store, _):
        return await only_plan(store, edition, stay, end)


async def only_plan(store: Store, edition: Edition, stay: Collection[str], end: Collection[str]) -> Plan:
    """Return the plan without what it was compared with."""
    found, _, _ = await planned(store, edition, stay=stay, end=end)
    check_names(found, edition, stay, end)
    return found


def check_names(found: Plan, edition: Edition, stay: Collection[str], end: Collection[str]) -> None:
    """Refuse flows and sequences that neither are gone nor are there; raises :class:`typer.Exit`."""
    gone = {(one.kind, one.name) for one in found.changes if one.how == "gone"}
    there = {("flow", name) for name in (*edition.rules.flows.flows, *(one.flow for one in found.older))}
    there |= {("sequence", name) for name in edition.rules.sequences.sequences}
    for option, kind, names in (("--stay", "flow", stay), ("--end", "sequence", end)):
        for name in names:
            if found.live != found.new and (kind, name) not in gone | there:
                hint = did_you_mean(name, [one for of, one in gone if of == kind]) or f"No {kind} is gone."
                message = f"{option}: there is no {kind} “{name}”. {hint}"
                raise output.fail(message, output.USAGE)


def show(found: Plan) -> None:
    """Print a plan for a person."""
    if found.live == found.new:
        output.out.print(f"Nothing differs from what is live (edition {found.epoch}).")
        return
    output.out.print(
        f"Compared with edition {found.epoch}, which is live; {output.counted(found.people, 'subscriber')} known."
    )
    table = Table("what", "people", "what happens to them", box=None, pad_edge=False)
    for change in found.changes:
        _rows(table, change)
    for path, how in found.files.items():
        table.add_row(f"{escape(path)}: {SAID[how]}", "", "")
    output.out.print(table)
    for one in found.older:
        flow, people = escape(one.flow), output.counted(one.people, "conversation")
        output.out.print(f"{people} in an older version of {flow} will finish there.")


def _rows(table: Table, change: Change) -> None:
    head = f"[bold]{change.kind} {escape(change.name)}[/]: {SAID[change.how]}"
    table.add_row(head, _number(change.people), escape(change.what))
    for step in change.steps:
        perhaps = f", now perhaps “{step.perhaps}”" if step.perhaps else ""
        said = f"{escape(step.step)}: {SAID[step.how]}{escape(perhaps)}"
        table.add_row(f"  {said}", _number(step.people), escape(step.what))


def _number(people: int) -> str:
    return f"{people:,}" if people else ""


def _show_missing(found: Plan, folder: Path | None) -> None:
    if found.missing:
        refuse(found, folder)
    elif found.live != found.new:
        output.out.print("[green]It can be applied: nobody is stranded.[/]")


def refuse(found: Plan, folder: Path | None) -> None:
    """Print what must be said before it can be applied; the commands are for the folder that was named."""
    verb = f"doorstep apply {shlex.quote(str(folder))}" if folder else "doorstep apply"
    output.findings([replace(one, hint=one.hint.replace("doorstep apply", verb)) for one in found.missing])
    open_ones = output.counted(len(found.missing), "question")
    output.out.print(f"[red]It cannot be applied: {open_ones} left open.[/]")
