"""``doorstep hooks``: the programs that flows ask, and the secrets by which these know that it is us."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from domain.keyring import Keyring
from domain.workspace_config import WorkspaceConfig
from language.findings import suggest_name
from service.cli import output
from service.cli.open_store import open_existing_store
from service.workspace.publishing.editions import load_live_edition


def list_hooks(
    hook: Annotated[str, typer.Argument(metavar="HOOK", help="Print the secret of this hook, and nothing else.")] = "",
) -> None:
    """List the hooks of the live edition, or print the secret that requests to one are signed with."""
    config, keys = asyncio.run(_read_live())
    if not hook:
        table = Table("hook", "posts to", box=None, pad_edge=False)
        for name, declared in config.hooks.items():
            table.add_row(name, declared.url)
        output.out.print(table if config.hooks else "No hooks are declared in the live doorstep.yaml.")
        return
    if hook not in config.hooks:
        message = f"“{hook}” is not declared in the live doorstep.yaml. {suggest_name(hook, config.hooks)}"
        raise typer.BadParameter(message, param_hint="HOOK")
    typer.echo(keys.hook_secrets(hook)[0])


async def _read_live() -> tuple[WorkspaceConfig, Keyring]:
    async with open_existing_store() as (store, keys):
        return (await load_live_edition(store)).config, keys
