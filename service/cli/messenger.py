"""``doorstep messenger``: sets Pages up from the workspace, and finds faults of a running installation."""

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
from service.cli.open_store import open_existing_store
from service.engine.clock import system_now
from service.messenger import doctor
from service.messenger.doctor import Diagnosis, ExaminedPage
from service.messenger.profile import Profile, build_profile
from service.runtime import settings
from service.runtime.settings import Settings
from service.workspace.edition import load_edition

messenger = typer.Typer(help="Your Page on Messenger.", no_args_is_help=True)


@messenger.command("setup")
def set_up_pages() -> None:
    """Set get-started, greeting, menu and ice breakers, and subscribe each Page to what Doorstep needs."""
    service_settings, config = _read_configuration()
    failed = asyncio.run(_set_up_all(service_settings, config))
    raise typer.Exit(output.WRONG if failed else output.GOOD)


@messenger.command("doctor")
def examine_pages() -> None:
    """Check a running installation: tokens, permissions, webhook, subscriptions, and whether anything is heard."""
    service_settings, config = _read_configuration()
    failed = asyncio.run(_examine_all(service_settings, config))
    raise typer.Exit(output.WRONG if failed else output.GOOD)


def _read_configuration() -> tuple[Settings, WorkspaceConfig]:
    service_settings = settings.read_settings(needed=False)
    settings.require_settings(service_settings, "messenger_page_tokens", "messenger_app_secret")
    folder = choose_workspace.choose_workspace(None)
    choose_workspace.print_workspace(folder)
    edition, _ = load_edition(folder)
    return service_settings, edition.config


def _page_client(service_settings: Settings, page: str, session: aiohttp.ClientSession) -> MessengerClient:
    return MessengerClient(
        page=page,
        token=service_settings.messenger_page_tokens[page],
        app_secret=service_settings.app_secret_for(page),
        session=session,
        graph_url=service_settings.graph_url,
        api_version=service_settings.graph_version,
    )


def _app_client(service_settings: Settings, page: str, session: aiohttp.ClientSession) -> AppClient | None:
    """Return the client of the app itself; None without the app's id, and for a Page of another app."""
    # A Page with an app secret of its own belongs to another Meta app, whose id is not in the settings.
    if not service_settings.messenger_app_id or page in service_settings.messenger_page_secrets:
        return None
    return AppClient(
        app_id=service_settings.messenger_app_id,
        app_secret=lambda: service_settings.messenger_app_secret,
        session=session,
        graph_url=service_settings.graph_url,
        api_version=service_settings.graph_version,
    )


async def _set_up_all(service_settings: Settings, config: WorkspaceConfig) -> int:
    failed, host = 0, urlsplit(service_settings.graph_url).netloc
    async with open_session() as session:
        for page in service_settings.messenger_page_tokens:
            wanted = build_profile(config, page)  # greeting, menu and ice breakers, in every language
            failed += not await _set_up_page(_page_client(service_settings, page, session), wanted, host)
            # Setting a Page up can succeed and still leave it deaf, so what the doctor would find is told at once.
            failed += await _print_diagnoses(
                page, doctor.examine_page(_page_to_examine(service_settings, page, wanted, session)), quiet=True
            )
    return failed


async def _set_up_page(client: MessengerClient, wanted: Profile, host: str) -> bool:
    try:
        await client.set_profile(wanted)
        names = ", ".join(name.replace("_", "-") for name in wanted)
        output.out.print(f"[green]✓[/] Page {client.page}: set {names}", soft_wrap=True)
        await client.subscribe_fields(FIELDS)
        output.out.print(f"[green]✓[/] Page {client.page}: subscribed to {len(FIELDS)} webhook fields")
    except GraphError as error:
        if not error.answered:  # no answer from the platform, so the token is not the reason
            output.err.print(f"[red]✗[/] Page {client.page}: {host} could not be reached.", soft_wrap=True)
            return False
        output.err.print(f"[red]✗[/] {error}", soft_wrap=True)
        output.err.print(
            "  Check that the token is a Page token with pages_messaging and pages_manage_metadata, and that the\n"
            "  webhook is verified in the Meta console (Messenger → Settings → Webhooks)."
        )
        return False
    return True


def _page_to_examine(
    service_settings: Settings, page: str, wanted: Profile, session: aiohttp.ClientSession
) -> ExaminedPage:
    return ExaminedPage(
        page=page,
        client=_page_client(service_settings, page, session),
        token=service_settings.messenger_page_tokens[page],
        app=_app_client(service_settings, page, session),
        wanted=wanted,
        public_url=service_settings.public_url,
        now=system_now(),
        app_id="" if page in service_settings.messenger_page_secrets else service_settings.messenger_app_id,
    )


async def _examine_all(service_settings: Settings, config: WorkspaceConfig) -> int:
    failed = 0
    async with open_session() as session:
        if service_settings.public_url:  # the webhook can only be called from outside if its address is known
            diagnoses = doctor.examine_installation(
                session, service_settings.public_url, service_settings.messenger_verify_token
            )
            failed += await _print_diagnoses("", diagnoses)
        for page in service_settings.messenger_page_tokens:
            failed += await _print_diagnoses(
                page,
                doctor.examine_page(_page_to_examine(service_settings, page, build_profile(config, page), session)),
            )
            failed += await _print_diagnoses(page, _examine_silence(page))
    return failed


async def _examine_silence(page: str) -> AsyncIterator[Diagnosis]:
    try:
        async with open_existing_store() as (store, _):
            yield await doctor.examine_silence(store, page, system_now())
    # The doctor may run on another machine, without the store: that is a diagnosis and no reason to stop.
    except (StoreError, settings.SettingsError) as error:
        yield doctor.failed_check("hearing", str(error), "Run this where the service's settings are.")


async def _print_diagnoses(page: str, diagnoses: AsyncIterator[Diagnosis], *, quiet: bool = False) -> int:
    """Print diagnoses; with ``quiet``, only those that have a remedy.  Return how many failed."""
    failed = 0
    subject = f"Page {page}, " if page else ""
    async for diagnosis in diagnoses:
        failed += not diagnosis.good
        sign = "[green]✓[/]" if diagnosis.good else "[red]✗[/]"
        if diagnosis.good and quiet and not diagnosis.remedy:
            continue
        output.out.print(f"{sign} {subject}{diagnosis.what}: {escape(diagnosis.says)}", soft_wrap=True)
        if diagnosis.remedy:
            output.out.print(f"  → {escape(diagnosis.remedy)}", soft_wrap=True)
    return failed
