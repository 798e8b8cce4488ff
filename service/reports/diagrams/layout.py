"""Lays a picture out with Graphviz, which gets the sizes of boxes and labels and returns positions and curves.

An installed Graphviz (``dot``) is used, else the one that comes as a wheel (``graphviz-pure``: the same algorithms in
one small program without other libraries).  ``docs/decisions/0017`` tells why Graphviz does not draw the picture too.
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
"""Points per inch: Graphviz takes sizes in inches, and returns positions in points."""
NAME_SIZE, LINE_SIZE, LABEL_SIZE = 14.0, 11.5, 11.0
"""Font sizes: a step's name, the lines under it, the labels of arrows."""
LETTER_WIDTH = 0.52
"""Width of an average letter relative to the font size; a little generous, because fonts differ."""
LINE_HEIGHT = 1.38
"""Height of a line relative to the font size."""
SIDE_PADDING, TOP_PADDING = 14.0, 10.0
"""Space inside a box beside and above its text."""
SMALLEST_WIDTH = 90.0
TIMEOUT_S = 30
"""Timeout of Graphviz, which needs milliseconds for a flow."""

Point = tuple[float, float]


class PictureError(Exception):
    """A picture cannot be made: a program is missing, or Graphviz failed.  The message says what to install."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedBox:
    """A box, its centre and its size."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedArrow:
    """An arrow with the points of its curve (cubic Bézier), its tip, and the centre of its label."""

    arrow: Arrow
    points: tuple[Point, ...]
    tip: Point
    label: Point | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A picture with all positions; the top left corner is 0, 0."""

    width: float
    height: float
    boxes: tuple[PlacedBox, ...]
    arrows: tuple[PlacedArrow, ...]


def estimate_text_width(text: str, size: float) -> float:
    """Return the estimated width of a text."""
    return len(text) * size * LETTER_WIDTH


def measure_box(box: Box) -> Point:
    """Return width and height of a box that holds its text."""
    # Bold letters are about 6 % wider.
    texts = [
        estimate_text_width(box.name, NAME_SIZE) * 1.06,
        *(estimate_text_width(line, LINE_SIZE) for line in box.lines),
    ]
    height = NAME_SIZE * LINE_HEIGHT + len(box.lines) * LINE_SIZE * LINE_HEIGHT + 2 * TOP_PADDING
    return max(SMALLEST_WIDTH, max(texts) + 2 * SIDE_PADDING), height


def lay_out_picture(picture: Picture) -> Layout:
    """Return the positions of a picture.  Raises :class:`PictureError` if Graphviz is missing or fails."""
    done = subprocess.run(  # noqa: S603  the program is Graphviz, the input is ours
        [_find_graphviz(), "-Tjson"],
        input=_write_dot(picture),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT_S,
    )
    if done.returncode or not done.stdout:
        message = f"Graphviz failed: {done.stderr.strip()[:200]}"
        raise PictureError(message)
    return _read_layout(json.loads(done.stdout), picture)


def _find_graphviz() -> str:
    # A wheel's program stands beside the interpreter, which need not be on the PATH.
    beside = Path(sys.executable).with_name("graphviz-pure")
    program = shutil.which("dot") or (str(beside) if beside.is_file() else shutil.which("graphviz-pure"))
    if program is None:
        message = "Pictures need Graphviz: pip install 'doorstep[pictures]', or your system's package graphviz."
        raise PictureError(message)
    return program


def _write_dot(picture: Picture) -> str:
    lines = ["digraph flow {", "graph [rankdir=TB, nodesep=0.45, ranksep=0.5, splines=true];", "node [fixedsize=true];"]
    lines.append(f'edge [fontname="Helvetica", fontsize={LABEL_SIZE}];')
    # Boxes have no text for Graphviz: it could not measure it, so the sizes are ours.
    for number, box in enumerate(picture.boxes):
        width, height = measure_box(box)
        lines.append(f'b{number} [shape=box, label="", width={width / POINTS:.3f}, height={height / POINTS:.3f}];')
    numbers = {box.name: number for number, box in enumerate(picture.boxes)}
    for number, arrow in enumerate(picture.arrows):
        label = "\\n".join(f" {_quote_for_dot(text)} " for text in arrow.labels)
        ends = f"b{numbers[arrow.source]} -> b{numbers[arrow.target]}"
        lines.append(f'{ends} [id="{number}", label="{label}"];')
    return "\n".join([*lines, "}"])


def _quote_for_dot(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _read_layout(graph: dict[str, Any], picture: Picture) -> Layout:
    _, _, width, height = map(float, graph["bb"].split(","))

    def read_point(text: str) -> Point:
        x, y = map(float, text.split(",")[:2])
        return x, height - y  # Graphviz counts from the bottom, SVG from the top

    boxes = []
    for node in graph["objects"]:
        box = picture.boxes[int(node["name"].removeprefix("b"))]
        x, y = read_point(node["pos"])
        box_width, box_height = measure_box(box)
        boxes.append(PlacedBox(box=box, x=x, y=y, width=box_width, height=box_height))
    arrows = []
    for edge in graph.get("edges", ()):  # in an order of Graphviz's own: the id tells which arrow it is
        arrow = picture.arrows[int(edge["id"])]
        parts = edge["pos"].split()  # “e,27,0 27,72 27,64 …”: the tip, then the points of the curve
        tip = next(read_point(part[2:]) for part in parts if part.startswith("e,"))
        points = tuple(read_point(part) for part in parts if part[1] != ",")
        label = read_point(edge["lp"]) if edge.get("lp") else None
        arrows.append(PlacedArrow(arrow=arrow, points=points, tip=tip, label=label))
    return Layout(width=width, height=height, boxes=tuple(boxes), arrows=tuple(arrows))
