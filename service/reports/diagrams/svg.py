"""A laid-out picture as SVG: light and dark by itself, no script, nothing loaded from anywhere."""

from collections.abc import Iterator
from html import escape
from typing import Literal

from service.reports.diagrams.layout import (
    ABOVE,
    LABEL_SIZE,
    LEADING,
    LINE_SIZE,
    NAME_SIZE,
    Layout,
    PlacedArrow,
    PlacedBox,
    text_width,
)
from service.reports.diagrams.picture import Picture

MARGIN = 28.0
HEAD = 44.0
"""Room above for the title."""
ROUND = 9.0
BADGE = 10.0
"""Radius of the dot with people."""
FONT = "Inter, 'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"

Theme = Literal["light", "dark", "auto"]

LIGHT = {
    "paper": "#ffffff", "ink": "#1f2328", "soft": "#57606a", "line": "#6e7781", "faint": "#afb8c1",
    "say": "#f6f4f0", "say-edge": "#b5ac9c", "ask": "#e8f1ff", "ask-edge": "#3b78d8", "time": "#fff5d9",
    "time-edge": "#c99a1b", "logic": "#f2eafc", "logic-edge": "#8a5fc9", "mail": "#e4f6eb", "mail-edge": "#3c9e69",
    "team": "#fde9e5", "team-edge": "#cf604b", "door": "#24292f", "door-ink": "#ffffff", "badge": "#d1344b",
}  # fmt: skip
DARK = {
    "paper": "#0f1319", "ink": "#e6edf3", "soft": "#9da7b3", "line": "#8b949e", "faint": "#4a535e",
    "say": "#1e2329", "say-edge": "#6f6a60", "ask": "#14264a", "ask-edge": "#5b94ef", "time": "#33290d",
    "time-edge": "#d2a93a", "logic": "#281c3d", "logic-edge": "#a583dd", "mail": "#10301f", "mail-edge": "#4fb981",
    "team": "#3d1a14", "team-edge": "#e37a66", "door": "#e6edf3", "door-ink": "#0f1319", "badge": "#f0566c",
}  # fmt: skip
"""The colours of the two themes; each text has a contrast of 4.5 or more on its ground (WCAG 2.2 AA)."""


def svg(picture: Picture, layout: Layout, theme: Theme = "auto") -> str:
    """Return the picture; ``auto`` follows the reader's system."""
    width = max(layout.width, text_width(f"{picture.title}   {picture.note}", 17)) + 2 * MARGIN
    height = layout.height + 2 * MARGIN + HEAD
    size = f'width="{width:.0f}" height="{height:.0f}"'
    title = escape(picture.title)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>The flow {title}</title>",
        f"<style>{_style(theme)}</style>",
        f'<rect class="paper" {size}/>',
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 16}">{title}',
        f'<tspan class="note" dx="14">{escape(picture.note)}</tspan></text>',
        f'<g transform="translate({(width - layout.width) / 2:.1f} {MARGIN + HEAD})">',
    ]
    for arrow in layout.arrows:
        parts += _curve(arrow)
    for box in layout.boxes:
        parts += _box(box)
    for arrow in layout.arrows:
        parts += _label(arrow)
    return "\n".join([*parts, "</g></svg>"]) + "\n"


def _style(theme: Theme) -> str:
    if theme == "dark":
        return _rules(DARK)
    light = _rules(LIGHT)
    return light if theme == "light" else f"{light}@media (prefers-color-scheme: dark){{{_rules(DARK)}}}"


