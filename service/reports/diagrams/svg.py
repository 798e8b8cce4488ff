"""Renders a laid-out picture as SVG: light and dark in one file, without scripts or anything to load."""

from collections.abc import Iterator
from html import escape
from typing import Literal

from service.reports.diagrams.layout import (
    LABEL_SIZE,
    LINE_HEIGHT,
    LINE_SIZE,
    NAME_SIZE,
    TOP_PADDING,
    Layout,
    PlacedArrow,
    PlacedBox,
    estimate_text_width,
)
from service.reports.diagrams.picture import Picture

MARGIN = 28.0
TITLE_HEIGHT = 44.0
"""Height of the title above the picture."""
CORNER_RADIUS = 9.0
BADGE_RADIUS = 10.0
"""Radius of the dot that shows people."""
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
"""Colours of the two themes; the contrast of each text is 4.5 or more (WCAG 2.2 AA)."""


def render_svg(picture: Picture, layout: Layout, theme: Theme = "auto") -> str:
    """Return the SVG of a picture; the theme ``auto`` follows the reader's system."""
    width = max(layout.width, estimate_text_width(f"{picture.title}   {picture.note}", 17)) + 2 * MARGIN
    height = layout.height + 2 * MARGIN + TITLE_HEIGHT
    size = f'width="{width:.0f}" height="{height:.0f}"'
    title = escape(picture.title)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>The {picture.kind} {title}</title>",
        f"<style>{_write_style(theme)}</style>",
        f'<rect class="paper" {size}/>',
        f'<text class="title" x="{MARGIN}" y="{MARGIN + 16}">{title}',
        f'<tspan class="note" dx="14">{escape(picture.note)}</tspan></text>',
        f'<g transform="translate({(width - layout.width) / 2:.1f} {MARGIN + TITLE_HEIGHT})">',
    ]
    # Curves first, labels last: a label must not disappear under a box or another curve.
    for arrow in layout.arrows:
        parts += _draw_arrow(arrow)
    for box in layout.boxes:
        parts += _draw_box(box)
    for arrow in layout.arrows:
        parts += _draw_label(arrow)
    return "\n".join([*parts, "</g></svg>"]) + "\n"


def _write_style(theme: Theme) -> str:
    if theme == "dark":
        return _write_rules(DARK)
    light = _write_rules(LIGHT)
    return light if theme == "light" else f"{light}@media (prefers-color-scheme: dark){{{_write_rules(DARK)}}}"


def _write_rules(colours: dict[str, str]) -> str:
    """Return the style rules of one theme.

    Colours are written into each rule: not every renderer knows CSS variables.
    """
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


def _draw_box(placed: PlacedBox) -> Iterator[str]:
    box, left, top = placed.box, placed.x - placed.width / 2, placed.y - placed.height / 2
    door = box.look in ("start", "end")
    radius = placed.height / 2 if door else CORNER_RADIUS
    yield (
        f'<rect class="{"door" if door else f"box {box.look}"}" x="{left:.1f}" y="{top:.1f}" '
        f'width="{placed.width:.1f}" height="{placed.height:.1f}" rx="{radius:.1f}"/>'
    )
    ink = " door-ink" if door else ""
    y = top + TOP_PADDING + NAME_SIZE
    yield f'<text class="name{ink}" x="{placed.x:.1f}" y="{y:.1f}">{escape(box.name)}</text>'
    for line in box.lines:
        y += LINE_SIZE * LINE_HEIGHT
        yield f'<text class="line{ink}" x="{placed.x:.1f}" y="{y:.1f}">{escape(line)}</text>'
    if box.standing:
        count = f"{box.standing:,}"
        half = max(BADGE_RADIUS, estimate_text_width(count, 11) / 2 + 5)
        x = left + placed.width
        yield (
            f'<rect class="badge" x="{x - half:.1f}" y="{top - BADGE_RADIUS:.1f}" width="{2 * half:.1f}" '
            f'height="{2 * BADGE_RADIUS}" rx="{BADGE_RADIUS}"/>'
        )
        yield f'<text class="count" x="{x:.1f}" y="{top + 4:.1f}">{count}</text>'


def _draw_arrow(placed: PlacedArrow) -> Iterator[str]:
    # “M x y C x y x y x y …”: the start, then three points for each piece of the curve.
    first, *rest = placed.points
    path = f"M{first[0]:.1f} {first[1]:.1f}C" + " ".join(f"{x:.1f} {y:.1f}" for x, y in rest)
    yield f'<path class="way{" out" if placed.arrow.out else ""}" d="{path}"/>'
    # The head is a triangle: its tip, and two corners 4 units to either side of the end of the curve.
    (x, y), (tip_x, tip_y) = placed.points[-1], placed.tip
    length = ((tip_x - x) ** 2 + (tip_y - y) ** 2) ** 0.5 or 1.0
    side_x, side_y = (tip_y - y) / length * 4, (x - tip_x) / length * 4
    yield (
        f'<path class="tip" d="M{tip_x:.1f} {tip_y:.1f}L{x + side_x:.1f} {y + side_y:.1f}'
        f'L{x - side_x:.1f} {y - side_y:.1f}Z"/>'
    )


def _draw_label(placed: PlacedArrow) -> Iterator[str]:
    if placed.label is None or not placed.arrow.labels:
        return
    x, middle = placed.label
    line_height = LABEL_SIZE * LINE_HEIGHT
    labels = placed.arrow.labels
    width = max(estimate_text_width(label, LABEL_SIZE) for label in labels) + 6
    top = middle - line_height * len(labels) / 2
    yield (
        f'<rect class="ground" x="{x - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
        f'height="{line_height * len(labels):.1f}" rx="3"/>'
    )
    for number, label in enumerate(labels):
        y = top + line_height * (number + 0.76)  # the baseline: SVG places text by it
        yield f'<text class="label" x="{x:.1f}" y="{y:.1f}">{escape(label)}</text>'
