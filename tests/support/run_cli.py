"""What a test of a command is handed, and where it stands."""

from collections.abc import Callable
from pathlib import Path

import pytest

from service.runtime.settings import PREFIX, Settings

Doorstep = Callable[..., tuple[int, str]]
"""Calls the program with these words; returns its exit code, and what it printed."""


def settle_in(folder: Path, monkeypatch: pytest.MonkeyPatch, secret: str) -> None:
    """Stand in a folder, with a secret, a data folder, a wide terminal, and no other setting."""
    monkeypatch.chdir(folder)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"{PREFIX}{name.upper()}", raising=False)
    monkeypatch.setenv("DOORSTEP_SECRET", secret)
    monkeypatch.setenv("DOORSTEP_DATA", str(folder / "store"))
    monkeypatch.setenv("COLUMNS", "300")