def _rules(colours: dict[str, str]) -> str:
    """Return the rules of one theme, colours written out: not every renderer knows variables."""
    looks = "".join(
        f".{look}{{fill:{colours[look]};stroke:{colours[f'{look}-edge']}}}"
        for look in ("say", "ask", "time", "logic", "mail", "team")
    )
    return (
        f"text{{font-family:{FONT};fill:{colours['ink']};text-anchor:middle}}"
        f".paper{{fill:{colours['paper']}}}"
        f".title{{font-size:20px;font-weight:700;text-anchor:start}}"
        f".note{{font-size:12px;font-weight:400;fill:{colours['soft']}}}"
        f".name{{font-size:{NAME_SIZE}px;font-weight:700}}"
        f".line{{font-size:{LINE_SIZE}px;fill:{colours['soft']}}}"
        f".box{{stroke-width:1.5px}}{looks}"
        f".door{{fill:{colours['door']}}}.door-ink{{fill:{colours['door-ink']}}}"
        f".way{{fill:none;stroke:{colours['line']};stroke-width:1.6px}}"
        f".out{{stroke:{colours['line']};stroke-dasharray:5 4;stroke-width:1.3px}}"
        f".tip{{fill:{colours['line']}}}"
        f".ground{{fill:{colours['paper']};fill-opacity:.88}}"
        f".label{{font-size:{LABEL_SIZE}px;fill:{colours['ink']}}}"
        f".badge{{fill:{colours['badge']}}}.count{{font-size:11px;font-weight:700;fill:{colours['paper']}}}"
    )


def _box(placed: PlacedBox) -> Iterator[str]:
    box, left, top = placed.box, placed.x - placed.width / 2, placed.y - placed.height / 2
    door = box.look in ("start", "end")
    yield (
        f'<rect class="{"door" if door else f"box {box.look}"}" x="{left:.1f}" y="{top:.1f}" '
        f'width="{placed.width:.1f}" height="{placed.height:.1f}" rx="{placed.height / 2 if door else ROUND:.1f}"/>'
    )
    ink = " door-ink" if door else ""
    y = top + ABOVE + NAME_SIZE
    yield f'<text class="name{ink}" x="{placed.x:.1f}" y="{y:.1f}">{escape(box.name)}</text>'
    for line in box.lines:
        y += LINE_SIZE * LEADING
        yield f'<text class="line{ink}" x="{placed.x:.1f}" y="{y:.1f}">{escape(line)}</text>'
    if box.standing:
        said = f"{box.standing:,}"
        wide = max(BADGE, text_width(said, 11) / 2 + 5)
        x = left + placed.width
        yield (
            f'<rect class="badge" x="{x - wide:.1f}" y="{top - BADGE:.1f}" width="{2 * wide:.1f}" '
            f'height="{2 * BADGE}" rx="{BADGE}"/>'
        )
        yield f'<text class="count" x="{x:.1f}" y="{top + 4:.1f}">{said}</text>'


def _curve(placed: PlacedArrow) -> Iterator[str]:
    first, *rest = placed.points
    way = f"M{first[0]:.1f} {first[1]:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in rest)
    yield f'<path class="way{" out" if placed.arrow.out else ""}" d="{way}"/>'
    (x, y), (tip_x, tip_y) = placed.points[-1], placed.tip
    length = ((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5 or 1.0
    side_x, side_y = (tip_y - y) / length * 4, (x - tip_x) / length * 4
    yield (
        f'<path class="tip" d="M{tip_x:.1f} {tip_y:.1f}L{x + side_x:.1f} {y + side_y:.1f}'
        f'L{x - side_x:.1f} {y - side_y:.1f}Z"/>'
    )


def _label(placed: PlacedArrow) -> Iterator[str]:
    if placed.label is None or not placed.arrow.labels:
        return
    x, middle = placed.label
    high = LABEL_SIZE * LEADING
    labels = placed.arrow.labels
    wide = max(text_width(one, LABEL_SIZE) for one in labels) + 6
    top = middle - high * len(labels) / 2
    yield (
        f'<rect class="ground" x="{x - wide / 2:.1f}" y="{top:.1f}" width="{wide:.1f}" '
        f'height="{high * len(labels):.1f}" rx="3"/>'
    )
    for number, label in enumerate(labels):
        y = top + high * (number + 0.76)
        yield f'<text class="label" x="{x:.1f}" y="{y:.1f}">{escape(label)}</text>'
