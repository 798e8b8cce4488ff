"""Which workspace a command means: the one named, the one set, the one here, else the shipped one."""

from pathlib import Path

from rich.markup import escape

from service.cli import output
from service.runtime import settings
from service.workspace.edition import DECLARATIONS

HERE = (Path(), Path("workspace"))
"""Where a workspace is looked for when none is named."""


def workspace(named: Path | None) -> Path | None:
    """Return the folder: the named one, DOORSTEP_WORKSPACE, ``.``, ``workspace``; None: the shipped workspace.

    Raises :class:`typer.Exit` or :class:`service.runtime.settings.SettingsError` when there is no such folder.
    """
    if named is not None:
        if not named.is_dir():
            raise output.fail(_lacking(named), output.USAGE)
        return named
    said = settings.written().get("workspace")
    if said:
        return existing(Path(said))
    return next((folder for folder in HERE if (folder / DECLARATIONS).is_file()), None)


def existing(folder: Path) -> Path:
    """Return the folder that DOORSTEP_WORKSPACE names; raises :class:`service.runtime.settings.SettingsError`."""
    if not folder.is_dir():
        message = f"DOORSTEP_WORKSPACE: {_lacking(folder)}"
        raise settings.SettingsError(message)
    return folder


def _lacking(folder: Path) -> str:
    """Say what is wrong with what is no folder; of a file in a workspace, which folder is meant."""
    if not folder.is_file():
        return f"There is no folder {folder}. To make a workspace: doorstep init {folder}"
    around = next((one for one in folder.parents if (one / DECLARATIONS).is_file()), None)
    return f"{folder} is a file. Name the folder of the workspace{f': {around}' if around else ''}."


def own(named: Path | None, remedy: str) -> Path:
    """Return the folder as :func:`workspace` does; refuses the shipped one, which speaks for the demo's Page."""
    folder = workspace(named)
    if folder is None:
        message = f"there is no workspace here, and the one shipped with Doorstep is for another Page. {remedy}"
        raise output.fail(message, output.USAGE)
    return folder


def called(folder: Path | None) -> str:
    """Return how a workspace is spoken of."""
    if folder is None:
        return "the workspace shipped with Doorstep"
    return "this folder" if folder == Path() else f"{folder}/"


def tell(folder: Path | None) -> None:
    """Say which workspace a command works on."""
    output.out.print(f"[dim]Workspace: {escape(called(folder))}[/]", soft_wrap=True)
