"""Asks the present code all that is to be compared."""

import asyncio
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from pathlib import Path
from typing import Any

from domain.ports import Store
from service.workspace.publishing.live_edition import load_epoch
from service.workspace.publishing.publish import load_edition_files
from store.embedded.server import embedded_server
from store.valkey.store import open_store
from tests.contract.old_store.commands import run_commands
from tests.contract.old_store.read import KEYS, read_store
from tests.contract.old_store.restore import as_json, restore
from tests.contract.old_store.serve import serve_store


async def describe_old_store(folder: Path) -> Any:  # noqa: ANN401  parsed JSON
    """Return what the present code reads in the old store, decides on it, prints about it, and sends from it."""
    with _without_settings(folder):
        read = await _restored(folder / "read", read=True)
        served = await _restored(folder / "served", read=False)
    return {**read, **served}


@contextmanager
def _without_settings(folder: Path) -> Iterator[None]:
    """Hide the settings of whoever runs this: those in the environment, and a file in the present folder."""
    before = dict(os.environ)
    with chdir(folder):
        for name in before:
            if name.startswith("DOORSTEP_"):
                del os.environ[name]
        try:
            yield
        finally:
            os.environ.clear()
            os.environ.update(before)


async def _restored(folder: Path, *, read: bool) -> Any:  # noqa: ANN401  parsed JSON
    """Ask a store of its own: reading claims what waits, and serving changes it."""
    async with embedded_server(folder) as url:
        restore(url)
        if not read:
            return {"served": await serve_store(url)}
        store = await open_store(url, check_value=KEYS.check_value)
        try:
            await _write_workspace(store, folder / "workspace")
            found = await read_store(store)
        finally:
            await store.close()
        printed = await asyncio.to_thread(run_commands, url, folder / "workspace")
        return {**found, "printed": as_json(printed)}


async def _write_workspace(store: Store, folder: Path) -> None:
    """Write the files of the edition before the live one, as a workspace to replay conversations against."""
    before = await load_epoch(store, 1)
    files = await load_edition_files(store, before.edition) if before else None
    for name, text in (files or {}).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def count_parts(found: Mapping[str, Any]) -> dict[str, int]:
    """Return how much of each kind a description compares."""
    served = found["served"]
    sent = [*served["taken up"]["sent"].values(), *served["afterwards"]["sent"].values()]
    return {
        "records": len(found["people"]),
        "history lines": sum(len(person["history"]) for person in found["people"].values()),
        "ledger entries": sum(len(person["ledger"]) for person in found["people"].values()),
        "decisions": sum(len(person["decided"]) for person in found["people"].values()),
        "waiting heads": len(found["heads"]),
        "chat requests": sum(map(len, sent)),
        "mails": len(served["taken up"]["mails"]),
        "page and route answers": len(served["answers"]),
        "command outputs": len(found["printed"]),
    }


def find_differences(found: object, expected: object, place: str = "") -> list[str]:
    """Return where two descriptions differ, each with both values."""
    if isinstance(found, dict) and isinstance(expected, dict):
        names = [*expected, *(name for name in found if name not in expected)]
        return [
            line for name in names for line in find_differences(found.get(name), expected.get(name), f"{place}/{name}")
        ]
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        pairs = enumerate(zip(found, expected, strict=True))
        return [line for number, (one, other) in pairs for line in find_differences(one, other, f"{place}/{number}")]
    return [] if found == expected else [f"{place}: {found!r} instead of {expected!r}"]


def describe_now() -> Any:  # noqa: ANN401  parsed JSON
    """Return the description, made in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(describe_old_store(Path(folder)))
