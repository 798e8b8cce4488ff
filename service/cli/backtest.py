"""``doorstep backtest``: what a changed sequence would have sent to the people of the past."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Table

from domain import record as records
from domain.decision import Context
from domain.house_values import HouseValues
from domain.keyring import Keyring
from domain.ports import Store
from language.findings import suggest_name
from onboarding.language.catalog import SequenceCatalog
from service.cli import choose_workspace, output
from service.cli.open_store import open_existing_store, read_store_settings
from service.engine.build_commit import decode_line
from service.engine.house.stored_values import load_chosen
from service.runtime.base_parts import load_clock, open_archive
from service.workspace.edition import Edition, load_edition
from service.workspace.publishing import live_edition, publish
from service.workspace.publishing.editions import load_live_edition
from service.workspace.publishing.publish import NothingLiveError
from service.workspace.replay.compare_lives import WANTED, BacktestReport, LifeComparison
from service.workspace.replay.replay_life import KnownPerson, RulesAt
from store.layout import HISTORY_MOST
from store.line_archive import LineArchive

FIRST_COMMIT = timedelta(minutes=1)
"""How long after a person came their first line lies at most; a later one is not the first that there was."""


def backtest_sequence(
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE", help="Such as tasting_book.")],
    workspace: Annotated[Path | None, typer.Argument(help="The changed workspace; default: as for check.")] = None,
    *,
    since: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day that is compared.")],
    to: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day; default: today.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Play what people did once more: the mails of a changed sequence beside those that went; nothing is sent."""
    edition, _ = load_edition(choose_workspace.choose_workspace(workspace))
    if sequence not in edition.rules.sequences.sequences:
        message = f"there is no sequence “{sequence}”. {suggest_name(sequence, edition.rules.sequences.sequences)}"
        raise typer.BadParameter(message, param_hint="SEQUENCE")
    report = asyncio.run(_read_from_store(sequence, edition, since, to))
    if json:
        output.print_json(report)
    else:
        _print_report(report)
    if not report.is_good:
        raise typer.Exit(output.WRONG)


async def _read_from_store(sequence: str, edition: Edition, since: datetime, to: datetime | None) -> BacktestReport:
    async with open_existing_store() as (store, keys):
        now, zone = (await load_clock(store)).now(), ZoneInfo(edition.config.timezone)
        # Days are those of the workspace.
        start = since.replace(tzinfo=zone).astimezone(UTC)
        end = now if to is None else min(now, (to + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC))
        if start >= end:
            message = "the first day must lie before the last, and in the past"
            raise typer.BadParameter(message, param_hint="--from")
        archive = open_archive(read_store_settings())
        return await backtest_stored(store, archive, keys, sequence=sequence, edition=edition, days=(start, end))


async def backtest_stored(
    store: Store,
    archive: LineArchive,
    keys: Keyring,
    *,
    sequence: str,
    edition: Edition,
    days: tuple[datetime, datetime],
) -> BacktestReport:
    """Compare everybody of a store and its archive; writes nothing."""
    start, end = days
    # A choice knows from when to when it held, so it is as true of the past; silences and halts are not kept.
    house = await load_chosen(store)
    comparison = LifeComparison(
        sequence=sequence, live=await _load_versions(store, keys, start, house),
        yours=_one_version(edition, keys, start, house),
        keys=keys, start=start, end=end,
    )  # fmt: skip
    left_out = 0
    async for person in _read_people(store, archive):
        if person is None:
            left_out += 1
        elif person.lines[-1].at >= start or person.record.runs:
            comparison.add_person(person)
    return comparison.make_report(left_out)


async def _read_people(store: Store, archive: LineArchive) -> AsyncIterator[KnownPerson | None]:
    """Yield everybody with a whole history; None for each of the others."""
    with archive.open_reader() as archived:
        async for name, raw in store.all_subscribers():
            record = records.decode(raw)
            if record.trying_until is not None:  # one of the team
                continue
            # A crash between archiving and trimming leaves a line in both places.
            raw_lines = dict.fromkeys([*archived(name), *await store.history(name, last=HISTORY_MOST)])
            lines = sorted(map(decode_line, raw_lines), key=lambda line: line.at)
            # Without the number of an edition it was written by a version that did not note what changed.
            whole = lines and lines[0].edition and lines[0].at <= record.created_at + FIRST_COMMIT
            yield KnownPerson(record=record, lines=lines) if whole else None


def _one_version(edition: Edition, keys: Keyring, at: datetime, house: HouseValues) -> RulesAt:
    context = Context(now=at, entropy=bytes(16), keys=keys, config=edition.config, house=house)
    both = (edition.rules.sequences, context)
    return lambda _number: both


async def _load_versions(store: Store, keys: Keyring, at: datetime, house: HouseValues) -> RulesAt:
    """Return the rules of each edition that was live; where one is not kept, those of now."""
    current = await load_live_edition(store)
    found: dict[int, tuple[SequenceCatalog, Context]] = {}
    for number in range(1, await store.live_edition_number() + 1):
        live = await live_edition.load_epoch(store, number)
        try:
            edition = await publish.load_published_edition(store, live) if live else current
        except NothingLiveError:
            edition = current
        found[number] = _one_version(edition, keys, at, house)(number)
    latest = _one_version(current, keys, at, house)(0)
    return lambda number: found.get(number, latest)


def _print_report(report: BacktestReport) -> None:
    share = report.made_again / (report.sent + report.never_sent) if report.sent + report.never_sent else 1.0
    more = f", and {report.never_sent:,} that never went" if report.never_sent else ""
    output.out.print(
        f"{output.count_noun(report.people, 'person').replace('persons', 'people')}, "
        f"{output.count_noun(report.days, 'day')}, {output.count_noun(report.events, 'event')}. "
        f"The live version made again: {report.made_again:,} of {report.sent:,} mails as sent{more} ({share:.1%}).",
        soft_wrap=True,
    )
    table = Table(report.sequence, box=None, pad_edge=False)
    table.add_column("live", justify="right")
    table.add_column("yours", justify="right")
    table.add_column("")
    for step in report.steps:
        difference = f"{step.yours - step.live:+,}" if step.yours != step.live else ""
        why = "; ".join(f"{number:,} {escape(text)}" for text, number in step.why)
        table.add_row(
            escape(step.step), f"{step.live:,}", f"{step.yours:,}", ": ".join(filter(None, (difference, why)))
        )
    live, yours = report.most_in_week
    table.add_row("a person, most in 7 days", f"{live:,}", f"{yours:,}", "")
    output.print_whole_table(table)
    output.out.print(
        "What they would have done after another mail nobody knows: counted up to each person's first difference "
        f"({report.without_difference:,} have none).",
        soft_wrap=True,
    )
    for warning in _warnings(report):
        output.print_warning(warning)


def _warnings(report: BacktestReport) -> list[str]:
    warnings = []
    if report.left_out:
        who = output.count_noun(report.left_out, "person").replace("persons", "people")
        warnings.append(f"{who} left out: their history is not whole, or older than what a replay needs.")
    if report.unknown:
        warnings.append(f"{output.count_noun(report.unknown, 'typed value')} of then not kept; taken as empty.")
    if not report.is_good:
        warnings.append(f"Less than {WANTED:.1%} of the mails could be made again: the comparison says little.")
    return warnings
