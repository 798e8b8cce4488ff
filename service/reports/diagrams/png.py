"""Renders a picture as PNG, for slides and mails."""

from service.reports.diagrams.layout import PictureError

ZOOM = 2.0
"""Pixels per SVG unit, for screens with two pixels per point."""


def render_png(svg: str) -> bytes:
    """Return the PNG of an SVG in one theme.  Raises :class:`service.reports.diagrams.layout.PictureError`."""
    try:
        import resvg_py  # noqa: PLC0415  an extra; only this needs it
    except ImportError:
        message = "PNG needs resvg: pip install 'doorstep[pictures]'. SVG needs only Graphviz, Mermaid nothing."
        raise PictureError(message) from None
    # resvg draws with the fonts of the system; without any, texts are missing.
    return bytes(resvg_py.svg_to_bytes(svg_string=svg, zoom=ZOOM))
