"""``doorstep plan``: what would change for whom, if a workspace were made live."""

import asyncio
import shlex
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain.keyring import Keyring
from domain.ports import Store
from language.findings import suggest_name
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store
from service.forecast.mails_after_apply import is_surge, tell_mails_ahead
from service.runtime.base_parts import load_clock
from service.workspace.edition import Edition, load_edition
from service.workspace.publishing.diff import How, Plan, StepAhead, UnitChange
from service.workspace.publishing.publish import plan_against_live

CHANGE_NAMES: dict[How, str] = {
    "new": "new", "gone": "gone", "renamed": "another name",
    "words": "other words", "rewired": "re-wired", "structure": "other steps", "head": "another start, goal or rule",
}  # fmt: skip

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="Default: DOORSTEP_WORKSPACE, ., ./workspace, the shipped.")
]
Stay = Annotated[list[str] | None, typer.Option(help="A flow that is gone: its people finish in the old version.")]
End = Annotated[list[str] | None, typer.Option(help="A sequence that is gone: its running passes end.")]
Begin = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SEQUENCE", help="Who fits its condition or date already begins, at most a tenth of them a day."
    ),
]


def show_plan(
    folder: Folder = None,
    *,
    stay: Stay = None,
    end: End = None,
    begin: Begin = None,
    json: Annotated[bool, typer.Option("--json", help="Print the plan as JSON.")] = False,
) -> None:
    """Compare a workspace with what is live: what differs, who stands there, and what will happen to them."""
    edition, _ = load_edition(choose_workspace.choose_workspace(folder))
    computed = asyncio.run(_plan_against_store(edition, stay or (), end or (), begin or ()))
    if json:
        output.print_json(computed)
    else:
        print_plan(computed, begin or ())
        _print_verdict(computed, folder, edition.config.limits.surge)
    raise typer.Exit(output.WRONG if computed.missing else output.GOOD)


async def _plan_against_store(
    edition: Edition, stay: Collection[str], end: Collection[str], begin: Collection[str]
) -> Plan:
    async with open_existing_store() as (store, keys):
        now = (await load_clock(store)).now()
        return await plan_edition(store, edition, stay, end, begin=begin, now=now, keys=keys)


async def plan_edition(
    store: Store, edition: Edition, stay: Collection[str], end: Collection[str], *,
    begin: Collection[str] = (), now: datetime | None = None, keys: Keyring | None = None,
) -> Plan:  # fmt: skip
    """Return the plan alone, after the names of the options were checked; with keys also the mails that come next."""
    check_begin_names(edition, begin)
    computed, _, old = await plan_against_live(store, edition, stay=stay, end=end, now=now)
    check_option_names(computed, edition, stay, end)
    if keys is None or now is None or computed.live == computed.new:
        return computed
    return await tell_mails_ahead(computed, store, (old, edition), keys, now)


def check_begin_names(edition: Edition, begin: Collection[str]) -> None:
    """Raise :class:`typer.Exit` if ``--begin`` names something that no condition and no date begins."""
    begun_by_time = [sequence.name for sequence in edition.rules.sequences.begun_by_time]
    for name in begin:
        if name not in begun_by_time:
            hint = suggest_name(name, begun_by_time)
            message = f"--begin: no condition and no date begins a sequence “{name}”. {hint}".rstrip()
            raise output.print_error(message, output.USAGE)


def check_option_names(plan: Plan, edition: Edition, stay: Collection[str], end: Collection[str]) -> None:
    """Raise :class:`typer.Exit` if ``--stay`` or ``--end`` names something that is neither gone nor there."""
    gone = {(change.kind, change.name) for change in plan.changes if change.how == "gone"}
    there = {("flow", name) for name in (*edition.rules.flows.flows, *(version.flow for version in plan.older))}
    there |= {("sequence", name) for name in edition.rules.sequences.sequences}
    for option, kind, names in (("--stay", "flow", stay), ("--end", "sequence", end)):
        for name in names:
            # If nothing differs, the options of the last time are harmless: the command may be repeated.
            if plan.live != plan.new and (kind, name) not in gone | there:
                hint = (
                    suggest_name(name, [other for other_kind, other in gone if other_kind == kind])
                    or f"No {kind} is gone."
                )
                message = f"{option}: there is no {kind} “{name}”. {hint}"
                raise output.print_error(message, output.USAGE)


