"""Editions: the workspace that runs now, and the earlier ones that queued mails and conversations are pinned to.

What is live stands in the store and has a number.  ``doorstep apply`` swaps it for all processes at once; a process
that commits with an older number is refused, takes the new edition over, and decides again.  An idle one looks every
second.  In the demo a saved file is applied at once; with an error the old edition runs on and the findings say why.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import structlog

from email_out.templates.render import MailBook
from flows.compiled.catalog import Flow
from flows.language.comments import find
from onboarding.language.catalog import SequenceBook
from service.engine.clock import system_now
from service.engine.decide import Rules
from service.workspace.publishing import live_edition, publish, older_versions
from service.workspace.publishing.live_edition import Live
from service.workspace.publishing.publish import NothingLiveError
from service.runtime.supervisor import place_of
from service.workspace.edition import Edition, WorkspaceError, compile_edition, read_files, shipped_files
from domain.workspace_config import WorkspaceConfig
from domain.events import Commented
from language.findings import Finding, errors_first
from domain.ports import Clock, Store, StoreAwayError, StoreError
from domain.record import Subscriber

log = structlog.get_logger("doorstep.editions")

SETTLE_MS = 50
"""Editors write a file in several steps; changes closer than this are one."""
AWAY_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""How long an idle process may run on with an edition that was replaced; a busy one learns by its next commit."""


