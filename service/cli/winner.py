"""``doorstep winner``: which part of a split won, since when, or why that is open; and taking it back."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct
from msgspec.structs import replace
from rich.markup import escape
from rich.table import Table

from domain.decision import Context
from domain.keyring import Keyring
from domain.ports import Store
from language.findings import suggest_name
from onboarding.language.catalog import MailSequence
from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.reports.sequences.judge_winner import find_chosen, judge_split, list_sought
from service.reports.sequences.read_sequence import count_sequence
from service.runtime.base_parts import load_clock
from service.winners.change_choices import take_back_choice
from service.workspace.publishing.editions import load_live_edition

winner = typer.Typer(help="Parts of splits that won: what was chosen since when, and taking it back.")


class WinnerRow(Struct, frozen=True, kw_only=True):
    """One split of which the better part is looked for."""

    place: str
    """``SEQUENCE/STEP``."""
    part: str = ""
    """What newcomers get; empty if nothing is chosen now."""
    since: datetime | None = None
    is_early: bool = False
    """True if nothing was settled, and ``else`` of the file was taken."""
    taken_back: dict[str, datetime] = {}
    """Part → when it was taken back last."""
    too_early: str = ""
    """Why nothing is chosen yet, or what the next night will choose; empty if something is."""


@winner.callback(invoke_without_command=True)
def list_winners(
    context: typer.Context, *, json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False
) -> None:
    """List each split with a winner: what was chosen, since when, or why that is open."""
    if context.invoked_subcommand:
        return
    rows = asyncio.run(_read_from_store())
    if json:
        output.print_json(rows)
        return
    if not rows:
        output.out.print("No split of the live sequences looks for a winner.")
        return
    table = Table("where", "newcomers get", "", box=None, pad_edge=False)
    for row in rows:
        table.add_row(escape(row.place), escape(row.part or "as written"), escape("; ".join(tell_row(row))))
    output.print_whole_table(table)


@winner.command("undo")
def take_back_winner(
    place: Annotated[str, typer.Argument(metavar="SEQUENCE/STEP", help="Such as tasting_book/evaluate.")],
) -> None:
    """Divide newcomers by the shares of the file again, and compare anew; who has a part keeps it."""
    done = asyncio.run(_take_back(place))
    output.out.print(
        f"{place} divides newcomers as written again, and compares those who begin from now on."
        if done
        else f"Nothing is chosen for {place}.",
        soft_wrap=True,
    )


def tell_row(row: WinnerRow) -> Iterator[str]:
    """Yield what is known of one split, as half sentences."""
    if row.part:
        yield f"since {row.since:%d %b %Y}{': nothing was settled' if row.is_early else ''}"
    else:
        yield f"too early: {row.too_early}"
    for part, at in row.taken_back.items():
        yield f"{part} was taken back on {at:%d %b %Y}"


async def _read_from_store() -> list[WinnerRow]:
    async with open_existing_store() as (store, keys):
        return await read_winners(store, keys)


async def read_winners(store: Store, keys: Keyring) -> list[WinnerRow]:
    """Return every split of the live edition for which a winner is looked for."""
    edition, now = await load_live_edition(store), (await load_clock(store)).now()
    context = Context(now=now, entropy=fresh_entropy(), keys=keys, config=edition.config, house=await load_house(store))
    sequences = edition.rules.sequences.sequences.values()
    return [
        row for sequence in sequences if any(list_sought(sequence)) for row in await _read(store, sequence, context)
    ]


async def _read(store: Store, sequence: MailSequence, context: Context) -> list[WinnerRow]:
    tally, rows = await count_sequence(store, sequence, context, days=1), []
    for step in list_sought(sequence):
        place, chosen = f"{sequence.name}/{step.name}", find_chosen(tally, step)
        verdict = judge_split(tally, step)
        # The chore looks once a day, so something can have won since the last night.
        why = f"{verdict.winner} wins tonight: {verdict.why}" if verdict.winner else verdict.why
        taken_back = {one.part: one.until for one in context.house.chosen.get(place, ()) if one.until is not None}
        row = WinnerRow(place=place, taken_back=taken_back, too_early="" if chosen else why)
        if chosen:
            row = replace(row, part=chosen.part, since=chosen.at, is_early=chosen.is_early)
        rows.append(row)
    return rows


async def _take_back(place: str) -> bool:
    async with open_existing_store() as (store, _):
        sequences = (await load_live_edition(store)).rules.sequences.sequences.values()
        known = [f"{sequence.name}/{step.name}" for sequence in sequences for step in list_sought(sequence)]
        if place not in known and place not in (await load_house(store)).chosen:
            message = f"“{place}” is no split that looks for a winner. {suggest_name(place, known)}"
            raise typer.BadParameter(message, param_hint="SEQUENCE/STEP")
        return await take_back_choice(store, place, (await load_clock(store)).now())
