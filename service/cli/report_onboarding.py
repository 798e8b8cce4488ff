"""``doorstep report onboarding``: all sequences side by side, and the mails after which people stop."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from msgspec import Struct
from rich.markup import escape
from rich.table import Table

from domain.keyring import Keyring
from domain.ports import Store
from service.cli import output
from service.cli.forecast import describe_nights
from service.cli.open_store import open_existing_store
from service.cli.report_sequence import make_report
from service.forecast.night_notes import ForecastNotes, load_notes
from service.reports.sequences.summarize import SequenceReport
from service.workspace.publishing.editions import load_live_edition

MOST_HARMFUL = 5
"""Mails that are told, those after which most people stop first."""


class HarmRow(Struct, frozen=True, kw_only=True):
    """A mail after which people unsubscribed."""

    sequence: str
    step: str
    mailed: int
    stopped: int
    """People who unsubscribed within a week after it, before the next mail."""
    complained: int = 0
    """People who reported it as spam."""


def report_onboarding(
    *,
    days: Annotated[int, typer.Option(min=1, max=400, help="Only who began in the last days.")] = 90,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Print all sequences side by side: who began, who reached the goal and when, and after which mails people stop."""
    reports, notes = asyncio.run(_read_from_store(days))
    harm = find_harm(reports)
    if json:
        output.print_json({"days": days, "sequences": reports, "harm": harm})
        return
    if not any(report.began for report in reports):
        output.out.print(f"Nobody began a sequence in {days} days.")
        return
    output.print_whole_table(_build_table(reports))
    for row in harm[:MOST_HARMFUL]:
        share = f"{row.stopped / row.mailed:.1%} of {row.mailed:,}" if row.mailed else f"{row.stopped:,}"
        spam = f", {row.complained:,} reported it as spam" if row.complained else ""
        output.out.print(f"{escape(row.sequence)}/{escape(row.step)}  {share} stopped after it{spam}", soft_wrap=True)
    if not harm:
        output.out.print("Nobody stopped after a mail.")
    for line in describe_nights(notes):
        output.out.print(line, soft_wrap=True)


def find_harm(reports: Sequence[SequenceReport]) -> list[HarmRow]:
    """Return the mails after which people stopped, the largest share first."""
    rows = [
        HarmRow(
            sequence=report.sequence, step=row.step, mailed=row.mailed, stopped=row.stopped, complained=row.complained
        )
        for report in reports
        for row in report.steps
        if row.stopped or row.complained
    ]
    return sorted(rows, key=lambda row: (-(row.stopped + row.complained) / max(1, row.mailed), row.sequence, row.step))


async def _read_from_store(days: int) -> tuple[list[SequenceReport], ForecastNotes]:
    async with open_existing_store() as (store, keys):
        return await make_all_reports(store, keys, days), await load_notes(store)


async def make_all_reports(store: Store, keys: Keyring, days: int) -> list[SequenceReport]:
    """Return the report on each sequence of the live edition, by name."""
    edition = await load_live_edition(store)
    return [await make_report(store, keys, name, days) for name in sorted(edition.rules.sequences.sequences)]


def _build_table(reports: Sequence[SequenceReport]) -> Table:
    table = Table("sequence", box=None, pad_edge=False)
    for heading in ("began", "held out", "still in it", "mailed", "stopped", "goal", "of", "median days"):
        table.add_column(heading, justify="right")
    for report in reports:
        goal = report.goal
        # Without a goal, or before anybody's time is over, there is no share.
        share = "–" if goal is None or goal.share is None else f"{goal.share:.1%}"
        median = "–" if goal is None or goal.median_days is None else f"{goal.median_days:.1f}"
        numbers = (
            report.began, report.held_out, report.status.get("running", 0),
            sum(row.mailed for row in report.steps), sum(row.stopped for row in report.steps),
        )  # fmt: skip
        table.add_row(
            escape(report.sequence), *(f"{number:,}" for number in numbers), share,
            f"{goal.matured:,}" if goal else "–", median,
        )  # fmt: skip
    return table
