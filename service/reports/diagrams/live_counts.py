"""How a flow fares: arrivals and ways taken from the counters of the last days, and who stands where by one scan."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from domain.ports import Store
from flows.compiled.catalog import Flow
from flows.compiled.transitions import ways
from flows.conversation.counters import read
from service.reports.diagrams.picture import Numbers
from service.workspace.publishing.head_count import take


def days(last: int, today: date) -> list[str]:
    """Return the last days, today the last of them, as the counters name them."""
    return [(today - timedelta(days=back)).isoformat() for back in reversed(range(last))]


async def numbers(store: Store, flow: Flow, those: Iterable[str]) -> Numbers:
    """Read the numbers of a flow in all its versions; costs one scan of the whole store."""
    named = list(those)
    counted: Counter[str] = Counter()
    for day in named:
        counted.update(await store.counters(day))
    census = await take(store)
    standing: Counter[str] = Counter()
    for (name, _, step), people in census.conversations.items():
        if name == flow.name:
            standing[step] += people
    return summed(flow, counted, standing, len(named))


def summed(flow: Flow, counted: Mapping[str, int], standing: Mapping[str, int], length: int) -> Numbers:
    """Sort the counters of a flow: by way, and by the step a way leads to."""
    arrived: dict[str, Counter[str]] = {}
    taken: dict[tuple[str, str], Counter[str]] = {}
    for name, count in counted.items():
        one = read(name)
        if one is None or one.flow != flow.name:
            continue
        if one.trigger:
            taken.setdefault((one.step, one.trigger), Counter())[one.source] += count
        else:
            arrived.setdefault(one.step, Counter())[one.source] += count
    return Numbers(days=length, standing=standing, arrived=arrived, taken=taken)


def plain(flow: Flow, language: str, fares: Numbers) -> dict[str, Any]:
    """Return steps and ways with all their numbers by source, for programs."""
    every = ways(flow, language)
    steps = [
        {
            "step": name,
            "standing": fares.standing.get(name, 0),
            "arrived": dict(fares.arrived.get(name, {})),
            "ways": [
                {"to": way.target, "label": way.label, "taken": dict(fares.taken.get((name, way.trigger), {}))}
                for way in every
                if way.step == name
            ],
        }
        for name in flow.steps
    ]
    return {"flow": flow.name, "days": fares.days, "steps": steps}
