"""Moves old history lines out of the store's memory into the archive; an erased person's lines leave both."""

import asyncio
from collections.abc import Iterable

import structlog

from domain.ports import Store, StoreAwayError
from service.engine.build_commit import decode_line
from store.layout import HISTORY_KEPT
from store.line_archive import LineArchive

log = structlog.get_logger("doorstep.archive")


async def archive_old_lines(store: Store, archive: LineArchive, partitions: Iterable[int]) -> int:
    """Archive what exceeds the lines that a person keeps in the store; return the number of lines.

    A store that is away is logged: the next run goes on.
    """
    moved = 0
    try:
        for partition in partitions:
            for name in await store.subscriber_names(partition):
                moved += await _archive_person(store, archive, name)
        await _forget_erased(store, archive)
    except StoreAwayError:
        log.warning("store_away", job="archive")
    if moved:
        log.info("archived", count=moved)
    return moved


async def _archive_person(store: Store, archive: LineArchive, name: str) -> int:
    lines = await store.oldest_lines(name, kept=HISTORY_KEPT)
    if not lines:
        return 0
    # Written first, then trimmed: a crash in between writes the same lines again, and the archive ignores them.
    dated = [(decode_line(line).at, line) for line in lines]
    await asyncio.to_thread(archive.add_lines, name, dated)
    if await store.trim_history(name, lines):
        return len(lines)
    # Another process was faster, or the person was erased in between; then nothing of theirs may stay here.
    if (await store.load(name)).record is None:
        await asyncio.to_thread(archive.erase_person, name)
    return 0


async def _forget_erased(store: Store, archive: LineArchive) -> None:
    """Delete the lines of people whose record is gone: they may have been erased by a process of another machine."""
    for name in sorted(await asyncio.to_thread(archive.list_people)):
        if (await store.load(name)).record is None:
            await asyncio.to_thread(archive.erase_person, name)
