"""Where everything stands in a picture: Graphviz lays it out, we only tell it the sizes.

A Graphviz that is installed (``dot``) is used, else the one that comes as a wheel (``graphviz-pure``: the same
algorithms in one small program, with nothing to install beside it).
"""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.reports.diagrams.picture import Arrow, Box, Picture

POINTS = 72
"""Points an inch; Graphviz speaks both."""
NAME_SIZE, LINE_SIZE, LABEL_SIZE = 14.0, 11.5, 11.0
"""Sizes of type: a step's name, the lines under it, the labels of arrows."""
WIDE = 0.52
"""Width of an average letter, as a part of its size; a little generous, since fonts differ."""
LEADING = 1.38
"""Height of a line, as a part of its size."""
SIDE, ABOVE = 14.0, 10.0
"""Room inside a box beside and above its text."""
NARROWEST = 90.0
SECONDS = 30
"""A flow is laid out in milliseconds; this stops what hangs."""

Point = tuple[float, float]


class NoLayoutError(Exception):
    """No Graphviz can be run.  The message says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBox:
    """A box and its middle."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedArrow:
    """An arrow: the points of its curve (cubic Bézier), its tip, and where its label stands."""

    arrow: Arrow
    points: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A picture with every place; the top left is 0, 0."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is."""
    return len(text) * size * WIDE


def box_size(box: Box) -> Point:
    """Return width and height of a box, so that its text fits."""
    texts = [text_width(box.name, NAME_SIZE) * 1.06, *(text_width(line, LINE_SIZE) for line in box.lines)]
    height = NAME_SIZE * LEADING + len(box.lines) * LINE_SIZE * LEADING + 2 * ABOVE
    return max(NARROWEST, max(texts) + 2 * SIDE), height


def lay_out(picture: Picture) -> Layout:
    """Return where everything stands.  Raises :class:`NoLayoutError`."""
    told = subprocess.run(  # noqa: S603  the program is Graphviz, the input is ours
        [_program(), "-Tjson"], input=_dot(picture), capture_output=True, text=True, check=False, timeout=SECONDS
    )
    if told.returncode or not told.stdout:
        message = f"Graphviz failed: {told.stderr.strip()[:200]}"
        raise NoLayoutError(message)
    return _read(json.loads(told.stdout), picture)


def _program() -> str:
    beside = Path(sys.executable).with_name("graphviz-pure")
    found = shutil.which("dot") or (str(beside) if beside.is_file() else shutil.which("graphviz-pure"))
    if found is None:
        message = "Pictures need Graphviz: pip install 'doorstep[pictures]', or your system's package graphviz."
        raise NoLayoutError(message)
    return found


def _dot(picture: Picture) -> str:
    lines = ["digraph flow {", "graph [rankdir=TB, nodesep=0.45, ranksep=0.5, splines=true];", "node [fixedsize=true];"]
    lines.append(f'edge [fontname="Helvetica", fontsize={LABEL_SIZE}];')
    for number, box in enumerate(picture.boxes):
        width, height = box_size(box)
        lines.append(f'b{number} [shape=box, label="", width={width / POINTS:.3f}, height={height / POINTS:.3f}];')
    numbers = {box.name: number for number, box in enumerate(picture.boxes)}
    for number, arrow in enumerate(picture.arrows):
        label = "\\n".join(f" {_quoted(one)} " for one in arrow.labels)
        ends = f"b{numbers[arrow.source]} -> b{numbers[arrow.target]}"
        lines.append(f'{ends} [id="{number}", label="{label}"];')
    return "\n".join([*lines, "}"])


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _read(told: dict[str, Any], picture: Picture) -> Layout:
    _, _, width, height = map(float, told["bb"].split(","))

    def point(said: str) -> Point:
        x, y = map(float, said.split(",")[:2])
        return x, height - y

    boxes = []
    for one in told["objects"]:
        box = picture.boxes[int(one["name"].removeprefix("b"))]
        x, y = point(one["pos"])
        wide, high = box_size(box)
        boxes.append(PlacedBox(box=box, x=x, y=y, width=wide, height=high))
    arrows = []
    for one in told.get("edges", ()):  # in an order of its own: the id says which is which
        arrow = picture.arrows[int(one["id"])]
        parts = one["pos"].split()
        tip = next(point(part[2:]) for part in parts if part.startswith("e,"))
        points = tuple(point(part) for part in parts if part[1] != ",")
        label = point(one["lp"]) if one.get("lp") else None
        arrows.append(PlacedArrow(arrow=arrow, points=points, tip=tip, label=label))
    return Layout(width=width, height=height, boxes=tuple(boxes), arrows=tuple(arrows))
