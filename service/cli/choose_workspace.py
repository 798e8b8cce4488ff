"""Chooses the workspace of a command: the one named, the one in the settings, the one here, else the shipped one."""

from pathlib import Path

from rich.markup import escape

from service.cli import output
from service.cli.workspace_folder import explain_missing_folder, require_folder
from service.runtime import settings
from service.workspace.edition import CONFIG_FILE

DEFAULT_FOLDERS = (Path(), Path("workspace"))
"""Folders that are searched for a workspace if none is named."""


def choose_workspace(named: Path | None) -> Path | None:
    """Return the folder: the named one, DOORSTEP_WORKSPACE, ``.``, ``workspace``; None for the shipped workspace.

    Raises :class:`typer.Exit` or :class:`service.runtime.settings.SettingsError` if the named folder does not exist.
    """
    if named is not None:
        if not named.is_dir():
            raise output.print_error(explain_missing_folder(named), output.USAGE)
        return named
    # Only this setting is read: ``check`` must work where others are missing or wrong.
    configured = settings.read_raw().get("workspace")
    if configured:
        return require_folder(Path(configured))
    # A folder is a workspace if it has a doorstep.yaml.
    return next((folder for folder in DEFAULT_FOLDERS if (folder / CONFIG_FILE).is_file()), None)


def choose_own_workspace(named: Path | None, remedy: str) -> Path:
    """Return the folder as :func:`choose_workspace` does; refuses the shipped workspace, which is for another Page."""
    folder = choose_workspace(named)
    if folder is None:
        message = f"there is no workspace here, and the one shipped with Doorstep is for another Page. {remedy}"
        raise output.print_error(message, output.USAGE)
    return folder


def describe_workspace(folder: Path | None) -> str:
    """Return the name of a workspace in sentences."""
    if folder is None:
        return "the workspace shipped with Doorstep"
    return "this folder" if folder == Path() else f"{folder}/"


def print_workspace(folder: Path | None) -> None:
    """Print which workspace a command works on."""
    output.out.print(f"[dim]Workspace: {escape(describe_workspace(folder))}[/]", soft_wrap=True)
