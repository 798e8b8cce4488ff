"""What a picture of a flow shows: a box for each step, an arrow for each way, and numbers where they are known."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flows.compiled.catalog import Flow, FlowBook, Step
from flows.compiled.transitions import Way, ways
from flows.language.model import END
from language.durations import say_duration

START = "start"
"""Stands for the ways into a flow."""
MOST_SAID = 44
"""Characters of what a step says that are shown."""
MOST_LABEL = 26
MOST_LABELS = 4
"""Labels on one arrow."""

WAITS = {
    "email": "asks an email address", "phone": "asks a phone number", "number": "asks a number", "date": "asks a day",
    "time": "asks a time", "moment": "asks day and time", "yes_no": "asks yes or no", "rating": "asks a rating",
    "file": "asks for a file", "text": "asks", "question": "answers a question", "choice": "offers a choice",
    "prove": "proves the address", "if": "decides", "split": "splits", "hand_over": "hands over to the team",
}  # fmt: skip
"""What a step does, by its kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """How a flow fares; see :mod:`service.reports.diagrams.live_counts`."""

    days: int
    standing: Mapping[str, int] = field(default_factory=dict)
    """By step: people who stand there now."""
    arrived: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """By step, and by source: arrivals."""
    taken: Mapping[tuple[str, str], Mapping[str, int]] = field(default_factory=dict)
    """By step and trigger, and by source: how often a way was taken."""

    def times(self, way: Way) -> int:
        """Return how often a way was taken."""
        return sum(self.taken.get((way.step, way.trigger), {}).values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One step, or the beginning or end of the flow."""

    name: str
    lines: tuple[str, ...] = ()
    """What stands under the name."""
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
    """Only ways out: drawn lighter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A whole flow."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    note: str = ""
    """What the numbers mean."""


LOOKS = {
    "say": "say", "wait": "time", "if": "logic", "split": "logic", "call": "logic", "code": "logic", "mail": "mail",
    "relay": "mail", "hand_over": "team", "confirm": "mail", "prove": "mail",
}  # fmt: skip
"""Look of a box by the kind of its step; all others ask."""


def picture(book: FlowBook, flow: Flow, language: str, numbers: Numbers | None = None) -> Picture:
    """Return the picture of a flow, with its texts in this language."""
    boxes = [
        Box(name=START, lines=_doors(book, flow, language), look="start"),
        *(_box(step, language, numbers) for step in flow.steps.values()),
        Box(name=END, look="end"),
    ]
    joined: dict[tuple[str, str], list[Way]] = {}
    for way in ways(flow, language):
        joined.setdefault((way.step, way.target), []).append(way)
    arrows = [Arrow(source=START, target=flow.start)]
    arrows += [
        Arrow(
            source=source,
            target=target,
            labels=_labels(those, numbers),
            out=all(way.trigger in ("else", "timeout") for way in those),
        )
        for (source, target), those in joined.items()
    ]
    note = f"last {numbers.days} days; the dot shows people standing there now" if numbers else ""
    reached = {arrow.target for arrow in arrows}
    shown = tuple(one for one in boxes if one.name != END or END in reached)
    return Picture(title=flow.name, boxes=shown, arrows=tuple(arrows), note=note)


def _doors(book: FlowBook, flow: Flow, language: str) -> tuple[str, ...]:
    """Say how people get in."""
    words = [word for word, meant in book.words.items() if meant.get(language) == flow.name]
    links = [f"?ref={link}" for link, name in book.links.items() if name == flow.name]
    button = ["get started"] if book.get_started == flow.name else []
    comments = ["a comment"] if any(one.flow == flow.name for one in book.comments) else []
    return tuple(", ".join(those) for those in (words[:4], [*button, *links[:3], *comments]) if those)


def _box(step: Step, language: str, numbers: Numbers | None) -> Box:
    said = _said(step, language)
    does = _does(step)
    lines = [*([does] if does else []), *([f"“{said}”"] if said else [])]
    if numbers:
        lines.append(_counted(numbers.arrived.get(step.name, {})))
    return Box(
        name=step.name,
        lines=tuple(lines),
        look=LOOKS.get(step.kind, "ask"),
        standing=numbers.standing.get(step.name, 0) if numbers else 0,
    )


def _does(step: Step) -> str:
    match step.kind:
        case "consent":
            return f"asks consent: {step.topic}"
        case "confirm":
            return f"confirms: {step.topic}"
        case "wait":
            return f"waits {say_duration(step.over)}" if step.over else "waits"
        case "call":
            return f"calls {step.call}"
        case "code":
            return f"draws a code: {step.pool}"
        case "mail" | "relay":
            return f"{'mails' if step.kind == 'mail' else 'tells'} {step.letter.template if step.letter else ''}"
        case "say":
            return _notes(step)
        case _:
            return WAITS[step.kind]


def _notes(step: Step) -> str:
    """Say what a step without a question notes; nothing where it only speaks."""
    if step.my_data:
        return {"show": "shows what is kept", "delete": "erases everything"}[step.my_data]
    noted = step.marks
    if noted is None:
        return ""
    channels = [f"channel{f' {topic}' if topic else ''}: {channel}" for topic, channel in noted.channels.items()]
    fields = [f"{name}: {value}" for name, value in noted.sets.items()]
    scores = [f"{name} {points:+}" for name, points in noted.scores.items()]
    tags = [*(f"tag {tag}" for tag in noted.tags), *(f"no tag {tag}" for tag in sorted(noted.untags))]
    named = ((noted.speak, "speaks"), (noted.withdraw, "withdraws"), (noted.team, "notifies"), (noted.event, "records"))
    others = [f"{does} {what}" for what, does in named if what]
    return shortened(", ".join([*channels, *fields, *scores, *tags, *others]), MOST_SAID)


def _said(step: Step, language: str) -> str:
    """Return the beginning of what a step says last: its question."""
    texts = [one.text for one in step.spoken[language].says if one.text is not None]
    return shortened(" ".join(texts[-1].source.split()), MOST_SAID) if texts else ""


def _labels(those: list[Way], numbers: Numbers | None) -> tuple[str, ...]:
    labels = []
    for way in those:
        label = shortened(way.label, MOST_LABEL)
        if numbers and (times := numbers.times(way)):
            label = f"{label} · {times:,}×" if label else f"{times:,}×"
        labels += [label] if label else []
    more = len(labels) - MOST_LABELS
    return tuple(labels) if more <= 0 else (*labels[: MOST_LABELS - 1], f"and {more + 1} more")


def _counted(sources: Mapping[str, int]) -> str:
    """Say how many arrived, and from where: the three largest sources."""
    largest = sorted(sources.items(), key=lambda one: (-one[1], one[0]))[:3]
    told = ", ".join(f"{name} {count:,}" for name, count in largest if name)
    whole = f"{sum(sources.values()):,} arrived"
    return f"{whole} ({told})" if told else whole


def shortened(text: str, most: int) -> str:
    """Return a text of at most so many characters, cut at a word where it can be."""
    if len(text) <= most:
        return text
    head = text[: most - 1]
    kept = head[: head.rfind(" ")] if " " in head[most // 2 :] else head
    return f"{kept.rstrip(' .,:;')}…"
