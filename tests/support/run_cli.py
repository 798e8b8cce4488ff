"""What a test of a command is handed, and where it stands."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from service.runtime.settings import PREFIX, Settings

Doorstep = Callable[..., tuple[int, str]]
"""Calls the program with these words; returns its exit code, and what it printed."""


def settle_in(folder: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    """Stand in a folder, with a secret, a data folder, any free port, a wide terminal, and no other setting."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv("DOORSTEP_SECRET", secret)
    monkeypatch.setenv("DOORSTEP_DATA", str(folder / "store"))
    # A demo may be running at the usual one.
    monkeypatch.setenv("DOORSTEP_PORT", "0")
    monkeypatch.setenv("COLUMNS", "300")


def write_files(folder: Path, files: Mapping[str, str]) -> None:
    """Write the files of a workspace into a folder, by their names in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
