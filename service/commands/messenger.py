"""``doorstep messenger setup``: get-started button and webhook subscription of each Page."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

import typer

from bot.client import GraphError, MessengerClient, open_session
from flows.book import GET_STARTED
from service import settings
from service.commands import printing, where
from service.settings import Settings
from service.workspace import load
from subscribers.declarations import Declarations

messenger = typer.Typer(help="Your Page on Messenger.", no_args_is_help=True)

FIELDS = (
    "messages", "messaging_postbacks", "messaging_optins", "messaging_referrals", "message_echoes", "message_reactions",
    "message_edits", "messaging_handovers", "messaging_policy_enforcement", "standby",
)  # fmt: skip
"""Webhook fields that Doorstep acts on (facts: docs/messenger.md)."""

LOCALES = {"en": "en_US", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT", "nl": "nl_NL", "pt": "pt_BR"}


@messenger.callback()
def _group() -> None:
    """Keep ``messenger`` a group, whatever the number of its commands."""


@messenger.command()
def setup() -> None:
    """Set the get-started button and greeting, and subscribe each Page to what Doorstep needs."""
    config = settings.read(needed=False)
    settings.need(config, "messenger_page_tokens", "messenger_app_secret")
    folder = where.workspace(None)
    where.tell(folder)
    edition, _ = load(folder)
    failed = asyncio.run(_setup(config, edition.house))
    raise typer.Exit(printing.WRONG if failed else printing.GOOD)


def greetings(house: Declarations) -> Mapping[str, str]:
    """Return the greeting that newcomers read above the get-started button, by Messenger locale (160 characters)."""
    names = {
        language: ", ".join(house.text(topic.name, language) for topic in house.topics.values())
        for language in house.languages
    }
    texts = {
        LOCALES.get(language, language): f"{house.brand_for(language)}: {name}"[:160]
        for language, name in names.items()
    }
    return {"default": next(iter(texts.values())), **texts}


async def _setup(config: Settings, house: Declarations) -> int:
    failed = 0
    async with open_session() as session:
        for page, token in config.messenger_page_tokens.items():
            client = MessengerClient(
                page=page, token=token, app_secret=config.messenger_app_secret, session=session,
                graph_url=config.graph_url, api_version=config.graph_version,
            )
            failed += not await _page(client, house, urlsplit(config.graph_url).netloc)
    return failed


async def _page(client: MessengerClient, house: Declarations, host: str) -> bool:
    try:
        await client.set_get_started(GET_STARTED, greetings(house))
        printing.out.print(f"[green]✓[/] Page {client.page}: get-started button and greeting are set")
        await client.subscribe(FIELDS)
        printing.out.print(f"[green]✓[/] Page {client.page}: subscribed to {len(FIELDS)} webhook fields")
    except GraphError as error:
        if not error.answered:
            printing.err.print(f"[red]✗[/] Page {client.page}: {host} could not be reached.", soft_wrap=True)
            return False
        printing.err.print(f"[red]✗[/] {error}", soft_wrap=True)
        printing.err.print(
            "  Check that the token is a Page token with pages_messaging and pages_manage_metadata, and that the\n"
            "  webhook is verified in the Meta console (Messenger → Settings → Webhooks)."
        )
        return False
    return True
