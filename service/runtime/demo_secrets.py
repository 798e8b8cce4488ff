"""The demo's secrets: made once, and kept beside its store, which only works with them."""

import os
from pathlib import Path

import msgspec
from msgspec import Struct

from service.engine.clock import fresh_entropy

PAGE = "100200300400500"
"""The demo's Page id."""


class DemoSecrets(Struct, frozen=True, kw_only=True):
    """The secrets that ``run`` takes from its settings."""

    secret: str
    app_secret: str
    verify_token: str
    page_token: str
    api_token: str


def secrets_path(data: Path) -> Path:
    """Return where the demo of this data folder keeps its secrets."""
    return data.parent / "demo-secrets.json"


def _fresh_secret() -> str:
    return (fresh_entropy() + fresh_entropy()).hex()


def load_or_make(path: Path) -> DemoSecrets:
    """Return the secrets in this file; the first call makes them, readable by this user only."""
    if path.exists():
        return msgspec.json.decode(path.read_bytes(), type=DemoSecrets)
    secrets = DemoSecrets(
        secret=_fresh_secret(),
        app_secret=_fresh_secret(),
        verify_token=_fresh_secret(),
        page_token=_fresh_secret(),
        api_token=_fresh_secret(),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    # The mode is set as the file is made: with a chmod afterwards it would be readable by others for a moment.
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(msgspec.json.encode(secrets))
    return secrets
