"""pymessenger's ``Bot``, without the HTTP library that it imports and that we never use.

Its methods build requests and hand them to ``send_raw``, which is ours (:mod:`bot.graph_api.page_client`).
``requests`` and ``requests_toolbelt`` serve the original ``send_raw`` and uploads, and take 6 MB of each process.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pymessenger.bot import Bot

_NEVER_USED = ("requests", "requests_toolbelt")


def _load_bot() -> Any:  # noqa: ANN401  pymessenger has no annotations
    """Return the class; what imports those libraries later gets the real ones."""
    absent = [name for name in _NEVER_USED if name not in sys.modules]
    for name in absent:
        # An empty stand-in for the time of the import: whatever used it would fail by name, not silently.
        stand_in = ModuleType(name)
        stand_in.__dict__["MultipartEncoder"] = None
        sys.modules[name] = stand_in
    try:
        return import_module("pymessenger.bot").Bot
    finally:
        for name in absent:
            del sys.modules[name]


if not TYPE_CHECKING:
    Bot = _load_bot()

__all__ = ["Bot"]
