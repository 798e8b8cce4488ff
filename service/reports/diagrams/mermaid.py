"""A picture as Mermaid text, which GitHub, GitLab, Notion and many editors draw by themselves."""

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
"""Brackets of each look."""
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
_SPECIAL = re.compile(r"[\"<>#&|\[\]{}()]")


def mermaid(picture: Picture) -> str:
    """Return the text of a picture."""
    lines = ["flowchart TD"]
    lines += [f"  {_box(one)}" for one in picture.boxes]
    lines += [f"  {_arrow(one)}" for one in picture.arrows]
    lines += [f"  {one}" for one in CLASSES]
    return "\n".join(lines) + "\n"


def _box(box: Box) -> str:
    opened, closed = SHAPES[box.look]
    standing = [f"● {box.standing:,} now"] if box.standing else []
    said = "<br/>".join([f"<b>{_safe(box.name)}</b>", *map(_safe, [*box.lines, *standing])])
    return f"{_name(box.name)}{opened}{said}{closed}:::{'end_' if box.look == 'end' else box.look}"


def _arrow(arrow: Arrow) -> str:
    line = "-.->" if arrow.out else "-->"
    label = f'|"{"<br/>".join(map(_safe, arrow.labels))}"|' if arrow.labels else ""
    return f"{_name(arrow.source)} {line}{label} {_name(arrow.target)}"


def _name(step: str) -> str:
    """Return the id of a step; some words (``end`` among them) mean something to Mermaid itself."""
    return step.upper() if step in (START, END) else f"s_{step}"


def _safe(text: str) -> str:
    """Write what means something to Mermaid or HTML as an entity."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
