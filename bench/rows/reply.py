"""Doorstep answering: the webhook as in ``bench/rows/doorstep.py``, and its replies delivered.

Beside the peers' job it commits to disk before the 200, sends from an outbox that survives a crash, keeps the
consent's wording and asks for each stranger's profile.  The platform allows a Page 300 texts a second and the sender
keeps to 250, so the people chat with several Pages.
"""

from bench import graph, traffic
from bench.rows.talk import measure_replies
from bench.service import run_doorstep, scratch_data_folder
from bench.table import Figures
from service.engine.clock import system_ms

PAGES = 16


async def measure(figures: Figures) -> None:
    """Messages answered a second, counted until the last reply has arrived."""
    async with (
        graph.run_graph_stand_in() as replies,
        scratch_data_folder() as data,
        run_doorstep("all", data, graph=replies, pages=PAGES) as service,
    ):
        build = traffic.messenger_requests(at_ms=system_ms(), pages=PAGES)
        await measure_replies(figures, "doorstep reply", (service.port, service.pid), replies, build)
