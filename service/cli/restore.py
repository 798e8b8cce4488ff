"""``doorstep restore``: brings a backup back into an empty store; nothing is sent that time has overtaken."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct

from domain.keyring import Keyring
from service.backup.fill_store import (
    bring_archive_back,
    check_manifest,
    claim_target,
    clear_folder,
    count_keys,
    fill_store,
    open_to_all,
)
from service.backup.known_stops import StopsTold, tell_known
from service.backup.read_backup import OpenedBackup, open_backup
from service.backup.settle_gap import Gap, Settled
from service.cli import output
from service.cli.open_engine import CommandEngine, open_engine
from service.cli.open_store import WITHOUT_KEY, name_unreachable_store, read_store_settings
from service.cli.repeat_stops import describe_repeated, make_replay
from service.engine.clock import system_now
from service.runtime.base_parts import make_keyring, open_archive, open_known_stores, open_stop_file
from service.runtime.settings import Settings, SettingsError
from service.workspace.publishing.publish import NothingLiveError
from store.embedded.server import embedded_server
from store.stop_file import StopFile
from store.valkey.base import StoreConnection, make_client
from store.valkey.store import ValkeyStore, open_store

_TIME = "%Y-%m-%d %H:%M:%S"
OVERLAP = timedelta(hours=1)
"""So long before the backup stops are repeated too: their commits may not be in it, and repeating changes nothing."""


class Restored(Struct, frozen=True, kw_only=True):
    """What a restore did."""

    made_at: datetime
    """When the backup was made, by the store's clock."""
    keys: int
    months: int
    """Files of the archive of history."""
    repeated: dict[str, int]
    """Stops that were repeated and changed something, by kind."""
    stops: StopsTold
    settled: Settled
    paused: str
    """Why marketing mail waits."""


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What doorstep backup wrote.")],
    *,
    stops: Annotated[
        list[Path] | None,
        typer.Option("--stops", metavar="FOLDER", help="Folder of stops of another machine too; may be repeated."),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Only read the whole file; nothing is changed.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Bring a backup back into an empty store; marketing mail waits until you resume it."""
    if check:
        made_at, keys = asyncio.run(_check(file))
        output.out.print(f"[green]✓[/] The backup of {made_at:{_TIME}} UTC is whole: {keys:,} keys.")
        return
    restored = asyncio.run(_restore(file, stops or []))
    if json:
        output.print_json(restored)
    else:
        _print_restored(restored)


def _print_restored(restored: Restored) -> None:
    settled = restored.settled
    history = output.count_noun(restored.months, "month")
    unsent = f"{settled.waited:,} that waited at the backup, {settled.came_due:,} that came due since"
    issues = ", ".join(settled.issues)
    what = f"{restored.keys:,} keys, {history} of history"
    lines = [
        f"[green]✓[/] The backup of {restored.made_at:{_TIME}} UTC is restored: {what}.",
        f"Repeated: {describe_repeated(restored.repeated)}. {restored.stops.sentence}",
        f"Not sent, since nobody knows whether it was: {unsent} (doorstep sends --unknown).",
        *([f"Paused: {issues}. Where nobody has it yet: doorstep issue resume NAME"] if issues else []),
        "Marketing mail waits. Withdraw whoever left in a time of which nothing is known. Then:",
        "  doorstep mail resume marketing",
    ]
    output.out.print("\n".join(lines), soft_wrap=True)


async def _check(file: Path) -> tuple[datetime, int]:
    settings = _read_settings()
    with_folder = clear_folder(settings.data / "restore-check")
    try:
        opened = open_backup(file, (settings.secret, *settings.older_secrets), with_folder)
        check_manifest(opened.manifest, make_keyring(settings).check_value)
        return _made_at(opened), await count_keys(opened)
    finally:
        shutil.rmtree(with_folder, ignore_errors=True)


async def _restore(file: Path, more_stops: Sequence[Path]) -> Restored:
    settings = _read_settings()
    keys = make_keyring(settings)
    folder = clear_folder(settings.data / "restore")
    try:
        # Whole, and before anything is written: a damaged file is noticed here.
        opened = open_backup(file, (settings.secret, *settings.older_secrets), folder)
        check_manifest(opened.manifest, keys.check_value)
        async with _open_target(settings) as (url, connection):
            await claim_target(connection, opened.manifest)
            count = await fill_store(connection, opened.snapshots)
            await asyncio.to_thread(bring_archive_back, open_archive(settings), opened.months)
            store = await open_store(url, check_value=keys.check_value, restoring=True)
            try:
                return await _catch_up(settings, keys, store, connection, opened, count, more_stops)
            finally:
                await store.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _catch_up(  # noqa: PLR0917  the parts of one restore
    settings: Settings,
    keys: Keyring,
    store: ValkeyStore,
    connection: StoreConnection,
    opened: OpenedBackup,
    count: int,
    more_stops: Sequence[Path],
) -> Restored:
    """Bring a filled store up to this moment, and let everybody open it."""
    files = [open_stop_file(settings), *map(StopFile, more_stops)]
    made_at = _made_at(opened)
    told = tell_known(files, made_at, system_now())
    reason = f"restored from a backup of {made_at:%Y-%m-%d %H:%M} UTC; {told.sentence[:1].lower()}{told.sentence[1:-1]}"
    engine = await _open_engine(store, keys)
    replay = await make_replay(store, engine, settings) if engine else None
    gap = Gap(
        store=store,
        connection=connection,
        transact=engine.transact if engine else None,
        now=engine.clock() if engine else system_now(),
    )
    # In this order: what waited must be gone before anything is decided, or it would go with it.
    waited, issues = await gap.drop_waiting(), await gap.hold_marketing(reason)
    since = made_at - OVERLAP
    stops = sorted((stop for file in files for stop in file.read_stops(since)), key=lambda stop: stop.at)
    repeated = await replay.repeat_stops(stops) if replay else {}
    decided, came_due = await gap.settle_due()
    # Only now: a service that started earlier would have sent what was just dropped.
    await open_to_all(connection)
    open_known_stores(settings).write(await store.look(leave_mark=True))
    return Restored(
        made_at=made_at,
        keys=count,
        months=len(opened.months),
        repeated=dict(repeated),
        stops=told,
        settled=Settled(waited=waited, came_due=came_due, decided=decided, issues=issues),
        paused=reason,
    )


async def _open_engine(store: ValkeyStore, keys: Keyring) -> CommandEngine | None:
    """Return the engine; None where no workspace was live yet, so that nobody can have consented to anything."""
    try:
        engine = await open_engine(store, keys)
    except NothingLiveError:
        return None
    return engine


@asynccontextmanager
async def _open_target(settings: Settings) -> AsyncIterator[tuple[str, StoreConnection]]:
    """Connect to the servers to fill; the embedded one must be nobody else's."""
    async with AsyncExitStack() as stack:
        url = settings.store_url or await stack.enter_async_context(embedded_server(settings.data))
        connection = make_client(url)
        stack.push_async_callback(connection.close)
        with name_unreachable_store(settings):
            await connection.open_first()
        yield url, connection


def _read_settings() -> Settings:
    settings = read_store_settings()
    if not settings.secret:
        raise SettingsError(WITHOUT_KEY)
    return settings


def _made_at(opened: OpenedBackup) -> datetime:
    return datetime.fromtimestamp(opened.manifest.cut_ms / 1000, UTC)
