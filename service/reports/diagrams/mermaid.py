"""Renders a picture as Mermaid text, which GitHub, GitLab, Notion and many editors draw themselves."""

import re

from flows.language.model import END
from service.reports.diagrams.picture import START, Arrow, Box, Picture

SHAPES = {
    "start": ('(["', '"])'),
    "end": ('(["', '"])'),
    "ask": ('["', '"]'),
    "say": ('["', '"]'),
    "time": ('{{"', '"}}'),
    "logic": ('{"', '"}'),
    "mail": ('[/"', '"/]'),
    "team": ('[["', '"]]'),
}
"""Brackets around a box, by its look."""
CLASSES = (
    "classDef ask fill:#e7f0ff,stroke:#3b6fd4,color:#12274d",
    "classDef say fill:#f6f3ee,stroke:#a89f91,color:#2d2a26",
    "classDef time fill:#fff4d6,stroke:#c99700,color:#4a3800",
    "classDef logic fill:#f1e9fb,stroke:#8458c4,color:#33204f",
    "classDef mail fill:#e3f5ea,stroke:#3a9d66,color:#123d26",
    "classDef team fill:#fde8e4,stroke:#cf5b45,color:#4d1a10",
    "classDef start fill:#2d2a26,stroke:#2d2a26,color:#ffffff",
    "classDef end_ fill:#2d2a26,stroke:#2d2a26,color:#ffffff",
)
# Characters with a meaning in Mermaid's labels or in HTML.
_SPECIAL = re.compile(r"[\"<>#&|\[\]{}()]")


def render_mermaid(picture: Picture) -> str:
    """Return the text of a picture."""
    lines = ["flowchart TD"]
    lines += [f"  {_render_box(box)}" for box in picture.boxes]
    lines += [f"  {_render_arrow(arrow)}" for arrow in picture.arrows]
    lines += [f"  {line}" for line in CLASSES]
    return "\n".join(lines) + "\n"


def _render_box(box: Box) -> str:
    opened, closed = SHAPES[box.look]
    standing = [f"● {box.standing:,} now"] if box.standing else []
    text = "<br/>".join([f"<b>{_escape_text(box.name)}</b>", *map(_escape_text, [*box.lines, *standing])])
    return f"{_node_id(box.name)}{opened}{text}{closed}:::{'end_' if box.look == 'end' else box.look}"


def _render_arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.out else "-->"
    label = f'|"{"<br/>".join(map(_escape_text, arrow.labels))}"|' if arrow.labels else ""
    return f"{_node_id(arrow.source)} {line}{label} {_node_id(arrow.target)}"


def _node_id(step: str) -> str:
    """Return the id of a step; the prefix keeps it apart from Mermaid's own words, such as ``end``."""
    return step.upper() if step in (START, END) else f"s_{step}"


def _escape_text(text: str) -> str:
    """Replace characters that Mermaid or HTML interprets by entities."""
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)
