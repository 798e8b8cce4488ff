"""``docs/operating.md`` has a row for everything that the log tells above level info, and for each metric it names."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.paths import ROOT

ROOMS = ("bot", "domain", "email_out", "flows", "language", "onboarding", "service", "store")
LEVELS = ("warning", "error", "exception", "critical")
VARIABLE_EVENTS = {"event": (), "reason": ("unknown_page", "another_app")}
"""By the expression that names an event, the events it may stand for; ``log_refusal`` is read at its calls."""
RUNBOOK = (ROOT / "docs" / "operating.md").read_text("utf-8")


def _event_of(call: ast.Call) -> str | None:
    """Return the source of the event's name if this call logs above level info."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="log" | "_log"), attr=level) if level in LEVELS:
            pass
        case ast.Name(id="log_refusal"):
            pass
        case _:
            return None
    return ast.unparse(call.args[0])


def _logged_events() -> Iterator[str]:
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                event = _event_of(node) if isinstance(node, ast.Call) else None
                if event is None:
                    continue
                if event[0] in "'\"":
                    yield ast.literal_eval(event)
                else:
                    yield from VARIABLE_EVENTS[event]


def test_every_warning_has_its_remedy() -> None:
    """A line that somebody is woken by is in the runbook, under the name that the log has."""
    rows = set(re.findall(r"`(\w+)`", "".join(line for line in RUNBOOK.splitlines() if line.startswith("| `"))))
    logged = set(_logged_events())
    assert len(logged) > 40
    assert logged - rows == set()
    assert "embedded_store_down" in logged


@pytest.mark.parametrize("name", sorted(set(re.findall(r"`(doorstep_\w+)", RUNBOOK))))
def test_every_metric_of_the_runbook_is_there(name: str) -> None:
    """What operators are to alert on is counted under that name."""
    # A counter is named in code without the ending that its exposition adds.
    named = f'"{name.removesuffix("_total")}"'
    assert any(named in path.read_text("utf-8") for room in ROOMS for path in (ROOT / room).rglob("*.py"))
