"""A picture as PNG, for slides and mails."""

from service.reports.diagrams.layout import NoLayoutError

ZOOM = 2.0
"""Pixels for each unit: sharp on a screen of today."""


def png(svg: str) -> bytes:
    """Return the PNG of an SVG in one theme.  Raises :class:`service.reports.diagrams.layout.NoLayoutError`."""
    try:
        import resvg_py  # noqa: PLC0415  an extra; only this needs it
    except ImportError:
        message = "PNG needs resvg: pip install 'doorstep[pictures]'. SVG needs only Graphviz, Mermaid nothing."
        raise NoLayoutError(message) from None
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM))
