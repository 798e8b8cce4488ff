"""Fills empty servers from a backup.  Until the restore is finished nobody else opens them; killed, it begins anew."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from domain.ports import StoreMismatchError
from service.backup.make_backup import Manifest
from service.backup.read_backup import OpenedBackup
from store.embedded.snapshot_server import read_snapshot
from store.keys import LAYOUT_KEY, LIVE_EDITION_KEY, PartitionKeys
from store.layout import LAYOUT, PARTITIONS
from store.line_archive import LineArchive
from store.valkey.base import StoreConnection
from store.valkey.copying.copy_values import copy_values
from store.valkey.scan import scan_keys


def check_manifest(manifest: Manifest, check_value: str) -> None:
    """Refuse a backup that this Doorstep or its secret could not open; raises :class:`StoreMismatchError`."""
    layout = manifest.layout
    if int(layout.get("layout", "0")) > LAYOUT or layout.get("partitions") != str(PARTITIONS):
        message = f"the backup was made by Doorstep {manifest.version}: restore it with that one, or a newer one"
        raise StoreMismatchError(message)
    if layout.get("check") != check_value:
        message = (
            "the backup is of a store with another DOORSTEP_SECRET (index key): add that one to DOORSTEP_OLDER_SECRETS"
        )
        raise StoreMismatchError(message)


async def claim_target(target: StoreConnection, manifest: Manifest) -> None:
    """Make sure that the servers are empty, or hold the beginning of this very restore, which is removed.

    Raises :class:`StoreMismatchError` for all others.
    """
    answer = await target.run_command(b"HGETALL", LAYOUT_KEY)
    layout: dict[bytes, bytes] = dict(zip(answer[::2], answer[1::2], strict=True))
    begun = layout.get(b"restoring")
    if begun is not None and begun != manifest.id.encode():
        message = "another backup was begun to be restored here: finish that, or empty the servers"
        raise StoreMismatchError(message)
    if begun is None and await _holds_keys(target):
        message = (
            "the store to restore into is not empty: give DOORSTEP_DATA or DOORSTEP_STORE_URL an empty one, or move "
            "what is there aside"
        )
        raise StoreMismatchError(message)
    kept = {name: manifest.layout[name] for name in ("layout", "partitions", "check")}
    # Written before the first key: a kill from here on leaves a store that nobody opens.
    values = kept | {"restored_from": manifest.layout["founded"], "restoring": manifest.id}
    await target.run_durable(b"HSET", LAYOUT_KEY, *(part for pair in values.items() for part in pair))
    # What a restore that was killed has left may be half of a value.
    left = [key async for key in scan_keys(target, b"*") if key != LAYOUT_KEY]
    for key in left:
        await target.run_durable(b"DEL", key)


async def fill_store(target: StoreConnection, snapshots: Sequence[Path]) -> int:
    """Copy all values of the snapshots; return the number of keys."""
    keys = 0
    for folder in snapshots:
        async with read_snapshot(folder) as source:
            keys += await copy_values(source, target)
    if target.spans_servers and not await target.run_command(b"EXISTS", LIVE_EDITION_KEY):
        # On one server each partition knows the live edition; in a cluster one place decides.
        number = await target.run_command(b"GET", PartitionKeys(0).live_edition)
        if number is not None:
            await target.run_durable(b"SET", LIVE_EDITION_KEY, number)
    return keys


async def count_keys(opened: OpenedBackup) -> int:
    """Read every value of a backup, and return their number."""
    count = 0
    for folder in opened.snapshots:
        async with read_snapshot(folder) as source:
            count += await copy_values(source, None)
    return count


def bring_archive_back(archive: LineArchive, months: Sequence[Path]) -> None:
    """Put the files of the archive in place; lines that were archived since are kept beside them."""
    for month in months:
        archive.take_month(month)


async def open_to_all(target: StoreConnection) -> None:
    """Let everybody open the store: the last write of a restore."""
    await target.run_durable(b"HDEL", LAYOUT_KEY, b"restoring")


async def _holds_keys(target: StoreConnection) -> bool:
    return any([await server.run_command(b"DBSIZE") for server in target.servers])


def clear_folder(folder: Path) -> Path:
    """Return the folder, empty and private to this user."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    return folder
