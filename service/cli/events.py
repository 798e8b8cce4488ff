"""``doorstep events import``: takes a table of earlier events in, as history."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape

from domain.ports import StoreAwayError
from onboarding.events_api.backfill import Backfill, CheckedTable
from onboarding.events_api.csv_rows import LONGEST_LINE
from onboarding.events_api.intake import EventsIntake
from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.cli.timezones import UnknownTimezoneError, check_timezone
from service.engine.address_registry import AddressRegistry

events = typer.Typer(help="What people did before they came here.", no_args_is_help=True)

RESULTS = {
    "accepted": "taken in",
    "duplicate": "known already",
    "unknown_person": "of people nobody knows",
    "invalid": "left out",
}
"""What became of a row, and how it is said."""

TOLD_EVERY = 10_000
"""Lines after which the place is told."""


@events.callback()
def _keep_group() -> None:
    """Keep ``events`` a group: typer would make its only command the group itself."""


@events.command("import")
def import_events(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="The table.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Take them in; without it the file is only read.")] = False,
    timezone: Annotated[str, typer.Option("--timezone", help="Whose clock times without an offset are of.")] = "",
    skip: Annotated[bool, typer.Option("--skip-wrong", help="Take the others in though rows are wrong.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Begin anew with a file that was taken in before.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Take in what people did, as history: nothing starts and no goal is reached; without --write only check it."""
    asyncio.run(_run(file, _choose_zone(timezone), write=write, skip=skip, again=again, json=json))


async def _run(file: Path, zone: ZoneInfo | None, *, write: bool, skip: bool, again: bool, json: bool) -> None:
    async with open_existing_store() as (store, keys):
        engine = await open_engine(store, keys)
        addresses = AddressRegistry(
            store=store,
            transact=engine.transact,
            clock=engine.clock,
            config=engine.editions.current_config,
            keys=keys,
            stops=engine.stops,
        )
        intake = EventsIntake(
            users=store,
            transact=engine.transact,
            keys=keys,
            clock=engine.clock,
            config=engine.editions.current_config,
            find_owner=addresses.find_owner,
        )
        backfill = Backfill(
            intake=intake,
            meta=store,
            config=engine.editions.current_config(),
            now=engine.clock(),
            name=str(file),
            open_lines=lambda: _read_lines(file),
            zone=zone,
        )
        # Checked whole before anything is written: half a table is hard to take back.
        checked = backfill.check()
        counts: Counter[str] = Counter()
        is_fine = not checked.is_unreadable and (skip or not checked.wrong)
        if write and is_fine:
            counts = await _take_in(backfill, again=again)
        if json:
            _print_json(checked, counts)
        else:
            _print(file, checked, counts, write=write)
        if not is_fine:
            raise typer.Exit(output.WRONG)


async def _take_in(backfill: Backfill, *, again: bool) -> Counter[str]:
    note = None if again else await backfill.find_note()
    if note and note.is_whole:
        message = f"{backfill.name} was taken in on {note.at:%Y-%m-%d}. Take it in once more: --again"
        raise output.print_error(message)
    reached = note.line if note else 0
    if reached:
        output.err.print(f"It goes on behind line {reached:,}.")

    def tell(line: int) -> None:
        nonlocal reached
        if line // TOLD_EVERY > reached // TOLD_EVERY:
            output.err.print(f"Line {line:,} …")
        reached = line

    try:
        return await backfill.take_in(reached, tell)
    except StoreAwayError:
        message = f"The store went away behind line {reached:,}. The same command goes on from there."
        raise output.print_error(message) from None


def _print(file: Path, checked: CheckedTable, counts: Counter[str], *, write: bool) -> None:
    output.print_findings(checked.findings)
    # Warnings of the header are no rows.
    unshown = checked.wrong - sum(finding.severity == "error" for finding in checked.findings)
    if unshown > 0:
        output.out.print(f"… and {unshown:,} more rows that are wrong.")
    if checked.is_unreadable:
        return
    span = f", {_day(checked.first)} to {_day(checked.last)}" if checked.first else ""
    wrong = f", {checked.wrong:,} of them wrong" if checked.wrong else ""
    output.out.print(f"{escape(file.name)}: {checked.rows:,} rows{wrong}{span}.", soft_wrap=True)
    for name, number in checked.events.most_common():
        output.out.print(f"{number:>9,} {name}")
    if counts:
        output.out.print(", ".join(f"{counts[name]:,} {said}" for name, said in RESULTS.items() if counts[name]) + ".")
    elif not write:
        hint = " --skip-wrong" if checked.wrong else ""
        said = f"Nothing is written yet. Take them in: doorstep events import {file} --write{hint}"
        output.out.print(escape(said), soft_wrap=True)


def _print_json(checked: CheckedTable, counts: Counter[str]) -> None:
    output.print_json(
        {
            "rows": checked.rows,
            "wrong": checked.wrong,
            "events": dict(checked.events),
            "first": checked.first or None,
            "last": checked.last or None,
            "findings": [str(finding) for finding in checked.findings],
            "written": dict(counts),
        }
    )


def _day(at: str) -> str:
    return datetime.fromisoformat(at).date().isoformat()


def _read_lines(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        # A line without an end is cut, so that a file that is no table does not fill the memory.
        while line := opened.readline(LONGEST_LINE + 1):
            yield line


def _choose_zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(check_timezone(name))
    except UnknownTimezoneError as error:
        raise typer.BadParameter(str(error), param_hint="--timezone") from None
