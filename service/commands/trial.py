"""``doorstep try``: plays an edition that is not live on one phone, by an m.me link that can be opened once."""

import asyncio
import sys

import segno
import typer

from service import trial
from service.app import stored_clock
from service.clock import fresh_entropy
from service.commands import printing, where
from service.commands.link import address, known_flow
from service.commands.plan import Folder
from service.commands.reach import reached
from service.live.apply import keep
from service.trial import GOOD_FOR, Ticket
from service.workspace import Edition, load
from subscribers.keyring import Keyring
from subscribers.ports import Clock, Store

_NONCE_BYTES = 8


def try_flow(
    flow: str = typer.Argument(metavar="FLOW", help="Such as newsletter."),
    folder: Folder = None,
) -> None:
    """Print a link that plays this workspace, unpublished, for whoever opens it first; for a day."""
    edition, _ = load(where.own(folder, f"Name yours: doorstep try {flow} DIR"))
    known_flow(edition.rules.flows, flow)
    url = address(edition.house, asyncio.run(_issued(edition, flow)))
    typer.echo(url)
    if sys.stdout.isatty():
        segno.make(url, error="l", micro=False).terminal(compact=True)
    printing.err.print(
        "Whoever opens it first, within a day, plays this folder as it is now, for a day; all others meet what is live."
        "\nIt ends before with an ordinary link, or with “start over”. Change the folder, and take a new link.",
        soft_wrap=True,
    )


async def _issued(edition: Edition, flow: str) -> str:
    async with reached() as (store, keys):
        return await issued(store, keys, (await stored_clock(store)).now, edition, flow)


async def issued(store: Store, keys: Keyring, clock: Clock, edition: Edition, flow: str) -> str:
    """Keep an edition, unpublished, and return the ref that plays a flow of it."""
    await keep(store, edition)
    nonce = fresh_entropy()[:_NONCE_BYTES].hex()
    ticket = Ticket(edition=edition.hash, flow=flow, until=clock() + GOOD_FOR, nonce=nonce)
    return await trial.issue(store, keys, ticket)
