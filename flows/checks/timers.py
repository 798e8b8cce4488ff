"""Checks of times: durations that can be read, and no message after the messaging window has closed.

The messaging window is open for 24 hours after the person's last message.  For each step the longest possible silence
of the person is computed: waiting adds to it, and an answer resets it to zero.  ``relay`` and ``mail`` need no
window, and behind ``if: window is open`` it is open.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from domain.workspace_config import WorkspaceConfig
from flows.checks.dead_ends import find_components
from flows.checks.graph import WAITING_KINDS, Edge, FlowGraph
from flows.checks.names import unknown_name_finding
from flows.compiler.compile_mail import NOW, parse_field_date
from flows.language.model import END, CalendarText, StepText
from flows.language.read_files import FlowSource
from language.durations import UnclearTimeError, duration_or_none, format_duration, parse_duration
from language.findings import Finding
from language.yaml_source import YamlPath, YamlSource

MESSAGING_WINDOW = timedelta(hours=24)
"""Standard messaging window (Messenger Platform policy)."""
LONGEST_PAUSE = timedelta(seconds=20)
"""Longest time that the typing indicator is shown (Messenger Platform)."""
_DATE_TYPES = ("date", "moment")
_NO_SILENCE, _ENDLESS = timedelta(), timedelta(days=3660)
"""The person has just written; a silence without end, of a circle that waits (ten years)."""


def check_durations(flow: FlowSource) -> Iterator[Finding]:
    """Yield each duration that cannot be read, and each pause that is too long."""
    for name, step in flow.text.steps.items():
        for path, duration_text in _list_durations(("steps", name), step):
            # A single “nudge: {after: 2 hours}” without a list has no number 0 in its path.
            place = path if path in flow.source.positions else tuple(part for part in path if part != 0)
            yield from _check_duration(flow.source, place, duration_text)
        for number, message in enumerate(step.say):
            if message.pause and (duration_or_none(message.pause) or timedelta()) > LONGEST_PAUSE:
                complaint = f"Typing shows for {format_duration(LONGEST_PAUSE)} at most."
                hint = "For a longer rest make a step with “wait”."
                yield flow.source.finding_at(("steps", name, "say", number, "pause"), "long-pause", complaint, hint)


def _list_durations(path: YamlPath, step: StepText) -> Iterator[tuple[YamlPath, str]]:
    if step.wait:
        yield (*path, "wait"), step.wait
    if step.at_most:
        yield (*path, "at_most"), step.at_most
    if step.timeout:
        yield (*path, "timeout", "after"), step.timeout.after
    yield from (((*path, "nudge", number, "after"), nudge.after) for number, nudge in enumerate(step.nudge))
    yield from (
        ((*path, "say", number, "pause"), message.pause) for number, message in enumerate(step.say) if message.pause
    )
    for key in ("mail", "relay"):
        sent = getattr(step, key)
        if sent and sent.calendar:
            yield (*path, key, "calendar", "length"), sent.calendar.length


def _check_duration(source: YamlSource, path: YamlPath, duration_text: str) -> Iterator[Finding]:
    try:
        parse_duration(duration_text)
    except UnclearTimeError as error:
        yield source.finding_at(path, "bad-time", f"{error}.", error.hint)


@dataclass(slots=True, kw_only=True)
class SilenceEstimate:
    """Computes the longest silence of a person at each step of each flow, calls included."""

    graphs: Mapping[str, FlowGraph]
    at_end: dict[str, timedelta] = field(default_factory=dict)
    """By flow, the longest silence at its end if the person has written just before its start."""
    unanswered_length: dict[str, timedelta] = field(default_factory=dict)
    """By flow, the longest time from start to end without an answer; only of flows that can end that way."""

    def estimate_steps(self, flow: str, entry: timedelta) -> dict[str, timedelta]:
        """Return the longest silence at each step of a flow; ``entry`` is the silence at its start."""
        graph = self.graphs[flow]
        starts = {graph.start: entry}
        # Each answer, and each “if: window is open”, starts a new silence of zero behind it.
        for edge in (edge for edges in graph.edges.values() for edge in edges):
            is_window_open = _needs_open_window(graph.steps[edge.step], edge)
            if edge.needs == "person" or is_window_open:
                called = graph.steps[edge.step].call or ""
                # A called flow may wait after its last answer, so the caller goes on with the silence at its end.
                since = self.at_end.get(called, _NO_SILENCE) if edge.trigger == "next" else _NO_SILENCE
                starts[edge.target] = max(starts.get(edge.target, _NO_SILENCE), since)
        return self._follow_unanswered(graph, starts)

    def learn_flow(self, flow: str) -> None:
        """Compute the times of one flow; the flows it calls must have been computed before."""
        self.at_end[flow] = self.estimate_steps(flow, _NO_SILENCE).get(END, _NO_SILENCE)
        lengths = self._follow_unanswered(self.graphs[flow], {self.graphs[flow].start: _NO_SILENCE})
        if END in lengths:
            self.unanswered_length[flow] = lengths[END]

    def _follow_unanswered(self, graph: FlowGraph, starts: Mapping[str, timedelta]) -> dict[str, timedelta]:
        """Return the longest silences that edges without an answer lead to.

        This is a longest path, which is only defined without circles.  Each circle is one component; in the order of
        the components every edge leads forward, so each is looked at once.
        """
        ways = {
            name: [
                (edge.target, self.unanswered_length.get(graph.steps[name].call or "", _NO_SILENCE) + edge.after)
                for edge in edges
                if edge.needs != "person" and not _needs_open_window(graph.steps[name], edge)
            ]
            for name, edges in graph.edges.items()
        } | {END: []}
        components = list(find_components({name: [target for target, _ in edges] for name, edges in ways.items()}))
        silences = dict(starts)
        for part in reversed(components):
            _pass_on_silence(part, ways, silences)
        return silences


def check_window(graphs: Mapping[str, FlowGraph], entry_flows: Collection[str]) -> Iterator[Finding]:
    """Yield what could be sent after the messaging window has closed; ``graphs`` has callees before callers."""
    silence = SilenceEstimate(graphs=graphs)
    for name in graphs:
        silence.learn_flow(name)
    entries = dict.fromkeys(graphs, _NO_SILENCE)
    # Callers first: a flow that is only called begins with the longest silence of its callers.
    for name in reversed(list(graphs)):
        silences = silence.estimate_steps(name, entries[name])
        for step, text in graphs[name].steps.items():
            if text.call in entries and text.call not in entry_flows:
                entries[text.call] = max(entries[text.call], silences.get(step, _NO_SILENCE))
        yield from _find_late_messages(graphs[name], silences)


def _find_late_messages(graph: FlowGraph, silences: Mapping[str, timedelta]) -> Iterator[Finding]:
    source = graph.flow.source
    for name, step in graph.steps.items():
        since = silences.get(name, _NO_SILENCE)
        for number, nudge in enumerate(step.nudge):
            due = since + (duration_or_none(nudge.after) or timedelta())
            if due >= MESSAGING_WINDOW:
                path: YamlPath = ("steps", name, "nudge", number, "after")
                place = path if path in source.positions else ("steps", name, "nudge", "after")
                yield _late_finding(source, place, "This nudge", due)
        speaks = bool(step.say) or step.kind in WAITING_KINDS
        if speaks and not step.relay and since >= MESSAGING_WINDOW and not _is_reported_earlier(graph, name, silences):
            yield _late_finding(source, ("steps", name), f"“{name}”", since)


def _is_reported_earlier(graph: FlowGraph, name: str, silences: Mapping[str, timedelta]) -> bool:
    """Return True if a step that leads here at once is reported already, so that one mistake is one finding."""
    return any(
        edge.needs == "nothing"
        and edge.step != name
        and silences.get(edge.step, timedelta()) >= MESSAGING_WINDOW
        and graph.steps[edge.step].say
        and not graph.steps[edge.step].relay
        for edge in graph.incoming_edges.get(name, ())
    )


def _late_finding(source: YamlSource, path: YamlPath, subject: str, since: timedelta) -> Finding:
    is_endless = since >= _ENDLESS
    when = "any time" if is_endless else f"up to {format_duration(since)}"
    return source.finding_at(
        path,
        "outside-window",
        f"{subject} comes {when} after the person's last message; the messaging window closes after 24 hours.",
        "Let it come earlier, or use “relay”, which goes by mail then.",
        key=path[-1] not in ("after", "wait"),
    )


def _pass_on_silence(
    component: Sequence[str], ways: Mapping[str, Sequence[tuple[str, timedelta]]], silences: dict[str, timedelta]
) -> None:
    """Set the silence of a component and pass it on to those behind it; a circle that takes time is endless."""
    entered = [silences[name] for name in component if name in silences]
    if not entered:
        return
    members = set(component)
    inner_lengths = [after for name in component for target, after in ways[name] if target in members]
    # `any`: a timedelta of zero is false.  In a circle without time all steps share the longest silence at its entries.
    longest = _ENDLESS if any(inner_lengths) else max(entered)
    for name in component:
        silences[name] = longest
    for target, after in (edge for name in component for edge in ways[name]):
        if target not in members:
            silences[target] = max(silences.get(target, _NO_SILENCE), min(longest + after, _ENDLESS))


def _needs_open_window(step: StepText, edge: Edge) -> bool:
    """Return True if an edge is only taken while the window is open."""
    return edge.trigger == "next" and _asks_for_window(step.condition)


def _asks_for_window(condition: str) -> bool:
    words = f" {' '.join(condition.casefold().split())} "
    # “if: tag is reader and window is open” ensures it; an “or” does not.
    return " window is open " in words and " or " not in words and " not window " not in words


def check_field_dates(flow: FlowSource, config: WorkspaceConfig) -> Iterator[Finding]:
    """Yield what is wrong with the times of relays and calendars, which are counted from fields."""
    for name, step in flow.text.steps.items():
        yield from _check_field_dates(flow.source, ("steps", name), step, config)


def _check_field_dates(
    source: YamlSource, path: YamlPath, step: StepText, config: WorkspaceConfig
) -> Iterator[Finding]:
    """Yield the times of relays and calendars that cannot be read, or that refer to a field that is not a date."""
    if step.relay and step.relay.at:
        at_path, field_date = (*path, "relay", "at"), parse_field_date(step.relay.at)
        if field_date is None:
            message = f"“{step.relay.at[:40]}” is not understood."
            yield source.finding_at(
                at_path, "bad-time", message, "Such as “1 day before tasting_at” or “2 hours after now”."
            )
        elif field_date.field:
            yield from _check_date_field(source, at_path, field_date.field, config)
    for key in ("mail", "relay"):
        calendar: CalendarText | None = getattr(getattr(step, key), "calendar", None)
        if calendar:
            yield from _check_date_field(source, (*path, key, "calendar", "starts"), calendar.starts, config)


def _check_date_field(source: YamlSource, path: YamlPath, name: str, config: WorkspaceConfig) -> Iterator[Finding]:
    if name not in config.fields:
        yield unknown_name_finding(source, path, "field", name, [*config.fields, NOW])
    elif config.fields[name].type not in _DATE_TYPES:
        message = f"“{name}” is a {config.fields[name].type}, and a time is counted from a date or moment."
        yield source.finding_at(path, "wrong-kind", message, f"Declare {name}: {{type: moment}}.")
