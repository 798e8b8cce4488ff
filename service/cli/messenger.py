"""``doorstep messenger``: set a Page up from the workspace, and find out what is wrong with a running one."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import aiohttp
import typer
from rich.markup import escape

from bot.graph_api.app_client import AppClient
from bot.graph_api.page_client import GraphError, MessengerClient, open_session
from bot.inbound.event_kinds import FIELDS
from domain.ports import StoreError
from domain.workspace_config import WorkspaceConfig
from service.cli import choose_workspace, output
from service.cli.open_store import reached
from service.engine.clock import system_now
from service.messenger import doctor as checks
from service.messenger.doctor import Check, Patient
from service.messenger.profile import Profile, profile
from service.runtime import settings
from service.runtime.settings import Settings
from service.workspace.edition import load

messenger = typer.Typer(help="Your Page on Messenger.", no_args_is_help=True)


@messenger.command()
def setup() -> None:
    """Set get-started, greeting, menu and ice breakers, and subscribe each Page to what Doorstep needs."""
    env, config = _known()
    failed = asyncio.run(_setup(env, config))
    raise typer.Exit(output.WRONG if failed else output.GOOD)


@messenger.command()
def doctor() -> None:
    """Check a running installation: tokens, permissions, webhook, subscriptions, and whether anything is heard."""
    env, config = _known()
    failed = asyncio.run(_examine(env, config))
    raise typer.Exit(output.WRONG if failed else output.GOOD)


def _known() -> tuple[Settings, WorkspaceConfig]:
    env = settings.read(needed=False)
    settings.need(env, "messenger_page_tokens", "messenger_app_secret")
    folder = choose_workspace.workspace(None)
    choose_workspace.tell(folder)
    edition, _ = load(folder)
    return env, edition.config


def _client(env: Settings, page: str, session: aiohttp.ClientSession) -> MessengerClient:
    return MessengerClient(
        page=page,
        token=env.messenger_page_tokens[page],
        app_secret=env.app_secret_for(page),
        session=session,
        graph_url=env.graph_url,
        api_version=env.graph_version,
    )


def _app_client(env: Settings, page: str, session: aiohttp.ClientSession) -> AppClient | None:
    """Return the Graph API in the app's own name; None without its id, and for a Page of another app."""
    if not env.messenger_app_id or page in env.messenger_page_secrets:
        return None
    return AppClient(
        app_id=env.messenger_app_id,
        app_secret=lambda: env.messenger_app_secret,
        session=session,
        graph_url=env.graph_url,
        api_version=env.graph_version,
    )


async def _setup(env: Settings, config: WorkspaceConfig) -> int:
    failed, host = 0, urlsplit(env.graph_url).netloc
    async with open_session() as session:
        for page in env.messenger_page_tokens:
            wanted = profile(config, page)
            failed += not await _page(_client(env, page, session), wanted, host)
            failed += await _tell(page, checks.of_page(_patient(env, page, wanted, session)), quiet=True)
    return failed


async def _page(client: MessengerClient, wanted: Profile, host: str) -> bool:
    try:
        await client.set_profile(wanted)
        names = ", ".join(name.replace("_", "-") for name in wanted)
        output.out.print(f"[green]✓[/] Page {client.page}: set {names}", soft_wrap=True)
        await client.subscribe(FIELDS)
        output.out.print(f"[green]✓[/] Page {client.page}: subscribed to {len(FIELDS)} webhook fields")
    except GraphError as error:
        if not error.answered:
            output.err.print(f"[red]✗[/] Page {client.page}: {host} could not be reached.", soft_wrap=True)
            return False
        output.err.print(f"[red]✗[/] {error}", soft_wrap=True)
        output.err.print(
            "  Check that the token is a Page token with pages_messaging and pages_manage_metadata, and that the\n"
            "  webhook is verified in the Meta console (Messenger → Settings → Webhooks)."
        )
        return False
    return True


def _patient(env: Settings, page: str, wanted: Profile, session: aiohttp.ClientSession) -> Patient:
    return Patient(
        page=page,
        client=_client(env, page, session),
        token=env.messenger_page_tokens[page],
        app=_app_client(env, page, session),
        wanted=wanted,
        public_url=env.public_url,
        now=system_now(),
        app_id="" if page in env.messenger_page_secrets else env.messenger_app_id,
    )


async def _examine(env: Settings, config: WorkspaceConfig) -> int:
    failed = 0
    async with open_session() as session:
        if env.public_url:
            asked = checks.of_installation(session, env.public_url, env.messenger_verify_token)
            failed += await _tell("", asked)
        for page in env.messenger_page_tokens:
            failed += await _tell(page, checks.of_page(_patient(env, page, profile(config, page), session)))
            failed += await _tell(page, _heard(page))
    return failed


async def _heard(page: str) -> AsyncIterator[Check]:
    try:
        async with reached() as (store, _):
            yield await checks.of_silence(store, page, system_now())
    except (StoreError, settings.SettingsError) as error:
        yield checks.bad("hearing", str(error), "Run this where the service's settings are.")


async def _tell(page: str, found: AsyncIterator[Check], *, quiet: bool = False) -> int:
    """Print checks; with ``quiet``, only those that ask for something.  Returns how many failed."""
    failed = 0
    whose = f"Page {page}, " if page else ""
    async for one in found:
        failed += not one.good
        sign = "[green]✓[/]" if one.good else "[red]✗[/]"
        if one.good and quiet and not one.remedy:
            continue
        output.out.print(f"{sign} {whose}{one.what}: {escape(one.says)}", soft_wrap=True)
        if one.remedy:
            output.out.print(f"  → {escape(one.remedy)}", soft_wrap=True)
    return failed
