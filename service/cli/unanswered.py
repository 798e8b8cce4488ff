"""``doorstep unanswered``: what people wrote that no flow and no table had an answer to."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import typer
from msgspec import Struct
from rapidfuzz import fuzz, process
from rich.markup import escape
from rich.table import Table

from domain.ports import Store
from domain.unanswered_questions import UNANSWERED, Unanswered, read_unanswered
from flows.language.matching import normal
from service.cli import output
from service.cli.open_store import reached

ALIKE = 85
"""Percent of likeness from which on two texts are one question."""
SHOWN = 50
"""Groups shown to a person; programs get them all."""


class Group(Struct, frozen=True, kw_only=True):
    """Texts that are alike."""

    text: str
    """As the newest of them was written."""
    language: str
    times: int
    last: datetime
    places: tuple[str, ...]
    """Where it was said, as ``flow/step``; ``–`` outside of any flow."""


def unanswered(
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Empty the list after printing it.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print all groups as JSON.")] = False,
) -> None:
    """List what was not understood, alike texts together, the most frequent first."""
    found = grouped(asyncio.run(_lines(clear=clear)))
    if json:
        output.as_json(found)
        return
    table = Table("times", "what was written", "last (UTC)", "where", box=None, pad_edge=False)
    for one in found[:SHOWN]:
        table.add_row(f"{one.times:,}", escape(one.text), f"{one.last:%Y-%m-%d %H:%M}", escape(", ".join(one.places)))
    output.out.print(table if found else "Everything was understood.")
    if len(found) > SHOWN:
        output.out.print(f"and {len(found) - SHOWN:,} more: doorstep unanswered --json")


async def _lines(*, clear: bool) -> list[Unanswered]:
    async with reached() as (store, _):
        return await read(store, clear=clear)


async def read(store: Store, *, clear: bool = False) -> list[Unanswered]:
    """Return the lines of the book, by time; ``clear`` empties it."""
    lines = sorted(map(read_unanswered, await store.notes(UNANSWERED)), key=lambda one: one.at)
    if clear:
        await store.clear_notes(UNANSWERED)
    return lines


def grouped(lines: Iterable[Unanswered]) -> list[Group]:
    """Put alike texts of a language together, the most frequent first, then the newest."""
    groups: dict[str, list[Unanswered]] = {}
    for line in lines:
        words = f"{line.language} {normal(line.text)}"
        near = process.extractOne(words, groups.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE)
        groups.setdefault(near[0] if near and near[0].startswith(f"{line.language} ") else words, []).append(line)
    return sorted(map(_group, groups.values()), key=lambda one: (-one.times, -one.last.timestamp()))


def _group(lines: list[Unanswered]) -> Group:
    newest = lines[-1]
    places = tuple(dict.fromkeys(f"{one.flow}/{one.step}" if one.flow else "–" for one in lines))
    return Group(text=newest.text, language=newest.language, times=len(lines), last=newest.at, places=places)
