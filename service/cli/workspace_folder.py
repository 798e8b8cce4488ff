"""The folder that a setting or an argument names: it exists, or the remedy is told.

Without rich, since ``doorstep run`` uses it and stays small.
"""

from pathlib import Path

from service.runtime.settings import SettingsError
from service.workspace.edition import CONFIG_FILE


def require_folder(folder: Path) -> Path:
    """Return the folder that DOORSTEP_WORKSPACE names; raises :class:`service.runtime.settings.SettingsError`."""
    if not folder.is_dir():
        message = f"DOORSTEP_WORKSPACE: {explain_missing_folder(folder)}"
        raise SettingsError(message)
    return folder


def explain_missing_folder(folder: Path) -> str:
    """Say that a path is not a folder; for a file inside a workspace, name the folder that was probably meant."""
    if not folder.is_file():
        return f"There is no folder {folder}. To make a workspace: doorstep init {folder}"
    around = next((parent for parent in folder.parents if (parent / CONFIG_FILE).is_file()), None)
    return f"{folder} is a file. Name the folder of the workspace{f': {around}' if around else ''}."
