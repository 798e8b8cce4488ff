"""The content of a flow's picture: a box for each step, an arrow for each way, and numbers if they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.compiled.catalog import ELSE, TIMEOUT, WAYS_OUT, Flow, FlowCatalog, Step
from flows.compiled.transitions import Transition, list_transitions
from flows.language.model import END
from language.durations import format_duration

START = "start"
"""Name of the box that stands for the entries into a flow."""
LONGEST_LINE = 44
"""Characters of a step's text that are shown."""
LONGEST_LABEL = 26
MOST_LABELS = 4
"""Labels on one arrow."""

STEP_DESCRIPTIONS = {
    "email": "asks an email address", "phone": "asks a phone number", "number": "asks a number", "date": "asks a day",
    "time": "asks a time", "moment": "asks day and time", "yes_no": "asks yes or no", "rating": "asks a rating",
    "many": "offers several choices", "several": "asks several things",
    "file": "asks for a file", "text": "asks", "question": "answers a question", "choice": "offers a choice",
    "prove": "proves the address", "if": "decides", "switch": "decides by cases", "find": "looks up a row",
    "split": "splits", "take": "takes places", "hand_over": "hands over to the team",
}  # fmt: skip
"""What a step does, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowNumbers:
    """Live numbers of a flow; see :mod:`service.reports.diagrams.live_counts`."""

    days: int
    standing: Mapping[str, int] = field(default_factory=dict)
    """By step: people who are there now."""
    arrived: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By step, and by source: arrivals."""
    taken: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    """By step and trigger, and by source: how often a way was taken."""

    def times_taken(self, way: Transition) -> int:
        """Return how often a way was taken."""
        return sum(self.taken.get((way.step, way.trigger), {}).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One step, or the beginning or end of the flow."""

    name: str
    lines: tuple[str, ...] = ()
    """Lines under the name."""
    look: str = "say"
    """``start``, ``end``, ``ask`` (waits for the person), ``time``, ``logic``, ``mail``, ``team`` or ``say``."""
    standing: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrow:
    """All ways from one box to another."""

    source: str
    target: str
    labels: tuple[str, ...] = ()
    out: bool = False
    """True if all its ways are ``else`` or timeouts: drawn lighter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of a flow or a sequence."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    note: str = ""
    """Explains the numbers."""
    kind: str = "flow"
    """``flow`` or ``sequence``."""


LOOKS = {
    "say": "say", "wait": "time", "mail": "mail", "relay": "mail", "hand_over": "team", "confirm": "mail",
    "prove": "mail", **dict.fromkeys(("if", "switch", "find", "split", "call", "code", "take", "hook"), "logic"),
}  # fmt: skip
"""Look of a box by the kind of its step; all others ask."""


def build_picture(book: FlowCatalog, flow: Flow, language: str, numbers: FlowNumbers | None = None) -> Picture:
    """Return the picture of a flow, with its texts in this language."""
    boxes = [
        Box(name=START, lines=_list_entries(book, flow, language), look="start"),
        *(_build_box(step, language, numbers) for step in flow.steps.values()),
        Box(name=END, look="end"),
    ]
    # One arrow for all ways between two boxes; six choices to the same step would hide it under six arrows.
    joined: dict[tuple[str, str], list[Transition]] = {}
    for way in list_transitions(flow, language):
        joined.setdefault((way.step, way.target), []).append(way)
    arrows = [Arrow(source=START, target=flow.start)]
    arrows += [
        Arrow(
            source=source,
            target=target,
            labels=_label_ways(ways_between, numbers),
            out=all(way.trigger in (ELSE, TIMEOUT, *WAYS_OUT) for way in ways_between),
        )
        for (source, target), ways_between in joined.items()
    ]
    note = f"last {numbers.days} days; the dot shows people standing there now" if numbers else ""
    reached = {arrow.target for arrow in arrows}
    shown = tuple(box for box in boxes if box.name != END or END in reached)  # some flows never end
    return Picture(title=flow.name, boxes=shown, arrows=tuple(arrows), note=note)


def _list_entries(book: FlowCatalog, flow: Flow, language: str) -> tuple[str, ...]:
    """Return how people enter a flow: its words in one line, links and other entries in the next."""
    start_words = [word for word, meant in book.start_words.items() if meant.get(language) == flow.name]
    links = [f"?ref={link}" for link, name in book.links.items() if name == flow.name]
    button = ["get started"] if book.get_started == flow.name else []
    comments = ["a comment"] if any(comment.flow == flow.name for comment in book.comments) else []
    return tuple(", ".join(entries) for entries in (start_words[:4], [*button, *links[:3], *comments]) if entries)


def _build_box(step: Step, language: str, numbers: FlowNumbers | None) -> Box:
    question = _shorten_question(step, language)
    description = _describe_step(step)
    lines = [*([description] if description else []), *([f"“{question}”"] if question else [])]
    if numbers:
        lines.append(_describe_arrivals(numbers.arrived.get(step.name, {})))
    return Box(
        name=step.name,
        lines=tuple(lines),
        look=LOOKS.get(step.kind, "ask"),
        standing=numbers.standing.get(step.name, 0) if numbers else 0,
    )


def _describe_step(step: Step) -> str:
    match step.kind:
        case "consent":
            return f"asks consent: {step.topic}"
        case "confirm":
            return f"confirms: {step.topic}"
        case "wait":
            return f"waits {format_duration(step.timeout)}" if step.timeout else "waits"
        case "call":
            return f"calls {step.called_flow}, confirms: {step.topic}" if step.topic else f"calls {step.called_flow}"
        case "code" | "hook":
            return f"asks {step.hook.name}" if step.hook else f"draws a code: {step.pool}"
        case "mail" | "relay":
            return f"{'mails' if step.kind == 'mail' else 'tells'} {step.mail.template if step.mail else ''}"
        case "say":
            return _describe_changes(step)
        case _:
            return STEP_DESCRIPTIONS[step.kind]


def _describe_changes(step: Step) -> str:
    """Describe what a step without a question changes; empty if it only speaks."""
    if step.my_data:
        return {"show": "shows what is kept", "delete": "erases everything"}[step.my_data]
    noted = step.changes
    if noted is None:
        return ""
    channels = [f"channel{f' {topic}' if topic else ''}: {channel}" for topic, channel in noted.channels.items()]
    fields = [f"{name}: {value}" for name, value in noted.fields.items()]
    fields += [f"{name} = {reckoned.text}" for name, reckoned in noted.sums.items()]
    scores = [f"{name} {points:+}" for name, points in noted.points.items()]
    tags = [*(f"tag {tag}" for tag in noted.tags), *(f"no tag {tag}" for tag in sorted(noted.removed_tags))]
    named = (
        (noted.language, "speaks"),
        (noted.withdrawn_topic, "withdraws"),
        (noted.notified_team, "notifies"),
        (noted.recorded_event, "records"),
    )
    others = [f"{verb} {name}" for name, verb in named if name]
    return shorten_text(", ".join([*channels, *fields, *scores, *tags, *others]), LONGEST_LINE)


def _shorten_question(step: Step, language: str) -> str:
    """Return the beginning of a step's last text, which is its question; empty if it says nothing."""
    texts = [message.text for message in step.texts[language].messages if message.text is not None]
    return shorten_text(" ".join(texts[-1].source.split()), LONGEST_LINE) if texts else ""


def _label_ways(ways: list[Transition], numbers: FlowNumbers | None) -> tuple[str, ...]:
    labels = []
    for way in ways:
        label = shorten_text(way.label, LONGEST_LABEL)
        if numbers and (times := numbers.times_taken(way)):
            label = f"{label} · {times:,}×" if label else f"{times:,}×"
        labels += [label] if label else []
    return limit_labels(labels)


def limit_labels(labels: list[str]) -> tuple[str, ...]:
    """Return the labels of an arrow that are shown."""
    more = len(labels) - MOST_LABELS  # four labels, or three and “and 2 more”
    return tuple(labels) if more <= 0 else (*labels[: MOST_LABELS - 1], f"and {more + 1} more")


def _describe_arrivals(sources: Mapping[str, int]) -> str:
    """Return how many people arrived, with the three largest sources."""
    largest = sorted(sources.items(), key=lambda source: (-source[1], source[0]))[:3]
    by_source = ", ".join(f"{name} {count:,}" for name, count in largest if name)
    whole = f"{sum(sources.values()):,} arrived"
    return f"{whole} ({by_source})" if by_source else whole


def shorten_text(text: str, most: int) -> str:
    """Return a text of at most ``most`` characters, cut after a word if one ends in its second half."""
    if len(text) <= most:
        return text
    head = text[: most - 1]  # one character is left for “…”
    kept = head[: head.rfind(" ")] if " " in head[most // 2 :] else head
    return f"{kept.rstrip(' .,:;')}…"