class Editions:
    """All editions this process knows; ``current`` decides."""

    def __init__(self, current: Edition, findings: list[Finding], store: Store, clock: Clock = system_now) -> None:
        """Start with a checked edition that is not live yet; ``findings`` are its warnings."""
        self.current = current
        self.findings = findings
        self.epoch = 0
        """Number of the live edition that :attr:`current` is; 0: nothing was made live."""
        self._store = store
        self._clock = clock
        self._known = {current.hash: current}
        self._older: dict[tuple[str, str], Flow] = {}
        self._renewing = asyncio.Lock()
        self.changed: list[Callable[[], None]] = []
        """Called after the edition or its findings changed."""

    def rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return what deciding needs of the current edition."""
        return self.current.rules, self.current.config

    def number(self) -> int:
        """Return the number of the current edition."""
        return self.epoch

    def config(self) -> WorkspaceConfig:
        """Return the current declarations."""
        return self.current.config

    async def mails(self, edition: str) -> tuple[MailBook, WorkspaceConfig]:
        """Return templates and declarations of an edition; the current one's if nobody knows it any more."""
        found = self._known.get(edition) or await self._fetch(edition)
        if found is None:
            return self.current.mails, self.current.config
        self._known[edition] = found
        return found.mails, found.config

    def answers(self, comment: Commented) -> bool:
        """Tell whether a flow answers this comment."""
        book = self.current.rules.flows
        return find(book.comments, comment.post, comment.text, book.language) is not None

    async def trial(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return a kept edition beside the flows that are live; None if it is live itself, or not known any more."""
        found = self._known.get(edition) or await self._fetch(edition)
        if found is None or edition == self.current.hash:
            return None
        self._known[edition] = found
        live = self.current.rules.flows
        stood = [*live.flows.values(), *live.older.values()]
        versions = {(one.name, one.hash): older_versions.speaking(one, live.language, found.config) for one in stood}
        book = dataclasses.replace(found.rules.flows, older=versions)
        return dataclasses.replace(found.rules, flows=book), found.config

    def sequences(self, record: Subscriber) -> SequenceBook:
        """Return the sequences that hold for a person: those of the edition they try, if this process knows it."""
        tried = self._known.get(record.trying) if record.trying else None
        return (tried or self.current).rules.sequences

    async def _fetch(self, edition: str) -> Edition | None:
        files = await publish.files_of(self._store, edition)
        if files is None:
            log.warning("edition_unknown", edition=edition)
            return None
        compiled, _ = await asyncio.to_thread(compile_edition, files)
        return compiled

    # -- what is live --------------------------------------------------------------------------------------
    async def open(self, *, following: bool = False) -> None:
        """Run what is live.

        Where nothing is yet, the own edition is made live; with ``following`` (the demo), it always is.
        """
        own = self.current
        if await self._store.epoch() == 0 and (live := await publish.first(self._store, own, self._clock())):
            await self._run(live, own)
            return
        await self.renew()
        if own.hash == self.current.hash:
            return
        if following:
            await self._apply(own)
        else:
            remedy = "See what differs: doorstep plan. Make it live: doorstep apply."
            log.warning("workspace_is_not_live", workspace=own.hash, live=self.current.hash, remedy=remedy)

    async def renew(self) -> None:
        """Take over what is live by now; raises :class:`StoreAwayError` if this process cannot run it."""
        async with self._renewing:
            live = await live_edition.present(self._store)
            if live is None or live.epoch == self.epoch:
                return
            edition = self._known.get(live.edition) or await self._fetch(live.edition)
            if edition is None:
                log.error("edition_refused", edition=live.edition, remedy="upgrade this Doorstep, or apply another")
                message = f"the live edition {live.edition} cannot be run by this process"
                raise StoreAwayError(message)
            started = self.epoch == 0
            await self._run(live, edition)
        if not started:
            log.info("edition_taken_over", edition=edition.hash, number=live.epoch)
        self._tell()

    async def _run(self, live: Live, edition: Edition) -> None:
        """Decide with this edition from now on, beside the older versions that people stand in."""
        self._known[edition.hash] = edition
        self._older = await older_versions.load(self._store, live, edition.config, self._older | _versions(self.current))
        moves = {(one.flow, one.hash, one.step): one.to for one in live.moves}
        book = dataclasses.replace(edition.rules.flows, older=self._older, moves=moves)
        rules = dataclasses.replace(edition.rules, flows=book, sequences=_with_runs(edition.rules.sequences, live))
        self.current = dataclasses.replace(edition, rules=rules)
        self.epoch = live.epoch

    async def follow(self) -> None:
        """Look every second what is live, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._store.epoch() != self.epoch:
                    await self.renew()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  what is live may be mended by the next apply
                log.error("edition_failed", error=place_of(error))

    async def forget(self) -> None:
        """Forget the older versions that nobody stands in any more; a nightly chore."""
        try:
            live = await live_edition.present(self._store)
            if live and live.epoch == self.epoch:
                await self._run(await publish.forget(self._store, live), self._known[live.edition])
        except StoreAwayError:
            log.warning("store_away", job="forget")

    # -- the demo: a saved file is live at once ------------------------------------------------------------
    async def take(self, folder: Path) -> None:
        """Read the folder again and make it live if it has no errors."""
        files, unreadable = await asyncio.to_thread(read_files, folder)
        edition, found = await asyncio.to_thread(compile_edition, files)
        self.findings = errors_first([*unreadable, *found])
        errors = [one for one in self.findings if one.severity == "error"]
        if edition is None or errors:
            log.warning("edition_refused", findings=[str(one) for one in errors[:5]])
        elif edition.hash != self.current.hash:
            await self._apply(edition)
        self._tell()

    async def _apply(self, edition: Edition) -> None:
        """Make an edition live at once, whoever stands where: everybody moves, or starts over."""
        while True:
            live = await live_edition.present(self._store)
            if live is None:
                swapped = await publish.first(self._store, edition, self._clock())
            else:
                old = self._known.get(live.edition) or await publish.edition_of(self._store, live)
                swapped = await publish.swap(self._store, live, old, edition, self._clock(), relaxed=True)
            if swapped:
                async with self._renewing:
                    await self._run(swapped, edition)
                log.info("edition_taken_over", edition=edition.hash, number=swapped.epoch)
                return

    def _tell(self) -> None:
        for tell in self.changed:
            tell()

    async def watch(self, folder: Path) -> None:
        """Take over every change in the folder until cancelled."""
        import watchfiles  # noqa: PLC0415  only the demo follows its files

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


def _versions(edition: Edition) -> dict[tuple[str, str], Flow]:
    return {(name, flow.hash): flow for name, flow in edition.rules.flows.flows.items()}


def _with_runs(book: SequenceBook, live: Live) -> SequenceBook:
    """Return the sequences with the ways on for passes whose step a rollback took away."""
    sequences = dict(book.sequences)
    for one in live.runs:
        if sequence := sequences.get(one.sequence):
            migrate = {**sequence.migrate, one.step: one.to}
            sequences[one.sequence] = dataclasses.replace(sequence, migrate=migrate)
    return dataclasses.replace(book, sequences=sequences)


async def running(store: Store) -> Edition:
    """Return the edition that is live, beside its older versions; raises :class:`NothingLiveError` if there is none."""
    return (await following(store)).current


async def following(store: Store) -> Editions:
    """Return the editions of a tool that decides as the service does; raises :class:`NothingLiveError`."""
    live = await live_edition.present(store)
    if live is None:
        message = "no workspace is live yet: the first doorstep run makes its own so"
        raise NothingLiveError(message)
    editions = Editions(await publish.edition_of(store, live), [], store)
    await editions.renew()
    return editions


async def opened(store: Store, folder: Path | None, clock: Clock, *, following: bool = False) -> Editions:
    """Return the editions of a process that starts now; raises :class:`WorkspaceError` if it has nothing to run.

    A folder with errors stops no start where an edition is live already: that one goes on.
    """
    files, unreadable = (shipped_files(), []) if folder is None else read_files(folder)
    edition, found = compile_edition(files)
    findings = errors_first([*unreadable, *found])
    broken = edition is None or any(one.severity == "error" for one in findings)
    live = await live_edition.present(store)
    if broken and live and not following:
        log.warning("workspace_has_errors", findings=[str(one) for one in findings[:5]], remedy="doorstep check")
        edition, findings = await publish.edition_of(store, live), []
    elif broken:
        raise WorkspaceError(findings)
    assert edition is not None  # noqa: S101  it is one of the two
    editions = Editions(edition, findings, store, clock)
    await editions.open(following=following)
    return editions
