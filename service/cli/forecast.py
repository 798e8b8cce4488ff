"""``doorstep forecast``: the mails of the next days: what is likely, and what goes if nobody does anything."""

import asyncio
from collections.abc import Iterator
from datetime import date
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from domain.decision import Context
from service.cli import output
from service.cli.open_store import open_existing_store
from service.engine.clock import fresh_entropy
from service.engine.house.stored_values import load_house
from service.forecast.expect import DayForecast
from service.forecast.night_notes import ForecastNotes, load_notes
from service.forecast.read_people import MailsAhead, forecast_mails_ahead
from service.runtime.base_parts import load_clock
from service.workspace.publishing.begin_orders import Orders, load_orders
from service.workspace.publishing.editions import load_live_edition

NIGHTS_TOLD = 7


def forecast_mails(
    *,
    days: Annotated[int, typer.Option(min=1, max=60, help="How many days ahead, today included.")] = 7,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Say how many mails of sequences go out in the next days: likely, in which range, and if nobody does anything."""
    found, notes, orders = asyncio.run(_read_from_store(days))
    if json:
        output.print_json({
            "waiting": found.waiting, "read": found.read, "learnt": found.learnt, "days": found.days,
            "nights": notes.nights, "ordered": {name: order.a_day for name, order in orders.items()},
        })  # fmt: skip
        return
    about = f", reckoned from {found.read:,} of them" if found.read < found.waiting else ""
    output.out.print(f"{found.waiting:,} people wait in sequences{about}.")
    for name, day in zip(("Today", "Tomorrow"), found.days, strict=False):
        output.out.print(
            f"{name}: {day.expected:,.0f} mails ({day.low:,}–{day.high:,}), {day.at_most:,} if nobody does anything."
        )
    output.print_whole_table(_build_table(found))
    for line in (*_describe_basis(found), *_describe_orders(orders), *describe_nights(notes)):
        output.out.print(line, soft_wrap=True)


def describe_nights(notes: ForecastNotes) -> Iterator[str]:
    """Yield how far off the forecasts of the last nights were; nothing if none was compared yet."""
    told = [(night, night.sent) for night in notes.nights if night.sent is not None][-NIGHTS_TOLD:]
    if not told:
        return
    off = sum(sent - night.expected for night, sent in told)
    inside = sum(night.low <= sent <= night.high for night, sent in told)
    last, sent = told[-1]
    yield (
        f"How far off it was: on {_name_day(date.fromisoformat(last.day))} {sent:,} went out, {last.expected:,} were "
        f"forecast ({last.low:,}–{last.high:,}). In the range on {inside} of {len(told)} days; in all {off:+,} mails."
    )


def _describe_basis(found: MailsAhead) -> Iterator[str]:
    if not found.learnt:
        yield "Nothing is old enough yet to learn from: everybody is taken to do nothing, and nobody to come."


def _describe_orders(orders: Orders) -> Iterator[str]:
    """Yield what comes on top: who begins by an order is not known before it is their turn."""
    for name, order in sorted(orders.items()):
        most = f"{order.a_day:,} {'person' if order.a_day == 1 else 'people'}"
        yield f"On top: at most {most} a day begin {escape(name)} by order (apply --begin), {order.begun:,} so far."


def _build_table(found: MailsAhead) -> Table:
    table = Table("day", box=None, pad_edge=False)
    for heading in ("likely", "range", "if nobody acts"):
        table.add_column(heading, justify="right")
    table.add_column("likely of")
    for day in found.days:
        table.add_row(
            _name_day(day.day), f"{day.expected:,.0f}", f"{day.low:,}–{day.high:,}", f"{day.at_most:,}",
            escape(_list_steps(day)),
        )  # fmt: skip
    return table


def _list_steps(day: DayForecast) -> str:
    steps = sorted(day.steps.items(), key=lambda step: (-step[1], step[0]))
    return ", ".join(f"{number:,.0f} {step}" for step, number in steps if round(number))


def _name_day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


async def _read_from_store(days: int) -> tuple[MailsAhead, ForecastNotes, Orders]:
    async with open_existing_store() as (store, keys):
        edition = await load_live_edition(store)
        now = (await load_clock(store)).now()
        context = Context(
            now=now, entropy=fresh_entropy(), keys=keys, config=edition.config, house=await load_house(store)
        )
        found = await forecast_mails_ahead(store, edition.rules.sequences, context, days)
        return found, await load_notes(store), await load_orders(store)
