"""Live numbers of a flow: arrivals and ways taken from the counters of the last days, people per step by one scan."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from domain.ports import Store
from flows.compiled.catalog import Flow
from flows.compiled.transitions import list_transitions
from flows.conversation.counters import parse_counter
from service.reports.diagrams.picture import FlowNumbers
from service.workspace.publishing.head_count import count_heads


def last_days(last: int, today: date) -> list[str]:
    """Return the names of the last days as the counters have them, today last."""
    return [(today - timedelta(days=back)).isoformat() for back in reversed(range(last))]


async def read_flow_numbers(store: Store, flow: Flow, days: Iterable[str]) -> FlowNumbers:
    """Read the numbers of a flow in all its versions; costs one scan of the whole store."""
    day_names = list(days)
    counters: Counter[str] = Counter()
    for day in day_names:
        counters.update(await store.day_counters(day))
    head_count = await count_heads(store)
    standing: Counter[str] = Counter()
    # The middle of the key is the flow's version: people may stand in an older one.
    for (name, _, step), people in head_count.conversations.items():
        if name == flow.name:
            standing[step] += people
    return sum_counters(flow, counters, standing, len(day_names))


def sum_counters(flow: Flow, counters: Mapping[str, int], standing: Mapping[str, int], days: int) -> FlowNumbers:
    """Add the counters of a flow up by step and by way."""
    arrived: dict[str, Counter[str]] = {}
    taken: dict[tuple[str, str], Counter[str]] = {}
    for name, count in counters.items():
        counter = parse_counter(name)
        if counter is None or counter.flow != flow.name:
            continue
        if counter.trigger:  # an answer; without a trigger it counts arrivals
            taken.setdefault((counter.step, counter.trigger), Counter())[counter.source] += count
        else:
            arrived.setdefault(counter.step, Counter())[counter.source] += count
    return FlowNumbers(days=days, standing=standing, arrived=arrived, taken=taken)


def export_numbers(flow: Flow, language: str, numbers: FlowNumbers) -> dict[str, Any]:
    """Return steps and ways with their numbers by source, for JSON."""
    transitions = list_transitions(flow, language)
    steps = [
        {
            "step": name,
            "standing": numbers.standing.get(name, 0),
            "arrived": dict(numbers.arrived.get(name, {})),
            "ways": [
                {"to": way.target, "label": way.label, "taken": dict(numbers.taken.get((name, way.trigger), {}))}
                for way in transitions
                if way.step == name
            ],
        }
        for name in flow.steps
    ]
    return {"flow": flow.name, "days": numbers.days, "steps": steps}
