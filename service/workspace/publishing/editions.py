"""Editions: the workspace that runs now, and the earlier ones that queued mails and conversations are pinned to.

The store holds the number (epoch) of the live edition in every partition.  ``doorstep apply`` raises it, and the store
refuses each commit that was decided with an older number.  The refused process takes over the new edition and decides
the same events again, so no event is decided by one edition and committed under another.  An idle process looks every
second.  In the demo a saved file is applied at once; while it has errors, the old edition goes on running.
"""

import asyncio
import dataclasses
from collections.abc import Callable
from pathlib import Path

import structlog

from domain.events import Commented
from domain.ports import Clock, Store, StoreAwayError, StoreError
from domain.record import Subscriber
from domain.workspace_config import WorkspaceConfig
from email_out.templates.catalog import MailCatalog
from flows.compiled.catalog import Flow
from flows.language.comments import find_trigger
from language.findings import Finding, errors_first
from onboarding.language.catalog import SequenceCatalog
from service.engine.clock import system_now
from service.engine.decide import Rules
from service.engine.failures import describe_error
from service.workspace.edition import Edition, WorkspaceError, compile_edition, read_files, shipped_files
from service.workspace.publishing import live_edition, older_versions, publish
from service.workspace.publishing.live_edition import LiveEdition
from service.workspace.publishing.publish import NothingLiveError

log = structlog.get_logger("doorstep.editions")

SETTLE_MS = 50
"""Editors write a file in several steps; changes within this many ms count as one."""
AWAY_SECONDS = 1.0
LOOK_SECONDS = 1.0
"""Seconds between two looks of an idle process; a busy one learns of a new edition by its next commit."""


