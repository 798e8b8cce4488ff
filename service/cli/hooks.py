"""``doorstep hooks``: the programs that flows and sequences speak to, their secrets, and what they never heard of."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.table import Table

from domain.failed_hooks import FAILED_HOOKS, FailedHook, read_failed_hook
from domain.keyring import Keyring
from domain.workspace_config import WorkspaceConfig
from language.findings import suggest_name
from service.cli import output
from service.cli.open_store import open_existing_store
from service.workspace.publishing.editions import load_live_edition


def list_hooks(
    hook: Annotated[str, typer.Argument(metavar="HOOK", help="Print the secret of this hook, and nothing else.")] = "",
    *,
    failed: Annotated[bool, typer.Option("--failed", help="List what could not be told within 24 hours.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="With --failed: empty the list after printing it.")] = False,
) -> None:
    """List the hooks of the live edition, print the secret that requests to one are signed with, or what failed."""
    if failed:
        _print_failed(asyncio.run(_read_failed(clear=clear)))
        return
    config, keys = asyncio.run(_read_live())
    if not hook:
        table = Table("hook", "posts to", "is told of", box=None, pad_edge=False)
        for name, declared in config.hooks.items():
            table.add_row(name, declared.url, ", ".join(declared.events) or "–")
        output.out.print(table if config.hooks else "No hooks are declared in the live doorstep.yaml.")
        return
    if hook not in config.hooks:
        message = f"“{hook}” is not declared in the live doorstep.yaml. {suggest_name(hook, config.hooks)}"
        raise typer.BadParameter(message, param_hint="HOOK")
    typer.echo(keys.hook_secrets(hook)[0])


def _print_failed(failed: Sequence[FailedHook]) -> None:
    table = Table("given up (UTC)", "hook", "what", "sequence", "step", "Doorstep-Id", box=None, pad_edge=False)
    for one in reversed(failed):
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", one.hook, one.kind, one.sequence or "–", one.step or "–", one.id)
    output.out.print(table if failed else "Every hook has heard everything.")


async def _read_failed(*, clear: bool) -> list[FailedHook]:
    async with open_existing_store() as (store, _):
        failed = [read_failed_hook(line) for line in await store.list_entries(FAILED_HOOKS)]
        if clear:
            await store.clear_list(FAILED_HOOKS)
    return failed


async def _read_live() -> tuple[WorkspaceConfig, Keyring]:
    async with open_existing_store() as (store, keys):
        return (await load_live_edition(store)).config, keys
