"""Older flow versions that people still stand in, compiled from the editions that hold them."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

import structlog

from domain.ports import MetaStore
from domain.workspace_config import WorkspaceConfig
from flows.compiled.catalog import Flow, FlowCatalog
from flows.load import compile_flows
from language.yaml_reader import read_yaml, validate_model
from service.workspace.edition import CONFIG_FILE, flow_files
from service.workspace.publishing.live_edition import FlowVersion, LiveEdition
from service.workspace.publishing.publish import load_edition_files

log = structlog.get_logger("doorstep.editions")


async def load_older_versions(
    store: MetaStore, live: LiveEdition, config: WorkspaceConfig, known: Mapping[tuple[str, str], Flow]
) -> dict[tuple[str, str], Flow]:
    """Return every older version that ``live`` names; versions in ``known`` are not compiled again."""
    keys = [(version.flow, version.hash) for version in live.versions]
    compiled = {key: known[key] for key in keys if key in known}
    missing = [version for version in live.versions if (version.flow, version.hash) not in compiled]
    # By edition: one edition often holds the older versions of several flows, and compiling it costs a second.
    for edition in sorted({version.edition for version in missing}):
        catalog = await _load_catalog(store, edition)
        for version in missing:
            if flow := _pinned_flow(catalog, version, config):
                compiled[version.flow, version.hash] = flow
    for version in missing:
        # Its people go on in the live flow, at the step of the same name if there is one (FlowCatalog.locate_step).
        if (version.flow, version.hash) not in compiled:
            log.warning("version_unknown", flow=version.flow, edition=version.edition)
    return compiled


def _pinned_flow(catalog: FlowCatalog | None, version: FlowVersion, config: WorkspaceConfig) -> Flow | None:
    flow = catalog.flows.get(version.flow) if catalog else None
    # The hash covers what this Doorstep compiled.  Another release may compile the same file to another flow, in which
    # the steps that people stand at need not exist.
    if catalog is None or flow is None or flow.hash != version.hash:
        return None
    return with_languages(flow, catalog.default_language, config)


def with_languages(flow: Flow, first: str, config: WorkspaceConfig) -> Flow:
    """Return a version that answers people in languages added since then, in its own first language."""
    # A person may read “fr” by now while the version was written in “en” and “de”: looking up its texts in “fr” must
    # not fail.  The version's own texts win over the filled ones.
    steps = {
        name: replace(step, texts=dict.fromkeys(config.languages, step.texts[first]) | dict(step.texts))
        for name, step in flow.steps.items()
    }
    return replace(
        flow, steps=steps, start_word=dict.fromkeys(config.languages, flow.start_word[first]) | dict(flow.start_word)
    )


async def _load_catalog(store: MetaStore, edition: str) -> FlowCatalog | None:
    """Return the flows of a kept edition, compiled with the config of that time."""
    files = await load_edition_files(store, edition)
    # The config of that time: its languages and fields decide how the flow compiles, and so its hash.
    old_config = validate_model(read_yaml(files[CONFIG_FILE], CONFIG_FILE), WorkspaceConfig)[0] if files else None
    if files is None or old_config is None:
        return None
    catalog, _ = await asyncio.to_thread(compile_flows, flow_files(files), old_config)
    return catalog
