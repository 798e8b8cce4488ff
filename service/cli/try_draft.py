"""``doorstep try``: plays an edition that is not live on one phone, by an m.me link that can be opened once."""

import asyncio
import sys

import segno
import typer

from domain.keyring import Keyring
from domain.ports import Clock, Store
from service.cli import choose_workspace, output
from service.cli.link import address, known_flow
from service.cli.open_store import reached
from service.cli.plan import Folder
from service.engine import draft_links
from service.engine.clock import fresh_entropy
from service.engine.draft_links import GOOD_FOR, Ticket
from service.runtime.app import stored_clock
from service.workspace.edition import Edition, load
from service.workspace.publishing.publish import keep

_NONCE_BYTES = 8


def try_flow(
    flow: str = typer.Argument(metavar="FLOW", help="Such as newsletter."),
    folder: Folder = None,
) -> None:
    """Print a link that plays this workspace, unpublished, for whoever opens it first; for a day."""
    edition, _ = load(choose_workspace.own(folder, f"Name yours: doorstep try {flow} DIR"))
    known_flow(edition.rules.flows, flow)
    url = address(edition.config, asyncio.run(_issued(edition, flow)))
    typer.echo(url)
    if sys.stdout.isatty():
        segno.make(url, error="l", micro=False).terminal(compact=True)
    output.err.print(
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
    return await draft_links.issue(store, keys, ticket)
