"""``doorstep mail lists``: what the last nightly comparison of the contact lists at Mailjet found."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from service.cli import output
from service.cli.open_store import open_existing_store
from service.contact_lists.compare_lists import ListComparison, load_comparisons


def show_lists(*, json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Say how far the contact lists at Mailjet are in step with the readers here, as of last night."""
    comparisons = asyncio.run(_read_comparisons())
    if json:
        output.print_json([_as_json(one) for one in comparisons])
        return
    if not comparisons:
        output.out.print(
            "No list was compared yet. Lists stand in doorstep.yaml under sync; a new one is compared within five "
            "minutes, and then each night after 03:00 UTC.",
            soft_wrap=True,
        )
        return
    columns = ("list", "topic", "compared", "in step", "added", "unsubscribed", "withdrawn", "older", "unknown")
    table = Table(*columns, box=None, pad_edge=False)
    for column in table.columns[3:]:
        column.justify = "right"
    for one in comparisons:
        counts = (one.in_step, one.added, one.unsubscribed, one.withdrawn, one.older, one.unknown_count)
        table.add_row(str(one.list), one.topic, f"{one.at:%Y-%m-%d %H:%M} UTC", *(f"{count:,}" for count in counts))
    output.print_whole_table(table)
    for one in comparisons:
        if one.unknown:
            output.out.print(f"List {one.list}: {_describe_strangers(one)}", soft_wrap=True)


def _describe_strangers(comparison: ListComparison) -> str:
    """Return whom nobody knows, by Mailjet's numbers, since their addresses are none of ours."""
    numbers = ", ".join(str(number) for number in comparison.unknown)
    unnamed = comparison.unknown_count - len(comparison.unknown)
    more = f" and {unnamed:,} more" if unnamed else ""
    noun = "contact" if comparison.unknown_count == 1 else "contacts"
    return f"nobody here knows {noun} {numbers}{more}. Nothing proves that they agreed, so they are not taken in."


def _as_json(comparison: ListComparison) -> dict[str, object]:
    plain = {name: getattr(comparison, name) for name in comparison.__struct_fields__}
    return plain | {"at": comparison.at.isoformat(), "unknown": list(comparison.unknown)}


async def _read_comparisons() -> list[ListComparison]:
    async with open_existing_store() as (store, _):
        return await load_comparisons(store)
