"""``doorstep check`` for flows: everything that is wrong in them beyond their form.

What is looked at in one flow alone stands under :mod:`flows.checks` in a module for each kind of mistake; what rests
on the ways between steps is looked at for all flows together, since they can call each other.  Everything is linear
in the number of steps and texts.  All codes with their meaning: :mod:`language.finding_codes.catalog`.
"""

from collections.abc import Mapping

from domain.workspace_config import WorkspaceConfig
from flows.checks import (
    claimed_twice,
    comments,
    dead_ends,
    key_combinations,
    labels,
    names,
    reachability,
    texts,
    timers,
    translations,
)
from flows.checks.longest_text import Shape, field_values
from flows.checks.text_locations import Place, places
from flows.language.read_files import FlowSource
from flows.language.tables import Table
from language.findings import Finding

_UNCLEAR = frozenset({"unknown-step", "unknown-flow", "two-questions", "cyclic-call", "reserved-step"})
"""With one of these a flow's ways are not what was meant, and saying more about them would only confuse."""


_ECHOES = {"no-consent": "unknown-topic", "no-fallback": "unknown-field", "code-unset": "unknown-pool"}
"""What is only told where its likely cause is not: a misspelt topic is no consent, a misspelt field is never set."""


def check(
    flows: Mapping[str, FlowSource], config: WorkspaceConfig, tables: Mapping[str, Table] | None = None
) -> list[Finding]:
    """Return everything to be mended in these flows and their translations."""
    tables = tables or {}
    may = texts.saying(config, field_values(flows.values(), config))
    known = may.names
    shapes: list[tuple[str, Place, Shape]] = []
    found = [*claimed_twice.check(flows, config), *comments.check(flows, config), *dead_ends.calling(flows)]
    for name, one in flows.items():
        found += _one(one, config, tables, flows)
        for place in places(one, config, tables):
            for told in texts.check(place, may, known):
                if isinstance(told, Finding):
                    found.append(told)
                else:
                    shapes.append((name, place, told))
    unclear = {one.file for one in found if one.code in _UNCLEAR and one.severity == "error"}
    clear = {name: one for name, one in flows.items() if one.source.file not in unclear}
    causes = {one.code for one in found}
    rest = reachability.check(reachability.flowing(clear, config), shapes, may)
    return [*found, *(one for one in rest if _ECHOES.get(one.code) not in causes)]


def _one(
    one: FlowSource, config: WorkspaceConfig, tables: Mapping[str, Table], flows: Mapping[str, FlowSource]
) -> list[Finding]:
    return [
        *names.check(one, config, tables, flows),
        *key_combinations.check(one),
        *timers.times(one),
        *labels.check(one, config),
        *translations.check(one, config),
    ]
