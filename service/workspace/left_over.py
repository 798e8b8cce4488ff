"""Finds what a workspace no longer needs, for ``doorstep check`` alone: none of it keeps an edition from going live.

Names that are declared and never used, and ranges of days that are over.  The second depends on the day, so it can be
no part of an edition, which means the same on every day.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from domain.workspace_config import WorkspaceConfig
from flows.language.model import Ask
from flows.language.read_files import read_flow_files
from language.durations import DayExpression, UnclearTimeError, parse_day
from language.findings import Finding
from language.yaml_reader import read_yaml
from language.yaml_source import YamlPath
from service.workspace.edition import CONFIG_FILE

_USED_BY_ITSELF = ("support",)
"""Mailboxes that hear of every hand-over, whether a flow names them or not."""
_LONGEST_SEASON = 366
"""Days of a range that is taken for a season; a longer one in the past asks about the past, such as a birthday."""


def check_left_over(files: Mapping[str, str], config: WorkspaceConfig, today: date) -> Iterator[Finding]:
    """Yield a warning for each declaration that nothing uses, and for each range of days that is over."""
    yield from _check_unused(files, config)
    yield from _check_ended_ranges(files, today)


def _check_unused(files: Mapping[str, str], config: WorkspaceConfig) -> Iterator[Finding]:
    source = read_yaml(files[CONFIG_FILE], CONFIG_FILE)
    words = set(re.findall(r"\w+", " ".join(text for name, text in files.items() if name != CONFIG_FILE)))
    declared: tuple[tuple[YamlPath, str, str], ...] = (
        *((("tags", number), "tag", tag) for number, tag in enumerate(config.tags)),
        *((("pools", pool), "pool", pool) for pool in config.pools),
        *((("team", team), "mailbox", team) for team in config.team if team not in _USED_BY_ITSELF),
        *((("personas", persona), "persona", persona) for persona in config.personas),
    )
    for path, kind, name in declared:
        # Any mention counts: a name in a comment is no harm, and one that is used is never reported.
        if name not in words:
            message = f"The {kind} “{name}” is declared, and nothing uses it."
            yield source.finding_at(path, "unused", message, "Use it, or take it out.", severity="warning", key=True)


def _check_ended_ranges(files: Mapping[str, str], today: date) -> Iterator[Finding]:
    for flow in read_flow_files(files)[0].values():
        for name, step in flow.text.steps.items():
            if step.ask and _has_ended(step.ask, today):
                message = f"The last day that fits was {step.ask.highest}, so every answer is refused."
                hint = "Write a day ahead, or count it from today: to: in 60 days."
                path = ("steps", name, "ask", "to")
                yield flow.source.finding_at(path, "ended-range", message, hint, severity="warning")


def _has_ended(ask: Ask, today: date) -> bool:
    last, first = _read_day(ask.highest), _read_day(ask.lowest)
    if ask.kind not in ("date", "moment") or last is None or last.fixed is None or last.fixed >= today:
        return False
    if ask.kind == "moment" or (first is not None and first.fixed is None):
        return True
    return bool(first and first.fixed and (last.fixed - first.fixed).days <= _LONGEST_SEASON)


def _read_day(text: str) -> DayExpression | None:
    try:
        return parse_day(text) if text else None
    except UnclearTimeError:  # reported by the checks of flows
        return None
