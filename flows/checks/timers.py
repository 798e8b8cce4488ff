"""Times in flows: understood, and never longer than the platform lets the bot speak.

The messaging window is open for 24 hours after the person's last message.  What is reached only by waiting is said so
long after it at the latest; an answer begins to count anew.  ``relay`` and ``mail`` need no window, and on the way of
``if: window is open`` it is open.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from flows.checks.dead_ends import components
from flows.checks.graph import WAITING, Graph, Way
from flows.language.model import END, StepText
from flows.language.read_files import FlowSource
from language.durations import UnclearTimeError, duration_or_none, format_duration, parse_duration
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

WINDOW = timedelta(hours=24)
"""Standard messaging window (Messenger Platform policy)."""
LONGEST_PAUSE = timedelta(seconds=20)
"""Typing shows no longer (Messenger Platform)."""
_NOW, _ALWAYS = timedelta(), timedelta(days=3660)


def times(one: FlowSource) -> Iterator[Finding]:
    """Yield each length of time that is not understood, and those that could not come true."""
    for name, step in one.text.steps.items():
        for path, said in _said(("steps", name), step):
            place = path if path in one.source.positions else tuple(part for part in path if part != 0)
            yield from _time(one.source, place, said)
        for at, one_said in enumerate(step.say):
            if one_said.pause and (duration_or_none(one_said.pause) or timedelta()) > LONGEST_PAUSE:
                message = f"Typing shows for {format_duration(LONGEST_PAUSE)} at most."
                hint = "For a longer rest make a step with “wait”."
                yield one.source.finding_at(("steps", name, "say", at, "pause"), "long-pause", message, hint)


def _said(path: YamlPath, step: StepText) -> Iterator[tuple[YamlPath, str]]:
    if step.wait:
        yield (*path, "wait"), step.wait
    if step.timeout:
        yield (*path, "timeout", "after"), step.timeout.after
    yield from (((*path, "nudge", at, "after"), nudge.after) for at, nudge in enumerate(step.nudge))
    yield from (((*path, "say", at, "pause"), said.pause) for at, said in enumerate(step.say) if said.pause)
    for key in ("mail", "relay"):
        sent = getattr(step, key)
        if sent and sent.calendar:
            yield (*path, key, "calendar", "length"), sent.calendar.length


def _time(source: YamlSource, path: YamlPath, said: str) -> Iterator[Finding]:
    try:
        parse_duration(said)
    except UnclearTimeError as error:
        yield source.finding_at(path, "bad-time", f"{error}.", error.hint)


@dataclass(slots=True, kw_only=True)
class Silence:
    """How long ago at most a person has said something, by flow and step, whatever flow called which."""

    graphs: Mapping[str, Graph]
    ended: dict[str, timedelta] = field(default_factory=dict)
    """By flow, at its end, if the person had spoken just before its start."""
    alone: dict[str, timedelta] = field(default_factory=dict)
    """By flow, the time from start to end if nobody answers; only of flows that come to their end so."""

    def at(self, flow: str, entry: timedelta) -> dict[str, timedelta]:
        """Return it for each step of a flow that is entered so long after the last message."""
        graph = self.graphs[flow]
        seeds = {graph.start: entry}
        for way in (way for many in graph.ways.values() for way in many):
            opened = _opened(graph.steps[way.source], way)
            if way.needs == "person" or opened:
                called = graph.steps[way.source].call or ""
                since = self.ended.get(called, _NOW) if way.trigger == "next" else _NOW
                seeds[way.target] = max(seeds.get(way.target, _NOW), since)
        return self._spread(graph, seeds)

    def learn(self, flow: str) -> None:
        """Take in what it takes to come through a flow; those it calls have to be known before."""
        self.ended[flow] = self.at(flow, _NOW).get(END, _NOW)
        through = self._spread(self.graphs[flow], {self.graphs[flow].start: _NOW})
        if END in through:
            self.alone[flow] = through[END]

    def _spread(self, graph: Graph, seeds: Mapping[str, timedelta]) -> dict[str, timedelta]:
        """Follow the ways that nobody has to answer, each part of the graph after those that lead to it."""
        ways = {
            name: [
                (way.target, self.alone.get(graph.steps[name].call or "", _NOW) + way.after)
                for way in many
                if way.needs != "person" and not _opened(graph.steps[name], way)
            ]
            for name, many in graph.ways.items()
        } | {END: []}
        parts = list(components({name: [target for target, _ in many] for name, many in ways.items()}))
        late = dict(seeds)
        for part in reversed(parts):
            _spend(part, ways, late)
        return late


def window(graphs: Mapping[str, Graph], begun: Collection[str]) -> Iterator[Finding]:
    """Yield what would be said when the messaging window is closed already; the called stand before their callers."""
    silence = Silence(graphs=graphs)
    for name in graphs:
        silence.learn(name)
    entries = dict.fromkeys(graphs, _NOW)
    for name in reversed(list(graphs)):
        late = silence.at(name, entries[name])
        for step, text in graphs[name].steps.items():
            if text.call in entries and text.call not in begun:
                entries[text.call] = max(entries[text.call], late.get(step, _NOW))
        yield from _closed(graphs[name], late)


def _closed(graph: Graph, late: Mapping[str, timedelta]) -> Iterator[Finding]:
    source = graph.one.source
    for name, step in graph.steps.items():
        since = late.get(name, _NOW)
        for at, nudge in enumerate(step.nudge):
            due = since + (duration_or_none(nudge.after) or timedelta())
            if due >= WINDOW:
                path: YamlPath = ("steps", name, "nudge", at, "after")
                place = path if path in source.positions else ("steps", name, "nudge", "after")
                yield _late(source, place, "This nudge", due)
        speaks = bool(step.say) or step.kind in WAITING
        if speaks and not step.relay and since >= WINDOW and not _told(graph, name, late):
            yield _late(source, ("steps", name), f"“{name}”", since)


def _told(graph: Graph, name: str, late: Mapping[str, timedelta]) -> bool:
    """Tell whether a step before it, from which it is reached at once, is told already: one finding a mistake."""
    return any(
        way.needs == "nothing"
        and way.source != name
        and late.get(way.source, timedelta()) >= WINDOW
        and graph.steps[way.source].say
        and not graph.steps[way.source].relay
        for way in graph.back.get(name, ())
    )


def _late(source: YamlSource, path: YamlPath, what: str, since: timedelta) -> Finding:
    ever = since >= _ALWAYS
    when = "any time" if ever else f"up to {format_duration(since)}"
    return source.finding_at(
        path,
        "outside-window",
        f"{what} comes {when} after the person's last message; the messaging window closes after 24 hours.",
        "Let it come earlier, or use “relay”, which goes by mail then.",
        key=path[-1] not in ("after", "wait"),
    )


def _spend(
    part: Sequence[str], ways: Mapping[str, Sequence[tuple[str, timedelta]]], late: dict[str, timedelta]
) -> None:
    """Hand on how late it is from one part of a graph to those behind it; a circle that takes time takes for ever."""
    known = [late[name] for name in part if name in late]
    if not known:
        return
    among = set(part)
    inner = [after for name in part for target, after in ways[name] if target in among]
    here = _ALWAYS if any(inner) else max(known)
    for name in part:
        late[name] = here
    for target, after in (way for name in part for way in ways[name]):
        if target not in among:
            late[target] = max(late.get(target, _NOW), min(here + after, _ALWAYS))


def _opened(step: StepText, way: Way) -> bool:
    """Tell whether a way is only taken while the window is open."""
    return way.trigger == "next" and _asks_for_window(step.condition)


def _asks_for_window(condition: str) -> bool:
    said = f" {' '.join(condition.casefold().split())} "
    return " window is open " in said and " or " not in said and " not window " not in said
