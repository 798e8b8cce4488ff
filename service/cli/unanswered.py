"""``doorstep unanswered``: messages that no flow and no table had an answer to."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from operator import attrgetter
from typing import Annotated

import typer
from msgspec import Struct
from rapidfuzz import fuzz, process
from rich.markup import escape
from rich.table import Table

from domain.ports import LedgerStore
from domain.unanswered_questions import UNANSWERED, UnansweredQuestion, read_unanswered
from flows.language.matching import normalize_text
from language.personal_values import clean_lines
from service.cli import output
from service.cli.open_store import open_existing_store

ALIKE_PERCENT = 85
"""Likeness in percent from which on two texts count as one question."""
MOST_SHOWN = 50
"""Groups shown to people; programs get all of them."""


class QuestionGroup(Struct, frozen=True, kw_only=True):
    """Similar texts, counted as one question."""

    text: str
    """The newest of the texts, as it was written."""
    language: str
    times: int
    last: datetime
    places: tuple[str, ...]
    """Where it was written, as ``flow/step``; ``–`` outside of any flow."""


def list_unanswered(
    *,
    clear: Annotated[bool, typer.Option("--clear", help="Empty the list after printing it.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print all groups as JSON.")] = False,
) -> None:
    """List what was not understood, alike texts together, the most frequent first."""
    groups = group_alike(asyncio.run(_read_from_store(clear=clear)))
    if json:
        output.print_json(groups)
        return
    table = Table("times", "what was written", "last (UTC)", "where", box=None, pad_edge=False)
    for group in groups[:MOST_SHOWN]:
        last, places = f"{group.last:%Y-%m-%d %H:%M}", escape(", ".join(group.places))
        table.add_row(f"{group.times:,}", escape(clean_lines(group.text)), last, places)
    output.out.print(table if groups else "Everything was understood.")
    if len(groups) > MOST_SHOWN:
        output.out.print(f"and {len(groups) - MOST_SHOWN:,} more: doorstep unanswered --json")


async def _read_from_store(*, clear: bool) -> list[UnansweredQuestion]:
    async with open_existing_store() as (store, _):
        return await read_unanswered_lines(store, clear=clear)


async def read_unanswered_lines(store: LedgerStore, *, clear: bool = False) -> list[UnansweredQuestion]:
    """Return the messages without an answer, by time; ``clear`` deletes them from the store."""
    lines = sorted(map(read_unanswered, await store.list_entries(UNANSWERED)), key=attrgetter("at"))
    # Reading comes first: a message that cannot be read must not be deleted.
    if clear:
        await store.clear_list(UNANSWERED)
    return lines


def group_alike(lines: Iterable[UnansweredQuestion]) -> list[QuestionGroup]:
    """Group similar texts of a language, the most frequent group first, then the newest."""
    groups: dict[str, list[UnansweredQuestion]] = {}
    for line in lines:
        key = f"{line.language} {normalize_text(line.text)}"
        # The language stands before the text, so that texts of two languages are not grouped; since it counts as a few
        # equal letters, the match is checked for it too.
        near = process.extractOne(key, groups.keys(), scorer=fuzz.ratio, score_cutoff=ALIKE_PERCENT)
        groups.setdefault(near[0] if near and near[0].startswith(f"{line.language} ") else key, []).append(line)
    return sorted(map(_make_group, groups.values()), key=lambda group: (-group.times, -group.last.timestamp()))


def _make_group(lines: list[UnansweredQuestion]) -> QuestionGroup:
    newest = lines[-1]
    places = tuple(dict.fromkeys(f"{line.flow}/{line.step}" if line.flow else "–" for line in lines))
    return QuestionGroup(text=newest.text, language=newest.language, times=len(lines), last=newest.at, places=places)
