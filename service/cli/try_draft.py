"""``doorstep try``: makes an m.me link that plays an unpublished edition on the first phone that opens it."""

import asyncio
import sys

import segno
import typer

from domain.keyring import Keyring
from domain.ports import Clock, Store
from service.cli import choose_workspace, output
from service.cli.link import build_link, require_flow
from service.cli.open_store import open_existing_store
from service.cli.plan import Folder
from service.engine import draft_links
from service.engine.clock import fresh_entropy
from service.engine.draft_links import LINK_LIFETIME, DraftTicket
from service.runtime.base_parts import load_clock
from service.workspace.edition import Edition, load_edition
from service.workspace.publishing.publish import keep_edition

_NONCE_BYTES = 8


def try_flow(
    flow: str = typer.Argument(metavar="FLOW", help="Such as newsletter."),
    folder: Folder = None,
) -> None:
    """Print a link that plays this workspace, unpublished, for whoever opens it first; for a day."""
    edition, _ = load_edition(choose_workspace.choose_own_workspace(folder, f"Name yours: doorstep try {flow} DIR"))
    require_flow(edition.rules.flows, flow)
    url = build_link(edition.config, asyncio.run(_issue_from_store(edition, flow)))
    typer.echo(url)
    if sys.stdout.isatty():
        # Level l has the fewest modules; a screen is never dirty.
        segno.make(url, error="l", micro=False).terminal(compact=True)
    output.err.print(
        "Whoever opens it first, within a day, plays this folder as it is now, for a day; all others meet what is live."
        "\nIt ends before with an ordinary link, or with “start over”. Change the folder, and take a new link.",
        soft_wrap=True,
    )


async def _issue_from_store(edition: Edition, flow: str) -> str:
    async with open_existing_store() as (store, keys):
        return await issue_link(store, keys, (await load_clock(store)).now, edition, flow)


async def issue_link(store: Store, keys: Keyring, clock: Clock, edition: Edition, flow: str) -> str:
    """Keep an edition, unpublished, and return the ref that plays a flow of it."""
    await keep_edition(store, edition)  # under its hash, where every process finds it, without making it live
    nonce = fresh_entropy()[:_NONCE_BYTES].hex()
    ticket = DraftTicket(edition=edition.hash, flow=flow, until=clock() + LINK_LIFETIME, nonce=nonce)
    return await draft_links.issue_link(store, keys, ticket)
