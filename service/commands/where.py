"""Which workspace a command means: the one named, the one set, the one here, else the shipped one."""

from pathlib import Path

from rich.markup import escape

from service import settings
from service.commands import printing
from service.workspace import DECLARATIONS

HERE = (Path(), Path("workspace"))
"""Where a workspace is looked for when none is named."""


def workspace(named: Path | None) -> Path | None:
    """Return the folder: the named one, DOORSTEP_WORKSPACE, ``.``, ``workspace``; None: the shipped workspace.

    Raises :class:`typer.Exit` or :class:`service.settings.SettingsError` when there is no such folder.
    """
    if named is not None:
        if not named.is_dir():
            message = f"There is no folder {named}. To make a workspace: doorstep init {named}"
            raise printing.fail(message, printing.USAGE)
        return named
    said = settings.written().get("workspace")
    if said:
        return existing(Path(said))
    return next((folder for folder in HERE if (folder / DECLARATIONS).is_file()), None)


def existing(folder: Path) -> Path:
    """Return the folder that DOORSTEP_WORKSPACE names; raises :class:`service.settings.SettingsError`."""
    if not folder.is_dir():
        message = f"DOORSTEP_WORKSPACE: there is no folder {folder}. To make a workspace: doorstep init {folder}"
        raise settings.SettingsError(message)
    return folder


def called(folder: Path | None) -> str:
    """Return how a workspace is spoken of."""
    if folder is None:
        return "the workspace shipped with Doorstep"
    return "this folder" if folder == Path() else f"{folder}/"


def tell(folder: Path | None) -> None:
    """Say which workspace a command works on."""
    printing.out.print(f"[dim]Workspace: {escape(called(folder))}[/]", soft_wrap=True)