class Editions:
    """All editions that this process has loaded; ``current`` is the one it decides by."""

    def __init__(self, current: Edition, findings: list[Finding], store: Store, clock: Clock = system_now) -> None:
        """Start with a checked edition that is not live yet, and the warnings found in it."""
        self.current = current
        self.findings = findings
        self.epoch = 0
        """Number of the live edition that :attr:`current` is; 0 before anything is live."""
        self._store = store
        self._clock = clock
        self._editions = {current.hash: current}
        self._older_flows: dict[tuple[str, str], Flow] = {}
        self._renewing = asyncio.Lock()
        self.listeners: list[Callable[[], None]] = []
        """Called after the edition or its findings changed."""

    def current_rules(self) -> tuple[Rules, WorkspaceConfig]:
        """Return the rules and the workspace config that deciding uses now."""
        return self.current.rules, self.current.config

    def live_number(self) -> int:
        """Return the number of the current edition."""
        return self.epoch

    def current_config(self) -> WorkspaceConfig:
        """Return the workspace config of the current edition."""
        return self.current.config

    async def mail_templates(self, edition: str) -> tuple[MailCatalog, WorkspaceConfig]:
        """Return mail templates and config of an edition; those of the current one if it is not kept any more."""
        kept = await self.find_edition(edition) or self.current
        return kept.mails, kept.config

    async def find_edition(self, edition: str) -> Edition | None:
        """Return an edition that is kept; None if it is not, or cannot be compiled here."""
        kept = self._editions.get(edition) or await self._load_edition(edition)
        if kept is not None:
            self._editions[edition] = kept
        return kept

    def answers_comment(self, comment: Commented) -> bool:
        """Return True if a flow answers this comment."""
        catalog = self.current.rules.flows
        return find_trigger(catalog.comments, comment.post, comment.text, catalog.default_language) is not None

    async def draft_rules(self, edition: str) -> tuple[Rules, WorkspaceConfig] | None:
        """Return a kept edition with the live flows as older versions.

        None if the edition is live itself or is not kept any more.
        """
        draft = None if edition == self.current.hash else await self.find_edition(edition)
        if draft is None:
            return None
        live = self.current.rules.flows
        # The author may stand in a conversation of the live edition when opening the draft link.  It goes on in its own
        # version; only what starts from now on comes from the draft.
        live_versions = [*live.flows.values(), *live.older_versions.values()]
        versions = {
            (flow.name, flow.hash): older_versions.with_languages(flow, live.default_language, draft.config)
            for flow in live_versions
        }
        catalog = dataclasses.replace(draft.rules.flows, older_versions=versions)
        return dataclasses.replace(draft.rules, flows=catalog), draft.config

    def sequences_for(self, record: Subscriber) -> SequenceCatalog:
        """Return the sequences that apply to a person: those of the draft they try, or of the live edition."""
        draft = self._editions.get(record.trying) if record.trying else None
        return (draft or self.current).rules.sequences

    async def _load_edition(self, edition: str) -> Edition | None:
        files = await publish.load_edition_files(self._store, edition)
        if files is None:
            log.warning("edition_unknown", edition=edition)
            return None
        # In a thread: 2,000 steps take a second or two, in which webhooks must still be answered.
        compiled, _ = await asyncio.to_thread(compile_edition, files)
        return compiled

    async def run_live_edition(self, *, following: bool = False) -> None:
        """Start deciding by the live edition.

        If nothing is live yet, the edition of this process becomes live; with ``following`` (the demo) it always does.
        """
        own = self.current
        # Of two processes that start on an empty store at once one publishes epoch 1; the other gets None and follows.
        nothing_live = await self._store.live_edition_number() == 0
        if nothing_live and (live := await publish.publish_first(self._store, own, self._clock())):
            await self._decide_with(live, own)
            return
        await self.take_over_live()
        if own.hash == self.current.hash:
            return
        if following:
            await self._make_live(own)
        else:
            remedy = "See what differs: doorstep plan. Make it live: doorstep apply."
            log.warning("workspace_is_not_live", workspace=own.hash, live=self.current.hash, remedy=remedy)

    async def take_over_live(self) -> None:
        """Take over the edition that is live now.  Raises :class:`StoreAwayError` if this process cannot run it."""
        # After a swap every refused commit of this process arrives here.  The first one compiles; the others wait at
        # the lock and then find the epoch up to date.
        async with self._renewing:
            live = await live_edition.load_live(self._store)
            if live is None:
                # Every commit is refused as stale, and there is nothing to go on with: the store was emptied.
                message = "no edition is live in the store any more"
                raise StoreAwayError(message)
            if live.epoch == self.epoch:
                return
            edition = self._editions.get(live.edition) or await self._load_edition(live.edition)
            if edition is None:
                # Deciding by the old edition would be refused by the store for ever, and answering nothing would lose
                # events.  StoreAwayError makes the webhook answer 503, so the platform sends them again.
                log.error("edition_refused", edition=live.edition, remedy="upgrade this Doorstep, or apply another")
                message = f"the live edition {live.edition} cannot be run by this process"
                raise StoreAwayError(message)
            started = self.epoch == 0
            await self._decide_with(live, edition)
        if not started:
            log.info("edition_taken_over", edition=edition.hash, number=live.epoch)
        self._notify_listeners()

    async def _decide_with(self, live: LiveEdition, edition: Edition) -> None:
        """Decide by this edition from now on, with the older flow versions that people still stand in beside it."""
        # The flows of the edition so far are handed over as compiled: they are the older versions from now on.
        self._editions[edition.hash] = edition
        self._older_flows = await older_versions.load_older_versions(
            self._store, live, edition.config, self._older_flows | _flow_versions(self.current)
        )
        moves = {(move.flow, move.hash, move.step): move.to for move in live.moves}
        catalog = dataclasses.replace(edition.rules.flows, older_versions=self._older_flows, step_moves=moves)
        rules = dataclasses.replace(edition.rules, flows=catalog, sequences=_with_runs(edition.rules.sequences, live))
        # No await between these two lines: a decision must never pair the rules of one edition with another's epoch.
        self.current = dataclasses.replace(edition, rules=rules)
        self.epoch = live.epoch

    async def follow_live_edition(self) -> None:
        """Take over a newly published edition within a second; runs until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                if await self._store.live_edition_number() != self.epoch:
                    await self.take_over_live()
            except StoreError as error:
                log.warning("store_away", error=type(error).__name__)
            except Exception as error:  # noqa: BLE001  what is live may be mended by the next apply
                log.error("edition_failed", error=describe_error(error))

    async def forget_old_versions(self) -> None:
        """Drop the older flow versions that no record needs any more; a nightly job."""
        try:
            live = await live_edition.load_live(self._store)
            # Otherwise a swap is under way, and the versions it needs were counted with other rules.
            if live and live.epoch == self.epoch:
                await self._decide_with(await publish.forget_unneeded(self._store, live), self._editions[live.edition])
        except StoreAwayError:
            log.warning("store_away", job="forget")

    async def take_folder(self, folder: Path) -> None:
        """Read the folder again and make it live unless it has errors."""
        files, unreadable = await asyncio.to_thread(read_files, folder)
        edition, compile_findings = await asyncio.to_thread(compile_edition, files)
        self.findings = errors_first([*unreadable, *compile_findings])
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if edition is None or errors:
            log.warning("edition_refused", findings=[str(finding) for finding in errors[:5]])
        elif edition.hash != self.current.hash:
            await self._make_live(edition)
        self._notify_listeners()

    async def _make_live(self, edition: Edition) -> None:
        """Make an edition live at once: people move to the same step, or start over if it is gone."""
        # A swap fails if another process published in between: then compare with that edition and try again.
        while True:
            live = await live_edition.load_live(self._store)
            if live is None:
                swapped = await publish.publish_first(self._store, edition, self._clock())
            else:
                old = self._editions.get(live.edition) or await publish.load_published_edition(self._store, live)
                swapped = await publish.swap_edition(self._store, live, old, edition, self._clock(), relaxed=True)
            if swapped:
                async with self._renewing:
                    await self._decide_with(swapped, edition)
                log.info("edition_taken_over", edition=edition.hash, number=swapped.epoch)
                return

    def _notify_listeners(self) -> None:
        for listener in self.listeners:
            listener()

    async def watch_folder(self, folder: Path) -> None:
        """Make every saved change of the folder live; runs until cancelled."""
        import watchfiles  # noqa: PLC0415  only the demo follows its files

        async for _ in watchfiles.awatch(folder, step=SETTLE_MS, debounce=4 * SETTLE_MS):
            await self._take_folder_eventually(folder)

    async def _take_folder_eventually(self, folder: Path) -> None:
        while True:
            try:
                return await self.take_folder(folder)
            except StoreAwayError:
                log.warning("store_away")
                await asyncio.sleep(AWAY_SECONDS)
            except Exception as error:  # noqa: BLE001  no saved file may stop a running service
                log.error("edition_failed", error=describe_error(error))
                return None


def _flow_versions(edition: Edition) -> dict[tuple[str, str], Flow]:
    return {(name, flow.hash): flow for name, flow in edition.rules.flows.flows.items()}


def _with_runs(catalog: SequenceCatalog, live: LiveEdition) -> SequenceCatalog:
    """Return the sequences with a mapping for runs whose step a rollback took away."""
    # The files of the older edition cannot know steps that were written after it, so the map is added here.
    sequences = dict(catalog.sequences)
    for move in live.runs:
        if sequence := sequences.get(move.sequence):
            migrate = {**sequence.migrate, move.step: move.to}
            sequences[move.sequence] = dataclasses.replace(sequence, migrate=migrate)
    return dataclasses.replace(catalog, sequences=sequences)


async def load_live_edition(store: Store) -> Edition:
    """Return the live edition with its older flow versions.  Raises :class:`NothingLiveError` if none is live."""
    return (await open_live_editions(store)).current


async def open_live_editions(store: Store) -> Editions:
    """Return the editions of a tool that decides as the service does.  Raises :class:`NothingLiveError`."""
    live = await live_edition.load_live(store)
    if live is None:
        message = "no workspace is live yet: the first doorstep run makes its own so"
        raise NothingLiveError(message)
    editions = Editions(await publish.load_published_edition(store, live), [], store)
    await editions.take_over_live()
    return editions


async def open_editions(store: Store, folder: Path | None, clock: Clock, *, following: bool = False) -> Editions:
    """Return the editions of a process that is starting.  Raises :class:`WorkspaceError` if it has nothing to run.

    If an edition is live already, a folder with errors does not stop the start: the live edition goes on.
    """
    files, unreadable = (shipped_files(), []) if folder is None else read_files(folder)
    edition, compile_findings = compile_edition(files)
    findings = errors_first([*unreadable, *compile_findings])
    broken = edition is None or any(finding.severity == "error" for finding in findings)
    live = await live_edition.load_live(store)
    if broken and live and not following:
        # A restart at night must not fail because somebody left a half-edited file in the folder.
        log.warning(
            "workspace_has_errors", findings=[str(finding) for finding in findings[:5]], remedy="doorstep check"
        )
        edition, findings = await publish.load_published_edition(store, live), []
    elif broken:
        raise WorkspaceError(findings)
    assert edition is not None  # noqa: S101  it is one of the two
    editions = Editions(edition, findings, store, clock)
    await editions.run_live_edition(following=following)
    return editions
