"""``doorstep feedback read``: what came back about mails, read from files and maildirs."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.table import Table

from service.cli import output
from service.cli.open_engine import open_engine
from service.cli.open_store import open_existing_store
from service.engine.address_registry import AddressRegistry
from service.feedback.desk import MEANINGS, FeedbackDesk, Heard

feedback = typer.Typer(help="What comes back about mails: bounces, complaints, “stop”.", no_args_is_help=True)


@feedback.callback()
def _keep_group() -> None:
    """Keep ``feedback`` a group: typer would make its only command the group itself."""


@feedback.command("read")
def read_feedback(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE|MAILDIR…", help="Messages; - is the standard input.")],
    *,
    to: Annotated[str, typer.Option("--to", help="Envelope recipient of all of them, where no header tells.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Take in bounces, complaints and “stop” from files; reading them again changes nothing."""
    missing = [path for path in paths if str(path) != "-" and not path.exists()]
    if missing:
        message = f"{missing[0]} does not exist."
        raise output.print_error(message, output.USAGE)
    counts = asyncio.run(_take_all(list_messages(paths), to))
    if json:
        output.print_json({heard: counts[heard] for heard in get_args(Heard) if counts[heard]})
        return
    if not counts:
        output.out.print("There is no message.")
        return
    table = Table("heard", "messages", "which says", box=None, pad_edge=False)
    for heard in get_args(Heard):
        if counts[heard]:
            table.add_row(heard, str(counts[heard]), MEANINGS[heard])
    output.print_whole_table(table)


def list_messages(paths: list[Path]) -> Iterator[Path]:
    """Yield the files of messages: of a maildir those in ``new`` and ``cur``, of another folder all that lie in it."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        folders = [path / name for name in ("new", "cur") if (path / name).is_dir()] or [path]
        for folder in folders:
            yield from sorted(file for file in folder.iterdir() if file.is_file())


async def _take_all(files: Iterator[Path], to: str) -> Counter[Heard]:
    counts: Counter[Heard] = Counter()
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
        desk = FeedbackDesk(store=store, transact=engine.transact, addresses=addresses, keys=keys, clock=engine.clock)
        for file in files:
            raw = sys.stdin.buffer.read() if str(file) == "-" else await asyncio.to_thread(_read_start, file)
            counts[await desk.take(raw, to)] += 1
    return counts


def _read_start(file: Path) -> bytes:
    """Return the beginning of a file, which is all that is looked at."""
    from email_out.feedback.read_report import MOST_BYTES  # noqa: PLC0415  with the parser of mails

    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)
