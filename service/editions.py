"""Editions: the workspace that runs now, and the earlier ones that queued mails are pinned to.

A saved file is checked and taken over at once; with an error the old edition runs on and the findings say
where and why.  Every edition that ran is kept in the store, so that any process can render a mail as it was
meant when it was queued.
"""

import asyncio
import zlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import structlog
import watchfiles

from email_out.render import MailBook
from service.decide import Rules
from service.vital import place_of
from service.workspace import Edition, compile_edition, read_files
from subscribers.declarations import Declarations
from subscribers.findings import Finding, errors_first
from subscribers.ports import Store, StoreAwayError

log = structlog.get_logger("doorstep.editions")

SETTLE_MS = 50
"""Editors write a file in several steps; changes closer than this are one."""
AWAY_SECONDS = 1.0


class Editions:
    """All editions this process knows; ``current`` decides."""

    def __init__(self, current: Edition, findings: list[Finding], store: Store) -> None:
        """Start with a checked edition; ``findings`` are its warnings."""
        self.current = current
        self.findings = findings
        self._store = store
        self._known = {current.hash: current}
        self.changed: list[Callable[[], None]] = []
        """Called after the edition or its findings changed."""

    def rules(self) -> tuple[Rules, Declarations]:
        """Return what deciding needs of the current edition."""
        return self.current.rules, self.current.house

    def house(self) -> Declarations:
        """Return the current declarations."""
        return self.current.house

    async def keep(self, edition: Edition | None = None) -> None:
        """Keep an edition (the current one) in the store, for mails that are pinned to it."""
        kept = edition or self.current
        packed = zlib.compress(msgspec.msgpack.encode(dict(kept.files)))
        await self._store.set_meta(f"edition:{kept.hash}", packed)

    async def mails(self, edition: str) -> tuple[MailBook, Declarations]:
        """Return templates and declarations of an edition; the current one's if nobody knows it any more."""
        found = self._known.get(edition) or await self._fetch(edition)
        if found is None:
            return self.current.mails, self.current.house
        self._known[edition] = found
        return found.mails, found.house

    async def _fetch(self, edition: str) -> Edition | None:
        packed = await self._store.meta(f"edition:{edition}")
        if packed is None:
            log.warning("edition_unknown", edition=edition)
            return None
        files = msgspec.msgpack.decode(zlib.decompress(packed), type=dict[str, str])
        compiled, _ = await asyncio.to_thread(compile_edition, files)
        return compiled

    async def take(self, folder: Path) -> None:
        """Read the folder again and take it over if it has no errors."""
        files, unreadable = await asyncio.to_thread(read_files, folder)
        edition, found = await asyncio.to_thread(compile_edition, files)
        self.findings = errors_first([*unreadable, *found])
        errors = [one for one in self.findings if one.severity == "error"]
        if edition is not None and not errors:
            if edition.hash != self.current.hash:
                await self.keep(edition)  # before anything is pinned to it: another process may send that mail
                self.current = self._known[edition.hash] = edition
                log.info("edition_taken_over", edition=edition.hash)
        else:
            log.warning("edition_refused", findings=[str(one) for one in errors[:5]])
        for tell in self.changed:
            tell()

    async def watch(self, folder: Path) -> None:
        """Take over every change in the folder until cancelled."""
        async for _ in watchfiles.awatch(folder, step=SETTLE_MS, debounce=4 * SETTLE_MS):
            await self._take_at_last(folder)

    async def _take_at_last(self, folder: Path) -> None:
        while True:
            try:
                return await self.take(folder)
            except StoreAwayError:
                log.warning("store_away")
                await asyncio.sleep(AWAY_SECONDS)
            except Exception as error:  # noqa: BLE001  no saved file may stop a running service
                log.error("edition_failed", error=place_of(error))
                return None