def print_plan(plan: Plan, begin: Collection[str] = ()) -> None:
    """Print a plan for people; ``begin`` names sequences whose people are let begin."""
    if plan.live == plan.new:
        output.out.print(f"Nothing differs from what is live (edition {plan.epoch}).")
        return
    output.out.print(
        f"Compared with edition {plan.epoch}, which is live; {output.count_noun(plan.people, 'subscriber')} known."
    )
    table = Table("what", "people", "what happens to them", box=None, pad_edge=False)
    for change in plan.changes:
        _add_change_rows(table, change)
        if change.fit is not None:
            table.add_row("  would begin now", "", escape(_describe_fitting(change, change.fit, begin)))
        for ahead in change.ahead:
            waiting = ahead.as_before + sum(number for _, number in ahead.otherwise)
            table.add_row(f"  who waits at {escape(ahead.step)}", f"{waiting:,}", escape(_describe_ahead(ahead)))
    for path, how in plan.files.items():
        table.add_row(f"{escape(path)}: {CHANGE_NAMES[how]}", "", "")
    output.out.print(table)
    if plan.soon and (plan.soon.yours or plan.soon.live):
        mails = output.count_noun(plan.soon.yours, "mail")
        output.out.print(f"Within an hour {mails} of sequences would leave; by the live version {plan.soon.live:,}.")
    for version in plan.older:
        flow, people = escape(version.flow), output.count_noun(version.people, "conversation")
        output.out.print(f"{people} in an older version of {flow} will finish there.")


def _add_change_rows(table: Table, change: UnitChange) -> None:
    head = f"[bold]{change.kind} {escape(change.name)}[/]: {CHANGE_NAMES[change.how]}"
    table.add_row(head, _format_people(change.people), escape(change.what))
    for step in change.steps:
        # A step that is gone and a similar new one: probably renamed, which the author confirms by ``migrate``.
        perhaps = f", now perhaps “{step.perhaps}”" if step.perhaps else ""
        change_of_step = f"{escape(step.step)}: {CHANGE_NAMES[step.how]}{escape(perhaps)}"
        table.add_row(f"  {change_of_step}", _format_people(step.people), escape(step.what))


def _describe_fitting(change: UnitChange, fit: int, begin: Collection[str]) -> str:
    if not fit:
        return "nobody, and nobody fits already"
    if change.name in begin:
        return f"{fit:,} who fit already, at most {change.a_day:,} a day"
    return f"nobody ({fit:,} fit already; --begin {change.name}: at most {change.a_day:,} a day)"


def _describe_ahead(ahead: StepAhead) -> str:
    as_before = [f"{ahead.as_before:,} go on as before"] if ahead.as_before else []
    return "; ".join([*as_before, *(f"{number:,} {what}" for what, number in ahead.otherwise)])


def _format_people(people: int) -> str:
    return f"{people:,}" if people else ""


def _print_verdict(plan: Plan, folder: Path | None, surge: int) -> None:
    if plan.missing:
        print_refusal(plan, folder)
    elif is_surge(plan.soon, surge):
        print_surge(folder)
    elif plan.live != plan.new:
        output.out.print("[green]It can be applied: nobody is stranded.[/]")


def print_surge(folder: Path | None) -> None:
    """Print that many more mails than usual would leave at once, and how to say that it is meant."""
    command = " ".join(["doorstep apply", *([shlex.quote(str(folder))] if folder else []), "--yes"])
    output.out.print(
        f"[red]So many more mails at once are not sent unasked.[/] If they are meant: {escape(command)}", soft_wrap=True
    )


def print_refusal(plan: Plan, folder: Path | None) -> None:
    """Print what the author must decide first; the commands in the hints name the folder that was given."""
    # The hints say “doorstep apply --stay …”: as copied, they must name the same folder.
    verb = f"doorstep apply {shlex.quote(str(folder))}" if folder else "doorstep apply"
    output.print_findings(
        [replace(finding, hint=finding.hint.replace("doorstep apply", verb)) for finding in plan.missing]
    )
    open_ones = output.count_noun(len(plan.missing), "question")
    output.out.print(f"[red]It cannot be applied: {open_ones} left open.[/]")
