"""``doorstep mail``: which mail is paused, for all processes and across restarts; pause it, let it go again."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from domain.ports import MARKETING, TRANSACTIONAL
from language.findings import suggest_name
from service.cli import output
from service.cli.mail_doctor import examine_mail
from service.cli.mail_keys import keys
from service.cli.mail_lists import show_lists
from service.cli.open_store import open_existing_store
from service.engine.clock import system_now
from service.runtime.store_watch.lane_pauses import LanePause, load_pauses, pause_lane, resume_lane

mail = typer.Typer(help="Mail that goes out: paused, resumed, signed.", no_args_is_help=True)
mail.add_typer(keys, name="keys")
mail.command("doctor")(examine_mail)
mail.command("lists")(show_lists)

LANES = {"marketing": MARKETING, "transactional": TRANSACTIONAL}
"""Lane of the outbox, by the word for its mail."""
LONGEST_REASON = 200
"""Characters of a reason."""

Kind = Annotated[str, typer.Argument(metavar="KIND", help="marketing or transactional.")]


@mail.command("status")
def show_status(*, json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False) -> None:
    """Say which mail is paused, since when, and why."""
    pauses = asyncio.run(_read_pauses())
    if json:
        output.print_json({kind: pauses.get(lane) for kind, lane in LANES.items()})
        return
    table = Table("mail", "state", box=None, pad_edge=False)
    for kind, lane in LANES.items():
        pause = pauses.get(lane)
        table.add_row(kind, f"paused since {pause.since:%Y-%m-%d %H:%M} UTC: {pause.reason}" if pause else "goes out")
    output.print_whole_table(table)


@mail.command("pause")
def pause_mail(
    kind: Kind, *, reason: Annotated[str, typer.Option("--reason", help="Why; everybody who asks reads it.")]
) -> None:
    """Hold a kind of mail back within a second, in all processes, until it is resumed; nothing is lost."""
    lane = _find_lane(kind)
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        message = "--reason must say why the mail is paused."
        raise typer.BadParameter(message)
    if not asyncio.run(_pause(lane, LanePause(reason=why, since=system_now()))):
        output.out.print(f"{kind} mail was paused already: doorstep mail status")
        return
    output.out.print(f"{kind} mail is paused. Let it go again: doorstep mail resume {kind}")


@mail.command("resume")
def resume_mail(kind: Kind) -> None:
    """Let a kind of mail go again."""
    done = asyncio.run(_resume(_find_lane(kind)))
    output.out.print(f"{kind} mail goes out again." if done else f"{kind} mail was not paused.")


def _find_lane(kind: str) -> str:
    if kind not in LANES:
        message = f"“{kind}” is no kind of mail. {suggest_name(kind, LANES)}"
        raise typer.BadParameter(message, param_hint="KIND")
    return LANES[kind]


async def _read_pauses() -> dict[str, LanePause]:
    async with open_existing_store() as (store, _):
        return await load_pauses(store)


async def _pause(lane: str, pause: LanePause) -> bool:
    async with open_existing_store() as (store, _):
        return await pause_lane(store, lane, pause)


async def _resume(lane: str) -> bool:
    async with open_existing_store() as (store, _):
        return await resume_lane(store, lane)
