"""Older versions of flows, compiled from the editions that hold them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from flows.compiled.catalog import Flow, FlowBook
from flows.load import compile_flows
from service.workspace.publishing.live_edition import Live, Version
from service.workspace.publishing.publish import files_of
from service.workspace.edition import DECLARATIONS, flow_files
from domain.workspace_config import WorkspaceConfig
from domain.ports import Store
from language.yaml_source import read, validate

log = structlog.get_logger("doorstep.editions")


async def load(
    store: Store, live: Live, config: WorkspaceConfig, known: Mapping[tuple[str, str], Flow]
) -> dict[tuple[str, str], Flow]:
    """Return every older version that ``live`` names; those already ``known`` are not compiled again."""
    found = {(one.flow, one.hash): known[one.flow, one.hash] for one in live.versions if (one.flow, one.hash) in known}
    missing = [one for one in live.versions if (one.flow, one.hash) not in found]
    for edition in sorted({one.edition for one in missing}):
        book = await _book(store, edition)
        found |= {(one.flow, one.hash): flow for one in missing if (flow := _version(book, one, config))}
    for one in missing:
        if (one.flow, one.hash) not in found:
            log.warning("version_unknown", flow=one.flow, edition=one.edition)
    return found


def _version(book: FlowBook | None, one: Version, config: WorkspaceConfig) -> Flow | None:
    flow = book.flows.get(one.flow) if book else None
    if book is None or flow is None or flow.hash != one.hash:
        return None
    return speaking(flow, book.language, config)


def speaking(flow: Flow, first: str, config: WorkspaceConfig) -> Flow:
    """Return a version that also answers in languages that were added since: in its first one."""
    steps = {
        name: replace(step, spoken=dict.fromkeys(config.languages, step.spoken[first]) | dict(step.spoken))
        for name, step in flow.steps.items()
    }
    return replace(flow, steps=steps, words=dict.fromkeys(config.languages, flow.words[first]) | dict(flow.words))


async def _book(store: Store, edition: str) -> FlowBook | None:
    """Return the flows of an edition as it was."""
    files = await files_of(store, edition)
    then = validate(read(files[DECLARATIONS], DECLARATIONS), WorkspaceConfig)[0] if files else None
    if files is None or then is None:
        return None
    book, _ = await asyncio.to_thread(compile_flows, flow_files(files), then)
    return book
