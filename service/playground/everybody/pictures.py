"""Draws a sequence with everybody in it: who is here now, what was sent, what was skipped, who left, and why."""

import asyncio

from domain.decision import Context
from service.playground.player import DemoServices
from service.reports.diagrams.layout import PictureError, lay_out_picture
from service.reports.diagrams.sequence_picture import build_sequence_picture
from service.reports.diagrams.svg import render_svg
from service.reports.sequences.read_sequence import count_sequence
from service.reports.sequences.summarize import summarize

DAYS = 400
"""Of all who began within so many days: in a playground everybody."""


async def draw_sequence(demo: DemoServices, name: str) -> str:
    """Return the picture of a sequence as SVG; raises ``ValueError`` if there is none, or it cannot be drawn."""
    edition = demo.editions.current
    sequence = edition.rules.sequences.sequences.get(name)
    if sequence is None:
        message = f"The workspace has no sequence “{name}”."
        raise ValueError(message)
    # No entropy is used up: the report decides nothing that is kept.
    context = Context(now=demo.clock.now(), entropy=bytes(16), keys=demo.keys, config=edition.config)
    report = summarize(await count_sequence(demo.store, sequence, context, DAYS), DAYS, "")
    picture = build_sequence_picture(sequence, report)
    try:
        # Graphviz is another program; the page is served meanwhile.
        layout = await asyncio.to_thread(lay_out_picture, picture)
    except PictureError as error:
        raise ValueError(str(error)) from None
    return render_svg(picture, layout)
